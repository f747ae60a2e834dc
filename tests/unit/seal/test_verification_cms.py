"""The arithmetic of CMS and time-stamps, against structures made by independent software, and against
garbage."""

import hashlib
from datetime import UTC, datetime

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.hazmat.primitives.serialization import Encoding, pkcs7
from cryptography.x509.oid import NameOID
from hypothesis import given, settings
from hypothesis import strategies as st

from seal.verification.cms import read_cms
from seal.verification.errors import UnreadableSignature
from seal.verification.timestamp import read_timestamp

CONTENT = b"the document"
Key = ec.EllipticCurvePrivateKey | rsa.RSAPrivateKey


def certificate_of(key: Key, digest: hashes.HashAlgorithm | None = None) -> x509.Certificate:
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "test")])
    start, end = datetime(2026, 1, 1, tzinfo=UTC), datetime(2027, 1, 1, tzinfo=UTC)
    return x509.CertificateBuilder(name, name, key.public_key(), 7, start, end).sign(
        key, digest or hashes.SHA256()
    )


def made(
    key: Key, digest: hashes.SHA256 | hashes.SHA384, *, pss: bool = False, attributes: bool = True
) -> bytes:
    chosen = padding.PSS(padding.MGF1(digest), padding.PSS.DIGEST_LENGTH) if pss else None
    builder = pkcs7.PKCS7SignatureBuilder().set_data(CONTENT)
    builder = builder.add_signer(certificate_of(key), key, digest, rsa_padding=chosen)
    options = [pkcs7.PKCS7Options.DetachedSignature, pkcs7.PKCS7Options.Binary]
    if not attributes:
        options.append(pkcs7.PKCS7Options.NoAttributes)
    return builder.sign(Encoding.DER, options)


P256 = ec.generate_private_key(ec.SECP256R1())
RSA = rsa.generate_private_key(65537, 2048)


@pytest.mark.parametrize("key", [P256, ec.generate_private_key(ec.SECP384R1()), RSA])
@pytest.mark.parametrize("digest", [hashes.SHA256(), hashes.SHA384()])
@pytest.mark.parametrize("attributes", [True, False])
def test_a_true_signature_is_intact_and_one_of_other_content_is_not(
    key: Key, digest: hashes.SHA256 | hashes.SHA384, attributes: bool
) -> None:
    der = made(key, digest, attributes=attributes)
    assert read_cms(der, (CONTENT[:4], CONTENT[4:])).intact
    assert not read_cms(der, (b"another document",)).intact


def test_rsa_pss_is_computed_with_its_own_parameters() -> None:
    assert read_cms(made(RSA, hashes.SHA384(), pss=True), (CONTENT,)).intact


def test_a_short_rsa_key_is_named_as_weak() -> None:
    short = rsa.generate_private_key(65537, 1024)  # noqa: S505 - the weakness is what is tested
    assert read_cms(made(short, hashes.SHA256()), (CONTENT,)).weakness == "RSA 1024"
    assert read_cms(made(RSA, hashes.SHA256()), (CONTENT,)).weakness == ""


def test_a_signature_under_another_certificate_is_broken() -> None:
    der = made(P256, hashes.SHA256())
    own = read_cms(der, (CONTENT,)).signer
    other = b""
    while len(other) != len(own):  # ECDSA values differ in length by an octet or two
        other = certificate_of(ec.generate_private_key(ec.SECP256R1())).public_bytes(Encoding.DER)
    assert not read_cms(der.replace(own, other), (CONTENT,)).intact


def test_an_encapsulated_digest_must_be_the_document_s() -> None:
    """adbe.pkcs7.sha1: the content of the structure is the SHA-1 of the document."""
    digest = hashlib.sha1(CONTENT, usedforsecurity=False).digest()
    builder = (
        pkcs7.PKCS7SignatureBuilder().set_data(digest).add_signer(certificate_of(P256), P256, hashes.SHA256())
    )
    der = builder.sign(Encoding.DER, [pkcs7.PKCS7Options.Binary])
    assert read_cms(der, (CONTENT,), detached_digest=digest).intact
    assert not read_cms(der, (CONTENT,), detached_digest=bytes(20)).intact


def test_cut_anywhere_it_is_unreadable_or_broken() -> None:
    der = made(P256, hashes.SHA256())
    for end in range(0, len(der) - 1, 7):
        try:
            assert not read_cms(der[:end], (CONTENT,)).intact
        except UnreadableSignature:
            continue


@given(st.integers(0, 500), st.integers(0, 7))
@settings(max_examples=60, deadline=None)
def test_one_flipped_bit_raises_nothing_else(place: int, bit: int) -> None:
    der = bytearray(SAMPLE)
    der[place % len(der)] ^= 1 << bit
    try:
        read_cms(bytes(der), (CONTENT,))
    except UnreadableSignature:
        pass


@given(st.binary(max_size=200))
@settings(max_examples=60, deadline=None)
def test_garbage_is_unreadable(data: bytes) -> None:
    with pytest.raises(UnreadableSignature):
        read_cms(data, (CONTENT,))
    with pytest.raises(UnreadableSignature):
        read_timestamp(data, (CONTENT,))


def test_a_signature_is_no_time_stamp() -> None:
    with pytest.raises(UnreadableSignature):
        read_timestamp(SAMPLE, (CONTENT,))


SAMPLE = made(P256, hashes.SHA256())
