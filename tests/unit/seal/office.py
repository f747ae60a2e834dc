"""A node's seal office with real keys and a real database: authority, maker, operators, time-stamps, log."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any
from uuid import UUID

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec

from api.db import Database
from api.perform import perform
from ca.authority import Authority
from ca.ceremony import create_root, sign_node
from ca.csr import make_csr
from ca.issue import IssueCertificate
from ca.names import Subject
from ca.offline_root import open_root
from ca.profile import SEAL, SEAL_MAKER, TIMESTAMP
from ca.timestamp import TimeStampAuthority
from keys.algorithms import Algorithm, PublicKey
from keys.codes.credit import make_credit_code
from keys.custody import Kek
from keys.keyring import Keyring
from keys.log.journal import Log
from keys.signer import KeyHandle, KeyUse
from seal.changes import change_state
from seal.in_use import SealInUse, open_seal
from seal.lifecycle import Operation
from seal.make import MakeSeal, SealMaker
from seal.rank import Emblem
from seal.request import Application, Operator, SealRequest, approve_request, request_seal
from tests.unit.seal.local import NAME, NOW

REGION = "浙江省"
OWNER_CODE = make_credit_code("330000", department="1", category="1", body="MB000123")
OTHER_CODE = make_credit_code("330000", department="1", category="1", body="MB000456")


@dataclass
class Person:
    """An operator with the private key at hand."""

    code: str
    key: ec.EllipticCurvePrivateKey = field(default_factory=lambda: ec.generate_private_key(ec.SECP256R1()))

    @property
    def operator(self) -> Operator:
        return Operator(self.code, self.key.public_key())

    def signature(self, request: SealRequest) -> bytes:
        return self.key.sign(request.approval.signed_bytes(), ec.ECDSA(hashes.SHA256()))


@dataclass
class Office:
    """What `api` is in production; `perform` takes it for a node."""

    database: Database
    keyring: Keyring
    log: Log
    authority: Authority
    root: x509.Certificate
    now: datetime = NOW
    asker: Person = field(default_factory=lambda: Person("op-1"))
    approver: Person = field(default_factory=lambda: Person("op-2"))
    _labels: int = 0

    def clock(self) -> datetime:
        return self.now

    @contextmanager
    def acting(self) -> Iterator[None]:
        yield

    @property
    def approvers(self) -> dict[str, PublicKey]:
        return {person.code: person.key.public_key() for person in (self.asker, self.approver)}

    def handle(self, use: KeyUse) -> KeyHandle:
        self._labels += 1
        with self.database.writing() as session:
            made = self.keyring.generate(session, uses={use}, label=f"{use}-{self._labels}", now=self.now)
            session.commit()
        return made

    def certificate(self, profile: Any, handle: KeyHandle, *, code: str | None = None) -> x509.Certificate:
        subject = Subject(NAME, NAME, code, REGION)
        action = IssueCertificate(
            self.authority, profile, subject, handle.public_key, requested_by="op-1", reason="test"
        )
        return perform(self, [action])[0]

    def maker(self) -> SealMaker:
        handle = self.handle(KeyUse.MAKE_SEAL)
        return SealMaker(handle, self.certificate(SEAL_MAKER, handle))

    def request(self, **changes: Any) -> SealRequest:
        with self.database.writing() as session:
            made = request_seal(session, application(**changes), requester=self.asker.operator, now=self.now)
            session.commit()
        return made

    def approve(self, request: SealRequest) -> SealRequest:
        with self.database.writing() as session:
            approved = approve_request(
                session,
                request.request_id,
                approver=self.approver.operator,
                signature=self.approver.signature(request),
                now=self.now,
            )
            session.commit()
        return approved

    def making(self, request: SealRequest, **changes: Any) -> MakeSeal:
        handle = changes.pop("handle", None) or self.handle(KeyUse.APPLY_SEAL)
        wanted: dict[str, Any] = {
            "approvers": self.approvers,
            "maker": changes.get("maker") or self.maker(),
            "handle": handle,
            "certificate": changes.get("certificate") or self.certificate(SEAL, handle, code=OWNER_CODE),
            "now": self.now,
        }
        return MakeSeal(request, **{**wanted, **changes})

    def made_seal(self, **changes: Any) -> UUID:
        action = self.making(self.approve(self.request(**changes)))
        perform(self, [action])
        return action.seal_id

    def active_seal(self, **changes: Any) -> UUID:
        seal_id = self.made_seal(**changes)
        self.change(seal_id, Operation.FILE)
        self.change(seal_id, Operation.ACTIVATE)
        return seal_id

    def change(self, which: UUID | str, operation: Operation) -> None:
        self.later(timedelta(seconds=1))
        with self.database.writing() as session:
            change_state(session, which, operation, requested_by="op-1", reason="test", now=self.now)
            session.commit()

    def in_use(self, which: UUID | str) -> SealInUse:
        with self.database.reading() as session:
            return open_seal(
                session,
                which,
                handle_of=self.keyring.handle,
                chain=(self.authority.certificate,),
                now=self.now,
            )

    def timestamper(self) -> Any:
        handle = self.handle(KeyUse.TIMESTAMP)
        authority = TimeStampAuthority(
            handle, self.certificate(TIMESTAMP, handle), (self.authority.certificate,)
        )
        return lambda digest: authority.token(digest, "sha256", now=self.now)

    def later(self, by: timedelta) -> None:
        self.now += by


def application(**changes: Any) -> Application:
    wanted: dict[str, Any] = {
        "owner_code": OWNER_CODE,
        "name": NAME,
        "rank": "department_or_unit",
        "diameter_mm": Decimal(42),
        "emblem": Emblem.STAR,
        "demonstration": True,
        "reason": "a new department",
    }
    return Application(**{**wanted, **changes})


def open_office(database: Database, folder: Path) -> Office:
    """Root, authority and log in a fresh database."""
    keyring = Keyring(Kek.create_file(folder / "kek"))
    create_root(
        folder / "root",
        Subject("信证演示根 CA", "国家政务服务信任根（演示）"),
        crl_url="https://root.example/pki/root.crl",
        certificate_url="https://root.example/pki/root.cer",
        passphrase=None,
        now=NOW,
    )
    root = open_root(folder / "root", None)
    with database.writing() as session:
        log_key = keyring.generate(
            session, uses={KeyUse.CHECKPOINT}, label="log", now=NOW, algorithm=Algorithm.EDDSA
        )
        handle = keyring.generate(
            session, uses={KeyUse.ISSUE_CERTIFICATE, KeyUse.CRL}, label="node-ca", now=NOW
        )
        log = Log("node.example/log", log_key)
        log.append(session, [], NOW)
        session.commit()
    subject = Subject("浙江省信证签发 CA", "浙江省数据局", None, REGION)
    signed = sign_node(root, make_csr(handle.standing(KeyUse.CRL), subject), subject, now=NOW)
    authority = Authority(
        certificate=signed.certificate,
        handle=handle,
        chain=(root.certificate,),
        crl_url="https://node.example/pki/node.crl",
        certificate_url="https://node.example/pki/node.cer",
    )
    return Office(database, keyring, log, authority, root.certificate)
