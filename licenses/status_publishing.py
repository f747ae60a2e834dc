"""Publishing status tokens (状态列表发布): the bits follow from the states in the database.

A change of state and the token that tells of it are committed together: nobody is told "revoked" while the
list still says "valid". The list is locked while its token is made. Tokens are signed by a standing key:
what creates trust is the change, and that one has its intent in the log.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from cryptography import x509
from sqlalchemy.orm import Session

from keys.signer import KeyHandle, KeyUse
from licenses.status_list import StatusList
from licenses.status_token import build_status_token
from licenses.store import statuses
from licenses.store.statuses import PublishedToken

LIFETIME = timedelta(hours=24)
"""How long a verifier without network may rely on a token (`exp`)."""
TTL = timedelta(minutes=5)
"""How long a verifier with network may keep it before asking again (`ttl`)."""
RENEW_BEFORE = timedelta(hours=12)
"""A token is signed again when it has less than this to live."""


@dataclass(frozen=True, slots=True)
class StatusPublisher:
    """The status signer of a node."""

    url: str
    """Base URL of the node, without a slash at its end."""
    handle: KeyHandle
    chain: tuple[x509.Certificate, ...]
    """The status signer's certificate first, without the anchor."""

    def uri(self, list_id: UUID) -> str:
        """The URI of a list, as credentials name it."""
        return f"{self.url}/status/{list_id}"

    def publish(self, session: Session, list_id: UUID, *, now: datetime) -> str:
        """Sign the list as the database has it now and store the token."""
        size = statuses.lock_list(session, list_id)
        token = build_status_token(
            StatusList.of(statuses.statuses(session, list_id), size),
            uri=self.uri(list_id),
            signer=self.handle.standing(KeyUse.STATUS_TOKEN),
            x5c=self.chain,
            now=now,
            lifetime=LIFETIME,
            ttl=TTL,
        )
        statuses.save_token(session, PublishedToken(list_id, token, now, now + LIFETIME))
        return token

    def publish_due(self, session: Session, *, now: datetime) -> int:
        """Sign every list again whose token is missing or soon too old; how many there were."""
        due = statuses.lists_to_publish(session, expiring_before=now + RENEW_BEFORE)
        for list_id in due:
            self.publish(session, list_id, now=now)
        return len(due)
