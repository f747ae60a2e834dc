"""The short-lived tables of authentication, and sweeping them. A bucket is over when it is full: deleting it
gives nobody a try more.
"""

from datetime import datetime

from sqlalchemy.orm import Session

from trust.authn import short_models
from trust.sweeping import BATCH as BATCH
from trust.sweeping import sweep_tables, tables_of

TABLES = tables_of(
    (
        short_models.AuthnSession,
        short_models.AuthnFlow,
        short_models.AuthnChallenge,
        short_models.AuthnBucket,
        short_models.AuthnFailures,
    )
)


def sweep(short: Session, now: datetime, *, batch: int = BATCH) -> int:
    """Delete up to `batch` expired rows of each table; how many were deleted in the table that had most."""
    return sweep_tables(TABLES, short, now, batch=batch)
