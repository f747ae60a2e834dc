"""Tables of `licenses`. All SQL on them is in `licenses/store/`.

Times are UTC. Personal data is in columns that end in `_sealed` (AES-256-GCM by `keys.fields`, AAD naming
table, column and row) and found by `holder_index`, a keyed blind index. Nothing here is ever deleted.
"""

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, UniqueConstraint
from sqlmodel import Field, SQLModel

from keys.columns import UtcDateTime


class DepartmentRow(SQLModel, table=True):
    """A body that issues licenses (证照颁发机构): who it is, which key and which seal it uses."""

    __tablename__ = "department"

    credit_code: str = Field(primary_key=True, max_length=18)
    name: str
    region: str = Field(max_length=6)
    issuer_kid: str = Field(max_length=64)
    """Key that signs credentials."""
    issuer_chain: bytes
    """PEM certificates, leaf first, without the anchor."""
    seal_id: UUID | None = None
    """Seal it puts on documents; None until one is made."""
    created_at: datetime = Field(sa_type=UtcDateTime)


class AccreditationRow(SQLModel, table=True):
    """One grant: this body, this license type, this region, this time."""

    __tablename__ = "accreditation"

    id: UUID = Field(primary_key=True)
    credit_code: str = Field(max_length=18, foreign_key="department.credit_code", index=True)
    license_type: str
    region: str = Field(max_length=6)
    valid_from: datetime = Field(sa_type=UtcDateTime)
    valid_until: datetime = Field(sa_type=UtcDateTime)


class StatusListRow(SQLModel, table=True):
    """One status list (状态列表). Its bits are not kept: they follow from the states of its licenses."""

    __tablename__ = "status_list"
    __table_args__ = (CheckConstraint("taken * 2 <= size", name="status_list_half_full"),)

    id: UUID = Field(primary_key=True)
    size: int
    """Slots; at least 2^17, so that an index says nothing about its license."""
    taken: int = 0
    opened_at: datetime = Field(sa_type=UtcDateTime)
    token: str | None = None
    """The newest signed token, None before the first publication."""
    published_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    expires_at: datetime | None = Field(default=None, sa_type=UtcDateTime)


class LicenseRow(SQLModel, table=True):
    """One version of one license (电子证照)."""

    __tablename__ = "license"
    __table_args__ = (
        UniqueConstraint("status_list_id", "status_index", name="license_status_slot"),
        UniqueConstraint("issuer_code", "idempotency_key", name="license_idempotency"),
    )

    id: UUID = Field(primary_key=True)
    identifier: str = Field(unique=True)
    """证照标识, GB/T 36904."""
    serial: str
    version: int
    license_type: str = Field(index=True)
    issuer_code: str = Field(max_length=18, foreign_key="department.credit_code", index=True)
    holder_index: bytes = Field(index=True)
    record_sealed: bytes
    """The record as it was asked for (holder, claims, dates), canonical JSON."""
    payload_sealed: bytes
    """What the issuer key signs, with the disclosures: enough to sign again after a crash."""
    valid_from: date
    valid_until: date | None = None
    """Last day, itself included; None is 长期."""
    state: str = Field(max_length=2)
    status_list_id: UUID = Field(foreign_key="status_list.id")
    status_index: int
    secret_digest: bytes | None = Field(default=None, unique=True)
    """SHA-256 of the secret in the printed QR code; the secret itself is stored nowhere in clear."""
    idempotency_key: str | None = None
    request_digest: bytes
    supersedes_id: UUID | None = Field(default=None, foreign_key="license.id", unique=True)
    """The version before this one. Unique: a version has at most one successor."""
    succession: str | None = Field(default=None, max_length=2)
    """Operation by which this version follows the one before: 02 延续 or 09 变更."""
    requested_by: str
    reason: str
    intent_id: UUID | None = None
    credential_sealed: bytes | None = None
    document_sealed: bytes | None = None
    created_at: datetime = Field(sa_type=UtcDateTime)
    issued_at: datetime | None = Field(default=None, sa_type=UtcDateTime)


class LicenseChangeRow(SQLModel, table=True):
    """One operation on a license (业务记录), national operation code; also the work list after a crash."""

    __tablename__ = "license_change"

    id: UUID = Field(primary_key=True)
    license_id: UUID = Field(foreign_key="license.id", index=True)
    operation: str = Field(max_length=2)
    ground: str | None = None
    before: str = Field(max_length=2)
    after: str = Field(max_length=2)
    note_sealed: bytes
    """The reason in words; it may name people."""
    requested_by: str
    requested_at: datetime = Field(sa_type=UtcDateTime)
    intent_id: UUID | None = None
    done_at: datetime | None = Field(default=None, sa_type=UtcDateTime, index=True)
    """None while the change is logged but not yet made."""


class TrustListRow(SQLModel, table=True):
    """One published trust list (信任列表) of this node."""

    __tablename__ = "trust_list"

    version: int = Field(primary_key=True)
    token: str
    published_at: datetime = Field(sa_type=UtcDateTime)
    expires_at: datetime = Field(sa_type=UtcDateTime)
