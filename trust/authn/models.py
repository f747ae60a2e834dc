"""Durable tables of authentication: accounts, authenticators, roles. They create trust and survive a
power cut.

What could be used to log in is never stored in the clear: password hashes and one-time secrets are sealed by
`keys.fields.FieldCipher` (GB/T 39786-2021 §8.4 e), recovery codes are digests, login names are blind indexes.
"""

from datetime import datetime
from uuid import UUID

from sqlalchemy import BigInteger
from sqlmodel import Field, SQLModel

from keys.columns import UtcDateTime


class AuthnAccount(SQLModel, table=True):
    """The account (账号) of a person. Made once, never for two people."""

    __tablename__ = "authn_account"

    person_id: str = Field(primary_key=True, max_length=64)
    user_handle: bytes = Field(unique=True)
    """What authenticators call the person (WebAuthn §14.6.1): 32 random octets, nothing personal."""
    created_at: datetime = Field(sa_type=UtcDateTime)


class AuthnLoginName(SQLModel, table=True):
    """A name somebody logs in with: number, telephone, mail. Only its blind index is here."""

    __tablename__ = "authn_login_name"

    name_index: bytes = Field(primary_key=True)
    person_id: str = Field(max_length=64, index=True)
    created_at: datetime = Field(sa_type=UtcDateTime)


class AuthnPassword(SQLModel, table=True):
    """A password (口令) as an Argon2id string, sealed."""

    __tablename__ = "authn_password"

    person_id: str = Field(primary_key=True, max_length=64)
    version: int
    """Raised by every change; a rehash names the version it was computed from."""
    sealed: bytes
    changed_at: datetime = Field(sa_type=UtcDateTime)


class AuthnTotp(SQLModel, table=True):
    """A one-time code generator (动态口令). pending → active → ended (the row goes)."""

    __tablename__ = "authn_totp"

    id: UUID = Field(primary_key=True)
    person_id: str = Field(max_length=64, index=True)
    active_person: str | None = Field(default=None, max_length=64, unique=True)
    """The person while active, else NULL: one active generator a person, on every database."""
    sealed: bytes
    last_step: int = Field(sa_type=BigInteger)
    """The newest 30-second step that was accepted; it and older ones are refused (RFC 6238 §5.2)."""
    created_at: datetime = Field(sa_type=UtcDateTime)


class AuthnPasskey(SQLModel, table=True):
    """A passkey (通行密钥). state: active → suspected (its counter went back) | ended."""

    __tablename__ = "authn_passkey"

    id: UUID = Field(primary_key=True)
    credential_id: bytes = Field(unique=True)
    person_id: str = Field(max_length=64, index=True)
    public_key: bytes
    """COSE_Key."""
    sign_count: int = Field(sa_type=BigInteger)
    state: str = Field(max_length=16)
    label: str = Field(max_length=64)
    synced: bool
    """Backed up by its provider, so not bound to one device."""
    created_at: datetime = Field(sa_type=UtcDateTime)
    used_at: datetime | None = Field(default=None, sa_type=UtcDateTime)


class AuthnCertificate(SQLModel, table=True):
    """A certificate (证书) somebody logs in with. state: active → ended. Revocation is the issuer's word."""

    __tablename__ = "authn_certificate"

    id: UUID = Field(primary_key=True)
    fingerprint: bytes = Field(unique=True)
    """SHA-256 of the certificate."""
    person_id: str = Field(max_length=64, index=True)
    organization: str | None = Field(default=None, max_length=18)
    """Credit code, when the certificate is an organization's and this person its agent."""
    state: str = Field(max_length=16)
    not_after: datetime = Field(sa_type=UtcDateTime)
    created_at: datetime = Field(sa_type=UtcDateTime)
    used_at: datetime | None = Field(default=None, sa_type=UtcDateTime)


class AuthnRecoveryCode(SQLModel, table=True):
    """A recovery code (恢复码): 120 random bits, kept as a digest, good once."""

    __tablename__ = "authn_recovery_code"

    digest: bytes = Field(primary_key=True)
    person_id: str = Field(max_length=64, index=True)
    created_at: datetime = Field(sa_type=UtcDateTime)
    used_at: datetime | None = Field(default=None, sa_type=UtcDateTime)


class AuthnRoleHolder(SQLModel, table=True):
    """Whoever holds or held a role: the row that every change of a person's roles compares and swaps."""

    __tablename__ = "authn_role_holder"

    person_id: str = Field(primary_key=True, max_length=64)
    version: int


class AuthnRoleGrant(SQLModel, table=True):
    """A role (角色) of a person, in a department or in the whole node. Ended, never deleted."""

    __tablename__ = "authn_role_grant"

    id: UUID = Field(primary_key=True)
    person_id: str = Field(max_length=64, index=True)
    role: str = Field(max_length=32)
    department: str = Field(max_length=18)
    """Credit code of the department; empty for roles of the whole node."""
    granted_by: str = Field(max_length=64)
    valid_from: datetime = Field(sa_type=UtcDateTime)
    valid_until: datetime = Field(sa_type=UtcDateTime)
    mac: bytes
    """HMAC over everything above (GB/T 39786-2021 §8.4 b): a row written past the program gives no right."""
    ended_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    ended_by: str | None = Field(default=None, max_length=64)
