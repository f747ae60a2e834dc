"""The consent ledger (同意) as provider and pages use it: is there one, and writing one down."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy.orm import Session

from keys.encoding import uuid7
from trust.persons.claims import SENSITIVE
from trust.persons.store import ledger

TEXT_VERSION = "1"
CHANNEL = "web"


@dataclass(frozen=True, slots=True)
class Consented:
    """What a person agreed to on a page."""

    person_id: UUID
    client_id: str
    names: frozenset[str]
    text_digest: bytes
    """SHA-256 of the text that was shown."""


class StandingConsents:
    """Asks the ledger for consents that were given and not withdrawn (`trust.oidc.people.Consents`)."""

    def covers(self, session: Session, person_id: str, client_id: str, names: Collection[str]) -> bool:
        """Whether they cover every name together."""
        standing = ledger.standing_claims(session, UUID(person_id), client_id)
        return bool(standing) and set(names) <= {name for claims in standing for name in claims.split()}


def record_consent(session: Session, consented: Consented, now: datetime) -> None:
    """One row, and one of its own for sensitive claims (单独同意, PIPL art. 29). The caller commits."""
    plain, sensitive = consented.names - SENSITIVE, consented.names & SENSITIVE
    for names, is_sensitive in ((plain, False), (sensitive, True)):
        if names or not is_sensitive:
            ledger.insert_consent(session, _row(consented, names, is_sensitive, now))


def _row(consented: Consented, names: Collection[str], sensitive: bool, now: datetime) -> dict[str, object]:
    return {
        "id": uuid7(now),
        "person_id": consented.person_id,
        "client_id": consented.client_id,
        "claims": " ".join(sorted(names)),
        "sensitive": sensitive,
        "purpose": "login",
        "text_version": TEXT_VERSION,
        "text_digest": consented.text_digest,
        "channel": CHANNEL,
        "at": now,
    }
