"""Builders of X.509 accept a signer; key bytes stay where they are."""

import copy
from datetime import UTC, datetime

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import NameOID
from sqlalchemy.orm import Session

from keys.algorithms import Algorithm
from keys.errors import KeyUseRefused
from keys.pyca_adapter import as_private_key
from keys.signer import KeyUse, Signer
from tests.unit.keys.world import World, loose_handle

NAME = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "信证测试")])
START, END = datetime(2026, 1, 1, tzinfo=UTC), datetime(2027, 1, 1, tzinfo=UTC)


def certificate_by(signer: Signer) -> x509.Certificate:
    builder = (
        x509.CertificateBuilder()
        .subject_name(NAME)
        .issuer_name(NAME)
        .serial_number(7)
        .not_valid_before(START)
        .not_valid_after(END)
        .public_key(signer.public_key)
    )
    return builder.sign(as_private_key(signer), hashes.SHA256())


def test_a_certificate_a_crl_and_a_request_are_signed_through_the_adapter() -> None:
    handle, _ = loose_handle(KeyUse.CRL)
    signer = handle.standing(KeyUse.CRL)
    certificate = certificate_by(signer)
    certificate.verify_directly_issued_by(certificate)
    revocations = (
        x509.CertificateRevocationListBuilder().issuer_name(NAME).last_update(START).next_update(END)
    )
    crl = revocations.sign(as_private_key(signer), hashes.SHA256())
    assert isinstance(signer.public_key, ec.EllipticCurvePublicKey)
    assert crl.is_signature_valid(signer.public_key)
    request = x509.CertificateSigningRequestBuilder().subject_name(NAME)
    assert request.sign(as_private_key(signer), hashes.SHA256()).is_signature_valid


def test_an_rsa_key_works_through_the_adapter_too(world: World, session: Session, now: datetime) -> None:
    handle = world.keyring.generate(
        session, uses=[KeyUse.CRL], label="rsa", now=now, algorithm=Algorithm.RS256
    )
    certificate = certificate_by(handle.standing(KeyUse.CRL))
    certificate.verify_directly_issued_by(certificate)
    key = as_private_key(handle.standing(KeyUse.CRL))
    assert isinstance(key, rsa.RSAPrivateKey)
    assert key.key_size == 3072
    with pytest.raises(KeyUseRefused):
        key.sign(b"m", padding.PSS(padding.MGF1(hashes.SHA256()), 32), hashes.SHA256())
    with pytest.raises(KeyUseRefused):
        key.decrypt(b"c", padding.PKCS1v15())


def test_the_adapter_never_gives_key_bytes_away() -> None:
    handle, _ = loose_handle(KeyUse.CRL)
    key = as_private_key(handle.standing(KeyUse.CRL))
    assert isinstance(key, ec.EllipticCurvePrivateKey)
    assert copy.deepcopy(key) is key
    with pytest.raises(KeyUseRefused):
        key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    with pytest.raises(KeyUseRefused):
        key.private_numbers()
    with pytest.raises(KeyUseRefused):
        key.exchange(ec.ECDH(), ec.generate_private_key(ec.SECP256R1()).public_key())


def test_the_adapter_signs_with_sha_256_only() -> None:
    handle, _ = loose_handle(KeyUse.CRL)
    key = as_private_key(handle.standing(KeyUse.CRL))
    with pytest.raises(KeyUseRefused):
        key.sign(b"message", ec.ECDSA(hashes.SHA512()))


def test_an_ed25519_key_signs_nothing_but_checkpoints(world: World) -> None:
    signer = world.keyring.by_label("log").standing(KeyUse.CHECKPOINT)
    with pytest.raises(KeyUseRefused):
        as_private_key(signer)
