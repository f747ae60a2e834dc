"""T39: ASN.1 of strangers in a PDF (CMS, time-stamps, OCSP, seal records): garbage is a reason, soon."""

import time
from collections.abc import Callable
from contextlib import suppress

import pytest

from ca.path_ocsp import parse_answers
from keys.errors import XinzhengError
from seal.record import parse_record
from seal.verification.cms import read_cms
from seal.verification.errors import UnreadableSignature
from seal.verification.reading import read_evidence
from seal.verification.timestamp import read_timestamp
from tests.attacks.pdf_samples import contents_replaced, ranges_of
from tests.unit.ca.test_path_ocsp import answer
from tests.unit.ca.world import NOW
from tests.unit.seal.sealed import Sealed, make_sealed

SLOWEST = 1.0
"""Seconds for one structure on a machine that does other work too; alone each takes a few milliseconds."""
NESTED = b"\x30\x80" * 20_000
HUGE_LENGTH = b"\x30\x84\xff\xff\xff\xff" + b"\x02\x01\x00" * 10
LONG_NUMBER = b"\x30\x83\x01\x00\x05\x02\x83\x01\x00\x00" + b"\x7f" * 65_536
LONG_OID = b"\x30\x83\x01\x00\x05\x06\x83\x01\x00\x00" + b"\x81" * 65_535 + b"\x01"
GARBAGE = [b"", b"\x00", b"\x30", b"\x30\x00", b"\xff" * 64, NESTED, HUGE_LENGTH, LONG_NUMBER, LONG_OID]


@pytest.fixture(scope="module")
def sealed(tmp_path_factory: pytest.TempPathFactory) -> Sealed:
    return make_sealed(tmp_path_factory.mktemp("world"))


def cms_of(document: bytes) -> bytes:
    _, start, end, _ = ranges_of(document)
    return bytes.fromhex(document[start + 1 : end - 1].decode())


def variants(der: bytes, step: int) -> list[bytes]:
    """Cut short, and with one bit turned, at every `step`-th octet."""
    cut = [der[:end] for end in range(0, len(der), step)]
    flipped = [der[:at] + bytes([der[at] ^ 1 << at % 8]) + der[at + 1 :] for at in range(0, len(der), step)]
    return [*GARBAGE, *cut, *flipped]


def attempt(parse: Callable[[bytes], object], der: bytes) -> None:
    start = time.monotonic()
    with suppress(UnreadableSignature, XinzhengError):
        parse(der)
    assert time.monotonic() - start < SLOWEST


def test_a_signature_value_of_any_octets_is_read_or_refused_with_a_reason(sealed: Sealed) -> None:
    for der in variants(cms_of(sealed.seal()), 61):
        attempt(lambda value: read_cms(value, (b"x",)), der)


def test_a_time_stamp_of_any_octets_is_read_or_refused_with_a_reason(sealed: Sealed) -> None:
    token = sealed.timestamper(NOW)(b"\x00" * 32)
    for der in variants(token, 41):
        attempt(lambda value: read_timestamp(value, (b"x",)), der)


def test_a_seal_record_of_any_octets_is_read_or_refused_with_a_reason(sealed: Sealed) -> None:
    for der in variants(sealed.record_der, 31):
        attempt(parse_record, der)


def test_ocsp_answers_of_any_octets_are_read_or_left_out(sealed: Sealed) -> None:
    for der in variants(answer(sealed.world, sealed.certificate), 5):
        attempt(lambda value: parse_answers([value]), der)


@pytest.mark.parametrize("der", [NESTED[:2_000], HUGE_LENGTH, LONG_OID[:2_000]])
def test_garbage_in_a_signed_file_is_an_answer(sealed: Sealed, der: bytes) -> None:
    document = sealed.seal()
    _, start, end, _ = ranges_of(document)
    value = b"<" + der.hex().encode()[: end - start - 2] + b">"
    for signature in read_evidence(contents_replaced(document, value)).signatures:
        assert signature.reason
        assert signature.cryptography.value != "intact"


def test_an_identifier_that_takes_its_reader_long_is_not_read(sealed: Sealed) -> None:
    for der in (LONG_OID, b"\x30\x80" + LONG_OID[5:], cms_of(sealed.seal())[:40] + LONG_OID[5:]):
        with pytest.raises(UnreadableSignature):
            read_cms(der, (b"x",))


def test_without_the_limit_such_an_identifier_is_read_to_its_end(monkeypatch: pytest.MonkeyPatch) -> None:
    """What stops it is the limit, before its reader begins."""
    with pytest.raises(UnreadableSignature, match="beyond reason"):
        read_cms(LONG_OID, (b"x",))
    monkeypatch.setattr("seal.verification.der_limits.LONGEST_IDENTIFIER", len(LONG_OID))
    with pytest.raises(UnreadableSignature, match="not readable"):
        read_cms(LONG_OID, (b"x",))
