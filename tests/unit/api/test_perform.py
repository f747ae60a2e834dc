"""The one path: its order, its two commits, and what happens when a race is lost or a process dies."""

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import replace
from functools import partial

import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from sqlalchemy import event, text
from sqlalchemy.exc import IntegrityError, OperationalError
from sqlalchemy.orm import Session

from api.db import Database
from api.errors import Busy
from api.licensing import issue, issue_batch, read_record
from api.node import Node
from api.perform import ATTEMPTS, Step, perform, retrying
from ca.issue import IssueCertificate
from ca.names import Subject
from ca.profile import LICENSE_ISSUER
from keys.action import Intent
from keys.errors import LogConflict
from keys.intents import open_intents
from licenses.errors import IdempotencyConflict, NotAccredited
from licenses.order import IssueOrder
from licenses.store import licenses
from tests.nodes import example, example_with

Fault = Callable[[], Exception]


def order(node: Node, key: str | None = None, name: str = "business-license") -> IssueOrder:
    return IssueOrder(read_record(node, example(name)), "op-1", "a test", key)


def leaves(node: Node) -> int:
    with node.database.reading() as session:
        return int(session.execute(text("SELECT size FROM log_head")).scalar_one())


def rows(node: Node, table: str) -> int:
    with node.database.reading() as session:
        return int(session.execute(text(f"SELECT count(*) FROM {table}")).scalar_one())  # noqa: S608


class FlakyDatabase(Database):
    """The real database, whose transactions fail at commit as often as it is told."""

    faults: list[Fault]

    @contextmanager
    def writing(self) -> Iterator[Session]:
        with super().writing() as session:
            if self.faults:
                fault = self.faults.pop(0)

                def commit() -> None:
                    raise fault()

                session.commit = commit  # type: ignore[method-assign]
            yield session


def flaky(node: Node, faults: list[Fault]) -> Node:
    database = FlakyDatabase.__new__(FlakyDatabase)
    object.__setattr__(database, "engine", node.database.engine)
    object.__setattr__(database, "writer", node.database.writer)
    object.__setattr__(database, "faults", faults)
    return replace(node, database=database)


class Locked(Exception):
    sqlite_errorname = "SQLITE_BUSY"


class Serialization(Exception):
    sqlstate = "40001"


class TakenSqlite(Exception):
    sqlite_errorname = "SQLITE_CONSTRAINT_UNIQUE"


class TakenPostgres(Exception):
    sqlstate = "23505"


class DiskFull(Exception):
    sqlite_errorname = "SQLITE_FULL"


RACES: list[Fault] = [
    partial(OperationalError, "COMMIT", {}, Locked()),
    partial(OperationalError, "COMMIT", {}, Serialization()),
    partial(IntegrityError, "INSERT", {}, TakenSqlite()),
    partial(IntegrityError, "INSERT", {}, TakenPostgres()),
    LogConflict,
]


def test_the_stations_come_in_their_order_and_the_answer_last(node: Node) -> None:
    seen: list[Step] = []
    issue(node, order(node), observe=seen.append)
    assert seen == list(Step)


def test_no_action_is_no_act(node: Node) -> None:
    before = leaves(node)
    assert perform(node, []) == []
    assert leaves(node) == before


def test_a_batch_has_one_checkpoint_and_a_leaf_each(node: Node) -> None:
    before, notes = leaves(node), rows(node, "log_checkpoint")
    made = issue_batch(node, [order(node) for _ in range(4)])
    assert len({one.identifier for one in made}) == 4
    assert leaves(node) == before + 4
    assert rows(node, "log_checkpoint") == notes + 1


def test_what_a_rule_refuses_is_not_written_anywhere(node: Node) -> None:
    before = leaves(node)
    stranger = example_with("business-license", issuer="11330000XYXY00021R")
    with pytest.raises(NotAccredited):
        issue(node, IssueOrder(read_record(node, stranger), "op-1"))
    assert (leaves(node), rows(node, "license"), rows(node, "signing_intent")) == (
        before,
        0,
        rows(node, "signing_intent"),
    )


@pytest.mark.parametrize("fault", RACES, ids=["locked", "40001", "unique", "23505", "log"])
@pytest.mark.parametrize("transaction", [1, 2])
def test_a_lost_race_is_run_again_and_leaves_one_license(node: Node, fault: Fault, transaction: int) -> None:
    before = leaves(node)
    faults: list[Fault] = [fault, fault]
    lame = flaky(node, faults if transaction == 1 else [])

    def arm(step: Step) -> None:
        if transaction == 2 and step is Step.SIGNED:
            lame.database.faults.extend(faults)  # type: ignore[attr-defined]

    made = issue(lame, order(node), observe=arm)
    with node.database.reading() as session:
        assert licenses.by_identifier(session, made.identifier).id == made.license_id
        assert open_intents(session) == []
    assert leaves(node) == before + 1
    assert rows(node, "license") == 1


def test_a_race_that_is_always_lost_ends_in_words_and_writes_nothing(node: Node) -> None:
    before = leaves(node)
    with pytest.raises(Busy) as refused:
        issue(flaky(node, [RACES[0]] * ATTEMPTS), order(node))
    assert "重试" in refused.value.detail_zh
    assert (leaves(node), rows(node, "license")) == (before, 0)


def test_a_full_disk_is_not_mistaken_for_a_race(node: Node) -> None:
    with pytest.raises(OperationalError):
        issue(flaky(node, [partial(OperationalError, "COMMIT", {}, DiskFull())]), order(node))
    assert rows(node, "license") == 0


def test_work_is_run_from_the_start_each_time(node: Node) -> None:
    calls: list[int] = []

    def work(session: Session) -> int:
        calls.append(1)
        if len(calls) < 3:
            raise LogConflict
        return len(calls)

    assert retrying(node.database, work) == 3


def test_many_at_once_all_get_their_own_license_and_the_log_holds(node: Node) -> None:
    before = leaves(node)
    with ThreadPoolExecutor(6) as pool:
        made = list(pool.map(lambda _: issue(node, order(node)), range(12)))
    assert len({one.identifier for one in made}) == 12
    assert leaves(node) == before + 12


def test_the_same_key_at_once_gives_one_license(node: Node) -> None:
    with ThreadPoolExecutor(4) as pool:
        made = list(pool.map(lambda _: issue(node, order(node, "K-1")), range(8)))
    assert len({(one.license_id, one.credential, one.document) for one in made}) == 1
    assert rows(node, "license") == 1


def test_the_same_key_gives_the_same_license_and_another_body_is_refused(node: Node) -> None:
    first = issue(node, order(node, "K-1"))
    again = issue(node, order(node, "K-1"))
    assert again.repeated
    assert (again.identifier, again.credential, again.document) == (
        first.identifier,
        first.credential,
        first.document,
    )
    other = read_record(node, example_with("business-license", valid_from="2026-02-02"))
    with pytest.raises(IdempotencyConflict):
        issue(node, IssueOrder(other, "op-1", "", "K-1"))


def certificates(node: Node, count: int, serial: int | None = None) -> list[IssueCertificate]:
    subject = Subject("测试", "测试", "11330000XYXY00013Y", "浙江省")
    uri = f"{node.config.url}/issuers/11330000XYXY00013Y"
    return [
        IssueCertificate(
            node.services.authority,
            LICENSE_ISSUER,
            subject,
            ec.generate_private_key(ec.SECP256R1()).public_key(),
            requested_by="op-1",
            reason="a test",
            san_uris=(uri,),
            serial=serial,
        )
        for _ in range(count)
    ]


def test_a_batch_of_certificates_is_written_together_and_each_is_what_was_asked_for(node: Node) -> None:
    statements: list[str] = []

    def heard(_connection: object, _cursor: object, statement: str, *_rest: object) -> None:
        statements.append(statement)

    asked = certificates(node, 3)
    event.listen(node.database.engine, "before_cursor_execute", heard)
    try:
        made = perform(node, asked)
    finally:
        event.remove(node.database.engine, "before_cursor_execute", heard)
    assert [one.tbs_certificate_bytes for one in made] == [one.body for one in asked]
    written = [text for text in statements if "ca_certificate" in text or " certificate " in text]
    assert len([text for text in written if text.startswith("INSERT")]) == 1
    assert len([text for text in written if text.startswith("UPDATE")]) == 1
    assert not open_intents_of(node)


def test_a_batch_of_certificates_with_one_serial_number_twice_is_refused_whole(node: Node) -> None:
    before = rows(node, "certificate"), leaves(node)
    with pytest.raises(Busy):
        perform(node, certificates(node, 2, serial=2**120 + 7))
    assert (rows(node, "certificate"), leaves(node)) == before


def open_intents_of(node: Node) -> list[Intent]:
    with node.database.reading() as session:
        return open_intents(session)
