"""Seal records of every version: read, made, verified, and garbage refused."""

from datetime import UTC, datetime
from hashlib import sha256
from typing import Any

import pytest
from asn1crypto import core
from cryptography.hazmat.primitives.serialization import Encoding
from hypothesis import given, settings
from hypothesis import strategies as st

from keys.errors import XinzhengError
from seal import record_asn1 as asn1
from seal.errors import MalformedSeal, SealAlgorithmUnknown, SealingFailed, SealMakerWrong
from seal.oids import ARTWORK_DIGEST, ECDSA_SHA256, SM2_SM3
from seal.record import check_maker, parse_record
from seal.record_build import seal_info, sign_seal
from tests.unit.seal.local import NAME, NOW, LocalSigner, local_seal, record_draft

SEAL = local_seal()
MAKER_DER = SEAL.maker_certificate.public_bytes(Encoding.DER)
OWN_DER = SEAL.certificate.public_bytes(Encoding.DER)


def v4(
    info: bytes, *, oid: str = ECDSA_SHA256, timestamp: bytes | None = None, signed: bytes | None = None
) -> bytes:
    parts = [
        info,
        core.OctetString(MAKER_DER).dump(),
        core.ObjectIdentifier(oid).dump(),
        core.OctetBitString(SEAL.maker.sign(info if signed is None else signed)).dump(),
    ]
    if timestamp is not None:
        parts.append(core.OctetBitString(timestamp, explicit=(2, 0)).dump())
    return bytes(core.Sequence(contents=b"".join(parts)).dump())


def info_of(version: int, **changes: Any) -> dict[str, Any]:
    info: dict[str, Any] = {
        "header": {"id": "ES", "version": version, "vid": "OTHER"},
        "es_id": "33010210000001",
        "property": {
            "type": 1,
            "name": NAME,
            "cert_list_type": 1,
            "cert_list": core.Any(asn1.Certificates([OWN_DER])),
            "create_date": asn1.x509.Time({"general_time": NOW}),
            "valid_start": asn1.x509.Time({"general_time": NOW}),
            "valid_end": asn1.x509.Time({"general_time": NOW.replace(year=2030)}),
        },
        "picture": {"type": "ofd", "data": b"PK", "width": 40, "height": 30},
    }
    return {**info, **changes}


def v1_seal(signed: bytes | None = None) -> bytes:
    shape = info_of(1)["property"] | {"cert_list": asn1.Certificates([OWN_DER])}
    del shape["cert_list_type"]
    shape |= {name: asn1.x509.Time({"utc_time": NOW}) for name in ("create_date", "valid_start", "valid_end")}
    info = asn1.SealInfoV1(info_of(1, property=shape)).dump()
    rest = core.OctetString(MAKER_DER).dump() + core.ObjectIdentifier(ECDSA_SHA256).dump()
    whole = core.Sequence(contents=info + rest).dump()
    signature = core.OctetBitString(SEAL.maker.sign(whole if signed is None else signed)).dump()
    return bytes(core.Sequence(contents=info + core.Sequence(contents=rest + signature).dump()).dump())


def test_a_seal_we_make_reads_back_and_its_maker_is_confirmed() -> None:
    record = parse_record(SEAL.record)
    check_maker(record)
    assert (record.version, record.kind, record.name, record.vendor) == (4, 1, NAME, "XINZHENG")
    assert record.seal_id == "3300007K3M9Q2D"
    assert record.created_at == NOW
    assert record.valid_until == NOW.replace(year=2027)
    assert (record.picture.kind, record.picture.width_mm, record.picture.height_mm) == ("PNG", 42, 42)
    assert record.certificates == (OWN_DER,)
    assert record.names_certificate(OWN_DER)
    assert not record.names_certificate(MAKER_DER)
    assert record.artwork_digest == sha256(SEAL.picture.pdf).digest()
    assert record.demonstration
    assert record.der == SEAL.record


def test_a_seal_that_is_no_demonstration_does_not_say_so() -> None:
    info = seal_info(record_draft(SEAL.certificate, SEAL.picture, demonstration=False))
    record = parse_record(sign_seal(info, signer=SEAL.maker, maker_certificate=MAKER_DER))
    assert not record.demonstration
    assert record.extension(ARTWORK_DIGEST) is not None


def test_a_seal_of_2014_is_signed_with_the_makers_certificate_and_algorithm() -> None:
    record = parse_record(v1_seal())
    check_maker(record)
    assert record.version == 1
    assert record.created_at == NOW
    assert record.certificates == (OWN_DER,)
    bare = asn1.SealV1.load(v1_seal())["seal_info"].dump()
    with pytest.raises(SealMakerWrong):
        check_maker(parse_record(v1_seal(signed=bare)))


def test_a_seal_of_2020_is_signed_over_its_information_only() -> None:
    info = asn1.SealInfoV4(info_of(4)).dump()
    record = parse_record(v4(info))
    check_maker(record)
    assert record.version == 4
    assert record.extensions == ()
    whole = core.Sequence(
        contents=info + core.OctetString(MAKER_DER).dump() + core.ObjectIdentifier(ECDSA_SHA256).dump()
    ).dump()
    with pytest.raises(SealMakerWrong):
        check_maker(parse_record(v4(info, signed=whole)))


def test_a_seal_of_2025_may_end_in_a_time_stamp() -> None:
    info = asn1.SealInfoV4(info_of(5)).dump()
    record = parse_record(v4(info, timestamp=b"token"))
    check_maker(record)
    assert record.version == 5
    assert record.timestamp == b"token"


@pytest.mark.parametrize("tagged", ["tagged", "bare"])
def test_extensions_are_read_with_and_without_their_tag(tagged: str) -> None:
    extensions = asn1.Extensions([{"extn_id": ARTWORK_DIGEST, "extn_value": b"x" * 32}])
    info = asn1.SealInfoV4(info_of(4, ext_datas=asn1.ExtensionsChoice(tagged, extensions))).dump()
    assert parse_record(v4(info)).artwork_digest == b"x" * 32


@pytest.mark.parametrize("name", ["SHA256", "SHA-256", "sha256"])
def test_a_seal_may_name_its_certificates_by_digest(name: str) -> None:
    digests = asn1.CertificateDigests([{"type": name, "value": sha256(OWN_DER).digest()}])
    shape = info_of(4)["property"] | {"cert_list_type": 2, "cert_list": core.Any(digests)}
    record = parse_record(v4(asn1.SealInfoV4(info_of(4, property=shape)).dump()))
    assert record.certificates == ()
    assert record.names_certificate(OWN_DER)
    assert not record.names_certificate(MAKER_DER)


def test_an_sm2_seal_is_read_and_called_unknown_not_wrong() -> None:
    record = parse_record(v4(asn1.SealInfoV4(info_of(4)).dump(), oid=SM2_SM3))
    with pytest.raises(SealAlgorithmUnknown):
        check_maker(record)


def test_another_makers_certificate_does_not_confirm_the_seal() -> None:
    info = seal_info(record_draft(SEAL.certificate, SEAL.picture))
    forged = sign_seal(info, signer=LocalSigner(), maker_certificate=MAKER_DER)
    with pytest.raises(SealMakerWrong):
        check_maker(parse_record(forged))


def test_a_key_of_another_kind_makes_no_seal() -> None:
    info = seal_info(record_draft(SEAL.certificate, SEAL.picture))
    with pytest.raises(SealingFailed):
        sign_seal(info, signer=local_seal("rsa").signer, maker_certificate=MAKER_DER)


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"\x30\x00",
        b"\x30\x80\x00\x00",
        b"seal",
        core.Sequence(contents=core.Integer(1).dump() * 3).dump(),
        core.Sequence(contents=core.Integer(1).dump() * 4).dump(),
        core.Sequence(contents=core.Integer(1).dump() * 2).dump(),
        b"\x30\x84\xff\xff\xff\xff",
        SEAL.record + b"\x00",
        b"\x30\x82" + (60_000).to_bytes(2, "big") + b"\x30\x80" * 30_000,
        bytes((1 << 20) + 1),
        v4(asn1.SealInfoV4(info_of(4, header={"id": "XX", "version": 4, "vid": "OTHER"})).dump()),
        v4(asn1.SealInfoV4(info_of(4, property=info_of(4)["property"] | {"cert_list_type": 3})).dump()),
    ],
    ids=[
        "nothing",
        "empty",
        "indefinite length",
        "text",
        "three parts",
        "four integers",
        "two integers",
        "a length of 4 GiB",
        "trailing byte",
        "nested 30,000 deep",
        "over 1 MiB",
        "another header",
        "unknown list of certificates",
    ],
)
def test_what_is_no_seal_is_malformed(data: bytes) -> None:
    with pytest.raises(MalformedSeal):
        parse_record(data)


def test_a_seal_cut_off_anywhere_is_malformed() -> None:
    for end in range(0, len(SEAL.record), 37):
        with pytest.raises(MalformedSeal):
            parse_record(SEAL.record[:end])


@settings(max_examples=100, deadline=None)
@given(st.integers(0, len(SEAL.record) - 1), st.integers(0, 7))
def test_one_flipped_bit_is_never_accepted(position: int, bit: int) -> None:
    data = bytearray(SEAL.record)
    data[position] ^= 1 << bit
    try:
        record = parse_record(bytes(data))
        check_maker(record)
    except XinzhengError:
        return
    # What is left are bits of the maker's certificate that its public key does not depend on: the chain check
    # of that certificate is the caller's.
    assert record.signed == parse_record(SEAL.record).signed
    assert record.maker_certificate != MAKER_DER


@settings(max_examples=60, deadline=None)
@given(st.binary(max_size=400))
def test_random_bytes_are_malformed(data: bytes) -> None:
    with pytest.raises(MalformedSeal):
        parse_record(data)


def test_times_are_aware_and_utc() -> None:
    assert parse_record(SEAL.record).valid_from.tzinfo is UTC
    assert isinstance(parse_record(SEAL.record).valid_from, datetime)
