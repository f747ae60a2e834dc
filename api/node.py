"""A node: the folder, the database, the keys and the services, put together once (the composition root).

    DIR/node.toml   name, region, URL, database            DIR/kek       key-encryption key, mode 0400
    DIR/node.db     the embedded database                   DIR/anchor.pem the root a verifier may trust
    DIR/node.short.db  beside it, what lives for minutes; may be deleted while nothing runs
    DIR-root/       beside it, never inside: the demonstration root's key and the demonstration operators'
    keys

Everything a command or a request needs comes from here as an argument; nothing below `api` opens anything.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cached_property, partial
from pathlib import Path

from cryptography import x509

from api import store
from api.config import NodeConfig, read_config
from api.db import Database, open_database
from api.errors import NodeDamaged
from api.identity import Identity, IdentitySecrets, compose, equip
from api.in_flight import in_flight
from api.roles import LOG_LABEL
from api.schema import require_current
from api.services import Services
from api.short_lived import short_lived_of
from api.snapshots import Snapshots, build_own_snapshot
from api.unsealing import database_password, open_kek
from ca.timestamp import TimeStampAuthority
from keys.clock import Clock, utc_now
from keys.custody import Kek
from keys.fields import FieldCipher
from keys.keyring import Keyring
from keys.log.journal import Log
from licenses.catalogue import Catalogue, load_catalogue
from licenses.document import DocumentPress
from licenses.public import DatabaseLookup
from licenses.snapshot import TrustSnapshot
from licenses.verify import Lookup

ANCHOR_FILE = "anchor.pem"
LOCK_FILE = "in-flight.lock"


@dataclass(frozen=True)
class Node:
    """An opened node. Shared by the threads of one process; sessions are not."""

    folder: Path
    config: NodeConfig
    database: Database
    clock: Clock
    keyring: Keyring = field(repr=False)
    cipher: FieldCipher = field(repr=False)
    log: Log = field(repr=False)
    services: Services = field(repr=False)
    short_lived: Database
    secrets: IdentitySecrets = field(repr=False)

    @classmethod
    def open(cls, folder: Path, *, clock: Clock = utc_now) -> "Node":
        """Open the node in `folder`; its schema must be this program's already (`xinzheng serve` migrates).

        Raises: NodeMissing, NodeDamaged, KekUnavailable, UnsupportedDatabase, SchemaMismatch.
        """
        config = read_config(folder)
        kek = open_kek(folder)
        database = open_database(config.database_url(folder), password=database_password())
        try:
            return cls._open(folder, config, database, clock, kek)
        except BaseException:
            database.close()
            raise

    @classmethod
    def _open(cls, folder: Path, config: NodeConfig, database: Database, clock: Clock, kek: Kek) -> "Node":
        require_current(database)
        with database.reading() as session:
            keyring = Keyring(kek)
            keyring.load(session)
            cipher = FieldCipher.load_or_create(session, kek, clock())
            held = store.certificates(session)
        with database.writing() as session:
            secrets = equip(session, keyring, kek, clock())
            session.commit()
        log = Log(config.log_origin, keyring.by_label(LOG_LABEL))
        services = Services(config, keyring, held)
        short_lived = short_lived_of(database)
        return cls(folder, config, database, clock, keyring, cipher, log, services, short_lived, secrets)

    @property
    def anchor(self) -> x509.Certificate:
        """The root in DIR/anchor.pem: what this machine trusts, not what the database says. Raises
        NodeDamaged.
        """
        try:
            return x509.load_pem_x509_certificate((self.folder / ANCHOR_FILE).read_bytes())
        except (OSError, ValueError) as error:
            raise NodeDamaged("anchor.pem cannot be read", "无法读取 anchor.pem") from error

    @cached_property
    def catalogue(self) -> Catalogue:
        return load_catalogue()

    @cached_property
    def press(self) -> DocumentPress:
        """Sets pages; opens the fonts, so it is made only when something is printed."""
        return DocumentPress()

    @property
    def timestamping(self) -> TimeStampAuthority:
        return self.services.timestamping

    def timestamper(self, digest: bytes) -> bytes:
        """An RFC 3161 token over a SHA-256 digest, DER."""
        return self.timestamping.token(digest, "sha256", now=self.clock())

    @cached_property
    def snapshots(self) -> Snapshots:
        build = partial(build_own_snapshot, node=self, anchor=self.anchor, catalogue=self.catalogue)
        return Snapshots(self.database, build)

    def snapshot(self) -> TrustSnapshot:
        """What this node trusts now, from memory; at most a second behind the database."""
        return self.snapshots.current()

    @cached_property
    def lookup(self) -> Lookup:
        """Printed secrets and license numbers, from the database."""
        return DatabaseLookup(self.config.url, self.database.reading, self.cipher, self.catalogue)

    @cached_property
    def identity(self) -> Identity:
        """People, logins and the OpenID Provider."""
        return compose(
            self.config.url,
            keyring=self.keyring,
            cipher=self.cipher,
            secrets=self.secrets,
            durable=self.database,
            short_lived=self.short_lived,
            clock=self.clock,
        )

    @contextmanager
    def acting(self) -> Iterator[None]:
        """Held while something is signed, so that nobody mistakes it for the trace of a crash.

        Afterwards the snapshot in memory is stale, and the next question finds the new state at once.
        """
        with in_flight(self.folder / LOCK_FILE):
            yield
        if "snapshots" in self.__dict__:
            self.snapshots.forget()

    def close(self) -> None:
        """Let go of the database and of background work."""
        if "snapshots" in self.__dict__:
            self.snapshots.stop()
        if "identity" in self.__dict__:
            self.identity.state.close()
        self.short_lived.close()
        self.database.close()
