"""Client snapshots kept for a few seconds, so that the hot path reads no client row and parses no key twice.

A client that is disabled or changed by another process is seen after `life` at the latest; `forget` makes
this process see it at once. Unknown names are not kept: they cost the asker, and filling memory with them
is no way in.
"""

from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from trust.oidc.clients import Client
from trust.oidc.store import read_client

LIFE = timedelta(seconds=5)
LARGEST = 4096


class StoredClients:
    """Reads the row every time."""

    def find(self, session: Session, client_id: str, now: datetime) -> Client | None:
        return read_client(session, client_id)


class CachedClients:
    """Keeps up to `LARGEST` snapshots for `life`; the whole is dropped when it is full."""

    def __init__(self, life: timedelta = LIFE) -> None:
        self._life = life
        self._held: dict[str, tuple[datetime, Client]] = {}

    def find(self, session: Session, client_id: str, now: datetime) -> Client | None:
        held = self._held.get(client_id)
        if held is not None and now < held[0] and held[0] - now <= self._life:
            return held[1]
        client = read_client(session, client_id)
        if client is None:
            self._held.pop(client_id, None)
            return None
        if len(self._held) >= LARGEST:
            self._held = {}
        self._held[client_id] = (now + self._life, client)
        return client

    def forget(self, client_id: str) -> None:
        self._held.pop(client_id, None)
