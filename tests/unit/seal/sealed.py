"""Sealed documents with real keys: a root, a node's authority, a seal, its maker, a time-stamping authority,
a log."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from pathlib import Path

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509 import Certificate
from sqlalchemy.orm import Session

from ca.crl import Revoked, build_crl
from ca.paths import X509Snapshot
from ca.profile import SEAL, SEAL_MAKER, TIMESTAMP
from ca.revoke import Reason
from ca.timestamp import TimeStampAuthority
from keys.action import Draft
from keys.algorithms import Algorithm
from keys.intents import declare
from keys.log.checkpoint import CheckpointVerifier
from keys.log.receipt import Receipt
from keys.signer import KeyHandle, KeyUse
from seal.apply import seal_pdf
from seal.place import Place
from seal.record import SealPicture
from seal.record_build import RecordDraft, seal_info, sign_seal
from seal.use import USE_KIND, UseRecord
from tests.unit.ca.world import NOW, World, make_world, memory_engine, organ
from tests.unit.seal.plain_pdf import plain_pdf, square_picture

SEAL_NUMBER = "33000000000001"


class TestSigner:
    """A signer over a key in memory, as `keys` would hand one out."""

    __test__ = False
    kid = "test"
    algorithm = Algorithm.ES256

    def __init__(self) -> None:
        self._key = ec.generate_private_key(ec.SECP256R1())

    @property
    def public_key(self) -> ec.EllipticCurvePublicKey:
        return self._key.public_key()

    def sign(self, message: bytes) -> bytes:
        return self._key.sign(message, ec.ECDSA(hashes.SHA256()))


@dataclass
class Sealed:
    """Everything that seals documents in tests."""

    world: World
    signer: TestSigner
    certificate: Certificate
    maker: Certificate
    maker_signer: TestSigner
    record_der: bytes
    stamping: tuple[KeyHandle, Certificate]

    def snapshot(self, *revoked: Revoked, now: datetime = NOW) -> X509Snapshot:
        """What a verifier trusts, with these certificates revoked."""
        return self.world.snapshot(build_crl(self.world.authority, list(revoked), 1, now))

    @property
    def logs(self) -> dict[str, CheckpointVerifier]:
        return {self.world.log.origin: self.world.log.verifier}

    def revoked(self, when: datetime) -> Revoked:
        return Revoked(self.certificate.serial_number, when, Reason.KEY_COMPROMISE)

    def timestamper(self, now: datetime) -> Callable[[bytes], bytes]:
        """An authority of its own for each moment: one authority refuses to go back in time."""
        authority = TimeStampAuthority(*self.stamping, (self.world.authority.certificate,))
        return lambda digest: authority.token(digest, "sha256", now=now)

    def record(self, *, valid_until: datetime | None = None, certificate: Certificate | None = None) -> bytes:
        bound = certificate or self.certificate
        draft = RecordDraft(
            seal_id=SEAL_NUMBER,
            name="浙江省市场监督管理局",
            certificate=bound.public_bytes(Encoding.DER),
            created_at=NOW,
            valid_from=NOW,
            valid_until=valid_until or bound.not_valid_after_utc,
            picture=SealPicture("PNG", b"\x89PNG", 45, 45),
            artwork_digest=sha256(square_picture()).digest(),
            demonstration=True,
        )
        return sign_seal(
            seal_info(draft),
            signer=self.maker_signer,
            maker_certificate=self.maker.public_bytes(Encoding.DER),
        )

    def seal(
        self,
        pdf: bytes | None = None,
        *,
        now: datetime = NOW,
        certify: bool = True,
        timestamp: bool = True,
        record_der: bytes | None = None,
        receipt: Receipt | None = None,
        use_record: bytes | None = None,
    ) -> bytes:
        return seal_pdf(
            pdf if pdf is not None else plain_pdf(),
            signer=self.signer,
            certificate=self.certificate,
            chain=(self.world.authority.certificate,),
            seal_record_der=record_der or self.record_der,
            appearance_pdf=square_picture(),
            place=Place(1, 150, 60),
            timestamper=self.timestamper(now) if timestamp else None,
            now=now,
            certify=certify,
            receipt=receipt,
            use_record=use_record,
        )

    def log_use(self, pdf: bytes, *, number: str = SEAL_NUMBER) -> tuple[Receipt, bytes]:
        """Log one use of the seal on a document: receipt and record."""
        use = UseRecord(number, sha256(pdf).digest(), 1, "对外证明", "operator-1", "某企业").to_json()
        draft = Draft(USE_KIND, use, frozenset({self.signer.kid}), "operator-1", "test")
        with Session(self.world.engine) as session:
            (declared,) = declare(session, [draft], log=self.world.log, now=NOW)
            session.commit()
        return declared.receipt, use


def make_sealed(directory: Path) -> Sealed:
    """A fresh world that can seal."""
    world = make_world(directory, memory_engine())
    signer, maker_signer = TestSigner(), TestSigner()
    certificate = world.issue(SEAL, organ(), signer.public_key)
    maker = world.issue(SEAL_MAKER, organ("制章"), maker_signer.public_key)
    handle = world.new_handle("tsa", KeyUse.TIMESTAMP)
    stamping = world.issue(TIMESTAMP, organ("时间戳"), handle.public_key)
    made = Sealed(world, signer, certificate, maker, maker_signer, b"", (handle, stamping))
    made.record_der = made.record()
    return made
