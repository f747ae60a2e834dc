"""Deleting short-lived rows that are over, in small batches, so that no table grows without end and no delete
holds a lock for long. Which tables those are, `trust/oidc/janitor.py` and `trust/authn/janitor.py` say.

The caller commits after every batch and stops when one comes back smaller than asked for.
"""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import CursorResult, Table, delete, select
from sqlalchemy.orm import Session
from sqlmodel import SQLModel

from trust.short_lived import SHORT_LIVED

BATCH = 500


def tables_of(models: Sequence[type[SQLModel]]) -> tuple[Table, ...]:
    """The tables behind short-lived models; each has `expires_at`."""
    return tuple(SHORT_LIVED.tables[str(model.__tablename__)] for model in models)


def sweep_tables(tables: Sequence[Table], short: Session, now: datetime, *, batch: int) -> int:
    """Delete up to `batch` expired rows of each table; how many were deleted in the table that had most."""
    most = 0
    for table in tables:
        key = next(iter(table.primary_key.columns))
        expired = select(key).where(table.c.expires_at <= now).limit(batch)
        result: CursorResult[tuple[()]] = short.connection().execute(delete(table).where(key.in_(expired)))
        most = max(most, result.rowcount)
    return most
