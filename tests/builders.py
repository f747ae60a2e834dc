"""A good node with real keys: root, certificates, a department with its seal. A test changes one thing.

made = a_province(folder, database)          # 浙江省 at https://zj.example, one department, accredited
issued = made.issue(a_record(made))          # the whole path: prepared, logged, signed, stored
report = made.verify(issued.document)        # against made.snapshot()
"""

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from hashlib import sha256
from pathlib import Path
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding

from api.db import Database
from ca.authority import Authority
from ca.ceremony import create_root, sign_node, sign_trust_list_signer
from ca.csr import make_csr
from ca.issue import IssueCertificate
from ca.names import Subject
from ca.offline_root import OfflineRoot, open_root
from ca.profile import LICENSE_ISSUER, SEAL, SEAL_MAKER, STATUS_SIGNER, TIMESTAMP, Profile
from ca.timestamp import TimeStampAuthority
from keys.algorithms import Algorithm
from keys.codes.region import region_name
from keys.custody import Kek
from keys.fields import FieldCipher
from keys.keyring import Keyring
from keys.log.journal import Log
from keys.signer import KeyHandle, KeyUse, Signer
from licenses.accreditation import Accreditation
from licenses.desk import Desk, issuer_url
from licenses.status_publishing import StatusPublisher
from licenses.store import departments
from licenses.store.departments import Department
from seal.in_use import SealInUse
from seal.raster import png
from seal.record import SealPicture
from seal.record_build import RecordDraft, seal_info, sign_seal
from tests.mandates import standing_mandate
from tests.materials import BUREAU, BUSINESS, NOW, TODAY, the_catalogue, the_picture, the_press
from tests.province import Province, walk
from tests.unit.keys.world import loose_handle

SEAL_NUMBER = "3300007K3M9Q2D"


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
    keyring, cipher, log = _first_rows(database, url, now)
    authority = _authority(root, keyring, Subject(f"{name}签发机构", f"{name}数据局", None, name), url, now)
    certify = _certifier(authority, database, log, name, now)
    maker_handle, _ = loose_handle(KeyUse.STATUS_TOKEN, kid="maker")
    maker = maker_handle.standing(KeyUse.STATUS_TOKEN), certify(SEAL_MAKER, "制章人", None, maker_handle)
    status_key, stamp_key = keyring.by_label("status"), keyring.by_label("timestamp")
    status_chain = (certify(STATUS_SIGNER, "状态签发", None, status_key), authority.certificate)
    publisher = StatusPublisher(url, status_key, status_chain)
    stamping = TimeStampAuthority(stamp_key, certify(TIMESTAMP, "时间戳", None, stamp_key))
    organ = _department(certify, keyring, authority, department, name, region, url)
    grant = Accreditation(
        department, organ.name, frozenset(types), region, TODAY, TODAY + timedelta(days=1825)
    )
    with database.writing() as session:
        departments.add_department(session, organ, now=now)
        departments.accredit(session, grant, now=now)
        mandates = standing_mandate(session, SEAL_NUMBER, [one.key for one in the_catalogue()], now=now)
        session.commit()
    seal_certificate = certify(SEAL, "电子印章", department, keyring.by_label("seal"))
    desk = Desk(
        url=url,
        department=organ,
        issuer=keyring.by_label("issuer"),
        seal=_seal(keyring.by_label("seal"), seal_certificate, authority, *maker, organ, now),
        catalogue=the_catalogue(),
        cipher=cipher,
        press=the_press(),
        publisher=publisher,
        timestamper=lambda digest: stamping.token(digest, "sha256", now=now),
        mandates=mandates,
        demonstration=True,
    )
    list_signer = keyring.by_label("trust-list"), _list_certificate(root, keyring, name, now)
    return Province(
        name, region, url, root, database, keyring, cipher, log, authority, list_signer, publisher, stamping,
        maker, desk,
    )  # fmt: skip


KEYS = {
    "node-ca": [KeyUse.ISSUE_CERTIFICATE, KeyUse.CRL],
    "trust-list": [KeyUse.TRUST_LIST],
    "status": [KeyUse.STATUS_TOKEN],
    "timestamp": [KeyUse.TIMESTAMP],
    "issuer": [KeyUse.ISSUE_LICENSE],
    "seal": [KeyUse.APPLY_SEAL],
}


def _first_rows(database: Database, url: str, now: datetime) -> tuple[Keyring, FieldCipher, Log]:
    """Keys by label, the cipher of personal fields, the log with its empty checkpoint."""
    keyring = Keyring(Kek(b"k" * 32))
    with database.writing() as session:
        cipher = FieldCipher.load_or_create(session, Kek(b"k" * 32), now)
        log_key = keyring.generate(
            session, uses=[KeyUse.CHECKPOINT], label="log", now=now, algorithm=Algorithm.EDDSA
        )
        for label, uses in KEYS.items():
            keyring.generate(session, uses=uses, label=label, now=now)
        log = Log(f"{url.removeprefix('https://')}/log", log_key)
        log.append(session, [], now)
        session.commit()
    return keyring, cipher, log


def _certifier(
    authority: Authority, database: Database, log: Log, name: str, now: datetime
) -> Callable[..., x509.Certificate]:
    def certify(
        profile: Profile, common: str, organ: str | None, handle: KeyHandle, **more: Any
    ) -> x509.Certificate:
        subject = Subject(common, f"{name}市场监督管理局", organ, name)
        action = IssueCertificate(
            authority, profile, subject, handle.public_key, requested_by="op-1", reason="test", **more
        )
        made: x509.Certificate = walk(database, log, action, now)
        return made

    return certify


def _department(
    certify: Callable[..., x509.Certificate],
    keyring: Keyring,
    authority: Authority,
    code: str,
    name: str,
    region: str,
    url: str,
) -> Department:
    key = keyring.by_label("issuer")
    leaf = certify(LICENSE_ISSUER, "证照签发", code, key, san_uris=(issuer_url(url, code),))
    return Department(code, f"{name}市场监督管理局", region, key.kid, (leaf, authority.certificate))


def _list_certificate(root: OfflineRoot, keyring: Keyring, name: str, now: datetime) -> x509.Certificate:
    subject = Subject(f"{name}信任列表", f"{name}数据局", None, name)
    csr = make_csr(keyring.by_label("trust-list").standing(KeyUse.TRUST_LIST), subject)
    return sign_trust_list_signer(root, csr, subject, now=now).certificate


def _authority(root: OfflineRoot, keyring: Keyring, subject: Subject, url: str, now: datetime) -> Authority:
    handle = keyring.by_label("node-ca")
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
        seal_id=SEAL_NUMBER,
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
