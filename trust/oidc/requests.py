"""SQL of authorization requests that were pushed or wait for a person; each is used up once (T14)."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import CursorResult, bindparam, insert, select, update
from sqlalchemy.orm import Session

from keys.encoding import canonical_json, parse_json, uuid7
from trust.oidc import short_models
from trust.oidc.parameters import MAX_TOTAL, Parameters
from trust.oidc.policies import INTERACTION_LIFE, REQUEST_URI_LIFE
from trust.short_lived import SHORT_LIVED

_REQUEST = SHORT_LIVED.tables[str(short_models.OidcRequest.__tablename__)]
_C = _REQUEST.c
_INSERT = insert(_REQUEST)
_BY_ID = select(_REQUEST).where(_C.id == bindparam("wanted"))
_USE = (
    update(_REQUEST).where(_C.id == bindparam("wanted"), _C.used_at.is_(None)).values(used_at=bindparam("at"))
)
_OPEN = (
    update(_REQUEST)
    .where(_C.id == bindparam("wanted"), _C.used_at.is_(None), _C.opened_at.is_(None))
    .values(opened_at=bindparam("at"), expires_at=bindparam("until"))
)


@dataclass(frozen=True, slots=True)
class HeldRequest:
    """A stored authorization request."""

    id: UUID
    client_id: str
    parameters: Parameters
    dpop_jkt: str | None
    pushed_until: datetime | None
    opened_at: datetime | None
    used_at: datetime | None
    expires_at: datetime


def hold_pushed(
    short: Session, client_id: str, parameters: Parameters, *, dpop_jkt: str | None, now: datetime
) -> UUID:
    """Store a pushed request; it is good for `REQUEST_URI_LIFE`."""
    until = now + REQUEST_URI_LIFE
    return _hold(short, client_id, parameters, dpop_jkt=dpop_jkt, pushed_until=until, opened_at=None, now=now)


def hold_opened(short: Session, client_id: str, parameters: Parameters, *, now: datetime) -> UUID:
    """Store a request that came through the browser, while a person is asked something."""
    return _hold(short, client_id, parameters, dpop_jkt=None, pushed_until=None, opened_at=now, now=now)


def read_held(short: Session, request_id: UUID) -> HeldRequest | None:
    row: Any = short.connection().execute(_BY_ID, {"wanted": request_id}).one_or_none()
    if row is None:
        return None
    members = parse_json(row.parameters, max_bytes=4 * MAX_TOTAL)
    return HeldRequest(
        row.id,
        row.client_id,
        Parameters.from_json(members),
        row.dpop_jkt,
        row.pushed_until,
        row.opened_at,
        row.used_at,
        row.expires_at,
    )


def open_held(short: Session, request_id: UUID, now: datetime) -> None:
    """A person is shown a page for it: from here it waits as long as a person may take."""
    short.connection().execute(_OPEN, {"wanted": request_id, "at": now, "until": now + INTERACTION_LIFE})


def use_held(short: Session, request_id: UUID, now: datetime) -> bool:
    """Use it up: of any number of parallel tries one gets True."""
    result: CursorResult[tuple[()]] = short.connection().execute(_USE, {"wanted": request_id, "at": now})
    return result.rowcount == 1


def _hold(
    short: Session,
    client_id: str,
    parameters: Parameters,
    *,
    dpop_jkt: str | None,
    pushed_until: datetime | None,
    opened_at: datetime | None,
    now: datetime,
) -> UUID:
    request_id = uuid7(now)
    row = {
        "id": request_id,
        "client_id": client_id,
        "parameters": canonical_json(parameters.to_json()).decode("utf-8"),
        "dpop_jkt": dpop_jkt,
        "pushed_until": pushed_until,
        "opened_at": opened_at,
        "used_at": None,
        "expires_at": pushed_until or now + INTERACTION_LIFE,
    }
    short.connection().execute(_INSERT, row)
    return request_id
