"""The closed table: one algorithm a key, everything outside refused."""

import pytest
from cryptography.hazmat.primitives.asymmetric import ec, ed448, ed25519, rsa
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from keys.algorithms import Algorithm, algorithm_of, read_public_key
from keys.errors import MalformedInput, UnacceptableKey


def test_each_kind_of_key_has_exactly_one_algorithm() -> None:
    assert algorithm_of(ec.generate_private_key(ec.SECP256R1()).public_key()) is Algorithm.ES256
    assert algorithm_of(rsa.generate_private_key(65537, 2048).public_key()) is Algorithm.RS256
    assert algorithm_of(ed25519.Ed25519PrivateKey.generate().public_key()) is Algorithm.EDDSA


def test_the_table_is_closed() -> None:
    assert {algorithm.jose_name for algorithm in Algorithm} == {"ES256", "RS256", "Ed25519"}


@pytest.mark.parametrize(
    "public_key",
    [
        ec.generate_private_key(ec.SECP384R1()).public_key(),
        ec.generate_private_key(ec.SECP256K1()).public_key(),
        rsa.generate_private_key(65537, 1024).public_key(),  # noqa: S505 - must be refused
        rsa.generate_private_key(3, 2048).public_key(),
        ed448.Ed448PrivateKey.generate().public_key(),
        b"secret",
        None,
    ],
)
def test_a_key_outside_the_table_is_refused(public_key: object) -> None:
    with pytest.raises(UnacceptableKey):
        algorithm_of(public_key)


def test_every_algorithm_knows_its_x509_name() -> None:
    assert {algorithm.x509_signature_oid.dotted_string for algorithm in Algorithm} == {
        "1.2.840.10045.4.3.2",
        "1.2.840.113549.1.1.11",
        "1.3.101.112",
    }
    assert Algorithm.EDDSA.hash is None
    assert Algorithm.ES256.hash is not None


def test_a_public_key_is_read_from_der_or_pem_and_garbage_is_refused() -> None:
    public_key = ec.generate_private_key(ec.SECP256R1()).public_key()
    der = public_key.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    pem = public_key.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
    assert read_public_key(der) == read_public_key(pem) == public_key
    with pytest.raises(MalformedInput):
        read_public_key(pem[:-30])
    for broken in (b"", der[:-1], der + b"\x00", b"\x30" * 50, der.replace(b"\x04", b"\x05", 1)):
        with pytest.raises(MalformedInput):
            read_public_key(broken)
