"""T28: who has the database, its journal and its backup has no key."""

import base64
from datetime import datetime
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
from cryptography.hazmat.primitives.serialization import load_der_private_key
from sqlalchemy import text

from api.db import Database
from keys.algorithms import Algorithm
from keys.custody import Kek, row_aad
from keys.fields import FieldCipher
from keys.keyring import Keyring
from keys.models import SigningKey
from keys.signer import KeyUse

NUMBER = "11010519491231002X"


def spellings(secret: bytes) -> list[bytes]:
    standard = base64.b64encode(secret)[:-4]
    return [secret, secret.hex().encode(), standard, standard.translate(bytes.maketrans(b"+/", b"-_"))]


def secrets_of(private_key: object) -> list[bytes]:
    """The numbers nobody may find."""
    if isinstance(private_key, ec.EllipticCurvePrivateKey):
        return [private_key.private_numbers().private_value.to_bytes(32, "big")]
    if isinstance(private_key, rsa.RSAPrivateKey):
        numbers = private_key.private_numbers()
        parts = (numbers.d, numbers.p, numbers.q)
        return [part.to_bytes((part.bit_length() + 7) // 8, "big") for part in parts]
    assert isinstance(private_key, ed25519.Ed25519PrivateKey)
    return [private_key.private_bytes_raw()]


def everything_stored(database: Database, folder: Path) -> bytes:
    """Every byte of every row and, on SQLite, of every file: database, WAL, shared memory."""
    found = [path.read_bytes() for path in folder.rglob("*") if path.is_file() and path.name != "kek"]
    with database.reading() as session:
        for table in ("signing_key", "field_key"):
            for row in session.execute(text(f"SELECT * FROM {table}")):  # noqa: S608 - two names of our own
                found += [value if isinstance(value, bytes) else str(value).encode() for value in row]
    return b"\n".join(found)


def test_no_private_key_is_found_in_anything_stored(
    database: Database, tmp_path: Path, now: datetime
) -> None:
    kek = Kek.create_file(tmp_path / "kek")
    secrets = [base64.urlsafe_b64decode((tmp_path / "kek").read_bytes().strip() + b"=")]
    with database.writing() as session:
        keyring = Keyring(kek)
        for algorithm in Algorithm:
            keyring.generate(session, uses=[KeyUse.CRL], label=algorithm.value, now=now, algorithm=algorithm)
        sealed = FieldCipher.load_or_create(session, kek, now).seal(NUMBER.encode(), aad="a")
        session.commit()
        for row in session.query(SigningKey).all():
            aad = row_aad(
                "signing_key",
                str(row.id),
                uses=row.uses.split(" "),
                algorithm=row.algorithm,
                kid=row.kid,
                version=row.version,
            )
            secrets += secrets_of(load_der_private_key(kek.unwrap(row.wrapped or b"", aad), None))
    stored = everything_stored(database, tmp_path)
    assert len(secrets) == 1 + 1 + 3 + 1
    for secret in secrets:
        for spelled in spellings(secret):
            assert spelled not in stored
    assert NUMBER.encode() not in stored + sealed
