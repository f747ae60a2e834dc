"""Bare signatures: right, wrong, of another kind."""

import pytest
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, padding, rsa

from keys.algorithms import Algorithm, PublicKey
from keys.errors import BadSignature, MalformedInput
from keys.signature import der_to_raw, raw_to_der, verify_signature

MESSAGE = "电子证照".encode()
EC_KEY = ec.generate_private_key(ec.SECP256R1())
RSA_KEY = rsa.generate_private_key(65537, 2048)
ED_KEY = ed25519.Ed25519PrivateKey.generate()
SIGNED: dict[Algorithm, tuple[PublicKey, bytes]] = {
    Algorithm.ES256: (EC_KEY.public_key(), EC_KEY.sign(MESSAGE, ec.ECDSA(hashes.SHA256()))),
    Algorithm.RS256: (RSA_KEY.public_key(), RSA_KEY.sign(MESSAGE, padding.PKCS1v15(), hashes.SHA256())),
    Algorithm.EDDSA: (ED_KEY.public_key(), ED_KEY.sign(MESSAGE)),
}


@pytest.mark.parametrize("algorithm", Algorithm)
def test_a_signature_verifies_and_one_changed_bit_does_not(algorithm: Algorithm) -> None:
    public_key, signature = SIGNED[algorithm]
    verify_signature(public_key, algorithm, signature, MESSAGE)
    for place in range(0, len(signature), 7):
        changed = bytearray(signature)
        changed[place] ^= 1
        with pytest.raises(BadSignature):
            verify_signature(public_key, algorithm, bytes(changed), MESSAGE)
    with pytest.raises(BadSignature):
        verify_signature(public_key, algorithm, signature, MESSAGE + b"!")


@pytest.mark.parametrize("algorithm", Algorithm)
def test_a_key_never_verifies_under_another_algorithm(algorithm: Algorithm) -> None:
    for other, (public_key, signature) in SIGNED.items():
        if other is not algorithm:
            with pytest.raises(BadSignature):
                verify_signature(public_key, algorithm, signature, MESSAGE)


def test_a_raw_signature_is_not_taken_for_der() -> None:
    public_key, signature = SIGNED[Algorithm.ES256]
    with pytest.raises(BadSignature):
        verify_signature(public_key, Algorithm.ES256, der_to_raw(signature), MESSAGE)


def test_r_and_s_of_zero_do_not_verify() -> None:
    public_key, _ = SIGNED[Algorithm.ES256]
    with pytest.raises(BadSignature):
        verify_signature(public_key, Algorithm.ES256, raw_to_der(b"\x00" * 64), MESSAGE)


def test_both_spellings_of_an_ecdsa_signature_convert() -> None:
    _, signature = SIGNED[Algorithm.ES256]
    raw = der_to_raw(signature)
    assert len(raw) == 64
    assert raw_to_der(raw) == signature


@pytest.mark.parametrize("broken", [b"", b"\x30\x00", b"0" * 64, b"\x30\x06\x02\x01\xff\x02\x01\x01"])
def test_what_is_no_der_signature_is_refused_when_converted(broken: bytes) -> None:
    with pytest.raises(MalformedInput):
        der_to_raw(broken)


@pytest.mark.parametrize("length", [0, 63, 65, 128])
def test_a_raw_signature_of_another_length_is_refused(length: int) -> None:
    with pytest.raises(MalformedInput):
        raw_to_der(b"\x01" * length)
