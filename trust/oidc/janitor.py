"""The short-lived tables of the provider, and sweeping them."""

from datetime import datetime

from sqlalchemy.orm import Session

from trust.oidc import short_models
from trust.sweeping import BATCH as BATCH
from trust.sweeping import sweep_tables, tables_of

TABLES = tables_of(
    (
        short_models.OidcOnce,
        short_models.OidcRequest,
        short_models.OidcWithdrawnToken,
        short_models.OidcDevice,
        short_models.OidcLogout,
        short_models.OidcGrant,
    )
)


def sweep(short: Session, now: datetime, *, batch: int = BATCH) -> int:
    """Delete up to `batch` expired rows of each table; how many were deleted in the table that had most."""
    return sweep_tables(TABLES, short, now, batch=batch)
