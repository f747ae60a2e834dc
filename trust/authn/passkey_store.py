"""Passkeys in the database. Nothing here commits.

The counter rule (WebAuthn level 3 §7.2 step 22): an authenticator that counts must count up. One that does
not was probably copied: the passkey becomes `suspected` and opens nothing any more. Synced passkeys do not
count (always 0) and are not judged by it.
"""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from sqlalchemy import CursorResult, bindparam, insert, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session
from sqlmodel import SQLModel

from keys.encoding import uuid7
from trust.authn import models
from trust.authn.errors import AuthenticatorConflict
from trust.authn.passkeys import NewPasskey, PasskeyUse

ACTIVE, SUSPECTED, ENDED = "active", "suspected", "ended"
LONGEST_LABEL = 64
_PASSKEY = SQLModel.metadata.tables[str(models.AuthnPasskey.__tablename__)]
_ACCOUNT = SQLModel.metadata.tables[str(models.AuthnAccount.__tablename__)]
_FIND = (
    select(
        _PASSKEY.c.id,
        _PASSKEY.c.person_id,
        _PASSKEY.c.public_key,
        _ACCOUNT.c.user_handle,
    )
    .join(_ACCOUNT, _ACCOUNT.c.person_id == _PASSKEY.c.person_id)
    .where(_PASSKEY.c.state == ACTIVE, _PASSKEY.c.credential_id == bindparam("wanted"))
)


@dataclass(frozen=True, slots=True)
class Passkey:
    """A passkey as its owner's page lists it."""

    passkey_id: UUID
    label: str
    state: str
    synced: bool
    created_at: datetime
    used_at: datetime | None


class Recorded(StrEnum):
    GOOD = "good"
    SUSPECTED = "suspected"
    """The counter did not rise; the passkey is out of use now. Tell its owner."""
    GONE = "gone"


@dataclass(frozen=True, slots=True)
class FoundPasskey:
    """What is needed to judge an answer of it."""

    passkey_id: UUID
    person_id: str
    public_key: bytes
    user_handle: bytes


def find_passkey(session: Session, credential_id: bytes) -> FoundPasskey | None:
    """The passkey in use of that name."""
    row = session.connection().execute(_FIND, {"wanted": credential_id}).one_or_none()
    return None if row is None else FoundPasskey(row.id, row.person_id, row.public_key, row.user_handle)


def record_use(session: Session, passkey_id: UUID, use: PasskeyUse, now: datetime) -> Recorded:
    """Move the counter on, or put the passkey out of use when it did not rise. One statement decides."""
    rises = _PASSKEY.c.sign_count < use.sign_count
    if use.sign_count == 0:
        rises = _PASSKEY.c.sign_count == 0
    here = (_PASSKEY.c.id == passkey_id) & (_PASSKEY.c.state == ACTIVE)
    connection = session.connection()
    moved: CursorResult[tuple[()]] = connection.execute(
        update(_PASSKEY).where(here, rises).values(sign_count=use.sign_count, used_at=now, synced=use.synced)
    )
    if moved.rowcount == 1:
        return Recorded.GOOD
    stopped: CursorResult[tuple[()]] = connection.execute(
        update(_PASSKEY).where(here).values(state=SUSPECTED)
    )
    return Recorded.SUSPECTED if stopped.rowcount == 1 else Recorded.GONE


def passkeys_of(session: Session, person_id: str) -> tuple[Passkey, ...]:
    """All that have not been ended, oldest first."""
    statement = (
        select(_PASSKEY)
        .where(_PASSKEY.c.person_id == person_id, _PASSKEY.c.state != ENDED)
        .order_by(_PASSKEY.c.created_at, _PASSKEY.c.id)
    )
    return tuple(
        Passkey(row.id, row.label, row.state, row.synced, row.created_at, row.used_at)
        for row in session.connection().execute(statement)
    )


def credential_ids(session: Session, person_id: str) -> tuple[bytes, ...]:
    statement = select(_PASSKEY.c.credential_id).where(
        _PASSKEY.c.person_id == person_id, _PASSKEY.c.state == ACTIVE
    )
    return tuple(session.connection().execute(statement).scalars())


def end_passkey(session: Session, person_id: str, passkey_id: UUID) -> bool:
    """Put one of the person's own passkeys out of use."""
    statement = (
        update(_PASSKEY)
        .where(_PASSKEY.c.id == passkey_id, _PASSKEY.c.person_id == person_id, _PASSKEY.c.state != ENDED)
        .values(state=ENDED)
    )
    result: CursorResult[tuple[()]] = session.connection().execute(statement)
    return result.rowcount == 1


def insert_passkey(session: Session, person_id: str, new: NewPasskey, label: str, now: datetime) -> UUID:
    """Raises: AuthenticatorConflict when it is registered already, for whomever."""
    row = {
        "id": uuid7(now),
        "credential_id": new.credential_id,
        "person_id": person_id,
        "public_key": new.public_key,
        "sign_count": new.sign_count,
        "state": ACTIVE,
        "label": label[:LONGEST_LABEL],
        "synced": new.synced,
        "created_at": now,
        "used_at": None,
    }
    try:
        with session.begin_nested():
            session.connection().execute(insert(_PASSKEY), [row])
    except IntegrityError:
        raise AuthenticatorConflict() from None
    return UUID(str(row["id"]))
