"""Tables of `seal`: requests, seals, changes of state, every single use (用印记录), mandates to use one.

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
    needs_approval: bool = Field(default=False)
    """Each use shall need a second operator's approval; the seal's record says so, not this row."""
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
    approved_by: str | None = Field(default=None, max_length=255)
    approval: bytes | None = Field(default=None)
    """Canonical JSON of `seal.use_approval.UseApproval`: what was approved, and the signature."""
    timestamp: bytes | None = Field(default=None)
    """The RFC 3161 token over the signature, DER."""
    log_index: int | None = Field(default=None)
    result_digest: bytes | None = Field(default=None)
    """SHA-256 of the sealed file."""
    declared_at: datetime = Field(sa_type=UtcDateTime)
    done_at: datetime | None = Field(default=None, sa_type=UtcDateTime)


class SealMandateRow(SQLModel, table=True):
    """A standing permission of two people to use a seal for one kind of work (用印授权)."""

    __tablename__ = "seal_mandate"

    id: UUID = Field(primary_key=True)
    seal_number: str = Field(max_length=32, index=True)
    terms: bytes
    """Canonical JSON of `seal.mandate.MandateTerms`: everything the approver signs for."""
    approval_request: bytes
    """Canonical JSON of `keys.approval.ApprovalRequest`."""
    requester_key: bytes
    """SubjectPublicKeyInfo, DER."""
    approved_by: str | None = Field(default=None, max_length=255)
    approval_signature: bytes | None = Field(default=None)
    approved_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    revoked_by: str | None = Field(default=None, max_length=255)
    revoked_at: datetime | None = Field(default=None, sa_type=UtcDateTime)


class SealMandateHourRow(SQLModel, table=True):
    """How often a mandate was used within one hour of the clock."""

    __tablename__ = "seal_mandate_hour"

    mandate_id: UUID = Field(primary_key=True, foreign_key="seal_mandate.id")
    hour: datetime = Field(primary_key=True, sa_type=UtcDateTime)
    used: int


class SealMandatedUseRow(SQLModel, table=True):
    """One use under a mandate (用印记录): the record that was logged, the document that came of it."""

    __tablename__ = "seal_mandated_use"

    record_digest: bytes = Field(primary_key=True)
    """SHA-256 of the record that the log commits to (unsalted), 32 octets."""
    mandate_id: UUID = Field(foreign_key="seal_mandate.id", index=True)
    purpose: str
    used_by: str = Field(max_length=255)
    declared_at: datetime = Field(sa_type=UtcDateTime)
    log_index: int | None = Field(default=None)
    result_digest: bytes | None = Field(default=None, index=True)
    """SHA-256 of the sealed file."""
    done_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
