"""How often somebody may try (登录频率限制), counted in the shared store: across workers and restarts.

Three token buckets are asked before anything is checked: the node's, the address's, the name's (T19, T20). A
bucket is one number, the moment at which it is full again (the generic cell rate algorithm, which is a token
bucket without a refill job), moved by one atomic statement: of any number of parallel tries no more pass than
the bucket holds. A name has its bucket whether or not anybody has that name. Besides, failures in a row lock
the name for a while; passkeys and certificates cannot be guessed and are not locked, so that nobody can lock
somebody else out for good.

    admit(short, …) → commit → check the proof → settle(short, …) → commit

The commit in between matters: a try that crashes the worker has been counted. Does not check the proof.
"""

import hashlib
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from sqlalchemy import CursorResult, bindparam, case, delete, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from trust.authn import short_models
from trust.short_lived import SHORT_LIVED

_BUCKET = SHORT_LIVED.tables[str(short_models.AuthnBucket.__tablename__)]
_FAILURES = SHORT_LIVED.tables[str(short_models.AuthnFailures.__tablename__)]


@dataclass(frozen=True, slots=True)
class Rate:
    """A bucket of `size` tokens that gains one every `every`."""

    name: str
    size: int
    every: timedelta


@dataclass(frozen=True, slots=True)
class AttemptPolicy:
    """All limits as data."""

    account: Rate = Rate("account", 10, timedelta(minutes=1))
    address: Rate = Rate("address", 60, timedelta(seconds=2))
    node: Rate = Rate("node", 2_000, timedelta(milliseconds=10))
    lock_after: int = 20
    """Failures in a row on one name."""
    lock_for: timedelta = timedelta(minutes=30)
    forget_after: timedelta = timedelta(hours=24)
    """A row of failures that nobody added to is forgotten."""


class Stopped(StrEnum):
    """What stopped an attempt; for the log, never for the visitor."""

    NODE = "node"
    ADDRESS = "address"
    ACCOUNT = "account"
    LOCKED = "locked"


@dataclass(frozen=True, slots=True)
class Admission:
    """Whether an attempt may go on. `retry_after` is told to the visitor."""

    stopped: Stopped | None = None
    retry_after: timedelta = timedelta(0)

    @property
    def allowed(self) -> bool:
        return self.stopped is None


def admit(
    short: Session,
    policy: AttemptPolicy,
    *,
    subject: bytes | None,
    address: str,
    now: datetime,
) -> Admission:
    """Take one token from each bucket. Commit `short` whatever the answer is.

    subject: blind index of the typed name (`FoundPassword.name_index`) or of the person; None for a proof
    that names nobody beforehand and cannot be guessed (a discoverable passkey, a certificate).
    address: the visitor's address as the edge knows it; for IPv6 the /64.
    """
    if subject is not None and (left := _locked_for(short, subject, now)) is not None:
        return Admission(Stopped.LOCKED, left)
    if (wait := take(short, policy.node, b"", now)) is not None:
        return Admission(Stopped.NODE, wait)
    if (wait := take(short, policy.address, address.encode("utf-8"), now)) is not None:
        return Admission(Stopped.ADDRESS, wait)
    if subject is not None and (wait := take(short, policy.account, subject, now)) is not None:
        return Admission(Stopped.ACCOUNT, wait)
    return Admission()


def settle(short: Session, policy: AttemptPolicy, *, subject: bytes, good: bool, now: datetime) -> None:
    """Write down how an admitted attempt ended: a good one clears failures and fills the name's bucket."""
    connection = short.connection()
    if good:
        connection.execute(delete(_FAILURES).where(_FAILURES.c.digest == _digest("failures", subject)))
        connection.execute(delete(_BUCKET).where(_BUCKET.c.digest == _digest(policy.account.name, subject)))
        return
    connection.execute(
        _COUNT_FAILURE[connection.dialect.name],
        {
            "digest": _digest("failures", subject),
            "count": 1,
            "expires_at": now + max(policy.forget_after, policy.lock_for),
            "now": now,
            "limit": policy.lock_after,
            "lock_until": now + policy.lock_for,
        },
    )


def take(short: Session, rate: Rate, what: bytes, now: datetime) -> timedelta | None:
    """Take one token of `what`'s bucket; None when there was one, else how long until there is."""
    step = max(1, rate.every // timedelta(milliseconds=1))
    at = int(now.timestamp() * 1000)
    digest = _digest(rate.name, what)
    connection = short.connection()
    values: dict[str, Any] = {
        "digest": digest,
        "full_at": at + step,
        "expires_at": now + rate.every * (rate.size + 1),
        "at": at,
        "step": step,
        "room": step * (rate.size - 1),
    }
    result: CursorResult[tuple[()]] = connection.execute(_TAKE[connection.dialect.name], values)
    if result.rowcount == 1:
        return None
    full_at = connection.execute(select(_BUCKET.c.full_at).where(_BUCKET.c.digest == digest)).scalar_one()
    return timedelta(milliseconds=max(1, full_at - values["room"] - at))


def _locked_for(short: Session, subject: bytes, now: datetime) -> timedelta | None:
    until = (
        short.connection()
        .execute(select(_FAILURES.c.locked_until).where(_FAILURES.c.digest == _digest("failures", subject)))
        .scalar_one_or_none()
    )
    return until - now if until is not None and until > now else None


def _digest(rule: str, what: bytes) -> bytes:
    return hashlib.sha256(rule.encode("ascii") + b"\x00" + what).digest()


def _take_statement(dialect: Any) -> Any:
    """Move `full_at` on by one step if the bucket still has room: one row is taken, none is refused."""
    begun = case((_BUCKET.c.full_at > bindparam("at"), _BUCKET.c.full_at), else_=bindparam("at"))
    statement = dialect.insert(_BUCKET)
    return statement.on_conflict_do_update(
        index_elements=[_BUCKET.c.digest],
        set_={"full_at": begun + bindparam("step"), "expires_at": statement.excluded.expires_at},
        where=_BUCKET.c.full_at <= bindparam("at") + bindparam("room"),
    ).execution_options(preserve_rowcount=True)


def _failure_statement(dialect: Any) -> Any:
    """Count one more failure in a row; the one that reaches the limit locks, and counting begins anew."""
    reached = _FAILURES.c.count + 1 >= bindparam("limit")
    stale = _FAILURES.c.expires_at <= bindparam("now", type_=_FAILURES.c.expires_at.type)
    lock_until = bindparam("lock_until", type_=_FAILURES.c.locked_until.type)
    statement = dialect.insert(_FAILURES).values(
        digest=bindparam("digest"), count=bindparam("count"), expires_at=bindparam("expires_at")
    )
    return statement.on_conflict_do_update(
        index_elements=[_FAILURES.c.digest],
        set_={
            "count": case((stale, 1), (reached, 0), else_=_FAILURES.c.count + 1),
            "locked_until": case((~stale & reached, lock_until), else_=_FAILURES.c.locked_until),
            "expires_at": statement.excluded.expires_at,
        },
    )


_TAKE = {"sqlite": _take_statement(sqlite), "postgresql": _take_statement(postgresql)}
_COUNT_FAILURE = {"sqlite": _failure_statement(sqlite), "postgresql": _failure_statement(postgresql)}
