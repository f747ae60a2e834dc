"""Tables of what lives for a minute or an hour: codes, pushed requests, spent identifiers, grants.

They have a MetaData of their own, so that on SQLite they can lie in a second file opened with
`synchronous=NORMAL` (they survive a killed process; a power cut may cost the last moments, and a visitor logs
in again), while on PostgreSQL they share the one database. No foreign key crosses between the two.
"""

from sqlalchemy import MetaData
from sqlalchemy.orm import registry
from sqlmodel import SQLModel

_REGISTRY = registry()


class ShortLivedModel(SQLModel, registry=_REGISTRY):
    """Base of every short-lived table."""


SHORT_LIVED: MetaData = _REGISTRY.metadata
"""What `api` migrates into the second file."""
