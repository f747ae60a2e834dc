"""A little node for the tests of `keys`: a keyring, a log and a database, all real."""

from dataclasses import dataclass
from datetime import datetime

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from sqlalchemy.orm import Session

from keys.action import Draft, Intent
from keys.algorithms import Algorithm
from keys.custody import Kek
from keys.intents import committed, declare
from keys.keyring import Keyring
from keys.lifecycle import KeyState
from keys.log.journal import Log
from keys.signer import KeyHandle, KeyUse, Signer

ORIGIN = "zhejiang.example/log"
KEK = Kek(b"k" * 32)


@dataclass(frozen=True, slots=True)
class World:
    keyring: Keyring
    log: Log
    issuer: KeyHandle
    """May issue licenses."""

    def draft(self, record: bytes = b'{"license":1}', kind: str = "license.issue") -> Draft:
        return Draft(kind, record, frozenset({self.issuer.kid}), "operator-1", "test")

    def entries(self, count: int) -> list[bytes]:
        return [b"entry %d" % number for number in range(count)]


def make_world(session: Session, now: datetime) -> World:
    keyring = Keyring(KEK)
    log_key = keyring.generate(
        session, uses=[KeyUse.CHECKPOINT], label="log", now=now, algorithm=Algorithm.EDDSA
    )
    issuer = keyring.generate(session, uses=[KeyUse.ISSUE_LICENSE], label="issuer", now=now)
    session.commit()
    return World(keyring, Log(ORIGIN, log_key), issuer)


def declared_intent(world: World, session: Session, now: datetime) -> Intent:
    """An intent that is on disk."""
    intent = declare(session, [world.draft()], log=world.log, now=now)[0].intent
    session.commit()
    return intent


def issuing_signer(world: World, session: Session, now: datetime) -> Signer:
    intent = declared_intent(world, session, now)
    return world.issuer.under(committed(session, intent), KeyUse.ISSUE_LICENSE)


def loose_handle(
    *uses: KeyUse, state: KeyState = KeyState.ACTIVE, kid: str = "test-key"
) -> tuple[KeyHandle, ec.EllipticCurvePrivateKey]:
    """A P-256 handle outside any database, and its key."""
    private_key = ec.generate_private_key(ec.SECP256R1())
    handle = KeyHandle(
        kid=kid,
        label=kid,
        algorithm=Algorithm.ES256,
        public_key=private_key.public_key(),
        uses=frozenset(uses),
        state=state,
        sign=lambda message: private_key.sign(message, ec.ECDSA(hashes.SHA256())),
    )
    return handle, private_key
