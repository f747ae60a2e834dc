"""The provider's context: one frozen value that every endpoint function takes.

It holds no connection and no clock. Signing keys come from the keyring by label, so that a rotation is
seen at the next signature; clients, people and consents are asked through the Protocols named here.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from types import MappingProxyType
from typing import Any, Protocol

from sqlalchemy.orm import Session

from keys.algorithms import Algorithm
from keys.keyring import Keyring
from keys.lifecycle import KeyState
from keys.signer import KeyHandle, KeyUse, Signer
from trust.oidc.clients import Client
from trust.oidc.handles import ProviderSecret
from trust.oidc.people import Consents, People

SCOPES: Mapping[str, frozenset[str]] = MappingProxyType(
    {
        "openid": frozenset(),
        "offline_access": frozenset(),
        "profile": frozenset(
            {"name", "family_name", "given_name", "gender", "birthdate", "zoneinfo", "locale", "updated_at"}
        ),
        "phone": frozenset({"phone_number", "phone_number_verified"}),
        "email": frozenset({"email", "email_verified"}),
        "address": frozenset({"address"}),
        "agent": frozenset({"on_behalf_of"}),
    }
)
"""Scopes that release claims (OIDC Core §5.4), and `agent`: for whom the person acts (经办人)."""
ACR_VALUES = (
    "urn:xinzheng:acr:L1",
    "urn:xinzheng:acr:L2",
    "urn:xinzheng:acr:L3",
    "urn:xinzheng:acr:L4",
)
"""Weakest first: registered, matched against a register, live proof, certificate or counter."""


class Clients(Protocol):
    """Finds clients; an implementation may keep snapshots for a moment."""

    def find(self, session: Session, client_id: str, now: datetime) -> Client | None: ...


@dataclass(frozen=True, slots=True)
class Endpoints:
    """Where everything is, from the issuer alone: a forged Host header changes nothing (T37)."""

    authorize: str
    par: str
    token: str
    userinfo: str
    jwks: str
    introspect: str
    revoke: str
    logout: str
    register: str
    device_authorization: str
    device: str

    @classmethod
    def under(cls, issuer: str) -> "Endpoints":
        return cls(**{name: f"{issuer}/oidc/{name}" for name in cls.__dataclass_fields__})


@dataclass(frozen=True, slots=True)
class Provider:
    """One OpenID Provider."""

    issuer: str
    keyring: Keyring
    secret: ProviderSecret
    clients: Clients
    people: People
    consents: Consents
    acr_values: tuple[str, ...] = ACR_VALUES
    scopes: Mapping[str, frozenset[str]] = field(default_factory=lambda: SCOPES)
    machine_scopes: frozenset[str] = frozenset()
    """Scopes of the node's own JSON API, for client credentials and for clerks' tools."""
    fetch_json: Callable[[str], Any] | None = None
    """`safe_fetch` of `api`, cached there; for jwks_uri and sector_identifier_uri. None: neither is taken."""
    local_names: bool = False
    """Redirect addresses may be http under `localhost` (`serve --dev`)."""
    endpoints: Endpoints = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "endpoints", Endpoints.under(self.issuer))

    def signer(self, algorithm: Algorithm) -> Signer:
        """Raises: KeyNotFound when the node has no active login key of that algorithm."""
        return self.keyring.by_label(key_label(algorithm)).standing(KeyUse.LOGIN_TOKEN)

    def published_keys(self) -> tuple[KeyHandle, ...]:
        """Every login key that may verify something: not yet used, in use, and retired ones."""
        held = self.keyring.handles(KeyUse.LOGIN_TOKEN)
        return tuple(key for key in held if key.state is not KeyState.DESTROYED)


def key_label(algorithm: Algorithm) -> str:
    """The keyring label of login token keys: one active key an algorithm."""
    return f"login-token:{algorithm.jose_name}"


@dataclass(frozen=True, slots=True)
class Answer:
    """What a JSON endpoint answers. `dpop_nonce` goes out as the DPoP-Nonce header."""

    body: Mapping[str, Any]
    dpop_nonce: str | None = None


@dataclass(frozen=True, slots=True)
class SignedAnswer:
    """What an endpoint answers when the client wants it signed."""

    token: str
    media_type: str
