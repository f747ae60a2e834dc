"""A data key for every person (一人一密): personal fields open only while that key exists.

The key is sealed by the node's field cipher with AAD naming the person. Erasing a person (PIPL art. 47)
deletes the key, after which no row, and no copy of a row, can be read (crypto-shredding). Not covered: a
backup made before still holds the sealed key beside the row; the operator's retention decides how long
(see README, PERSONS-3).
"""

import secrets
from datetime import datetime
from uuid import UUID

from sqlalchemy.orm import Session

from keys.encoding import canonical_json, parse_json
from keys.fields import KEY_OCTETS, FieldCipher
from trust.persons.errors import PersonNotFound
from trust.persons.store import people

LARGEST = 16 * 1024


def new_key(session: Session, cipher: FieldCipher, person_id: UUID) -> FieldCipher:
    """Make and store the key of a new person."""
    key = secrets.token_bytes(KEY_OCTETS)
    people.insert_key(session, person_id, cipher.seal(key, aad=_aad(person_id)))
    return FieldCipher(key)


def unwrap_key(cipher: FieldCipher, person_id: UUID, wrapped: bytes) -> FieldCipher:
    """Raises: UnwrapFailed when the key belongs to another person."""
    return FieldCipher(cipher.open(wrapped, aad=_aad(person_id)))


def open_key(session: Session, cipher: FieldCipher, person_id: UUID) -> FieldCipher:
    """Raises: PersonNotFound when there is no such person (any more)."""
    wrapped = people.read_key(session, person_id)
    if wrapped is None:
        raise PersonNotFound()
    return unwrap_key(cipher, person_id, wrapped)


def seal_json(key: FieldCipher, value: object, *, column: str, row: UUID) -> bytes:
    """Seal a small JSON value into one column of one row."""
    return key.seal(canonical_json(value), aad=f"{column}/{row}")


def open_json(key: FieldCipher, sealed: bytes, *, column: str, row: UUID) -> dict[str, object]:
    """Raises: UnwrapFailed."""
    opened: dict[str, object] = parse_json(key.open(sealed, aad=f"{column}/{row}"), max_bytes=LARGEST)
    return opened


def erase(session: Session, person_id: UUID, now: datetime) -> bool:
    """Destroy the key, the sealed columns and the blind indexes. False when it was done before."""
    return people.erase(session, person_id, now)


def _aad(person_id: UUID) -> str:
    return f"person_key/wrapped/{person_id}"
