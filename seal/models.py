"""Tables of `seal`: requests, seals, their changes of state and every single use (用印记录).

All SQL on them is in `seal/store.py`. Times are UTC. No personal data: people appear by their short codes.
"""

from datetime import datetime
from uuid import UUID

from sqlmodel import Field, SQLModel

from keys.columns import UtcDateTime


class SealRequestRow(SQLModel, table=True):
    """A request for a seal (印章申请), and the approval a second operator signed for it."""

    __tablename__ = "seal_request"

    id: UUID = Field(primary_key=True)
    state: str = Field(max_length=16, index=True)
    owner_code: str = Field(max_length=18, index=True)
    """统一社会信用代码 of the organ."""
    name: str = Field(max_length=64)
    """The text on the seal: the organ's statutory name."""
    rank: str = Field(max_length=64)
    diameter_mm: str = Field(max_length=8)
    """A decimal number, kept as written."""
    emblem: str = Field(max_length=16)
    line: str = Field(max_length=32)
    demonstration: bool
    artwork: bytes | None = Field(default=None)
    replaces_id: UUID | None = Field(default=None)
    """The cancelled seal this one follows (变更)."""
    reason: str
    requested_by: str = Field(max_length=255)
    requester_key: bytes
    """SubjectPublicKeyInfo, DER: one person is not two because they have two codes."""
    requested_at: datetime = Field(sa_type=UtcDateTime)
    approval_request: bytes
    """Canonical JSON of `keys.approval.ApprovalRequest`: what the approver signs."""
    approved_by: str | None = Field(default=None, max_length=255)
    approval_signature: bytes | None = Field(default=None)
    approved_at: datetime | None = Field(default=None, sa_type=UtcDateTime)


class SealRow(SQLModel, table=True):
    """A seal (电子印章)."""

    __tablename__ = "seal"

    id: UUID = Field(primary_key=True)
    number: str = Field(max_length=32, unique=True)
    """esID, the number in the record; what people use to name the seal."""
    request_id: UUID = Field(foreign_key="seal_request.id", index=True)
    state: str = Field(max_length=16, index=True)
    owner_code: str = Field(max_length=18, index=True)
    name: str = Field(max_length=64)
    kid: str = Field(max_length=64)
    certificate: bytes
    """The signing certificate in the record, DER."""
    certificate_serial: str | None = Field(default=None, max_length=40, unique=True)
    """Lower-case hexadecimal. Unique: holding one seal's certificate must not stop another seal."""
    record: bytes | None = Field(default=None)
    """SESeal, DER; None until signed."""
    artwork: bytes
    """The vector picture: one-page PDF."""
    diameter_mm: str = Field(max_length=8)
    demonstration: bool
    valid_from: datetime = Field(sa_type=UtcDateTime)
    valid_until: datetime = Field(sa_type=UtcDateTime)
    created_at: datetime = Field(sa_type=UtcDateTime)
    changed_at: datetime = Field(sa_type=UtcDateTime)


class SealChangeRow(SQLModel, table=True):
    """One change of a seal's state (印章状态变更记录)."""

    __tablename__ = "seal_change"

    id: UUID = Field(primary_key=True)
    seal_id: UUID = Field(foreign_key="seal.id", index=True)
    operation: str = Field(max_length=16)
    before: str = Field(max_length=16)
    after: str = Field(max_length=16)
    requested_by: str = Field(max_length=255)
    reason: str
    changed_at: datetime = Field(sa_type=UtcDateTime)


class SealUseRow(SQLModel, table=True):
    """One application of a seal (用印记录): who, for whom, on what, why, when."""

    __tablename__ = "seal_use"

    id: UUID = Field(primary_key=True)
    seal_id: UUID = Field(foreign_key="seal.id", index=True)
    state: str = Field(max_length=16)
    """pending → done | abandoned"""
    document_digest: bytes = Field(index=True)
    """SHA-256 of the file as it came in, 32 octets."""
    pages: int
    purpose: str
    used_by: str = Field(max_length=255)
    on_behalf_of: str = Field(max_length=255)
    log_index: int | None = Field(default=None)
    result_digest: bytes | None = Field(default=None)
    """SHA-256 of the sealed file."""
    declared_at: datetime = Field(sa_type=UtcDateTime)
    done_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
