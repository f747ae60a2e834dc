"""The log in the database: append-only, one checkpoint a batch, no signature over what does not add up."""

from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session
from sqlmodel import col

from api.db import Database
from keys.errors import (
    ClockWentBack,
    KeyUseRefused,
    LogConflict,
    LogDamaged,
    LogEmpty,
    MalformedInput,
    ProofWrong,
)
from keys.log import merkle, store
from keys.log.audit import audit
from keys.log.checkpoint import Checkpoint, sign_checkpoint
from keys.log.journal import Log
from keys.models import LogCheckpoint, LogHead, LogLeaf, LogNode
from keys.signer import KeyUse
from tests.unit.keys.world import ORIGIN, World, loose_handle, make_world


def append(world: World, session: Session, count: int, now: datetime) -> int:
    """Append `count` entries, commit, return the new size."""
    head = store.read_head(session, ORIGIN)
    first = head.size if head else 0
    entries = [b"entry %d" % number for number in range(first, first + count)]
    size = world.log.append(session, entries, now).size
    session.commit()
    return size


def test_the_checkpoint_signs_the_root_of_all_entries(world: World, session: Session, now: datetime) -> None:
    for count in (1, 2, 5, 1, 8, 20):
        size = append(world, session, count, now)
        said = world.log.verifier.verify(world.log.checkpoint(session))
        assert said == Checkpoint(ORIGIN, size, merkle.root_of(world.entries(size)))


def test_every_proof_from_storage_holds(world: World, session: Session, now: datetime) -> None:
    roots = [merkle.root_of(world.entries(size)) for size in range(24)]
    for count in (3, 1, 8, 11):
        append(world, session, count, now)
    for size in range(1, 24):
        for index in range(size):
            leaf = merkle.leaf_hash(b"entry %d" % index)
            merkle.verify_inclusion(leaf, index, size, world.log.proof(session, index, size), roots[size])
        for old in range(1, size + 1):
            proof = world.log.consistency(session, old, size)
            merkle.verify_consistency(old, size, roots[old], roots[size], proof)


def test_a_proof_beyond_the_head_is_refused(world: World, session: Session, now: datetime) -> None:
    append(world, session, 3, now)
    with pytest.raises(LogEmpty):
        world.log.proof(session, 0, 4)
    with pytest.raises(LogEmpty):
        world.log.consistency(session, 1, 4)
    with pytest.raises(ProofWrong):
        world.log.proof(session, 3, 3)


def test_an_empty_log_has_a_signed_checkpoint_once_it_is_started(
    world: World, session: Session, now: datetime
) -> None:
    with pytest.raises(LogEmpty):
        world.log.checkpoint(session)
    world.log.append(session, [], now)
    said = world.log.verifier.verify(world.log.checkpoint(session))
    assert (said.size, said.root) == (0, merkle.EMPTY_ROOT)


def test_old_checkpoints_stay(world: World, session: Session, now: datetime) -> None:
    append(world, session, 2, now)
    early = world.log.checkpoint(session)
    append(world, session, 3, now)
    assert world.log.checkpoint(session, 2) == early
    with pytest.raises(LogEmpty):
        world.log.checkpoint(session, 3)


DAMAGE = {
    "last leaf edited": update(LogLeaf).where(col(LogLeaf.idx) == 6).values(entry=b"edited"),
    "last leaf deleted": delete(LogLeaf).where(col(LogLeaf.idx) == 6),
    "a leaf too many": LogLeaf.__table__.insert().values(origin=ORIGIN, idx=7, entry=b"x"),  # type: ignore[attr-defined]
    "frontier node edited": update(LogNode).where(col(LogNode.level) == 2).values(hash=b"0" * 32),
    "frontier node deleted": delete(LogNode).where(col(LogNode.level) == 1, col(LogNode.idx) == 2),
    "head root edited": update(LogHead).values(root=b"0" * 32),
    "head size edited": update(LogHead).values(size=6),
    "newest checkpoint deleted": delete(LogCheckpoint).where(col(LogCheckpoint.size) == 7),
    "newest checkpoint edited": update(LogCheckpoint).where(col(LogCheckpoint.size) == 7).values(note="x"),
}


@pytest.mark.parametrize("name", DAMAGE)
def test_a_log_damaged_at_its_right_edge_signs_no_more(
    world: World, session: Session, now: datetime, name: str
) -> None:
    for count in (4, 3):
        append(world, session, count, now)
    session.execute(DAMAGE[name])
    session.commit()
    notes = session.scalars(select(col(LogCheckpoint.note))).all()
    with pytest.raises(LogDamaged):
        world.log.append(session, [b"next"], now)
    session.rollback()
    assert session.scalars(select(col(LogCheckpoint.note))).all() == notes


def test_a_spine_node_edited_below_the_frontier_stops_the_log(
    world: World, session: Session, now: datetime
) -> None:
    append(world, session, 8, now)
    session.execute(
        update(LogNode).where(col(LogNode.level) == 1, col(LogNode.idx) == 3).values(hash=b"0" * 32)
    )
    session.commit()
    with pytest.raises(LogDamaged):
        world.log.append(session, [b"next"], now)


def test_a_head_rewritten_with_matching_nodes_is_stopped_by_the_signature(
    world: World, session: Session, now: datetime
) -> None:
    append(world, session, 1, now)
    leaf = merkle.leaf_hash(b"forged")
    session.execute(update(LogLeaf).values(entry=b"forged"))
    session.execute(update(LogNode).values(hash=leaf))
    session.execute(update(LogHead).values(root=leaf))
    forged = Ed25519PrivateKey.generate()
    note = sign_checkpoint(Checkpoint(ORIGIN, 1, leaf), forged.public_key(), forged.sign)
    session.execute(update(LogCheckpoint).where(col(LogCheckpoint.size) == 1).values(root=leaf, note=note))
    session.commit()
    with pytest.raises(LogDamaged):
        world.log.append(session, [b"next"], now)


@pytest.mark.parametrize("name", ["insert_leaves", "insert_nodes"])
def test_storage_that_keeps_other_bytes_than_were_written_stops_the_signature(
    world: World, session: Session, now: datetime, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    append(world, session, 2, now)
    write = getattr(store, name)

    def write_damaged(session: Session, *arguments: Any) -> None:
        held = arguments[-1]
        if isinstance(held, dict):
            damaged: object = {part: bytes([value[0] ^ 1]) + value[1:] for part, value in held.items()}
        else:
            damaged = [bytes([entry[0] ^ 1]) + entry[1:] for entry in held]
        write(session, *arguments[:-1], damaged)

    with monkeypatch.context() as patched:
        patched.setattr(store, name, write_damaged)
        with pytest.raises(LogDamaged):
            world.log.append(session, [b"a", b"b"], now)
    session.rollback()
    assert append(world, session, 1, now) == 3


def test_the_clock_must_not_stand_before_the_last_checkpoint(
    world: World, session: Session, now: datetime
) -> None:
    append(world, session, 1, now)
    with pytest.raises(ClockWentBack):
        world.log.append(session, [b"next"], now - timedelta(seconds=2, microseconds=1))
    session.rollback()
    assert append(world, session, 1, now - timedelta(seconds=2)) == 2
    with pytest.raises(ClockWentBack):
        # the tolerance does not add up: the guard stands where the latest time stood
        world.log.append(session, [b"next"], now - timedelta(seconds=4))


def test_a_head_that_moved_meanwhile_is_a_conflict(world: World, session: Session, now: datetime) -> None:
    append(world, session, 1, now)
    head = store.read_head(session, ORIGIN)
    assert head is not None
    append(world, session, 1, now)
    with pytest.raises(LogConflict):
        store.move_head(session, ORIGIN, head, head)


def test_a_leaf_is_written_once(world: World, session: Session, now: datetime) -> None:
    append(world, session, 1, now)
    with pytest.raises(LogConflict):
        store.insert_leaves(session, ORIGIN, 0, [b"second"])


def test_a_rolled_back_append_leaves_no_trace(world: World, session: Session, now: datetime) -> None:
    append(world, session, 3, now)
    early = world.log.checkpoint(session)
    world.log.append(session, [b"lost"], now)
    session.rollback()
    assert world.log.checkpoint(session) == early
    assert append(world, session, 1, now) == 4


def test_two_logs_live_side_by_side(world: World, session: Session, now: datetime) -> None:
    other = Log("henan.example/log", world.keyring.by_label("log"))
    append(world, session, 3, now)
    other.append(session, [b"entry 0"], now)
    session.commit()
    assert other.verifier.verify(other.checkpoint(session)).size == 1
    assert world.log.verifier.verify(world.log.checkpoint(session)).size == 3


def test_a_log_needs_an_ed25519_checkpoint_key_and_a_name(
    world: World, session: Session, now: datetime
) -> None:
    handle, _ = loose_handle(KeyUse.CHECKPOINT)
    for wrong in (handle, world.issuer):
        with pytest.raises(KeyUseRefused):
            Log(ORIGIN, wrong)
    with pytest.raises(MalformedInput):
        Log("a name with spaces", world.keyring.by_label("log"))


def test_a_retired_log_key_signs_no_checkpoint(world: World, session: Session, now: datetime) -> None:
    append(world, session, 1, now)
    world.keyring.retire(session, world.keyring.by_label("log").kid, now)
    with pytest.raises(KeyUseRefused):
        world.log.append(session, [b"next"], now)


def test_writers_in_parallel_neither_lose_nor_fork_anything(database: Database, now: datetime) -> None:
    with database.writing() as session:
        world = make_world(session, now)
        world.log.append(session, [], now)
        session.commit()

    def write(name: int) -> int:
        conflicts = 0
        for number in range(6):
            while True:
                with database.writing() as session:
                    try:
                        world.log.append(session, [b"%d/%d" % (name, number)], now)
                        session.commit()
                        break
                    except LogConflict:
                        conflicts += 1
        return conflicts

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(write, range(4)))
    with database.reading() as session:
        findings = audit(session, world.log.verifier)
        entries = [entry for _, entry in store.read_entries(session, ORIGIN, 0, 100)]
    assert findings.sound
    assert sorted(entries) == sorted(b"%d/%d" % (name, number) for name in range(4) for number in range(6))
