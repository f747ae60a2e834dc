"""Changing the state of a license: logged, made and published in one transaction, the reason kept."""

from datetime import timedelta
from pathlib import Path
from uuid import uuid4

import pytest

from api.db import Database
from keys.intents import committed, declare, finish
from keys.report import Verdict
from licenses.change import ChangeOrder, ChangeStatus, resume_change
from licenses.errors import ChangeRefused, LicenseChangedMeanwhile, LicenseNotFound, TransitionRefused
from licenses.issue import Issued
from licenses.lifecycle import Ground, Operation, State
from licenses.store import changes, licenses
from tests.builders import a_province
from tests.materials import NOW
from tests.province import Province

LATER = NOW + timedelta(minutes=5)


@pytest.fixture
def made(database: Database, tmp_path: Path) -> Province:
    return a_province(tmp_path, database)


@pytest.fixture
def issued(made: Province) -> Issued:
    return made.issue()


def action(
    made: Province, issued: Issued, operation: Operation, ground: Ground | None = None
) -> ChangeStatus:
    order = ChangeOrder(issued.license_id, operation, "年检未通过", "op-2", ground)
    return ChangeStatus(order, cipher=made.cipher, publisher=made.publisher)


def test_a_change_is_in_the_history_with_who_why_and_its_place_in_the_log(
    made: Province, issued: Issued
) -> None:
    changed = made.perform(action(made, issued, Operation.END, Ground.REVOKED), now=LATER)
    with made.database.reading() as session:
        _, change = changes.history(session, issued.license_id)
        assert (change.before, change.after, change.ground) == (State.VALID, State.REVOKED, Ground.REVOKED)
        assert change.requested_by == "op-2"
        assert change.intent_id == changed.intent_id
        assert changes.open_note(session, made.cipher, change.id) == "年检未通过"
        assert licenses.require(session, issued.license_id).state is State.REVOKED


def test_state_and_published_list_change_in_one_commit(made: Province, issued: Issued) -> None:
    suspend = action(made, issued, Operation.SUSPEND)
    with made.database.writing() as session:
        declared = declare(session, [suspend.prepare(session, now=LATER)], log=made.log, now=LATER)[0]
        session.commit()
    with made.database.reading() as session:
        intent = committed(session, declared.intent)
    changed = suspend.sign(intent, declared.receipt, now=LATER)
    with made.database.writing() as session:
        suspend.store(session, changed, now=LATER)
        session.rollback()
    assert made.verify(issued.credential, now=LATER).verdict is Verdict.VALID
    with made.database.writing() as session:
        suspend.store(session, changed, now=LATER)
        session.commit()
    assert made.verify(issued.credential, now=LATER).verdict is Verdict.INVALID


def test_a_change_logged_before_a_crash_is_made_after_it(made: Province, issued: Issued) -> None:
    lost = action(made, issued, Operation.SUSPEND)
    with made.database.writing() as session:
        declared = declare(session, [lost.prepare(session, now=LATER)], log=made.log, now=LATER)[0]
        session.commit()
    with made.database.reading() as session:
        (waiting,) = changes.pending(session)
        resumed = resume_change(session, waiting.id, cipher=made.cipher, publisher=made.publisher)
        assert resumed.draft() == lost.draft()
    with made.database.reading() as session:
        intent = committed(session, declared.intent)
    changed = resumed.sign(intent, declared.receipt, now=LATER)
    with made.database.writing() as session:
        resumed.store(session, changed, now=LATER)
        finish(session, declared.intent.id, LATER)
        session.commit()
    with made.database.reading() as session:
        assert changes.pending(session) == []
        with pytest.raises(LicenseNotFound):
            resume_change(session, waiting.id, cipher=made.cipher, publisher=made.publisher)


def test_of_two_changes_decided_at_once_only_one_is_made(made: Province, issued: Issued) -> None:
    first = action(made, issued, Operation.SUSPEND)
    second = action(made, issued, Operation.END, Ground.CANCELLED)
    with made.database.writing() as session:
        first_change = declare(session, [first.prepare(session, now=LATER)], log=made.log, now=LATER)[0]
        second_change = declare(session, [second.prepare(session, now=LATER)], log=made.log, now=LATER)[0]
        session.commit()
    with made.database.reading() as session:
        intents = [committed(session, one.intent) for one in (first_change, second_change)]
    signed = [
        one.sign(intent, declared.receipt, now=LATER)
        for one, intent, declared in zip((first, second), intents, (first_change, second_change), strict=True)
    ]
    with made.database.writing() as session:
        first.store(session, signed[0], now=LATER)
        session.commit()
    with made.database.writing() as session, pytest.raises(LicenseChangedMeanwhile):
        second.store(session, signed[1], now=LATER)


def test_a_change_that_cannot_follow_writes_nothing(made: Province, issued: Issued) -> None:
    with pytest.raises(TransitionRefused):
        made.change(issued, Operation.RESTORE, now=LATER)
    with made.database.reading() as session:
        assert changes.pending(session) == []


def test_an_order_without_a_reason_or_for_a_birth_is_refused(issued: Issued) -> None:
    with pytest.raises(ChangeRefused):
        ChangeOrder(issued.license_id, Operation.SUSPEND, "  ", "op-1")
    with pytest.raises(ChangeRefused):
        ChangeOrder(issued.license_id, Operation.SUSPEND, "长" * 2001, "op-1")
    with pytest.raises(TransitionRefused):
        ChangeOrder(issued.license_id, Operation.ISSUE, "x", "op-1")


def test_a_license_that_does_not_exist_is_not_changed(made: Province) -> None:
    order = ChangeOrder(uuid4(), Operation.SUSPEND, "x", "op-1")
    with pytest.raises(LicenseNotFound):
        made.perform(ChangeStatus(order, cipher=made.cipher, publisher=made.publisher))
