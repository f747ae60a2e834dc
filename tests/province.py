"""One node with one department in a test: issue, change, publish, verify, with real keys."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding

from api.db import Database
from ca.authority import Authority, key_id_of
from ca.ceremony import newest_root_crl
from ca.crl import publish_crl
from ca.issue import IssueCertificate
from ca.names import Subject
from ca.offline_root import OfflineRoot
from ca.parse import parse_crl
from ca.paths import X509Snapshot
from ca.profile import Profile
from ca.timestamp import TimeStampAuthority
from keys.action import Action
from keys.fields import FieldCipher
from keys.intents import committed, declare, finish
from keys.keyring import Keyring
from keys.log.journal import Log
from keys.report import Outcome, Report
from keys.signer import KeyHandle, KeyUse, Signer
from licenses.bundle import BundleContents, write_bundle
from licenses.catalogue import BUILT_IN_TYPES
from licenses.change import Changed, ChangeOrder, ChangeStatus
from licenses.desk import Desk
from licenses.issue import Issued, IssueLicense
from licenses.lifecycle import Ground, Operation
from licenses.order import IssueOrder
from licenses.public import DatabaseLookup
from licenses.record import LicenseRecord
from licenses.snapshot import TrustSnapshot, build_snapshot
from licenses.status_publishing import StatusPublisher
from licenses.store import departments, statuses
from licenses.trust_list import TrustList, sign_trust_list
from licenses.verify import verify
from tests.materials import NOW, a_record, the_catalogue


@dataclass(repr=False)
class Province:
    """One node with one department. Its parts may be replaced before they are used."""

    name: str
    region: str
    url: str
    root: OfflineRoot
    database: Database
    keyring: Keyring
    cipher: FieldCipher
    log: Log
    authority: Authority
    list_signer: tuple[KeyHandle, x509.Certificate]
    publisher: StatusPublisher
    timestamping: TimeStampAuthority
    maker: tuple[Signer, x509.Certificate]
    desk: Desk

    def __repr__(self) -> str:
        return f"<{self.name} at {self.url}>"

    @property
    def lookup(self) -> DatabaseLookup:
        return DatabaseLookup(self.url, self.database.reading, self.cipher, the_catalogue())

    def perform(self, action: Action[Any], *, now: datetime = NOW) -> Any:
        """The walk of `api.perform`, for one action."""
        return walk(self.database, self.log, action, now)

    def issue(self, record: LicenseRecord | None = None, *, now: datetime = NOW, **order: Any) -> Issued:
        asked = IssueOrder(record or a_record(), requested_by="op-1", reason="test", **order)
        issued: Issued = self.perform(IssueLicense(asked, self.desk), now=now)
        return issued

    def change(
        self, issued: Issued, operation: Operation, ground: Ground | None = None, *, now: datetime = NOW
    ) -> Changed:
        order = ChangeOrder(issued.license_id, operation, "test", "op-1", ground)
        action = ChangeStatus(order, cipher=self.cipher, publisher=self.publisher)
        changed: Changed = self.perform(action, now=now)
        return changed

    def certificate(
        self, profile: Profile, subject: Subject, handle: KeyHandle, *, now: datetime = NOW, **more: Any
    ) -> x509.Certificate:
        action = IssueCertificate(
            self.authority,
            profile,
            subject,
            handle.public_key,
            requested_by="op-1",
            reason="test",
            **more,
        )
        made: x509.Certificate = self.perform(action, now=now)
        return made

    def crls(self, *, now: datetime = NOW) -> tuple[bytes, ...]:
        """The newest lists of root and node."""
        with self.database.writing() as session:
            own = publish_crl(session, self.authority, now)
            session.commit()
        return newest_root_crl(self.root), own

    def x509_snapshot(self, *, now: datetime = NOW) -> X509Snapshot:
        return X509Snapshot(
            anchors=(self.root.certificate,),
            intermediates=(self.authority.certificate,),
            crls=tuple(parse_crl(der) for der in self.crls(now=now)),
            as_of=now,
        )

    def trust_list(self, *, now: datetime = NOW, **changes: Any) -> TrustList:
        with self.database.reading() as session:
            grants = tuple(departments.grants(session))
        content = TrustList(
            url=self.url,
            name=self.name,
            region=self.region,
            version=1,
            issued_at=now.replace(microsecond=0),
            expires_at=now.replace(microsecond=0) + timedelta(days=7),
            authorities=frozenset({key_id_of(self.authority.certificate)}),
            grants=grants,
            log=self.log.verifier,
            anchors=(sha256(self.root.certificate.public_bytes(Encoding.DER)).hexdigest(),),
        )
        return replace(content, **changes)

    def signed_trust_list(self, *, now: datetime = NOW, **changes: Any) -> str:
        handle, certificate = self.list_signer
        signer = handle.standing(KeyUse.TRUST_LIST)
        return sign_trust_list(self.trust_list(now=now, **changes), signer=signer, x5c=(certificate,))

    def status_tokens(self, *, now: datetime = NOW) -> dict[str, str]:
        with self.database.writing() as session:
            self.publisher.publish_due(session, now=now)
            session.commit()
            return {self.publisher.uri(one.list_id): one.token for one in statuses.tokens(session)}

    def snapshot(self, *, now: datetime = NOW, **changes: Any) -> TrustSnapshot:
        """What a verifier knows at `now`; `changes` replaces arguments of `build_snapshot`."""
        known: dict[str, Any] = {
            "x509": self.x509_snapshot(now=now),
            "trust_lists": [self.signed_trust_list(now=now)],
            "status_tokens": self.status_tokens(now=now),
            "catalogue": the_catalogue(),
        }
        return build_snapshot(**(known | changes))

    def bundle(
        self, *, now: datetime = NOW, version: int = 1, lifetime: timedelta = timedelta(days=2)
    ) -> bytes:
        handle, certificate = self.list_signer
        contents = BundleContents(
            trust_lists=(self.signed_trust_list(now=now),),
            status_tokens=tuple(self.status_tokens(now=now).values()),
            intermediates=(self.authority.certificate,),
            crls=self.crls(now=now),
            types={path.stem: path.read_bytes() for path in BUILT_IN_TYPES.glob("*.toml")},
        )
        return write_bundle(
            contents,
            url=self.url,
            version=version,
            signer=handle.standing(KeyUse.TRUST_LIST),
            x5c=(certificate,),
            now=now,
            expires_at=now + lifetime,
        )

    def verify(
        self,
        artifact: bytes | str,
        *,
        now: datetime = NOW,
        snapshot: TrustSnapshot | None = None,
        **more: Any,
    ) -> Report:
        octets = artifact.encode() if isinstance(artifact, str) else artifact
        return verify(octets, snapshot or self.snapshot(now=now), now=now, **more)


def walk(database: Database, log: Log, action: Action[Any], now: datetime) -> Any:
    """prepare, declare, commit, sign, store, finish, commit."""
    with database.writing() as session:
        declared = declare(session, [action.prepare(session, now=now)], log=log, now=now)[0]
        session.commit()
    with database.reading() as session:
        intent = committed(session, declared.intent)
    signed = action.sign(intent, declared.receipt, now=now)
    with database.writing() as session:
        action.store(session, signed, now=now)
        finish(session, declared.intent.id, now)
        session.commit()
    return signed


def outcome(report: Report, check_id: str) -> Outcome | None:
    """The outcome of one check; None when it was not asked."""
    return next((check.outcome for check in report.checks if check.id == check_id), None)
