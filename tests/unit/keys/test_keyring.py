"""Keys in the database: wrapped, bound to their row, moved from state to state once."""

from datetime import datetime, timedelta

import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from sqlalchemy import select, update
from sqlalchemy.orm import Session
from sqlmodel import col

from api.db import Database
from keys.algorithms import Algorithm
from keys.custody import Kek
from keys.errors import KekUnavailable, KeyNotFound, KeyStateConflict, KeyUseRefused, UnwrapFailed
from keys.jwk import thumbprint
from keys.keyring import Keyring
from keys.lifecycle import KeyState
from keys.models import SigningKey
from keys.signature import verify_signature
from keys.signer import KeyUse
from tests.unit.keys.world import KEK


@pytest.fixture
def keyring() -> Keyring:
    return Keyring(KEK)


def test_a_generated_key_signs_after_a_restart(keyring: Keyring, session: Session, now: datetime) -> None:
    for algorithm in Algorithm:
        made = keyring.generate(
            session, uses=[KeyUse.CRL], label=algorithm.value, now=now, algorithm=algorithm
        )
        session.commit()
        again = Keyring(KEK)
        again.load(session)
        held = again.by_label(algorithm.value)
        assert held.kid == made.kid == thumbprint(made.public_key)
        signature = held.standing(KeyUse.CRL).sign(b"message")
        verify_signature(made.public_key, algorithm, signature, b"message")


def test_private_bytes_are_not_in_the_row(keyring: Keyring, session: Session, now: datetime) -> None:
    keyring.generate(session, uses=[KeyUse.CRL], label="a", now=now)
    row = session.scalars(select(SigningKey)).one()
    assert row.wrapped is not None
    # PKCS#8 and SEC 1 headers of a P-256 private key
    assert b"\x02\x01\x00\x30\x13" not in row.wrapped
    assert b"\x30\x77\x02\x01\x01\x04\x20" not in row.wrapped


def test_two_swapped_rows_do_not_open(keyring: Keyring, session: Session, now: datetime) -> None:
    kids = [
        keyring.generate(session, uses=[KeyUse.CRL], label=label, now=now).kid for label in ("a", "b", "c")
    ]
    wrapped = {row.kid: row.wrapped for row in session.scalars(select(SigningKey))}
    for kid, other in ((kids[0], kids[1]), (kids[1], kids[0])):
        session.execute(update(SigningKey).where(col(SigningKey.kid) == kid).values(wrapped=wrapped[other]))
    session.commit()
    again = Keyring(KEK)
    again.load(session)
    for kid in kids[:2]:
        with pytest.raises(UnwrapFailed):
            again.handle(kid).standing(KeyUse.CRL).sign(b"message")
    assert again.handle(kids[2]).standing(KeyUse.CRL).sign(b"message")


def test_uses_edited_in_the_row_make_the_key_unusable(
    keyring: Keyring, session: Session, now: datetime
) -> None:
    keyring.generate(session, uses=[KeyUse.CRL], label="other", now=now)
    kid = keyring.generate(session, uses=[KeyUse.STATUS_TOKEN], label="a", now=now).kid
    session.execute(update(SigningKey).where(col(SigningKey.kid) == kid).values(uses="crl"))
    session.commit()
    again = Keyring(KEK)
    again.load(session)
    with pytest.raises(UnwrapFailed):
        again.handle(kid).standing(KeyUse.CRL).sign(b"message")


def test_an_exchanged_public_key_makes_the_row_damaged(
    keyring: Keyring, session: Session, now: datetime
) -> None:
    kid = keyring.generate(session, uses=[KeyUse.CRL], label="a", now=now).kid
    foreign = ec.generate_private_key(ec.SECP256R1()).public_key()
    der = foreign.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    session.execute(update(SigningKey).values(public_key=der))
    session.commit()
    again = Keyring(KEK)
    again.load(session)
    assert again.damaged == (kid,)
    with pytest.raises(KeyNotFound):
        again.handle(kid)


def test_nothing_starts_with_another_key_encryption_key(
    keyring: Keyring, session: Session, now: datetime
) -> None:
    keyring.generate(session, uses=[KeyUse.CRL], label="a", now=now)
    session.commit()
    with pytest.raises(KekUnavailable):
        Keyring(Kek(b"x" * 32)).load(session)


def test_an_empty_keyring_loads(keyring: Keyring, session: Session) -> None:
    keyring.load(session)
    assert keyring.handles() == ()
    with pytest.raises(KeyNotFound):
        keyring.by_label("a")


def test_a_key_lives_from_pre_published_to_destroyed(
    keyring: Keyring, session: Session, now: datetime
) -> None:
    kid = keyring.generate(session, uses=[KeyUse.CRL], label="a", now=now, state=KeyState.PRE_PUBLISHED).kid
    with pytest.raises(KeyUseRefused):
        keyring.handle(kid).standing(KeyUse.CRL)
    assert keyring.activate(session, kid, now).standing(KeyUse.CRL).sign(b"message")
    assert keyring.retire(session, kid, now).state is KeyState.RETIRED
    keyring.destroy(session, kid, now + timedelta(days=1))
    session.commit()
    row = session.scalars(select(SigningKey)).one()
    session.refresh(row)
    assert (row.state, row.wrapped, row.active_label) == ("destroyed", None, None)
    assert row.changed_at == now + timedelta(days=1)
    again = Keyring(KEK)
    again.load(session)
    assert again.handle(kid).public_key == keyring.handle(kid).public_key


def test_a_successor_takes_over_when_its_predecessor_retires(
    keyring: Keyring, session: Session, now: datetime
) -> None:
    old = keyring.generate(session, uses=[KeyUse.CRL], label="a", now=now)
    new = keyring.generate(session, uses=[KeyUse.CRL], label="a", now=now, state=KeyState.PRE_PUBLISHED)
    keyring.retire(session, old.kid, now)
    keyring.activate(session, new.kid, now)
    session.commit()
    assert keyring.by_label("a").kid == new.kid
    assert {held.kid for held in keyring.handles(KeyUse.CRL)} == {old.kid, new.kid}


def test_a_label_never_has_two_active_keys(keyring: Keyring, session: Session, now: datetime) -> None:
    keyring.generate(session, uses=[KeyUse.CRL], label="a", now=now)
    session.commit()
    with pytest.raises(KeyStateConflict):
        keyring.generate(session, uses=[KeyUse.CRL], label="a", now=now)
    session.rollback()
    waiting = keyring.generate(session, uses=[KeyUse.CRL], label="a", now=now, state=KeyState.PRE_PUBLISHED)
    session.commit()
    with pytest.raises(KeyStateConflict):
        keyring.activate(session, waiting.kid, now)


def test_two_workers_retiring_one_key_succeed_once(
    keyring: Keyring, database: Database, now: datetime
) -> None:
    with database.writing() as session:
        kid = keyring.generate(session, uses=[KeyUse.CRL], label="a", now=now).kid
        session.commit()
        other = Keyring(KEK)
        other.load(session)
        keyring.retire(session, kid, now)
        session.commit()
        with pytest.raises(KeyStateConflict):
            other.retire(session, kid, now)


@pytest.mark.parametrize("state", [KeyState.RETIRED, KeyState.DESTROYED])
def test_a_key_is_not_born_old(keyring: Keyring, session: Session, now: datetime, state: KeyState) -> None:
    with pytest.raises(KeyUseRefused):
        keyring.generate(session, uses=[KeyUse.CRL], label="a", now=now, state=state)


def test_a_key_without_a_use_is_not_made(keyring: Keyring, session: Session, now: datetime) -> None:
    with pytest.raises(KeyUseRefused):
        keyring.generate(session, uses=[], label="a", now=now)
