"""Column types that mean the same on SQLite and PostgreSQL. Every package's `models.py` uses them.

at: datetime = Field(sa_type=UtcDateTime)
"""

from datetime import UTC, datetime

from sqlalchemy import DateTime, Dialect
from sqlalchemy.types import TypeDecorator

from keys.clock import require_utc


class UtcDateTime(TypeDecorator[datetime]):
    """An aware UTC moment, microseconds kept. SQLite forgets the zone, so it is put back on reading.

    A naive datetime is refused when it is written: a time without a zone is a bug.
    """

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        moment = require_utc(value)
        # SQLite compares the text it stores, so every row must be written in one zone and without one.
        return moment.replace(tzinfo=None) if dialect.name == "sqlite" else moment

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)
