"""A good node with real keys: root, certificates, a department with its seal, a license. A test changes one thing.

made = a_province(folder, database)          # 浙江省 at https://zj.example, one department, accredited
issued = made.issue(a_record(made))          # the whole path: prepared, logged, signed, stored
report = made.verify(issued.document)        # against made.snapshot()
"""

import copy
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from functools import cache
from hashlib import sha256
from pathlib import Path
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding
from sqlalchemy.orm import Session

from api.db import Database
from ca.authority import Authority, key_id_of
from ca.ceremony import create_root, newest_root_crl, sign_node, sign_trust_list_signer
from ca.crl import publish_crl
from ca.csr import make_csr
from ca.issue import IssueCertificate
from ca.names import Subject
from ca.offline_root import OfflineRoot, open_root
from ca.parse import parse_crl
from ca.paths import X509Snapshot
from ca.profile import LICENSE_ISSUER, SEAL, SEAL_MAKER, STATUS_SIGNER, TIMESTAMP, Profile
from ca.timestamp import TimeStampAuthority
from keys.action import Action
from keys.algorithms import Algorithm
from keys.codes.credit import make_credit_code
from keys.codes.region import region_name
from keys.custody import Kek
from keys.fields import FieldCipher
from keys.intents import committed, declare, finish
from keys.keyring import Keyring
from keys.log.journal import Log
from keys.report import Outcome, Report
from keys.signer import KeyHandle, KeyUse, Signer
from licenses.accreditation import Accreditation
from licenses.bundle import BundleContents, write_bundle
from licenses.catalogue import BUILT_IN_TYPES, Catalogue, load_catalogue
from licenses.change import Changed, ChangeOrder, ChangeStatus
from licenses.content import china_day, start_of_day
from licenses.desk import Desk, issuer_url
from licenses.document import DocumentPress
from licenses.issue import Issued, IssueLicense
from licenses.lifecycle import Ground, Operation
from licenses.order import IssueOrder
from licenses.public import DatabaseLookup
from licenses.record import LicenseRecord, record_from_json
from licenses.snapshot import TrustSnapshot, build_snapshot
from licenses.status_publishing import StatusPublisher
from licenses.store import departments, statuses
from licenses.store.departments import Department
from licenses.trust_list import TrustList, sign_trust_list
from licenses.verify import verify
from seal.in_use import SealInUse
from seal.picture import Face, Picture, draw
from seal.raster import png
from seal.record import SealPicture
from seal.record_build import RecordDraft, seal_info, sign_seal
from tests.unit.keys.world import loose_handle

NOW = datetime(2026, 11, 22, 1, 41, tzinfo=UTC)
TODAY = datetime.fromtimestamp(start_of_day(china_day(NOW)), UTC)
BUSINESS = "business-license"
BUREAU = make_credit_code("330000", department="1", category="1", body="MB000123")
COMPANY = make_credit_code("330106", department="9", category="1", body="MA1234567"[:8])


@cache
def the_catalogue() -> Catalogue:
    return load_catalogue()


@cache
def the_press() -> DocumentPress:
    return DocumentPress()


@cache
def the_picture(name: str) -> Picture:
    return draw(Face(name, Decimal(42), demonstration=True))


def a_record(issuer: str = BUREAU, **changes: Any) -> LicenseRecord:
    """A good business license; `claims` in `changes` replaces single claims."""
    record: dict[str, Any] = {
        "license_type": BUSINESS,
        "issuer": issuer,
        "holder": {"name": "杭州青禾软件有限公司", "code_type": "001", "code": COMPANY},
        "claims": {
            "entity_type": "有限责任公司",
            "legal_representative": "陆清扬",
            "registered_capital": "5000000.00",
            "established_on": "2021-03-18",
            "address": "杭州市西湖区文三路1号",
            "business_scope": "软件开发；信息技术咨询服务。",
        },
        "valid_from": "2021-03-18",
        "valid_until": "2041-03-17",
    }
    claims = changes.pop("claims", {})
    record = copy.deepcopy(record) | changes
    record["claims"] |= claims
    return record_from_json(record, the_catalogue())


@dataclass
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


def a_root(folder: Path, *, now: datetime = NOW) -> OfflineRoot:
    create_root(
        folder,
        Subject("测试根证书", "测试根机构"),
        crl_url="https://root.example/pki/root.crl",
        certificate_url="https://root.example/pki/root.cer",
        passphrase=None,
        now=now,
    )
    return open_root(folder, None)


def a_province(
    folder: Path,
    database: Database,
    *,
    region: str = "330000",
    url: str = "https://zj.example",
    root: OfflineRoot | None = None,
    department: str = BUREAU,
    types: Sequence[str] = (BUSINESS,),
    now: datetime = NOW,
) -> Province:
    """A node in `database`, its certificates, one accredited department with a seal in force."""
    root = root or a_root(folder / "root", now=now)
    name = region_name(region)
    keyring = Keyring(Kek(b"k" * 32))
    with database.writing() as session:
        cipher = FieldCipher.load_or_create(session, Kek(b"k" * 32), now)
        log_key = _key(keyring, session, "log", KeyUse.CHECKPOINT, now, Algorithm.EDDSA)
        ca_key = _key(keyring, session, "node-ca", KeyUse.ISSUE_CERTIFICATE, now, extra=KeyUse.CRL)
        list_key = _key(keyring, session, "trust-list", KeyUse.TRUST_LIST, now)
        status_key = _key(keyring, session, "status", KeyUse.STATUS_TOKEN, now)
        stamp_key = _key(keyring, session, "timestamp", KeyUse.TIMESTAMP, now)
        issuer_key = _key(keyring, session, "issuer", KeyUse.ISSUE_LICENSE, now)
        seal_key = _key(keyring, session, "seal", KeyUse.APPLY_SEAL, now)
        log = Log(f"{url.removeprefix('https://')}/log", log_key)
        log.append(session, [], now)
        session.commit()
    authority = _authority(root, ca_key, Subject(f"{name}签发机构", f"{name}数据局", None, name), url, now)
    node_subject = Subject(f"{name}信任列表", f"{name}数据局", None, name)
    list_csr = make_csr(list_key.standing(KeyUse.TRUST_LIST), node_subject)
    list_certificate = sign_trust_list_signer(root, list_csr, node_subject, now=now).certificate

    def certify(profile: Profile, common: str, organ: str | None, handle: KeyHandle, **more: Any) -> Any:
        subject = Subject(common, f"{name}市场监督管理局", organ, name)
        action = IssueCertificate(
            authority, profile, subject, handle.public_key, requested_by="op-1", reason="test", **more
        )
        return walk(database, log, action, now)

    maker_handle, maker_key = loose_handle(KeyUse.STATUS_TOKEN, kid="maker")
    maker_certificate = certify(SEAL_MAKER, "制章人", None, maker_handle)
    iss = issuer_url(url, department)
    chain = (
        certify(LICENSE_ISSUER, "证照签发", department, issuer_key, san_uris=(iss,)),
        authority.certificate,
    )
    publisher = StatusPublisher(
        url, status_key, (certify(STATUS_SIGNER, "状态签发", None, status_key), authority.certificate)
    )
    stamping = TimeStampAuthority(stamp_key, certify(TIMESTAMP, "时间戳", None, stamp_key))
    seal_certificate = certify(SEAL, "电子印章", department, seal_key)
    maker = maker_handle.standing(KeyUse.STATUS_TOKEN)
    organ = Department(department, f"{name}市场监督管理局", region, issuer_key.kid, chain)
    grant = Accreditation(
        department, organ.name, frozenset(types), region, TODAY, TODAY + timedelta(days=1825)
    )
    with database.writing() as session:
        departments.add_department(session, organ, now=now)
        departments.accredit(session, grant, now=now)
        session.commit()
    desk = Desk(
        url=url,
        department=organ,
        issuer=issuer_key,
        seal=_seal(seal_key, seal_certificate, authority, maker, maker_certificate, organ, now),
        catalogue=the_catalogue(),
        cipher=cipher,
        press=the_press(),
        publisher=publisher,
        timestamper=lambda digest: stamping.token(digest, "sha256", now=now),
        demonstration=True,
    )
    return Province(
        name, region, url, root, database, keyring, cipher, log, authority, (list_key, list_certificate),
        publisher, stamping, (maker, maker_certificate), desk,
    )  # fmt: skip


def _key(
    keyring: Keyring,
    session: Session,
    label: str,
    use: KeyUse,
    now: datetime,
    algorithm: Algorithm = Algorithm.ES256,
    extra: KeyUse | None = None,
) -> KeyHandle:
    uses = [use] if extra is None else [use, extra]
    return keyring.generate(session, uses=uses, label=label, now=now, algorithm=algorithm)


def _authority(root: OfflineRoot, handle: KeyHandle, subject: Subject, url: str, now: datetime) -> Authority:
    csr = make_csr(handle.standing(KeyUse.CRL), subject)
    certificate = sign_node(root, csr, subject, now=now).certificate
    return Authority(certificate, handle, (root.certificate,), f"{url}/pki/ca.crl", f"{url}/pki/ca.cer")


def _seal(
    handle: KeyHandle,
    certificate: x509.Certificate,
    authority: Authority,
    maker: Signer,
    maker_certificate: x509.Certificate,
    organ: Department,
    now: datetime,
) -> SealInUse:
    picture = the_picture(organ.name)
    moment = now.replace(microsecond=0)
    draft = RecordDraft(
        seal_id="3300007K3M9Q2D",
        name=organ.name,
        certificate=certificate.public_bytes(Encoding.DER),
        created_at=moment,
        valid_from=moment,
        valid_until=moment + timedelta(days=365),
        picture=SealPicture("PNG", png(picture.pdf, dpi=150, bits=2), 42, 42),
        artwork_digest=sha256(picture.pdf).digest(),
        demonstration=True,
    )
    der = sign_seal(
        seal_info(draft), signer=maker, maker_certificate=maker_certificate.public_bytes(Encoding.DER)
    )
    return SealInUse(
        seal_id=None,  # type: ignore[arg-type]  # this seal has no row; nothing here looks for one
        number=draft.seal_id,
        owner_code=organ.credit_code,
        name=organ.name,
        handle=handle,
        certificate=certificate,
        chain=(authority.certificate,),
        record_der=der,
        appearance_pdf=picture.pdf,
        diameter_mm=42.0,
        demonstration=True,
    )


def outcome(report: Report, check_id: str) -> Outcome | None:
    """The outcome of one check; None when it was not asked."""
    return next((check.outcome for check in report.checks if check.id == check_id), None)


def day(text: str) -> date:
    return date.fromisoformat(text)
