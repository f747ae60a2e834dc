"""T35: one request is one license, however often and however simultaneously it is sent."""

import threading
from pathlib import Path

import pytest

from api.db import Database
from api.perform import retrying
from keys.intents import committed, declare, finish
from licenses.errors import AlreadyRequested, IdempotencyConflict
from licenses.issue import IssueLicense
from licenses.order import IssueOrder
from licenses.store import licenses
from tests.builders import a_province
from tests.materials import BUREAU, NOW, a_record
from tests.province import Province

PARALLEL = 20


@pytest.fixture
def made(database: Database, tmp_path: Path) -> Province:
    return a_province(tmp_path, database)


def issue_once(made: Province, order: IssueOrder) -> str:
    """What `api` does: the walk, repeated on a lost race, or the license of the same request."""
    action = IssueLicense(order, made.desk)
    try:
        declared = retrying(
            made.database,
            lambda session: declare(session, [action.prepare(session, now=NOW)], log=made.log, now=NOW)[0],
        )
    except AlreadyRequested as again:
        return str(again.license_id)
    with made.database.reading() as session:
        intent = committed(session, declared.intent)
    issued = action.sign(intent, declared.receipt, now=NOW)

    def store(session: object) -> None:
        action.store(session, issued, now=NOW)  # type: ignore[arg-type]
        finish(session, declared.intent.id, NOW)  # type: ignore[arg-type]

    retrying(made.database, store)
    return str(issued.license_id)


def test_the_same_key_twenty_times_at_once_is_one_license(made: Province) -> None:
    order = IssueOrder(a_record(), "op-1", "test", idempotency_key="k")
    given: list[str] = []
    failed: list[BaseException] = []

    def send() -> None:
        try:
            given.append(issue_once(made, order))
        except BaseException as error:  # noqa: BLE001 - shown by the assertion below
            failed.append(error)

    threads = [threading.Thread(target=send) for _ in range(PARALLEL)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failed == []
    assert len(given) == PARALLEL
    assert len(set(given)) == 1
    with made.database.reading() as session:
        assert len(licenses.by_holder(session, made.cipher, a_record().holder)) == 1


def test_another_body_under_a_used_key_is_refused(made: Province) -> None:
    issue_once(made, IssueOrder(a_record(), "op-1", "test", idempotency_key="k"))
    other = IssueOrder(a_record(valid_until="2042-03-17"), "op-1", "test", idempotency_key="k")
    with pytest.raises(IdempotencyConflict):
        issue_once(made, other)


def test_who_asks_or_why_does_not_make_it_another_request(made: Province) -> None:
    first = issue_once(made, IssueOrder(a_record(), "op-1", "test", idempotency_key="k"))
    again = issue_once(made, IssueOrder(a_record(), "op-2", "again", idempotency_key="k"))
    assert first == again


def test_the_unique_constraint_holds_where_the_look_before_is_too_early(made: Province) -> None:
    """Two sessions that both looked before either wrote: the database refuses the second."""
    order = IssueOrder(a_record(), "op-1", "test", idempotency_key="k")
    with made.database.writing() as session:
        IssueLicense(order, made.desk).prepare(session, now=NOW)
        session.commit()
    with made.database.reading() as session:
        entry = licenses.by_idempotency_key(session, BUREAU, "k")
        assert entry is not None
    with made.database.writing() as session, pytest.raises(AlreadyRequested):
        IssueLicense(order, made.desk).prepare(session, now=NOW)
