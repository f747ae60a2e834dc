"""Tables of `keys`: wrapped keys, intents, spent approval nonces, the log.

The same on SQLite and PostgreSQL: UUIDv7 primary keys, no sequences, states as text, raw bytes as
LargeBinary, times as `UtcDateTime`, counts as BigInteger.
"""

from datetime import datetime
from uuid import UUID

from sqlalchemy import BigInteger, Index
from sqlmodel import Field, SQLModel

from keys.columns import UtcDateTime


class SigningKey(SQLModel, table=True):
    """A signing key, wrapped. The AAD of `wrapped` names this row (see `keys.custody.row_aad`)."""

    __tablename__ = "signing_key"

    id: UUID = Field(primary_key=True)
    kid: str = Field(max_length=64, unique=True)
    label: str = Field(max_length=128, index=True)
    active_label: str | None = Field(default=None, max_length=128, unique=True)
    """The label while the key is active, else NULL: one active key a label, on every database."""
    algorithm: str = Field(max_length=16)
    uses: str = Field(max_length=255)
    """Uses in alphabetical order, separated by spaces."""
    state: str = Field(max_length=16)
    version: int
    public_key: bytes
    """SubjectPublicKeyInfo, DER."""
    wrapped: bytes | None = Field(default=None)
    """PKCS#8 DER under the key-encryption key; NULL once destroyed."""
    created_at: datetime = Field(sa_type=UtcDateTime)
    changed_at: datetime = Field(sa_type=UtcDateTime)


class FieldKey(SQLModel, table=True):
    """A data key for personal fields, wrapped."""

    __tablename__ = "field_key"

    id: UUID = Field(primary_key=True)
    purpose: str = Field(max_length=32, unique=True)
    version: int
    wrapped: bytes
    created_at: datetime = Field(sa_type=UtcDateTime)


class SigningIntent(SQLModel, table=True):
    """What is about to be signed (签名意图). Written, logged and committed before any signature."""

    __tablename__ = "signing_intent"
    __table_args__ = (Index("ix_signing_intent_log", "log_origin", "log_index"),)

    id: UUID = Field(primary_key=True)
    kind: str = Field(max_length=64)
    state: str = Field(max_length=16, index=True)
    """open → done | abandoned"""
    record_digest: bytes
    salt: bytes
    kids: str
    """Key names in alphabetical order, separated by spaces."""
    requested_by: str = Field(max_length=255)
    reason: str
    declared_at: datetime = Field(sa_type=UtcDateTime)
    finished_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    log_origin: str = Field(max_length=255)
    log_index: int = Field(sa_type=BigInteger)
    log_size: int = Field(sa_type=BigInteger)
    """Size of the checkpoint its batch came in."""


class SpentNonce(SQLModel, table=True):
    """A nonce of an approval that has been used. A nonce is spent once (T21)."""

    __tablename__ = "spent_nonce"

    nonce: bytes = Field(primary_key=True)
    operation: str = Field(max_length=64)
    spent_at: datetime = Field(sa_type=UtcDateTime)
    expires_at: datetime = Field(sa_type=UtcDateTime, index=True)


class LogLeaf(SQLModel, table=True):
    """One entry of the log: kind and salted digest, nothing about anybody."""

    __tablename__ = "log_leaf"

    origin: str = Field(primary_key=True, max_length=255)
    idx: int = Field(primary_key=True, sa_type=BigInteger, sa_column_kwargs={"autoincrement": False})
    entry: bytes


class LogNode(SQLModel, table=True):
    """The hash of a complete subtree; level 0 is a leaf. Written once, never changed."""

    __tablename__ = "log_node"

    origin: str = Field(primary_key=True, max_length=255)
    level: int = Field(primary_key=True, sa_column_kwargs={"autoincrement": False})
    idx: int = Field(primary_key=True, sa_type=BigInteger, sa_column_kwargs={"autoincrement": False})
    hash: bytes


class LogHead(SQLModel, table=True):
    """Where the log stands. Moved by compare-and-swap only."""

    __tablename__ = "log_head"

    origin: str = Field(primary_key=True, max_length=255)
    size: int = Field(sa_type=BigInteger)
    root: bytes
    signed_at: datetime = Field(sa_type=UtcDateTime)


class LogCheckpoint(SQLModel, table=True):
    """A signed checkpoint; one a batch."""

    __tablename__ = "log_checkpoint"

    origin: str = Field(primary_key=True, max_length=255)
    size: int = Field(primary_key=True, sa_type=BigInteger, sa_column_kwargs={"autoincrement": False})
    root: bytes
    note: str
    signed_at: datetime = Field(sa_type=UtcDateTime)
