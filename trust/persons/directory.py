"""The facade of `trust.persons` for login, provider and pages: find people, read them masked, release claims.

`Directory` satisfies `trust.oidc.people.People`, `PersonSubject` its `Subject`. Whatever is read in clear for
a human goes through `reveal`, which leaves a trace; claims to clients are traced by the provider's caller,
who knows client and purpose.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from keys.fields import FieldCipher
from trust.oidc.people import AgentGrant, VerifiedRequest
from trust.persons import accounts, claims, levels, traces
from trust.persons.agency import Grant, GrantState, Kind
from trust.persons.assurance import Level, Table, built_in_table
from trust.persons.documents import IdentityDocument
from trust.persons.masking import mask_email, mask_name, mask_phone
from trust.persons.person import NaturalPerson
from trust.persons.store import agency, organizations, people, proofs
from trust.persons.traces import Actor

REPRESENTATIVE = "representative:"
"""Prefix of the grant id of a legal representative, who acts by office and not by grant."""


@dataclass(frozen=True, slots=True)
class PersonView:
    """A person as pages show one: nothing here is in clear."""

    person_id: UUID
    state: str
    name: str
    document_type: str
    number: str
    phone: str | None
    email: str | None
    created_at: datetime


def find_person(session: Session, cipher: FieldCipher, document: IdentityDocument) -> PersonView | None:
    """By identity document; None for unknown and erased people."""
    person_id = accounts.find_account(session, cipher, document)
    return None if person_id is None else person(session, cipher, person_id)


def person(session: Session, cipher: FieldCipher, person_id: UUID) -> PersonView:
    """The masked read model. Raises: PersonNotFound."""
    stored = accounts.require(session, person_id)
    held = accounts.opened(cipher, stored)
    contact = held.contact
    return PersonView(
        person_id=person_id,
        state=stored.state,
        name=mask_name(held.person.name),
        document_type=held.person.document.document_type.value,
        number=held.person.document.masked(),
        phone=mask_phone(contact.phone) if contact.phone else None,
        email=mask_email(contact.email) if contact.email else None,
        created_at=stored.created_at,
    )


def reveal(
    session: Session, cipher: FieldCipher, person_id: UUID, *, actor: Actor, purpose: str, now: datetime
) -> NaturalPerson:
    """In clear, for somebody who has a purpose; the person sees in /me who looked. Raises: PersonNotFound."""
    held = accounts.read_particulars(session, cipher, person_id)
    seen = ("name", "birthdate", "gender", "identity_document_number")
    traces.record(session, person_id, act=traces.Act.VIEW, actor=actor, claims=seen, purpose=purpose, now=now)
    return held.person


def claims_for(
    session: Session, cipher: FieldCipher, person_id: UUID, requested: Collection[str]
) -> Mapping[str, Any]:
    """Those of the requested claims that exist. Raises: PersonNotFound."""
    return claims.release(accounts.read_particulars(session, cipher, person_id), requested)


def assurance(session: Session, person_id: UUID, at: datetime) -> Level:
    """The level that stands at that moment."""
    return levels.assurance(session, person_id, at)


def grants_for(session: Session, cipher: FieldCipher, person_id: UUID, at: datetime) -> list[AgentGrant]:
    """For whom a person may act: as legal representative, as agent, for relatives.

    A representative's right lasts as long as the register's proof of the organisation; a relative's name is
    masked.
    """
    found = [
        AgentGrant(
            f"{REPRESENTATIVE}{held.organization_id}", "organization", held.credit_code, held.name, (), until
        )
        for held in organizations.represented_by(session, person_id)
        if (until := _proven_until(session, held.organization_id, at)) is not None
    ]
    return found + _as_agent_grants(session, cipher, agency.holding(session, person_id, at))


def offers_to(session: Session, cipher: FieldCipher, person_id: UUID, at: datetime) -> list[AgentGrant]:
    """Rights to act that wait for the person's word: for whom and for what, so that it can be given.

    A relative's name is masked here too.
    """
    named = [
        one
        for one in agency.of_delegate(session, person_id)
        if one.state is GrantState.NAMED and one.valid_until > at
    ]
    return _as_agent_grants(session, cipher, named)


@dataclass(frozen=True, slots=True)
class PersonSubject:
    """A person as the provider sees one (`trust.oidc.people.Subject`); lives as long as a request."""

    person_id: str
    _session: Session = field(repr=False)
    _cipher: FieldCipher = field(repr=False)
    _held: claims.Particulars = field(repr=False)
    _table: Table = field(repr=False)
    _now: datetime = field(repr=False)

    def claims(self, requested: Collection[str]) -> Mapping[str, Any]:
        """Never more than asked for."""
        return claims.release(self._held, requested)

    def verified_claims(self, request: VerifiedRequest) -> Sequence[Mapping[str, Any]]:
        """One object for every proof of L2 or more that stands, strongest first."""
        if request.trust_framework not in (None, claims.TRUST_FRAMEWORK):
            return []
        standing = proofs.standing(self._session, UUID(self.person_id), self._now)
        objects = [
            claims.verified(
                self._held,
                proof,
                self._table.methods[proof.method],
                self._table.levels[proof.level].acr,
                request.claims,
            )
            for proof in standing
            if proof.level >= Level.L2 and proof.method in self._table.methods
        ]
        return [found for found in objects if found is not None]

    def grants(self, at: datetime) -> Sequence[AgentGrant]:
        return grants_for(self._session, self._cipher, UUID(self.person_id), at)


@dataclass(frozen=True, slots=True)
class Directory:
    """Finds people for the provider (`trust.oidc.people.People`)."""

    cipher: FieldCipher = field(repr=False)
    table: Table = field(default_factory=built_in_table)

    def subject(self, session: Session, person_id: str, now: datetime) -> PersonSubject | None:
        """None for unknown, locked and erased people, and for an identifier that is none."""
        try:
            wanted = UUID(person_id)
        except ValueError:
            return None
        stored = people.read(session, wanted)
        if stored is None or stored.state != people.ACTIVE:
            return None
        held = accounts.opened(self.cipher, stored)
        return PersonSubject(str(wanted), session, self.cipher, held, self.table, now)

    def acr(self, session: Session, person_id: str, at: datetime) -> str | None:
        """The name of the level that stands; None below L1."""
        level = levels.assurance(session, UUID(person_id), at)
        return self.table.levels[level].acr if level is not Level.NONE else None


def _proven_until(session: Session, organization_id: UUID, at: datetime) -> datetime | None:
    standing = [proof for proof in proofs.standing(session, organization_id, at) if proof.level >= Level.L2]
    return max((proof.expires_at for proof in standing), default=None)


def _as_agent_grants(session: Session, cipher: FieldCipher, grants: Iterable[Grant]) -> list[AgentGrant]:
    """Without those whose principal is gone."""
    return [
        AgentGrant(str(grant.id), grant.kind.value, *named, grant.matters, grant.valid_until)
        for grant in grants
        if (named := _principal(session, cipher, grant)) is not None
    ]


def _principal(session: Session, cipher: FieldCipher, grant: Grant) -> tuple[str | None, str] | None:
    """Code and name of whom the grant is for; None when they are gone."""
    if grant.kind is Kind.ORGANIZATION:
        held = organizations.by_id(session, grant.principal_id)
        if held is None or held.state != organizations.ACTIVE:
            return None
        return held.credit_code, held.name
    stored = people.read(session, grant.principal_id)
    if stored is None or stored.state != people.ACTIVE:
        return None
    return None, mask_name(accounts.opened(cipher, stored).person.name)
