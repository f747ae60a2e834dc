"""Durable tables of the provider: its clients, and the tokens that let new ones register."""

from datetime import datetime
from uuid import UUID

from sqlmodel import Field, SQLModel

from keys.columns import UtcDateTime


class OidcClient(SQLModel, table=True):
    """A client (接入应用): what it is stands in `description`, one JSON document that is read whole.

    state: active ⇄ disabled.
    """

    __tablename__ = "oidc_client"

    id: UUID = Field(primary_key=True)
    client_id: str = Field(max_length=128, unique=True)
    version: int
    """Raised by every change; a change names the version it was made from."""
    state: str = Field(max_length=16)
    policy: str = Field(max_length=16)
    owner: str = Field(max_length=64, index=True)
    """Whose client it is: a credit code, or the node's own name."""
    description: str
    """Canonical JSON; see `trust.oidc.clients.Client.to_json`."""
    secret_digests: str = Field(max_length=256)
    """SHA-256 of its secrets, hexadecimal, separated by spaces: the present one and one about to go."""
    created_at: datetime = Field(sa_type=UtcDateTime)
    changed_at: datetime = Field(sa_type=UtcDateTime)


class OidcInitialAccess(SQLModel, table=True):
    """Permission to register clients (initial access token, RFC 7591 §3): for whom, under which policy."""

    __tablename__ = "oidc_initial_access"

    id: UUID = Field(primary_key=True)
    owner: str = Field(max_length=64)
    policy: str = Field(max_length=16)
    scopes: str
    """The scopes its clients may ask for, separated by spaces."""
    uses_left: int
    created_at: datetime = Field(sa_type=UtcDateTime)
    expires_at: datetime = Field(sa_type=UtcDateTime)
