"""Deletes short-lived rows of authentication that are over, in small batches, so that no table grows without
end and no delete holds a lock for long. The caller commits after every batch and stops when one comes back
smaller than asked for. A bucket is over when it is full, so deleting it gives nobody a try more.
"""

from datetime import datetime

from sqlalchemy import CursorResult, Table, delete, select
from sqlalchemy.orm import Session

from trust.authn import short_models
from trust.short_lived import SHORT_LIVED

TABLES: tuple[Table, ...] = tuple(
    SHORT_LIVED.tables[str(model.__tablename__)]
    for model in (
        short_models.AuthnSession,
        short_models.AuthnFlow,
        short_models.AuthnChallenge,
        short_models.AuthnBucket,
        short_models.AuthnFailures,
    )
)
BATCH = 500


def sweep(short: Session, now: datetime, *, batch: int = BATCH) -> int:
    """Delete up to `batch` expired rows of each table; how many were deleted in the table that had most."""
    most = 0
    for table in TABLES:
        key = next(iter(table.primary_key.columns))
        expired = select(key).where(table.c.expires_at <= now).limit(batch)
        result: CursorResult[tuple[()]] = short.connection().execute(delete(table).where(key.in_(expired)))
        most = max(most, result.rowcount)
    return most
