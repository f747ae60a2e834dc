"""Sessions in the short-lived store. A cookie is 256 random bits of which the store holds the SHA-256.

The cookie value changes at login, at every step-up and at `rotate_session` (T15): whatever value a browser
had before is worth nothing after. Ending is deleting. Nothing here commits.
"""

import hashlib
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import CursorResult, Row, bindparam, delete, insert, select, update
from sqlalchemy.orm import Session

from trust.authn import short_models
from trust.authn.factors import AcrLevel, Factor, Proof
from trust.authn.sessions import LoginSession, SessionLimits, effective, merge
from trust.short_lived import SHORT_LIVED

COOKIE_OCTETS = 32
LONGEST_COOKIE = 64
LONGEST_LABEL = 64
_SESSION = SHORT_LIVED.tables[str(short_models.AuthnSession.__tablename__)]
_LIVING = (_SESSION.c.idle_until > bindparam("now", type_=_SESSION.c.idle_until.type)) & (
    _SESSION.c.expires_at > bindparam("now", type_=_SESSION.c.idle_until.type)
)
_CURRENT = select(_SESSION).where(_SESSION.c.cookie_digest == bindparam("digest"), _LIVING)
_OF_PERSON = (
    select(_SESSION)
    .where(_SESSION.c.person_id == bindparam("person"), _LIVING)
    .order_by(_SESSION.c.started_at, _SESSION.c.sid)
)


@dataclass(frozen=True, slots=True)
class Entered:
    """A session and the cookie value that opens it from now on. The value is nowhere else."""

    cookie: str
    session: LoginSession


def start_session(
    short: Session,
    *,
    person_id: str,
    proof: Proof,
    limits: SessionLimits,
    label: str,
    now: datetime,
    replaces: str | None = None,
) -> Entered:
    """Begin a session. `replaces`: the cookie the browser came with; its session, whoever's it is, ends."""
    if replaces is not None:
        end_session(short, replaces)
    cookie = secrets.token_urlsafe(COOKIE_OCTETS)
    row = {
        "cookie_digest": _digest(cookie),
        "sid": secrets.token_urlsafe(16),
        "person_id": person_id,
        "label": label[:LONGEST_LABEL],
        **_proof_values("base", proof),
        **_proof_values("raised", None),
        "raised_until": None,
        "started_at": now,
        "idle_s": int(limits.idle.total_seconds()),
        "idle_until": now + limits.idle,
        "expires_at": now + limits.absolute,
    }
    short.connection().execute(insert(_SESSION), [row])
    found = current_session(short, cookie, now)
    if found is None:
        raise ValueError("session limits must lie in the future")
    return Entered(cookie, found)


def current_session(short: Session, cookie: str | None, now: datetime) -> LoginSession | None:
    """The living session a cookie opens. One query by primary key; writes nothing."""
    row = _row(short, cookie, now)
    return None if row is None else _session(row, now)


def touch_session(short: Session, cookie: str, session: LoginSession, now: datetime) -> bool:
    """Push the idle limit out, at most once in a tenth of it. True when something was written."""
    if not session.touch_is_due(now):
        return False
    statement = (
        update(_SESSION)
        .where(_SESSION.c.cookie_digest == _digest(cookie), _SESSION.c.idle_until > now)
        .values(idle_until=now + session.idle)
    )
    result: CursorResult[tuple[()]] = short.connection().execute(statement)
    return result.rowcount == 1


def raise_session(
    short: Session, cookie: str, proof: Proof, *, limits: SessionLimits, now: datetime
) -> Entered | None:
    """Add another proof of the same person and change the cookie value (step-up, re-authentication).

    None when the session ended, or another request changed the cookie first.
    """
    row = _row(short, cookie, now)
    if row is None:
        return None
    base, raised = merge(_base(row), _raised(row), proof, limits=limits, now=now)
    return _change(
        short,
        cookie,
        {
            **_proof_values("base", base),
            **_proof_values("raised", raised),
            "raised_until": raised.until if raised else None,
            "idle_until": now + timedelta(seconds=row.idle_s),
        },
        now,
    )


def rotate_session(short: Session, cookie: str, now: datetime) -> Entered | None:
    """Change the cookie value alone: after a password or an authenticator was changed, a role taken up."""
    return None if _row(short, cookie, now) is None else _change(short, cookie, {}, now)


def list_sessions(short: Session, person_id: str, now: datetime) -> tuple[LoginSession, ...]:
    """Where the person is logged in, oldest first."""
    rows = short.connection().execute(_OF_PERSON, {"person": person_id, "now": now})
    return tuple(_session(row, now) for row in rows)


def end_session(short: Session, cookie: str) -> str | None:
    """End the session of a cookie; its `sid`, for telling relying parties, or None when there was none."""
    if not _possible(cookie):
        return None
    statement = delete(_SESSION).where(_SESSION.c.cookie_digest == _digest(cookie)).returning(_SESSION.c.sid)
    return short.connection().execute(statement).scalar_one_or_none()


def end_session_named(short: Session, person_id: str, sid: str) -> bool:
    """End one of the person's own sessions, from the list. False for anybody else's."""
    statement = delete(_SESSION).where(_SESSION.c.sid == sid, _SESSION.c.person_id == person_id)
    result: CursorResult[tuple[()]] = short.connection().execute(statement)
    return result.rowcount == 1


def end_sessions_of(short: Session, person_id: str, *, keep_sid: str | None = None) -> tuple[str, ...]:
    """End all of a person's sessions but one (password changed, account locked); their `sid`s."""
    statement = (
        delete(_SESSION)
        .where(_SESSION.c.person_id == person_id, _SESSION.c.sid != (keep_sid or ""))
        .returning(_SESSION.c.sid)
    )
    return tuple(short.connection().execute(statement).scalars())


def _change(short: Session, cookie: str, values: dict[str, Any], now: datetime) -> Entered | None:
    fresh = secrets.token_urlsafe(COOKIE_OCTETS)
    statement = (
        update(_SESSION)
        .where(_SESSION.c.cookie_digest == _digest(cookie))
        .values(cookie_digest=_digest(fresh), **values)
    )
    result: CursorResult[tuple[()]] = short.connection().execute(statement)
    found = current_session(short, fresh, now) if result.rowcount == 1 else None
    return None if found is None else Entered(fresh, found)


def _row(short: Session, cookie: str | None, now: datetime) -> Row[Any] | None:
    if cookie is None or not _possible(cookie):
        return None
    return short.connection().execute(_CURRENT, {"digest": _digest(cookie), "now": now}).one_or_none()


def _possible(cookie: str) -> bool:
    return 0 < len(cookie) <= LONGEST_COOKIE and cookie.isascii()


def _digest(cookie: str) -> bytes:
    return hashlib.sha256(cookie.encode("ascii")).digest()


def _session(row: Row[Any], now: datetime) -> LoginSession:
    base = _base(row)
    return LoginSession(
        sid=row.sid,
        person_id=row.person_id,
        label=row.label,
        proof=effective(base, _raised(row), now),
        base=base,
        started_at=row.started_at,
        idle_until=row.idle_until,
        expires_at=row.expires_at,
        idle=timedelta(seconds=row.idle_s),
    )


def _base(row: Row[Any]) -> Proof:
    return Proof(AcrLevel(row.base_level), _factors(row.base_factors), row.base_at)


def _raised(row: Row[Any]) -> Proof | None:
    if row.raised_level is None:
        return None
    return Proof(AcrLevel(row.raised_level), _factors(row.raised_factors), row.raised_at, row.raised_until)


def _factors(text: str) -> frozenset[Factor]:
    return frozenset(Factor(name) for name in text.split(" "))


def _proof_values(prefix: str, proof: Proof | None) -> dict[str, Any]:
    if proof is None:
        return {f"{prefix}_level": None, f"{prefix}_factors": None, f"{prefix}_at": None}
    return {
        f"{prefix}_level": int(proof.level),
        f"{prefix}_factors": " ".join(sorted(proof.factors)),
        f"{prefix}_at": proof.at,
    }
