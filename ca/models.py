"""Tables of `ca`: every certificate this node ever meant to sign, and every revocation list it holds."""

from datetime import datetime

from sqlalchemy import BigInteger, UniqueConstraint
from sqlmodel import Field, SQLModel

from keys.columns import UtcDateTime


class CertificateRow(SQLModel, table=True):
    """A certificate from the moment its serial number exists, so that even one lost in a crash can be
    revoked.

    state: pending → active ⇄ held, and from each of them → revoked, which is final.
    """

    __tablename__ = "certificate"

    serial: str = Field(primary_key=True, max_length=40)
    """Lower-case hexadecimal, `ca.serial.serial_text`. Random, hence unique beyond one issuer."""
    issuer_key_id: str = Field(max_length=64, index=True)
    """subjectKeyIdentifier of the issuing certificate, hexadecimal."""
    profile: str = Field(max_length=32)
    state: str = Field(max_length=16)
    subject: str
    """RFC 4514 text, for people to read."""
    not_before: datetime = Field(sa_type=UtcDateTime)
    not_after: datetime = Field(sa_type=UtcDateTime)
    requested_by: str = Field(max_length=255)
    prepared_at: datetime = Field(sa_type=UtcDateTime)
    to_be_signed: bytes | None = Field(default=None)
    """TBSCertificate, DER, while pending: the record the log commits to. Afterwards it is inside `der`."""
    der: bytes | None = Field(default=None)
    revoked_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    """When it was revoked or put on hold."""
    revocation_reason: str | None = Field(default=None, max_length=32)
    """A value of `ca.revoke.Reason`."""
    on_crl: str | None = Field(default=None, max_length=64, index=True)
    """`issuer_key_id` while the certificate stands on the CRL, else NULL: a list is found without reading
    the rest.
    """


class CrlRow(SQLModel, table=True):
    """A revocation list (证书撤销列表). The numbers of one issuer only grow, RFC 5280 §5.2.3."""

    __tablename__ = "crl"
    __table_args__ = (UniqueConstraint("issuer_key_id", "number"),)

    fingerprint: str = Field(primary_key=True, max_length=64)
    """SHA-256 of the DER, hexadecimal."""
    issuer_key_id: str = Field(max_length=64)
    number: int = Field(sa_type=BigInteger)
    this_update: datetime = Field(sa_type=UtcDateTime)
    next_update: datetime = Field(sa_type=UtcDateTime, index=True)
    der: bytes
