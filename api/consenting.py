"""Whether a person has agreed: the consent ledger as the provider asks it (`trust.oidc.people.Consents`)."""

from collections.abc import Collection
from uuid import UUID

from sqlalchemy.orm import Session

from trust.persons.store import ledger


class StandingConsents:
    """Asks the ledger for consents that were given and not withdrawn."""

    def covers(self, session: Session, person_id: str, client_id: str, names: Collection[str]) -> bool:
        """Whether they cover every name together."""
        standing = ledger.standing_claims(session, UUID(person_id), client_id)
        return set(names) <= {name for claims in standing for name in claims.split()}
