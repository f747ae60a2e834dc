"""Tables of register queries: who asked what channel why, and whether the channel works."""

from datetime import datetime
from uuid import UUID

from sqlmodel import Field, SQLModel

from keys.columns import UtcDateTime


class RegisterQueryRow(SQLModel, table=True):
    """One query of a register. It holds nobody's data in clear: the subject is a blind index.

    outcome: asked → matched | mismatch | absent | failed; `asked` that stays was lost in a crash.
    """

    __tablename__ = "register_query"

    id: UUID = Field(primary_key=True)
    channel: str = Field(max_length=64)
    subject_index: bytes = Field(index=True)
    """Blind index of the identity document or of the credit code."""
    person_id: UUID | None = Field(default=None, index=True)
    """The account it was asked for, when there is one."""
    purpose: str = Field(max_length=200)
    asked_by: str = Field(max_length=128)
    fields: str
    """Names of the fields that were sent, separated by spaces; never values."""
    outcome: str = Field(max_length=16)
    attempts: int
    reference: str | None = Field(default=None, max_length=64)
    """The register's own serial number of the answer."""
    failure: str | None = Field(default=None, max_length=64)
    asked_at: datetime = Field(sa_type=UtcDateTime, index=True)
    answered_at: datetime | None = Field(default=None, sa_type=UtcDateTime)


class RegisterBreakerRow(SQLModel, table=True):
    """The circuit breaker (熔断) of one channel, shared by all workers. state: closed → open → half_open →
    closed.
    """

    __tablename__ = "register_breaker"

    channel: str = Field(primary_key=True, max_length=64)
    state: str = Field(max_length=16)
    failures: int
    """In a row."""
    until: datetime = Field(sa_type=UtcDateTime)
    """open: when one query may try. half_open: when the one trying is given up."""
