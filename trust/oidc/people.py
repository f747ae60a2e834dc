"""What the provider needs to know of people and their sessions, as Protocols that others implement.

The provider never sees a database of people: it asks for claims by name, for verified claims by request, and
for the companies or relatives a person may act for, and puts the answers into tokens. What is not answered is
left out silently (OIDC Core §5.5.1, OIDC Identity Assurance §6).
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol

from sqlalchemy.orm import Session


class LoginSession(Protocol):
    """A login session (登录会话) of a browser: who is there, how it was proven, when."""

    @property
    def sid(self) -> str: ...
    @property
    def person_id(self) -> str: ...
    @property
    def acr(self) -> str:
        """The assurance reached in this session, one of `Provider.acr_values`."""
        ...

    @property
    def amr(self) -> Sequence[str]:
        """RFC 8176 names of what was really done."""
        ...

    @property
    def auth_time(self) -> datetime: ...


@dataclass(frozen=True, slots=True)
class AgentGrant:
    """The right to act for somebody (经办人授权, 亲友代办) as it goes into a token."""

    grant_id: str
    kind: str
    """`organization` or `person`."""
    code: str | None
    """Unified social credit code of an organization; never a citizen number."""
    name: str
    matters: tuple[str, ...]
    """Matter codes; empty means every matter."""
    until: datetime

    def to_claim(self) -> dict[str, Any]:
        """The `on_behalf_of` claim: `sub` stays the human, the legal person stands here."""
        return {
            "kind": self.kind,
            **({"credit_code": self.code} if self.code else {}),
            "name": self.name,
            "grant": self.grant_id,
            **({"matters": list(self.matters)} if self.matters else {}),
            "until": int(self.until.timestamp()),
        }


@dataclass(frozen=True, slots=True)
class VerifiedRequest:
    """One `verified_claims` request: which framework, which claims (OIDC Identity Assurance §5)."""

    trust_framework: str | None
    claims: tuple[str, ...]


class Subject(Protocol):
    """A person as the provider sees one."""

    @property
    def person_id(self) -> str: ...
    def claims(self, requested: Collection[str]) -> Mapping[str, Any]:
        """Those of the requested claims that exist. Never more."""
        ...

    def verified_claims(self, request: VerifiedRequest) -> Sequence[Mapping[str, Any]]:
        """Objects {verification: {trust_framework, assurance_level, time, …}, claims: {…}}, best first."""
        ...

    def grants(self, at: datetime) -> Sequence[AgentGrant]:
        """For whom this person may act at that moment."""
        ...


class People(Protocol):
    """Finds people. The session is the durable one."""

    def subject(self, session: Session, person_id: str, now: datetime) -> Subject | None:
        """None when the person does not exist or is locked: tokens of theirs stop working."""
        ...


class Consents(Protocol):
    """The consent ledger, as far as the provider asks it."""

    def covers(self, session: Session, person_id: str, client_id: str, names: Collection[str]) -> bool:
        """Whether the person has agreed, and not withdrawn, that the client gets all these claims."""
        ...
