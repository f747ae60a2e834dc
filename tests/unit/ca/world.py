"""A small public-key infrastructure with real keys: an offline root, a node's authority, a log."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding
from sqlalchemy import Engine, create_engine
from sqlalchemy.orm import Session
from sqlmodel import SQLModel

from ca.authority import Authority
from ca.build import joined
from ca.ceremony import create_root, newest_root_crl, sign_node
from ca.crl import build_crl, publish_crl
from ca.csr import make_csr
from ca.issue import IssueCertificate, store_certificates
from ca.names import Subject
from ca.offline_root import OfflineRoot, open_root
from ca.parse import parse_crl
from ca.paths import X509Snapshot
from ca.profile import Profile
from keys.algorithms import Algorithm, PublicKey
from keys.codes.credit import make_credit_code
from keys.custody import Kek
from keys.intents import committed_batch, declare, finish_batch
from keys.keyring import Keyring
from keys.log.journal import Log
from keys.signer import KeyHandle, KeyUse

NOW = datetime(2026, 11, 22, 8, 0, 0, tzinfo=UTC)
REGION = "浙江省"
ORGAN_CODE = make_credit_code("330000", department="1", category="1", body="MB000123")
ROOT_SUBJECT = Subject("信证演示根 CA", "国家政务服务信任根（演示）")
NODE_SUBJECT = Subject("浙江省信证签发 CA", "浙江省数据局", None, REGION)


def new_key() -> ec.EllipticCurvePrivateKey:
    return ec.generate_private_key(ec.SECP256R1())


def organ(common_name: str = "电子印章", region: str | None = REGION) -> Subject:
    """A department of the region, with a credit code whose check characters hold."""
    return Subject(common_name, "浙江省市场监督管理局", ORGAN_CODE, region)


def memory_engine() -> Engine:
    engine = create_engine("sqlite://")
    SQLModel.metadata.create_all(engine)
    return engine


@dataclass
class World:
    """Everything an authority needs, and the walk that `api` does in production."""

    engine: Engine
    keyring: Keyring
    log: Log
    root: OfflineRoot
    authority: Authority

    def issue(
        self,
        profile: Profile,
        subject: Subject,
        public_key: PublicKey,
        *,
        now: datetime = NOW,
        san_uris: tuple[str, ...] = (),
        lifetime: timedelta | None = None,
    ) -> x509.Certificate:
        action = IssueCertificate(
            self.authority,
            profile,
            subject,
            public_key,
            requested_by="operator-1",
            reason="test",
            san_uris=san_uris,
            lifetime=lifetime,
        )
        return self.perform([action], now=now)[0]

    def perform(self, actions: list[IssueCertificate], *, now: datetime = NOW) -> list[x509.Certificate]:
        with Session(self.engine) as session:
            drafts = IssueCertificate.prepare_all(session, actions, now=now)
            declared = declare(session, drafts, log=self.log, now=now)
            session.commit()
            intents = committed_batch(session, [one.intent for one in declared])
            signed = [
                action.sign(intent, one.receipt, now=now)
                for action, intent, one in zip(actions, intents, declared, strict=True)
            ]
            store_certificates(session, signed)
            finish_batch(session, [one.intent.id for one in declared], now)
            session.commit()
        return signed

    def new_handle(self, label: str, *uses: KeyUse, now: datetime = NOW) -> KeyHandle:
        with Session(self.engine) as session:
            handle = self.keyring.generate(session, uses=uses, label=label, now=now)
            session.commit()
        return handle

    def publish_crl(self, now: datetime = NOW) -> bytes:
        with Session(self.engine) as session:
            der = publish_crl(session, self.authority, now)
            session.commit()
        return der

    def fresh_snapshot(self) -> X509Snapshot:
        """A snapshot with an empty list of the node, that nobody else has used."""
        return self.snapshot(build_crl(self.authority, [], 1, NOW))

    def signed_by_node(self, body: bytes) -> bytes:
        """What the node's key would sign if no rule stood before it."""
        signer = self.authority.handle.standing(KeyUse.CRL)
        return joined(body, signer.sign(body), signer.public_key)

    def snapshot(
        self, *node_crls: bytes, as_of: datetime = NOW, root_crl: bytes | None = None
    ) -> X509Snapshot:
        crls = (newest_root_crl(self.root) if root_crl is None else root_crl, *node_crls)
        return X509Snapshot(
            anchors=(self.root.certificate,),
            intermediates=(self.authority.certificate,),
            crls=tuple(parse_crl(crl) for crl in crls),
            as_of=as_of,
        )


def make_world(directory: Path, engine: Engine, now: datetime = NOW) -> World:
    """An offline root under `directory` and a node's authority in a database."""
    keyring = Keyring(Kek.create_file(directory / "kek"))
    create_root(
        directory / "root",
        ROOT_SUBJECT,
        crl_url="https://root.example/pki/root.crl",
        certificate_url="https://root.example/pki/root.cer",
        passphrase=None,
        now=now,
    )
    root = open_root(directory / "root", None)
    with Session(engine) as session:
        log_key = keyring.generate(
            session, uses={KeyUse.CHECKPOINT}, label="log", now=now, algorithm=Algorithm.EDDSA
        )
        handle = keyring.generate(
            session, uses={KeyUse.ISSUE_CERTIFICATE, KeyUse.CRL}, label="node-ca", now=now
        )
        log = Log("node.example/log", log_key)
        log.append(session, [], now)
        session.commit()
    csr = make_csr(handle.standing(KeyUse.CRL), NODE_SUBJECT)
    signed = sign_node(root, csr, NODE_SUBJECT, now=now)
    authority = Authority(
        certificate=signed.certificate,
        handle=handle,
        chain=(root.certificate,),
        crl_url="https://node.example/pki/node.crl",
        certificate_url="https://node.example/pki/node.cer",
    )
    return World(engine, keyring, log, root, authority)


def pem(*certificates: x509.Certificate) -> bytes:
    return b"".join(certificate.public_bytes(Encoding.PEM) for certificate in certificates)
