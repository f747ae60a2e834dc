"""Identity put together: the provider's context, the secrets of its pages, and the way into its state.

`equip` makes what a node needs before anybody logs in: login token keys and two secrets. It runs when a node
is opened and finds nothing to do ever after.
"""

import os
import threading
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy.orm import Session

from api.db import Database
from api.group_commit import GroupCommit
from keys.clock import Clock
from keys.custody import Kek
from keys.fields import FieldCipher
from keys.keyring import Keyring
from keys.node_secret import load_or_create_secret
from trust.authn.passwords import OWASP, PasswordHasher
from trust.authn.secret import AuthnSecret
from trust.oidc.client_cache import CachedClients
from trust.oidc.handles import ProviderSecret
from trust.oidc.login_keys import ensure_login_keys
from trust.oidc.provider import Provider
from trust.persons.consents import ConsentLedger
from trust.persons.directory import Directory

PROVIDER_PURPOSE = "oidc provider"
AUTHN_PURPOSE = "login pages"


@dataclass(frozen=True, slots=True)
class IdentitySecrets:
    """The two secrets, unwrapped; neither shows itself."""

    provider: ProviderSecret
    authn: AuthnSecret


@dataclass(frozen=True)
class Identity:
    """What routes and pages of identity work with."""

    provider: Provider
    authn: AuthnSecret = field(repr=False)
    cipher: FieldCipher = field(repr=False)
    hasher: PasswordHasher = field(repr=False)
    state: GroupCommit = field(repr=False)
    durable: Database
    clock: Clock

    def forget_client(self, client_id: str) -> None:
        """This process sees a changed client at once; others within seconds."""
        clients = self.provider.clients
        if isinstance(clients, CachedClients):
            clients.forget(client_id)

    @property
    def https(self) -> bool:
        return self.provider.issuer.startswith("https://")


def equip(session: Session, keyring: Keyring, kek: Kek, now: datetime) -> IdentitySecrets:
    """Make what is missing. The caller commits."""
    ensure_login_keys(session, keyring, now)
    return IdentitySecrets(
        ProviderSecret(load_or_create_secret(session, kek, purpose=PROVIDER_PURPOSE, now=now)),
        AuthnSecret(load_or_create_secret(session, kek, purpose=AUTHN_PURPOSE, now=now)),
    )


def compose(
    url: str,
    *,
    keyring: Keyring,
    cipher: FieldCipher,
    secrets: IdentitySecrets,
    durable: Database,
    short_lived: Database,
    clock: Clock,
) -> Identity:
    """url: the node's own, which is the issuer."""
    provider = Provider(
        issuer=url,
        keyring=keyring,
        secret=secrets.provider,
        clients=CachedClients(),
        people=Directory(cipher),
        consents=ConsentLedger(),
        local_names=url.startswith("http://"),
    )
    gate = threading.BoundedSemaphore(os.cpu_count() or 1)
    return Identity(
        provider=provider,
        authn=secrets.authn,
        cipher=cipher,
        hasher=PasswordHasher(OWASP, gate),
        state=GroupCommit(durable, short_lived),
        durable=durable,
        clock=clock,
    )
