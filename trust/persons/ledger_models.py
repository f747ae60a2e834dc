"""Tables of what happened to people's data: consents, who looked, corrections."""

from datetime import datetime
from uuid import UUID

from sqlmodel import Field, SQLModel

from keys.columns import UtcDateTime


class ConsentRow(SQLModel, table=True):
    """One consent (同意, PIPL art. 13–17): to whom, for which claims, why, shown in which text."""

    __tablename__ = "consent"

    id: UUID = Field(primary_key=True)
    person_id: UUID = Field(index=True)
    client_id: str = Field(max_length=128)
    claims: str
    """Names of claims separated by spaces, sorted."""
    sensitive: bool
    """True: a separate consent (单独同意, art. 29); such a row holds sensitive claims only."""
    purpose: str = Field(max_length=200)
    text_version: str = Field(max_length=32)
    text_digest: bytes
    """SHA-256 of the very text that was shown."""
    channel: str = Field(max_length=32)
    at: datetime = Field(sa_type=UtcDateTime)
    withdrawn_at: datetime | None = Field(default=None, sa_type=UtcDateTime)


class AccessTraceRow(SQLModel, table=True):
    """Who looked (访问留痕): one row each time somebody saw or received a person's data. Only ever
    appended."""

    __tablename__ = "access_trace"

    id: UUID = Field(primary_key=True)
    person_id: UUID = Field(index=True)
    act: str = Field(max_length=16)
    """login, release, view, query, correction, erasure"""
    actor_kind: str = Field(max_length=16)
    actor: str = Field(max_length=128)
    """client_id, account, or channel; never a person's name."""
    claims: str
    """Names of what was seen, separated by spaces; never values."""
    purpose: str = Field(max_length=200)
    at: datetime = Field(sa_type=UtcDateTime)


class CorrectionRow(SQLModel, table=True):
    """A dispute (更正申请, PIPL art. 46). state: filed → forwarded → corrected | upheld, or filed →
    withdrawn."""

    __tablename__ = "correction"

    id: UUID = Field(primary_key=True)
    person_id: UUID = Field(index=True)
    claim: str = Field(max_length=64)
    source: str = Field(max_length=64)
    """The channel whose data is disputed."""
    state: str = Field(max_length=16, index=True)
    statement_sealed: bytes
    filed_at: datetime = Field(sa_type=UtcDateTime)


class CorrectionEventRow(SQLModel, table=True):
    """The trace of a correction: each step, by whom, with the source's own reference."""

    __tablename__ = "correction_event"

    id: UUID = Field(primary_key=True)
    correction_id: UUID = Field(foreign_key="correction.id", index=True)
    state: str = Field(max_length=16)
    actor: str = Field(max_length=128)
    reference: str | None = Field(default=None, max_length=128)
    at: datetime = Field(sa_type=UtcDateTime)
