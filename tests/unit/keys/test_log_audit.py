"""The audit finds every way a log can be tampered with in its database."""

from collections.abc import Callable
from datetime import datetime, timedelta

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from sqlalchemy import delete, insert, update
from sqlalchemy.orm import Session
from sqlmodel import col

from keys.intents import declare
from keys.log import audit as audit_module
from keys.log import merkle, store
from keys.log.audit import audit
from keys.log.checkpoint import Checkpoint, sign_checkpoint
from keys.models import LogCheckpoint, LogHead, LogLeaf, LogNode, SigningIntent
from tests.unit.keys.world import ORIGIN, World

SIZES = (1, 4, 2, 6)
LEAF, NODE, HEAD = LogLeaf, LogNode, LogHead


@pytest.fixture
def filled(world: World, session: Session, now: datetime) -> World:
    for number, count in enumerate(SIZES):
        drafts = [world.draft(b"%d" % place) for place in range(count)]
        declare(session, drafts, log=world.log, now=now + timedelta(seconds=number))
        session.commit()
    return world


def test_a_log_that_was_left_alone_is_sound(filled: World, session: Session) -> None:
    findings = audit(session, filled.log.verifier, remembered=filled.log.checkpoint(session, 5))
    assert findings.sound
    assert findings.size == sum(SIZES)
    assert findings.root == filled.log.verifier.verify(filled.log.checkpoint(session)).root


def test_an_empty_log_is_sound(world: World, session: Session, now: datetime) -> None:
    world.log.append(session, [], now)
    assert audit(session, world.log.verifier).sound


def test_a_log_that_never_began_is_not_sound(world: World, session: Session) -> None:
    assert not audit(session, world.log.verifier).sound


def cut(session: Session, size: int) -> None:
    """Delete the tail of the log with everything that speaks of it."""
    session.execute(delete(LEAF).where(col(LEAF.idx) >= size))
    expected = {(level, index) for level in range(size.bit_length()) for index in range(size >> level)}
    for node in session.query(NODE).all():
        if (node.level, node.idx) not in expected:
            session.delete(node)
    session.execute(delete(LogCheckpoint).where(col(LogCheckpoint.size) > size))
    session.execute(delete(SigningIntent).where(col(SigningIntent.log_index) >= size))
    session.flush()
    newest = store.read_checkpoint(session, ORIGIN)
    assert newest is not None
    session.execute(update(HEAD).values(size=newest.size, root=newest.root))


def swap_leaves(session: Session) -> None:
    entries = dict(store.read_entries(session, ORIGIN, 3, 5))
    for place, other in ((3, 4), (4, 3)):
        session.execute(update(LEAF).where(col(LEAF.idx) == place).values(entry=entries[other]))


def edit_leaf_and_its_node(session: Session) -> None:
    session.execute(update(LEAF).where(col(LEAF.idx) == 2).values(entry=b"edited"))
    hashed = merkle.leaf_hash(b"edited")
    session.execute(update(NODE).where(col(NODE.level) == 0, col(NODE.idx) == 2).values(hash=hashed))


def sign_another_history(session: Session) -> None:
    forged = Ed25519PrivateKey.generate()
    note = sign_checkpoint(Checkpoint(ORIGIN, 5, b"0" * 32), forged.public_key(), forged.sign)
    session.execute(update(LogCheckpoint).where(col(LogCheckpoint.size) == 5).values(note=note))


TAMPERING: dict[str, tuple[str, Callable[[Session], object]]] = {
    "leaf edited": (
        "leaf",
        lambda s: s.execute(update(LEAF).where(col(LEAF.idx) == 2).values(entry=b"edited")),
    ),
    "leaf and its hash edited": ("checkpoint", edit_leaf_and_its_node),
    "leaf deleted in the middle": ("leaf", lambda s: s.execute(delete(LEAF).where(col(LEAF.idx) == 2))),
    "leaves reordered": ("leaf", swap_leaves),
    "tail deleted": ("checkpoint", lambda s: s.execute(delete(LEAF).where(col(LEAF.idx) > 8))),
    "all leaves deleted": ("head", lambda s: s.execute(delete(LEAF))),
    "leaf added": ("head", lambda s: s.execute(insert(LEAF).values(origin=ORIGIN, idx=13, entry=b"x"))),
    "leaf added far away": (
        "node",
        lambda s: s.execute(insert(LEAF).values(origin=ORIGIN, idx=99, entry=b"x")),
    ),
    "node edited": (
        "node",
        lambda s: s.execute(
            update(NODE).where(col(NODE.level) == 1, col(NODE.idx) == 0).values(hash=b"0" * 32)
        ),
    ),
    "node deleted": ("node", lambda s: s.execute(delete(NODE).where(col(NODE.level) == 2))),
    "node added": (
        "node",
        lambda s: s.execute(insert(NODE).values(origin=ORIGIN, level=9, idx=0, hash=b"0" * 32)),
    ),
    "head edited": ("head", lambda s: s.execute(update(HEAD).values(root=b"0" * 32))),
    "head deleted": ("head", lambda s: s.execute(delete(HEAD))),
    "checkpoint signed by another": ("checkpoint", sign_another_history),
    "checkpoint root edited": (
        "checkpoint",
        lambda s: s.execute(update(LogCheckpoint).where(col(LogCheckpoint.size) == 5).values(root=b"0" * 32)),
    ),
    "newest checkpoint deleted": (
        "head",
        lambda s: s.execute(delete(LogCheckpoint).where(col(LogCheckpoint.size) == 13)),
    ),
    "intent edited": ("intent", lambda s: s.execute(update(SigningIntent).values(kind="seal.use"))),
    "intent with a kind no entry can have": (
        "intent",
        lambda s: s.execute(update(SigningIntent).values(kind='"')),
    ),
    "intent moved beyond the log": (
        "intent",
        lambda s: s.execute(update(SigningIntent).values(log_index=99)),
    ),
}


@pytest.mark.parametrize("name", TAMPERING)
def test_tampering_is_found_and_named(filled: World, session: Session, name: str) -> None:
    what, tamper = TAMPERING[name]
    tamper(session)
    session.commit()
    findings = audit(session, filled.log.verifier)
    assert not findings.sound
    assert what in {problem.what for problem in findings.problems}
    assert all(problem.detail and problem.detail_zh for problem in findings.problems)


def test_a_tail_cut_off_with_every_trace_is_shown_by_a_remembered_checkpoint(
    filled: World, session: Session
) -> None:
    remembered = filled.log.checkpoint(session)
    cut(session, 7)
    session.commit()
    assert audit(session, filled.log.verifier).sound  # nothing inside the database can tell
    findings = audit(session, filled.log.verifier, remembered=remembered)
    assert {problem.what for problem in findings.problems} == {"remembered"}


def test_a_rewritten_history_is_shown_by_a_remembered_checkpoint(
    filled: World, session: Session, now: datetime
) -> None:
    remembered = filled.log.checkpoint(session)
    cut(session, 7)
    filled.log.append(session, [b"another %d" % number for number in range(6)], now + timedelta(minutes=1))
    session.commit()
    assert audit(session, filled.log.verifier).sound
    assert not audit(session, filled.log.verifier, remembered=remembered).sound


def test_a_remembered_checkpoint_of_another_log_is_said_to_be_one(filled: World, session: Session) -> None:
    other = Ed25519PrivateKey.generate()
    note = sign_checkpoint(Checkpoint(ORIGIN, 5, b"0" * 32), other.public_key(), other.sign)
    assert not audit(session, filled.log.verifier, remembered=note).sound


def test_a_log_longer_than_a_chunk_is_walked_whole(
    filled: World, session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(audit_module, "CHUNK", 3)
    assert audit(session, filled.log.verifier).sound
    session.execute(update(LEAF).where(col(LEAF.idx) == 10).values(entry=b"edited"))
    assert not audit(session, filled.log.verifier).sound


def test_an_audit_changes_nothing(filled: World, session: Session) -> None:
    before = filled.log.checkpoint(session)
    audit(session, filled.log.verifier)
    session.rollback()
    assert filled.log.checkpoint(session) == before
