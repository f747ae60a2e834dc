"""A good node with real keys: root, certificates, a department with its seal. A test changes one thing.

made = a_province(folder, database)          # 浙江省 at https://zj.example, one department, accredited
issued = made.issue(a_record(made))          # the whole path: prepared, logged, signed, stored
report = made.verify(issued.document)        # against made.snapshot()
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from hashlib import sha256
from pathlib import Path
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding
from sqlalchemy.orm import Session

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
from tests.materials import BUREAU, BUSINESS, NOW, TODAY, the_catalogue, the_picture, the_press
from tests.province import Province, walk
from tests.unit.keys.world import loose_handle


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

    maker_handle, _ = loose_handle(KeyUse.STATUS_TOKEN, kid="maker")
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
