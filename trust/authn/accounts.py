"""Accounts, login names and passwords in the database. Nothing here commits or hashes.

Checking a password touches the database before and after the costly hash, never during it:

    found = find_password(session, cipher, name)          read; end the transaction
    outcome = hasher.check(found.stored, typed)           20 ms, no connection held
    renew_password(session, cipher, found, outcome.renewed, now)     only when there is one
"""

import secrets
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import CursorResult, bindparam, delete, insert, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session
from sqlmodel import SQLModel

from keys.fields import FieldCipher
from trust.authn import models
from trust.authn.errors import AuthenticatorConflict
from trust.authn.factors import Factor

_ACCOUNT = SQLModel.metadata.tables[str(models.AuthnAccount.__tablename__)]
_NAME = SQLModel.metadata.tables[str(models.AuthnLoginName.__tablename__)]
_PASSWORD = SQLModel.metadata.tables[str(models.AuthnPassword.__tablename__)]
_FIND = (
    select(_NAME.c.person_id, _PASSWORD.c.version, _PASSWORD.c.sealed)
    .outerjoin(_PASSWORD, _PASSWORD.c.person_id == _NAME.c.person_id)
    .where(_NAME.c.name_index == bindparam("wanted"))
)
NAME_FIELD = "authn_login_name"


@dataclass(frozen=True, slots=True)
class FoundPassword:
    """What is stored for a login name. A name nobody has looks like a name without a password."""

    name_index: bytes
    """Blind index of the name as typed: what attempts are counted by, known or not."""
    person_id: str | None
    version: int
    stored: str | None


def name_index(cipher: FieldCipher, name: str) -> bytes:
    """What stands for a login name in the database. Text no keyboard writes names nobody."""
    return cipher.blind_index(name.encode("utf-8", "replace").decode("utf-8"), field=NAME_FIELD)


def person_subject(cipher: FieldCipher, person_id: str, factor: Factor) -> bytes:
    """What tries at one factor of a known person are counted by.

    One subject a factor: a good password must not clear the failures of guessed codes.
    """
    return cipher.blind_index(person_id, field=f"authn_person.{factor}")


def open_account(session: Session, person_id: str, now: datetime) -> None:
    """Make the person's account. Raises: AuthenticatorConflict when there is one."""
    row = {"person_id": person_id, "user_handle": secrets.token_bytes(32), "created_at": now}
    try:
        with session.begin_nested():
            session.connection().execute(insert(_ACCOUNT), [row])
    except IntegrityError:
        raise AuthenticatorConflict("The person has an account.", "该人员已有账号。") from None


def user_handle(session: Session, person_id: str) -> bytes | None:
    """What authenticators call the person; None without an account."""
    found = session.connection().execute(
        select(_ACCOUNT.c.user_handle).where(_ACCOUNT.c.person_id == person_id)
    )
    return found.scalar_one_or_none()


def add_login_name(session: Session, cipher: FieldCipher, person_id: str, name: str, now: datetime) -> None:
    """Let the person log in with `name`. Raises: AuthenticatorConflict when anybody has it."""
    row = {"name_index": name_index(cipher, name), "person_id": person_id, "created_at": now}
    try:
        with session.begin_nested():
            session.connection().execute(insert(_NAME), [row])
    except IntegrityError:
        raise AuthenticatorConflict("The login name is taken.", "该登录名已被使用。") from None


def remove_login_name(session: Session, cipher: FieldCipher, person_id: str, name: str) -> bool:
    """True when the person had it."""
    statement = delete(_NAME).where(
        _NAME.c.name_index == name_index(cipher, name), _NAME.c.person_id == person_id
    )
    result: CursorResult[tuple[()]] = session.connection().execute(statement)
    return result.rowcount == 1


def find_password(session: Session, cipher: FieldCipher, name: str) -> FoundPassword:
    """One query, whether or not anybody has that name."""
    index = name_index(cipher, name)
    row = session.connection().execute(_FIND, {"wanted": index}).one_or_none()
    if row is None or row.sealed is None:
        return FoundPassword(index, row.person_id if row else None, 0, None)
    stored = cipher.open(row.sealed, aad=_aad(row.person_id)).decode("ascii")
    return FoundPassword(index, row.person_id, row.version, stored)


def find_password_of(session: Session, cipher: FieldCipher, person_id: str) -> FoundPassword:
    """For somebody already known (step-up, changing the password)."""
    statement = select(_PASSWORD.c.version, _PASSWORD.c.sealed).where(_PASSWORD.c.person_id == person_id)
    row = session.connection().execute(statement).one_or_none()
    index = person_subject(cipher, person_id, Factor.PASSWORD)
    if row is None:
        return FoundPassword(index, person_id, 0, None)
    stored = cipher.open(row.sealed, aad=_aad(person_id)).decode("ascii")
    return FoundPassword(index, person_id, row.version, stored)


def has_password(session: Session, person_id: str) -> bool:
    statement = select(_PASSWORD.c.version).where(_PASSWORD.c.person_id == person_id)
    return session.connection().execute(statement).one_or_none() is not None


def set_password(session: Session, cipher: FieldCipher, person_id: str, encoded: str, now: datetime) -> None:
    """Store a hash in place of whatever was there. The caller ends the person's other sessions.

    Raises: AuthenticatorConflict when somebody else sets it in the same moment.
    """
    values = {"sealed": cipher.seal(encoded.encode("ascii"), aad=_aad(person_id)), "changed_at": now}
    statement = (
        update(_PASSWORD)
        .where(_PASSWORD.c.person_id == person_id)
        .values(version=_PASSWORD.c.version + 1, **values)
    )
    changed: CursorResult[tuple[()]] = session.connection().execute(statement)
    if changed.rowcount == 1:
        return
    try:
        with session.begin_nested():
            session.connection().execute(
                insert(_PASSWORD), [{"person_id": person_id, "version": 1, **values}]
            )
    except IntegrityError:
        raise AuthenticatorConflict() from None


def renew_password(
    session: Session, cipher: FieldCipher, found: FoundPassword, encoded: str | None, now: datetime
) -> bool:
    """Store a rehash of the same password, unless the password was changed in between."""
    if encoded is None or found.person_id is None:
        return False
    statement = (
        update(_PASSWORD)
        .where(_PASSWORD.c.person_id == found.person_id, _PASSWORD.c.version == found.version)
        .values(
            version=found.version + 1,
            sealed=cipher.seal(encoded.encode("ascii"), aad=_aad(found.person_id)),
        )
    )
    result: CursorResult[tuple[()]] = session.connection().execute(statement)
    return result.rowcount == 1


def _aad(person_id: str) -> str:
    return f"authn_password/{person_id}/sealed"
