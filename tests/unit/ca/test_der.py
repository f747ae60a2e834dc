from datetime import UTC, datetime

import pytest
from asn1crypto import core, tsp
from hypothesis import given, settings
from hypothesis import strategies as st

from ca import der
from keys.algorithms import Algorithm


@given(st.integers(min_value=0, max_value=2**200))
@settings(max_examples=60)
def test_an_integer_is_encoded_as_asn1crypto_does(number: int) -> None:
    assert der.integer(number) == core.Integer(number).dump()


@pytest.mark.parametrize("size", [0, 1, 127, 128, 255, 256, 65535, 65536])
def test_every_length_form_is_the_shortest(size: int) -> None:
    assert der.octet_string(bytes(size)) == core.OctetString(bytes(size)).dump()


def test_a_set_is_sorted_by_its_encodings() -> None:
    parts = [der.octet_string(b"b"), der.integer(5), der.octet_string(b"a")]
    assert der.set_of(*parts) == der.tlv(
        der.SET, der.integer(5), der.octet_string(b"a"), der.octet_string(b"b")
    )


@pytest.mark.parametrize("bit", [0, 2, 5, 14, 15, 16, 25])
def test_a_failure_bit_is_encoded_as_asn1crypto_reads_it(bit: int) -> None:
    assert tsp.PKIFailureInfo.load(der.bit_string_flag(bit)).native == {tsp.PKIFailureInfo._map[bit]}


@pytest.mark.parametrize(
    ("microsecond", "text"),
    [
        (0, b"20261122080000Z"),
        (500_000, b"20261122080000.5Z"),
        (123_999, b"20261122080000.123Z"),
        (999, b"20261122080000Z"),
    ],
)
def test_a_time_has_no_trailing_zeros(microsecond: int, text: bytes) -> None:
    moment = datetime(2026, 11, 22, 8, 0, 0, microsecond, UTC)
    assert der.generalized_time(moment, milliseconds=True)[2:] == text


def test_rsa_alone_has_null_parameters() -> None:
    assert der.signature_algorithm(Algorithm.RS256).endswith(b"\x05\x00")
    assert not der.signature_algorithm(Algorithm.ES256).endswith(b"\x05\x00")
    assert not der.signature_algorithm(Algorithm.EDDSA).endswith(b"\x05\x00")
