"""Identifiers that count once: `jti` of client assertions (T8), of proofs (T7), of request objects.

One INSERT that does nothing when the row is there: of any number of parallel tries, in any number of
processes, exactly one sees `True` (after its transaction is committed).
"""

import hashlib
from datetime import datetime

from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from trust.oidc import short_models
from trust.short_lived import SHORT_LIVED

_ONCE = SHORT_LIVED.tables[str(short_models.OidcOnce.__tablename__)]
_INSERT = {
    "sqlite": sqlite.insert(_ONCE).on_conflict_do_nothing().returning(_ONCE.c.digest),
    "postgresql": postgresql.insert(_ONCE).on_conflict_do_nothing().returning(_ONCE.c.digest),
}


def first_use(short: Session, kind: str, owner: str, identifier: str, *, expires_at: datetime) -> bool:
    """Use up an identifier of `owner`; False when it was used before. Kept until `expires_at`."""
    message = "\x00".join((kind, owner, identifier)).encode("utf-8")
    connection = short.connection()
    written = connection.execute(
        _INSERT[connection.dialect.name],
        {"digest": hashlib.sha256(message).digest(), "expires_at": expires_at},
    )
    return written.first() is not None
