"""Nothing is signed before its intent is on disk and in the log; every step happens once."""

import json
from dataclasses import replace
from datetime import datetime

import pytest
from sqlalchemy import func, select, update
from sqlalchemy.orm import Session
from sqlmodel import col

from api.db import Database
from keys.encoding import canonical_json, uuid7
from keys.errors import IntentRefused
from keys.intents import (
    abandon,
    committed,
    committed_batch,
    declare,
    finish,
    finish_batch,
    open_intents,
    receipt_for,
)
from keys.log.journal import Log
from keys.log.receipt import entry_of, verify_receipt
from keys.models import LogCheckpoint, LogLeaf, SigningIntent
from tests.unit.keys.world import World, declared_intent


def test_a_batch_gets_its_leaves_and_one_checkpoint(world: World, session: Session, now: datetime) -> None:
    drafts = [world.draft(b"record %d" % number) for number in range(5)]
    declared = declare(session, drafts, log=world.log, now=now)
    session.commit()
    assert [item.intent.log_index for item in declared] == [0, 1, 2, 3, 4]
    assert {item.receipt.checkpoint for item in declared} == {world.log.checkpoint(session)}
    sizes = session.scalars(select(col(LogCheckpoint.size)).order_by(col(LogCheckpoint.size))).all()
    assert sizes == [0, 5]


def test_every_receipt_of_a_batch_proves_its_own_record_only(
    world: World, session: Session, now: datetime
) -> None:
    for size in (1, 4, 3, 7):
        records = [b"record %d of %d" % (number, size) for number in range(size)]
        declared = declare(session, [world.draft(record) for record in records], log=world.log, now=now)
        session.commit()
        for record, item in zip(records, declared, strict=True):
            verify_receipt(item.receipt, record, kind="license.issue", verifier=world.log.verifier)
            assert receipt_for(session, world.log, item.intent) == item.receipt


def test_a_receipt_asked_for_later_is_the_same(world: World, session: Session, now: datetime) -> None:
    first = declare(session, [world.draft()], log=world.log, now=now)[0]
    early = first.receipt
    declare(session, [world.draft()] * 9, log=world.log, now=now)
    session.commit()
    assert receipt_for(session, world.log, first.intent) == early


def test_an_intent_is_not_committed_while_its_transaction_is_open(
    world: World, session: Session, now: datetime
) -> None:
    intent = declare(session, [world.draft()], log=world.log, now=now)[0].intent
    with pytest.raises(IntentRefused, match="not committed"):
        committed(session, intent)


def test_an_intent_that_was_rolled_back_is_unknown(world: World, session: Session, now: datetime) -> None:
    intent = declare(session, [world.draft()], log=world.log, now=now)[0].intent
    session.rollback()
    with pytest.raises(IntentRefused, match="unknown"):
        committed(session, intent)


def test_reading_an_intent_back_leaves_no_transaction_open(
    world: World, session: Session, now: datetime
) -> None:
    committed(session, declared_intent(world, session, now))
    assert not session.in_transaction()
    with pytest.raises(IntentRefused):
        committed(session, replace(declared_intent(world, session, now), id=uuid7(now)))
    assert not session.in_transaction()


def test_an_intent_that_differs_from_its_row_is_refused(
    world: World, session: Session, now: datetime
) -> None:
    intent = declared_intent(world, session, now)
    for other in (
        replace(intent, kids=frozenset({"another-key"})),
        replace(intent, kids=intent.kids | {"another-key"}),
        replace(intent, record_digest=b"0" * 32),
        replace(intent, kind="seal.use"),
        replace(intent, log_index=intent.log_index + 1),
    ):
        with pytest.raises(IntentRefused, match="another"):
            committed(session, other)


def test_an_intent_whose_leaf_was_edited_or_deleted_is_refused(
    world: World, session: Session, now: datetime
) -> None:
    intent = declared_intent(world, session, now)
    session.execute(update(LogLeaf).values(entry=entry_of("license.issue", b"0" * 32)))
    session.commit()
    with pytest.raises(IntentRefused, match="not in the log"):
        committed(session, intent)
    session.execute(LogLeaf.__table__.delete())  # type: ignore[attr-defined]
    session.commit()
    with pytest.raises(IntentRefused, match="not in the log"):
        committed(session, intent)


def test_a_finished_or_abandoned_intent_is_not_signed_again(
    world: World, session: Session, now: datetime
) -> None:
    for close in (finish, abandon):
        intent = declared_intent(world, session, now)
        close(session, intent.id, now)
        session.commit()
        with pytest.raises(IntentRefused, match="not open"):
            committed(session, intent)


def test_an_intent_is_closed_once(world: World, session: Session, now: datetime) -> None:
    intent = declared_intent(world, session, now)
    finish(session, intent.id, now)
    session.commit()
    for close in (finish, abandon):
        with pytest.raises(IntentRefused):
            close(session, intent.id, now)
        session.rollback()
    row = session.scalars(select(SigningIntent)).one()
    assert (row.state, row.finished_at) == ("done", now)


def test_after_a_crash_the_open_intents_are_found_in_order(
    world: World, database: Database, session: Session, now: datetime
) -> None:
    intents = [declared_intent(world, session, now) for _ in range(3)]
    finish(session, intents[1].id, now)
    session.commit()
    with database.reading() as later:
        assert open_intents(later) == [intents[0], intents[2]]


def test_a_batch_is_closed_all_or_not_at_all(world: World, session: Session, now: datetime) -> None:
    declared = declare(session, [world.draft()] * 3, log=world.log, now=now)
    session.commit()
    ids = [item.intent.id for item in declared]
    assert len(committed_batch(session, [item.intent for item in declared])) == 3
    finish(session, ids[1], now)
    with pytest.raises(IntentRefused):
        finish_batch(session, ids, now)
    session.rollback()
    finish_batch(session, ids, now)
    session.commit()
    assert open_intents(session) == []


def test_a_batch_with_one_bad_intent_is_refused_wherever_it_stands(
    world: World, session: Session, now: datetime
) -> None:
    declared = declare(session, [world.draft()] * 3, log=world.log, now=now)
    session.commit()
    for place in range(3):
        intents = [item.intent for item in declared]
        intents[place] = replace(intents[place], kids=frozenset({"other"}))
        with pytest.raises(IntentRefused):
            committed_batch(session, intents)


def test_an_empty_batch_and_an_act_without_a_key_are_refused(
    world: World, session: Session, now: datetime
) -> None:
    for drafts in ([], [replace(world.draft(), kids=frozenset())]):
        with pytest.raises(IntentRefused):
            declare(session, drafts, log=world.log, now=now)
    assert session.scalar(select(func.count()).select_from(SigningIntent)) == 0


def test_a_receipt_of_another_log_is_refused(world: World, session: Session, now: datetime) -> None:
    intent = declared_intent(world, session, now)
    other = Log("henan.example/log", world.keyring.by_label("log"))
    with pytest.raises(IntentRefused):
        receipt_for(session, other, intent)


def test_the_entry_in_the_log_is_canonical_json_and_tells_nothing(
    world: World, session: Session, now: datetime
) -> None:
    declare(session, [world.draft("张三".encode())], log=world.log, now=now)
    row = session.scalars(select(SigningIntent)).one()
    leaf = session.scalars(select(LogLeaf)).one()
    assert leaf.entry == entry_of(row.kind, row.record_digest)
    assert b"\xe5" not in leaf.entry
    assert canonical_json(json.loads(leaf.entry)) == leaf.entry
    assert set(json.loads(leaf.entry)) == {"v", "kind", "digest"}
