"""Roles in the database. A change compares and swaps one row of the person, so that two changes at once
cannot put separated duties into one hand; every row carries an HMAC. Nothing here commits.
"""

import hashlib
import hmac
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import CursorResult, Row, bindparam, insert, select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session
from sqlmodel import SQLModel

from keys.encoding import canonical_json, uuid7
from keys.fields import FieldCipher
from trust.authn import models
from trust.authn.errors import RoleConflict
from trust.authn.roles import HeldRole, Role, RoleChange, check_change

_HOLDER = SQLModel.metadata.tables[str(models.AuthnRoleHolder.__tablename__)]
_GRANT = SQLModel.metadata.tables[str(models.AuthnRoleGrant.__tablename__)]
_FIRST = {
    "sqlite": sqlite.insert(_HOLDER).on_conflict_do_nothing(),
    "postgresql": postgresql.insert(_HOLDER).on_conflict_do_nothing(),
}
_OPEN = (
    select(_GRANT)
    .where(_GRANT.c.person_id == bindparam("person"), _GRANT.c.ended_at.is_(None))
    .order_by(_GRANT.c.valid_from, _GRANT.c.id)
)


def grant_role(session: Session, cipher: FieldCipher, change: RoleChange, now: datetime) -> UUID:
    """Give a role. The caller has checked that the giver may (`Permission.GRANT_ROLES`).

    Raises: RoleRefused; RoleConflict when the person's roles changed in the same moment.
    """
    version = _version(session, change.person_id)
    open_rows = [row for row in _open_rows(session, change.person_id) if row.valid_until > now]
    # Also rows whose HMAC is wrong count here: a forged row never widens what may be given.
    check_change(change, {Role(row.role) for row in open_rows})
    _step(session, change.person_id, version)
    grant_id = uuid7(now)
    row = {
        "id": grant_id,
        "person_id": change.person_id,
        "role": change.role.value,
        "department": change.department,
        "granted_by": change.granted_by,
        "valid_from": change.valid_from,
        "valid_until": change.valid_until,
        "ended_at": None,
        "ended_by": None,
    }
    session.connection().execute(insert(_GRANT), [{**row, "mac": _mac(cipher, row)}])
    return grant_id


def end_role(session: Session, cipher: FieldCipher, grant_id: UUID, *, ended_by: str, now: datetime) -> bool:
    """Take a role away. False when there is none of that id or it ended before."""
    row = (
        session.connection()
        .execute(select(_GRANT).where(_GRANT.c.id == grant_id, _GRANT.c.ended_at.is_(None)))
        .one_or_none()
    )
    if row is None:
        return False
    ended = {**row._mapping, "ended_at": now, "ended_by": ended_by}
    statement = (
        update(_GRANT)
        .where(_GRANT.c.id == grant_id, _GRANT.c.ended_at.is_(None))
        .values(ended_at=now, ended_by=ended_by, mac=_mac(cipher, ended))
    )
    result: CursorResult[tuple[()]] = session.connection().execute(statement)
    return result.rowcount == 1


def roles_of(session: Session, cipher: FieldCipher, person_id: str, now: datetime) -> tuple[HeldRole, ...]:
    """The roles that count at `now`. A row whose HMAC is wrong gives nothing."""
    return tuple(
        HeldRole(row.id, Role(row.role), row.department, row.valid_until)
        for row in _open_rows(session, person_id)
        if row.valid_from <= now < row.valid_until and _genuine(cipher, row)
    )


def holders_of(session: Session, cipher: FieldCipher, role: Role, now: datetime) -> tuple[str, ...]:
    """Person ids of everybody who holds the role now, for the console."""
    statement = select(_GRANT).where(_GRANT.c.role == role.value, _GRANT.c.ended_at.is_(None))
    return tuple(
        sorted(
            {
                row.person_id
                for row in session.connection().execute(statement)
                if row.valid_from <= now < row.valid_until and _genuine(cipher, row)
            }
        )
    )


def tampered_roles(session: Session, cipher: FieldCipher) -> tuple[UUID, ...]:
    """Rows that were written past the program, for the node's own check."""
    rows = session.connection().execute(select(_GRANT))
    return tuple(row.id for row in rows if not _genuine(cipher, row))


def _version(session: Session, person_id: str) -> int:
    connection = session.connection()
    connection.execute(_FIRST[connection.dialect.name], {"person_id": person_id, "version": 0})
    statement = select(_HOLDER.c.version).where(_HOLDER.c.person_id == person_id)
    return int(connection.execute(statement).scalar_one())


def _step(session: Session, person_id: str, version: int) -> None:
    statement = (
        update(_HOLDER)
        .where(_HOLDER.c.person_id == person_id, _HOLDER.c.version == version)
        .values(version=version + 1)
    )
    result: CursorResult[tuple[()]] = session.connection().execute(statement)
    if result.rowcount != 1:
        raise RoleConflict()


def _open_rows(session: Session, person_id: str) -> list[Row[Any]]:
    return list(session.connection().execute(_OPEN, {"person": person_id}))


def _genuine(cipher: FieldCipher, row: Row[Any]) -> bool:
    return hmac.compare_digest(row.mac, _mac(cipher, dict(row._mapping)))


def _mac(cipher: FieldCipher, row: dict[str, Any]) -> bytes:
    members = [
        str(row["id"]),
        row["person_id"],
        row["role"],
        row["department"],
        row["granted_by"],
        *(_time(row[name]) for name in ("valid_from", "valid_until", "ended_at")),
        row["ended_by"],
    ]
    return cipher.blind_index(hashlib.sha256(canonical_json(members)).hexdigest(), field="authn_role_grant")


def _time(moment: datetime | None) -> str | None:
    return None if moment is None else moment.isoformat()
