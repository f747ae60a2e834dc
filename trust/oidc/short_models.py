"""Short-lived tables of the provider. None holds a secret: handles are recomputed (`trust.oidc.handles`).

Every table has `expires_at`, the moment from which `trust.oidc.janitor` may delete the row.
"""

from datetime import datetime
from uuid import UUID

from sqlmodel import Field

from keys.columns import UtcDateTime
from trust.short_lived import ShortLivedModel


class OidcRequest(ShortLivedModel, table=True):
    """An authorization request that was pushed (RFC 9126) or waits for a person; used up when answered."""

    __tablename__ = "oidc_request"

    id: UUID = Field(primary_key=True)
    client_id: str = Field(max_length=128)
    parameters: str
    """JSON of the parameters, request object unpacked, client authentication left out."""
    dpop_jkt: str | None = Field(default=None, max_length=64)
    pushed_until: datetime | None = Field(default=None, sa_type=UtcDateTime)
    """How long its request_uri is good; NULL for a request that was not pushed."""
    opened_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    """When a person was first shown a page for it; `prompt=login` asks for a login after this."""
    used_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    expires_at: datetime = Field(sa_type=UtcDateTime, index=True)


class OidcGrant(ShortLivedModel, table=True):
    """What one authorization gave: its code, its refresh tokens, and what access tokens under it say.

    One row from the code to the last refresh: redeeming, refreshing and revoking are single UPDATEs of it.
    """

    __tablename__ = "oidc_grant"

    id: UUID = Field(primary_key=True)
    client_id: str = Field(max_length=128)
    person_id: str = Field(max_length=64, index=True)
    sid: str | None = Field(default=None, max_length=128, index=True)
    scope: str
    resources: str
    claims: str | None = Field(default=None)
    on_behalf_of: str | None = Field(default=None)
    acr: str = Field(max_length=64)
    amr: str = Field(max_length=128)
    auth_time: datetime = Field(sa_type=UtcDateTime)
    nonce: str | None = Field(default=None)
    redirect_uri: str | None = Field(default=None)
    redirect_uri_given: bool = Field(default=True)
    code_challenge: str | None = Field(default=None, max_length=64)
    dpop_jkt: str | None = Field(default=None, max_length=64)
    """The key the code is bound to (RFC 9449 §10); for public clients also their refresh tokens."""
    offline: bool = Field(default=False)
    """Survives logout (offline_access)."""
    code_expires_at: datetime = Field(sa_type=UtcDateTime)
    code_used_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    refresh_serial: int | None = Field(default=None)
    """Serial of the refresh token given last; NULL when none is given."""
    refresh_used: int | None = Field(default=None)
    """Serial of the one it was rotated from: good for a retry until the new one is used."""
    refresh_expires_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    revoked_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    created_at: datetime = Field(sa_type=UtcDateTime)
    expires_at: datetime = Field(sa_type=UtcDateTime, index=True)


class OidcOnce(ShortLivedModel, table=True):
    """An identifier that may be used once: `jti` of a client assertion, a proof, a request object."""

    __tablename__ = "oidc_once"

    digest: bytes = Field(primary_key=True)
    """SHA-256 over kind, owner and identifier."""
    expires_at: datetime = Field(sa_type=UtcDateTime, index=True)


class OidcWithdrawnToken(ShortLivedModel, table=True):
    """An access token that was revoked before it expired (RFC 7009)."""

    __tablename__ = "oidc_withdrawn_token"

    jti: str = Field(primary_key=True, max_length=64)
    expires_at: datetime = Field(sa_type=UtcDateTime, index=True)


class OidcDevice(ShortLivedModel, table=True):
    """A device waiting for a person elsewhere (RFC 8628). state: pending → approved | denied → spent."""

    __tablename__ = "oidc_device"

    id: UUID = Field(primary_key=True)
    user_code: str = Field(max_length=16, unique=True)
    client_id: str = Field(max_length=128)
    parameters: str
    dpop_jkt: str | None = Field(default=None, max_length=64)
    state: str = Field(max_length=16)
    grant_id: UUID | None = Field(default=None)
    interval_s: int
    polled_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    usable_until: datetime = Field(sa_type=UtcDateTime)
    expires_at: datetime = Field(sa_type=UtcDateTime, index=True)


class OidcLogout(ShortLivedModel, table=True):
    """A back-channel logout message on its way (OIDC Back-Channel Logout 1.0). Deleted when delivered."""

    __tablename__ = "oidc_logout"

    id: UUID = Field(primary_key=True)
    client_id: str = Field(max_length=128)
    uri: str
    subject: str = Field(max_length=128)
    sid: str = Field(max_length=128)
    attempts: int
    due_at: datetime = Field(sa_type=UtcDateTime, index=True)
    expires_at: datetime = Field(sa_type=UtcDateTime, index=True)
