"""SQL of grants: one row from the authorization code to the last refresh token.

The statements are built once and run on the connection (no unit of work). Redeeming a code, rotating a
refresh token and revoking are single UPDATEs whose condition is the rule; the row count says who won.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import CursorResult, String, bindparam, func, insert, select, update
from sqlalchemy.orm import Session

from trust.oidc import short_models
from trust.short_lived import SHORT_LIVED

_GRANT = SHORT_LIVED.tables[str(short_models.OidcGrant.__tablename__)]
_C = _GRANT.c
_INSERT = insert(_GRANT)
_BY_ID = select(_GRANT).where(_C.id == bindparam("wanted"))
_REDEEM = (
    update(_GRANT)
    .where(_C.id == bindparam("wanted"), _C.code_used_at.is_(None), _C.revoked_at.is_(None))
    .values(code_used_at=bindparam("at"), dpop_jkt=func.coalesce(_C.dpop_jkt, bindparam("jkt", type_=String)))
    .returning(*_GRANT.columns)
)
_ROTATE = (
    update(_GRANT)
    .where(
        _C.id == bindparam("wanted"),
        _C.refresh_serial == bindparam("given_last"),
        _C.revoked_at.is_(None),
    )
    .values(refresh_used=bindparam("used"), refresh_serial=bindparam("next"))
)
_REVOKE = (
    update(_GRANT)
    .where(_C.id == bindparam("wanted"), _C.revoked_at.is_(None))
    .values(revoked_at=bindparam("at"))
)


@dataclass(frozen=True, slots=True)
class Grant:
    """What one authorization gave (授权)."""

    id: UUID
    client_id: str
    person_id: str
    sid: str | None
    scope: str
    resources: str
    claims: str | None
    on_behalf_of: str | None
    acr: str
    amr: str
    auth_time: datetime
    nonce: str | None
    redirect_uri: str | None
    redirect_uri_given: bool
    code_challenge: str | None
    dpop_jkt: str | None
    offline: bool
    code_expires_at: datetime
    code_used_at: datetime | None
    refresh_serial: int | None
    refresh_used: int | None
    refresh_expires_at: datetime | None
    revoked_at: datetime | None
    created_at: datetime
    expires_at: datetime

    @property
    def scopes(self) -> frozenset[str]:
        return frozenset(self.scope.split())


_FIELDS = tuple(Grant.__dataclass_fields__)


def insert_grant(short: Session, grant: Grant) -> None:
    short.connection().execute(_INSERT, {name: getattr(grant, name) for name in _FIELDS})


def read_grant(short: Session, grant_id: UUID) -> Grant | None:
    row = short.connection().execute(_BY_ID, {"wanted": grant_id}).one_or_none()
    return None if row is None else _grant_of(row)


def redeem(short: Session, grant_id: UUID, *, bind_to: str | None, now: datetime) -> Grant | None:
    """Use up the code of a grant. None when it does not exist, was used before or is revoked.

    bind_to: the key a public client's refresh tokens get bound to, unless the code was bound already.
    """
    row = short.connection().execute(_REDEEM, {"wanted": grant_id, "at": now, "jkt": bind_to}).one_or_none()
    return None if row is None else _grant_of(row)


def rotate(short: Session, grant_id: UUID, *, given_last: int, used: int, following: int) -> bool:
    """Give the next refresh token; False when another request was faster."""
    result: CursorResult[tuple[()]] = short.connection().execute(
        _ROTATE, {"wanted": grant_id, "given_last": given_last, "used": used, "next": following}
    )
    return result.rowcount == 1


def revoke_grant(short: Session, grant_id: UUID, now: datetime) -> bool:
    """Everything under this grant stops; False when it was revoked already."""
    result: CursorResult[tuple[()]] = short.connection().execute(_REVOKE, {"wanted": grant_id, "at": now})
    return result.rowcount == 1


def revoke_grants_of(short: Session, *, person_id: str, client_id: str | None = None, now: datetime) -> int:
    """Everything a person gave to one client, or to all: consent withdrawn, account locked. How many."""
    statement = (
        update(_GRANT).where(_C.person_id == person_id, _C.revoked_at.is_(None)).values(revoked_at=now)
    )
    if client_id is not None:
        statement = statement.where(_C.client_id == client_id)
    result: CursorResult[tuple[()]] = short.connection().execute(statement)
    return result.rowcount


def grants_of_session(short: Session, sid: str) -> list[Grant]:
    """The grants given in one login session that still count, for telling their clients about logout."""
    query = select(_GRANT).where(_C.sid == sid, _C.revoked_at.is_(None)).order_by(_C.created_at)
    return [_grant_of(row) for row in short.connection().execute(query)]


def revoke_session_grants(short: Session, sid: str, now: datetime) -> int:
    """OIDC Back-Channel Logout §2.7: what was given without offline_access ends with the session."""
    statement = (
        update(_GRANT)
        .where(_C.sid == sid, _C.offline.is_(False), _C.revoked_at.is_(None))
        .values(revoked_at=now)
    )
    result: CursorResult[tuple[()]] = short.connection().execute(statement)
    return result.rowcount


def _grant_of(row: Any) -> Grant:
    return Grant(*row)
