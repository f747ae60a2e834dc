"""Secrets of a node that neither sign nor encrypt fields: 32 random octets a purpose, wrapped at rest.

From one of these a package derives what it computes with (handles, form tokens). The same octets for every
process of the node; made at first use. Does not check: what the caller does with them.
"""

import secrets
from datetime import datetime

from sqlalchemy.orm import Session

from keys import store
from keys.custody import Kek, row_aad
from keys.encoding import uuid7
from keys.models import FieldKey

OCTETS = 32


def load_or_create_secret(session: Session, kek: Kek, *, purpose: str, now: datetime) -> bytes:
    """The node's secret for `purpose`. The caller commits. Raises: UnwrapFailed."""
    row = store.read_field_key(session, purpose)
    if row is None:
        row = FieldKey(id=uuid7(now), purpose=purpose, version=1, wrapped=b"", created_at=now)
        row.wrapped = kek.wrap(secrets.token_bytes(OCTETS), _aad(row))
        store.insert_field_key(session, row)
    return kek.unwrap(row.wrapped, _aad(row))


def _aad(row: FieldKey) -> bytes:
    return row_aad(
        "field_key",
        str(row.id),
        uses=["derive"],
        algorithm="HKDF-SHA256",
        kid=row.purpose,
        version=row.version,
    )
