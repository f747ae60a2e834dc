"""The circuit breaker of a channel (熔断), in the database, shared by all workers.

```
closed ──`failures` in a row──▶ open ──after `open_seconds`, one query──▶ half_open ──answered──▶ closed
                                 ▲                                            └──failed──▶ open
```

Whoever tries in half_open has `open_seconds`; after that another may, so that a crash never leaves a channel
shut.
"""

from datetime import datetime, timedelta
from enum import StrEnum

from sqlalchemy.orm import Session

from trust.persons.registers import store
from trust.persons.registers.channel import Channel


class BreakerState(StrEnum):
    CLOSED = "closed"
    OPEN = "open"
    HALF_OPEN = "half_open"


def may_ask(session: Session, channel: Channel, now: datetime) -> bool:
    """True when a query may go out now. Whoever finds an open breaker run out becomes the one that tries."""
    row = store.read_breaker(session, channel.name)
    if row is None:
        store.insert_breaker(session, channel.name, BreakerState.CLOSED, now)
        return True
    if row.state == BreakerState.CLOSED:
        return True
    if now < row.until:
        return False
    until = now + _open_time(channel)
    return store.swap_breaker(session, row, state=BreakerState.HALF_OPEN, failures=row.failures, until=until)


def record(session: Session, channel: Channel, *, answered: bool, now: datetime) -> BreakerState:
    """Count an outcome. A lost race is somebody else's outcome, which counts as well."""
    row = store.read_breaker(session, channel.name)
    if row is None:
        return BreakerState.CLOSED
    if answered:
        if row.state != BreakerState.CLOSED or row.failures:
            store.swap_breaker(session, row, state=BreakerState.CLOSED, failures=0, until=now)
        return BreakerState.CLOSED
    failures = min(row.failures + 1, channel.breaker.failures)
    tripped = row.state != BreakerState.CLOSED or failures >= channel.breaker.failures
    state = BreakerState.OPEN if tripped else BreakerState.CLOSED
    until = now + _open_time(channel) if tripped else now
    store.swap_breaker(session, row, state=state, failures=failures, until=until)
    return state


def state_of(session: Session, channel: Channel) -> BreakerState:
    """For health pages."""
    row = store.read_breaker(session, channel.name)
    return BreakerState.CLOSED if row is None else BreakerState(row.state)


def _open_time(channel: Channel) -> timedelta:
    return timedelta(seconds=channel.breaker.open_seconds)
