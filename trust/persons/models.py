"""Tables of people, organisations, proofs and grants. Their SQL is in `trust/persons/store/`.

Times are UTC. Personal data lies in columns that end in `_sealed`, encrypted under a key of that person alone
(`person_key`), which is itself sealed; it is found by `*_index`, a keyed blind index. Nobody's number,
name or telephone stands anywhere else.
"""

from datetime import datetime
from uuid import UUID

from sqlalchemy import UniqueConstraint
from sqlmodel import Field, SQLModel

from keys.columns import UtcDateTime


class PersonRow(SQLModel, table=True):
    """A natural person. state: active ⇄ locked → erased."""

    __tablename__ = "person"

    id: UUID = Field(primary_key=True)
    version: int
    state: str = Field(max_length=16)
    identity_sealed: bytes | None = None
    """Canonical JSON of `NaturalPerson`; None once erased."""
    contact_sealed: bytes | None = None
    created_at: datetime = Field(sa_type=UtcDateTime)
    changed_at: datetime = Field(sa_type=UtcDateTime)


class PersonKeyRow(SQLModel, table=True):
    """The data key of one person. Deleting this row is what erases the person (PIPL art. 47)."""

    __tablename__ = "person_key"

    person_id: UUID = Field(primary_key=True, foreign_key="person.id")
    wrapped: bytes


class PersonDocumentRow(SQLModel, table=True):
    """A document that finds a person: the present one and earlier ones (a renewed passport)."""

    __tablename__ = "person_document"

    id: UUID = Field(primary_key=True)
    person_id: UUID = Field(foreign_key="person.id", index=True)
    number_index: bytes = Field(unique=True)
    """Blind index of type, state and number: one document never opens two accounts."""
    added_at: datetime = Field(sa_type=UtcDateTime)


class OrganizationRow(SQLModel, table=True):
    """An organisation. state: active → ended."""

    __tablename__ = "organization"

    id: UUID = Field(primary_key=True)
    credit_code: str = Field(max_length=18, unique=True)
    name: str = Field(max_length=120)
    state: str = Field(max_length=16)
    representative_id: UUID | None = Field(default=None, foreign_key="person.id", index=True)
    created_at: datetime = Field(sa_type=UtcDateTime)
    changed_at: datetime = Field(sa_type=UtcDateTime)


class AgencyPrincipalRow(SQLModel, table=True):
    """Somebody who may have agents: an organisation or a person, with the places taken.

    `confirmed` is counted here and not by a query, so that two confirmations at once cannot both take the
    last place; `epoch` makes a confirmation lose against a change of representative.
    """

    __tablename__ = "agency_principal"

    id: UUID = Field(primary_key=True)
    """organization.id or person.id"""
    kind: str = Field(max_length=16)
    epoch: int
    confirmed: int
    most: int


class AgencyGrantRow(SQLModel, table=True):
    """A right to act for somebody (经办人授权, 亲友代办). state: see `trust.persons.agency`."""

    __tablename__ = "agency_grant"

    id: UUID = Field(primary_key=True)
    principal_id: UUID = Field(foreign_key="agency_principal.id", index=True)
    kind: str = Field(max_length=16)
    epoch: int
    parent_id: UUID | None = Field(default=None, foreign_key="agency_grant.id", index=True)
    depth: int
    named_by: UUID = Field(foreign_key="person.id")
    delegate_id: UUID = Field(foreign_key="person.id", index=True)
    matters: str
    """Matter codes separated by spaces; empty: every matter that can be delegated."""
    may_subdelegate: bool
    state: str = Field(max_length=16, index=True)
    valid_from: datetime = Field(sa_type=UtcDateTime)
    valid_until: datetime = Field(sa_type=UtcDateTime)
    named_at: datetime = Field(sa_type=UtcDateTime)
    confirmed_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    ended_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    ended_by: str | None = Field(default=None, max_length=64)
    end_reason: str | None = Field(default=None, max_length=32)


class ProofRow(SQLModel, table=True):
    """One proof of identity (实名核验): who proved what, how, when, by which evidence, until when.

    state: proposed → standing → withdrawn, or proposed → declined. Only the counter proposes.
    """

    __tablename__ = "proof"
    __table_args__ = (UniqueConstraint("method", "evidence", name="proof_evidence_once"),)

    id: UUID = Field(primary_key=True)
    subject_id: UUID = Field(index=True)
    """person.id or organization.id"""
    subject_kind: str = Field(max_length=16)
    level: int
    method: str = Field(max_length=32)
    """A method of assurance.toml: self, register, face, ctid, counter, certificate."""
    source: str = Field(max_length=64)
    """Channel, clerk's office or issuer; no person."""
    evidence: str = Field(max_length=128)
    """A reference without personal data, unique by method: the same evidence never proves twice."""
    proven_by: str = Field(max_length=64)
    """Account of the clerk, or `node`."""
    confirmed_by: str | None = Field(default=None, max_length=64)
    state: str = Field(max_length=16)
    at: datetime = Field(sa_type=UtcDateTime)
    expires_at: datetime = Field(sa_type=UtcDateTime)
    closed_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
