"""Deletes short-lived rows that are over, in small batches, so that no table grows without end and no delete
holds a lock for long. The caller commits after every batch and stops when one comes back smaller than
asked for.
"""

from datetime import datetime

from sqlalchemy import CursorResult, Table, delete, select
from sqlalchemy.orm import Session

from trust.oidc import short_models
from trust.short_lived import SHORT_LIVED

TABLES: tuple[Table, ...] = tuple(
    SHORT_LIVED.tables[str(model.__tablename__)]
    for model in (
        short_models.OidcOnce,
        short_models.OidcRequest,
        short_models.OidcWithdrawnToken,
        short_models.OidcDevice,
        short_models.OidcLogout,
        short_models.OidcGrant,
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
