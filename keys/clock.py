"""The only place that reads the clock. Everything else takes `now=`, an aware UTC datetime."""

from collections.abc import Callable
from datetime import UTC, datetime

Clock = Callable[[], datetime]


def utc_now() -> datetime:
    """The present moment, aware, UTC, microseconds kept."""
    return datetime.now(UTC)


def require_utc(moment: datetime) -> datetime:
    """Return `moment` in UTC. Raises ValueError for a naive datetime: a time without a zone is a bug."""
    if moment.tzinfo is None:
        raise ValueError("a naive datetime has no place here; use an aware UTC one")
    return moment.astimezone(UTC)
