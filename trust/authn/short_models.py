"""Short-lived tables of authentication: sessions, logins under way, challenges, rate limits.

Every table has `expires_at`, the moment from which the janitor may delete the row. None holds a value that
could be sent by a browser: cookies, challenges and names are there as SHA-256 digests or blind indexes.
"""

from datetime import datetime
from uuid import UUID

from sqlalchemy import BigInteger
from sqlmodel import Field

from keys.columns import UtcDateTime
from trust.short_lived import ShortLivedModel


class AuthnSession(ShortLivedModel, table=True):
    """A login session (登录会话) of one browser. The row goes when the session ends."""

    __tablename__ = "authn_session"

    cookie_digest: bytes = Field(primary_key=True)
    """SHA-256 of the cookie value. Changed at every change of privilege (T15)."""
    sid: str = Field(max_length=64, unique=True)
    """Public name of the session, the same through step-ups: relying parties log out by it."""
    person_id: str = Field(max_length=64, index=True)
    label: str = Field(max_length=64)
    """What the person recognizes it by, such as the kind of browser; given by `api`, never an address."""
    base_level: int
    base_factors: str = Field(max_length=128)
    base_at: datetime = Field(sa_type=UtcDateTime)
    raised_level: int | None = Field(default=None)
    raised_factors: str | None = Field(default=None, max_length=128)
    raised_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    raised_until: datetime | None = Field(default=None, sa_type=UtcDateTime)
    started_at: datetime = Field(sa_type=UtcDateTime)
    idle_s: int
    idle_until: datetime = Field(sa_type=UtcDateTime)
    expires_at: datetime = Field(sa_type=UtcDateTime, index=True)
    """The absolute end."""


class AuthnFlow(ShortLivedModel, table=True):
    """A login under way, tied to the browser it was begun in."""

    __tablename__ = "authn_flow"

    id: UUID = Field(primary_key=True)
    version: int
    """Raised by every step; two answers to one step cannot both count."""
    state: str
    """JSON of `trust.authn.login_flow.LoginFlow`."""
    expires_at: datetime = Field(sa_type=UtcDateTime, index=True)


class AuthnChallenge(ShortLivedModel, table=True):
    """A challenge that one answer may use up."""

    __tablename__ = "authn_challenge"

    digest: bytes = Field(primary_key=True)
    """SHA-256 over purpose, binding and challenge."""
    person_id: str | None = Field(default=None, max_length=64)
    expires_at: datetime = Field(sa_type=UtcDateTime, index=True)


class AuthnBucket(ShortLivedModel, table=True):
    """A token bucket (令牌桶), kept as the moment at which it is full again."""

    __tablename__ = "authn_bucket"

    digest: bytes = Field(primary_key=True)
    """SHA-256 over the rule and what it counts: a blind index, an address, the node."""
    full_at: int = Field(sa_type=BigInteger)
    """Milliseconds since 1970."""
    expires_at: datetime = Field(sa_type=UtcDateTime, index=True)


class AuthnFailures(ShortLivedModel, table=True):
    """Failures in a row on one name, known or not; and since when it is locked."""

    __tablename__ = "authn_failures"

    digest: bytes = Field(primary_key=True)
    count: int
    locked_until: datetime | None = Field(default=None, sa_type=UtcDateTime)
    expires_at: datetime = Field(sa_type=UtcDateTime, index=True)
