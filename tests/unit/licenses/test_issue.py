"""Issuing along the one path: judged, logged, signed, stored; found again after a crash; once and no more."""

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import inspect, text

from api.db import Database
from keys.intents import committed, declare, finish
from keys.log.receipt import verify_receipt
from keys.report import Verdict
from licenses.credential_reading import parse_credential
from licenses.errors import (
    AlreadyRequested,
    IdempotencyConflict,
    LicenseChangedMeanwhile,
    LicenseNotFound,
    NotAccredited,
    SuccessorRefused,
    TransitionRefused,
)
from licenses.issue import KIND, IssueLicense, resume
from licenses.lifecycle import Ground, Operation, State
from licenses.order import IssueOrder
from licenses.record import LicenseRecord
from licenses.status_list import LEAST_SIZE
from licenses.store import changes, licenses, statuses
from tests.builders import a_province
from tests.materials import COMPANY, NOW, a_record
from tests.province import Province

LATER = NOW + timedelta(minutes=5)


@pytest.fixture
def made(database: Database, tmp_path: Path) -> Province:
    return a_province(tmp_path, database)


def order(record: LicenseRecord | None = None, **more: object) -> IssueOrder:
    return IssueOrder(record or a_record(), "op-1", "test", **more)  # type: ignore[arg-type]


def test_an_issued_license_stands_in_the_database_with_its_faces(made: Province) -> None:
    issued = made.issue()
    with made.database.reading() as session:
        entry = licenses.by_identifier(session, issued.identifier)
        assert entry.state is State.VALID
        assert entry.intent_id == issued.intent_id
        assert licenses.open_credential(session, made.cipher, entry.id) == issued.credential
        assert licenses.open_document(session, made.cipher, entry.id) == issued.document
        (born,) = changes.history(session, entry.id)
        assert (born.operation, born.before, born.after) == (Operation.ISSUE, State.PENDING, State.VALID)


def test_the_log_commits_to_exactly_what_the_issuer_signed(made: Province) -> None:
    issued = made.issue()
    record = parse_credential(issued.credential).record
    verify_receipt(issued.receipt, record, kind=KIND, verifier=made.log.verifier)


def every_stored_octet(database: Database) -> bytes:
    """Every value of every row of every table, one after the other."""
    with database.reading() as session:
        values = [
            value
            for table in inspect(database.engine).get_table_names()
            for row in session.execute(text(f'SELECT * FROM "{table}"'))  # noqa: S608 - our own table names
            for value in row
        ]
    return b"\n".join(value if isinstance(value, bytes) else str(value).encode() for value in values)


def test_personal_data_and_the_secret_lie_nowhere_in_clear(made: Province) -> None:
    issued = made.issue()
    stored = every_stored_octet(made.database)
    assert issued.identifier.encode() in stored
    for word in ("杭州青禾软件有限公司", "陆清扬", COMPANY, "文三路"):
        assert word.encode() not in stored
    assert issued.secret.encode() not in stored
    assert issued.credential[:80].encode() not in stored


def test_the_holder_is_found_by_blind_index(made: Province) -> None:
    issued = made.issue()
    with made.database.reading() as session:
        found = licenses.by_holder(session, made.cipher, a_record().holder)
        assert [entry.id for entry in found] == [issued.license_id]


def test_a_department_without_the_right_issues_nothing(made: Province) -> None:
    before = made.issue(now=NOW)
    later = NOW + timedelta(days=1826)
    with pytest.raises(NotAccredited):
        made.issue(now=later)
    with made.database.reading() as session:
        assert licenses.pending(session) == []
        assert licenses.find(session, before.license_id) is not None


def test_the_same_request_under_the_same_key_is_one_license(made: Province) -> None:
    issued = made.issue(idempotency_key="k-1")
    with pytest.raises(AlreadyRequested) as again:
        made.issue(idempotency_key="k-1")
    assert again.value.license_id == issued.license_id


def test_another_request_under_a_used_key_is_refused(made: Province) -> None:
    made.issue(idempotency_key="k-1")
    with pytest.raises(IdempotencyConflict):
        made.issue(a_record(valid_until="2042-01-01"), idempotency_key="k-1")


def test_a_license_logged_before_a_crash_is_signed_and_stored_after_it(made: Province) -> None:
    action = IssueLicense(order(idempotency_key="k-1"), made.desk)
    with made.database.writing() as session:
        declared = declare(session, [action.prepare(session, now=NOW)], log=made.log, now=NOW)[0]
        session.commit()
    with made.database.reading() as session:  # a new process: nothing is left but the database
        (waiting,) = licenses.pending(session)
        resumed = resume(session, waiting.id, made.desk)
        assert resumed.draft() == action.draft()
    with made.database.reading() as session:
        intent = committed(session, declared.intent)
    issued = resumed.sign(intent, declared.receipt, now=LATER)
    with made.database.writing() as session:
        resumed.store(session, issued, now=LATER)
        finish(session, declared.intent.id, LATER)
        session.commit()
    assert made.verify(issued.document, now=LATER).verdict is Verdict.VALID
    with made.database.reading() as session, pytest.raises(LicenseNotFound):
        resume(session, waiting.id, made.desk)


def test_a_license_is_stored_once(made: Province) -> None:
    action = IssueLicense(order(), made.desk)
    issued = made.perform(action)
    with made.database.writing() as session, pytest.raises(LicenseChangedMeanwhile):
        action.store(session, issued, now=NOW)


def test_a_pending_license_does_not_exist_for_anyone_outside(made: Province) -> None:
    action = IssueLicense(order(), made.desk)
    with made.database.writing() as session:
        action.prepare(session, now=NOW)
        (waiting,) = licenses.pending(session)
        session.commit()
    assert made.lookup.by_identifier(waiting.identifier) is None


def test_status_slots_are_random_and_unique(made: Province) -> None:
    with made.database.writing() as session:
        slots = [statuses.take_slot(session, now=NOW) for _ in range(50)]
        session.rollback()
    indexes = [slot.index for slot in slots]
    assert len(set(indexes)) > 45
    assert max(indexes) > 50, "not counted up"
    assert len({slot.list_id for slot in slots}) == 1


def test_a_status_slot_is_never_used_twice_and_a_half_full_list_takes_no_more(made: Province) -> None:
    issued = made.issue()
    with made.database.writing() as session:
        taken = licenses.require(session, issued.license_id).status_index
        offered = iter([taken, taken, 7])
        slot = statuses.take_slot(session, now=NOW, random_below=lambda _size: next(offered))
        assert slot.index == 7
        session.execute(statuses.STATUS_LIST.update().values(taken=LEAST_SIZE // 2))
        assert statuses.take_slot(session, now=LATER).list_id != slot.list_id
        with pytest.raises(ValueError, match="2\\^17"):
            statuses.take_slot(session, now=NOW, size=1024)


def test_a_new_version_keeps_the_number_counts_up_and_ends_the_old_one(made: Province) -> None:
    old = made.issue()
    new = made.issue(
        a_record(valid_until="2051-03-17"), now=LATER, operation=Operation.RENEW, predecessor=old.license_id
    )
    assert old.identifier.split(".")[7] == new.identifier.split(".")[7]
    assert new.identifier.split(".")[8] == "002"
    with made.database.reading() as session:
        assert licenses.require(session, old.license_id).state is State.SUPERSEDED
        follower = licenses.successor_of(session, old.license_id)
        assert follower is not None
        assert follower.id == new.license_id


def test_at_no_instant_are_two_versions_valid(made: Province) -> None:
    """The old state, the old token and the new state are one commit: another session sees all or nothing."""
    old = made.issue()
    action = IssueLicense(order(operation=Operation.CHANGE, predecessor=old.license_id), made.desk)
    with made.database.writing() as session:
        declared = declare(session, [action.prepare(session, now=LATER)], log=made.log, now=LATER)[0]
        session.commit()
    with made.database.reading() as session:
        intent = committed(session, declared.intent)
    issued = action.sign(intent, declared.receipt, now=LATER)
    with made.database.writing() as session:
        action.store(session, issued, now=LATER)
        session.rollback()  # as a crash before the commit would
    with made.database.reading() as session:
        assert licenses.require(session, old.license_id).state is State.VALID
        assert licenses.require(session, issued.license_id).state is State.PENDING
    assert made.verify(old.credential, now=LATER).verdict is Verdict.VALID
    with made.database.writing() as session:
        action.store(session, issued, now=LATER)
        session.commit()
    assert made.verify(old.credential, now=LATER).verdict is Verdict.INVALID
    assert made.verify(issued.credential, now=LATER).verdict is Verdict.VALID


@pytest.mark.parametrize("field", ["holder", "issuer"])
def test_a_new_version_for_somebody_else_is_refused(made: Province, field: str) -> None:
    old = made.issue()
    record = a_record()
    if field == "holder":
        record = replace(record, holder=replace(record.holder, code="11430000006122244L"))
        with pytest.raises(SuccessorRefused):
            made.issue(record, now=LATER, operation=Operation.RENEW, predecessor=old.license_id)
    else:
        with pytest.raises(NotAccredited):
            made.issue(replace(record, issuer="11430000006122244L"), now=LATER)


def test_a_license_has_one_successor_at_most(made: Province) -> None:
    old = made.issue()
    waiting = IssueLicense(order(operation=Operation.RENEW, predecessor=old.license_id), made.desk)
    with made.database.writing() as session:
        waiting.prepare(session, now=LATER)
        session.commit()
    with pytest.raises(SuccessorRefused):
        made.issue(now=LATER, operation=Operation.RENEW, predecessor=old.license_id)


def test_a_withdrawn_license_has_no_new_version(made: Province) -> None:
    old = made.issue()
    made.change(old, Operation.END, Ground.REVOKED, now=LATER)
    with pytest.raises(TransitionRefused):
        made.issue(now=LATER, operation=Operation.RENEW, predecessor=old.license_id)


def test_an_order_says_whether_it_follows_another_license() -> None:
    with pytest.raises(SuccessorRefused):
        order(operation=Operation.RENEW)
    with pytest.raises(SuccessorRefused):
        order(operation=Operation.SUSPEND)
