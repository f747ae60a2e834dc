"""Work handed to the writer is committed when it is answered, and a refusal leaves nothing."""

import asyncio
import threading
from collections.abc import Iterator

import pytest
from sqlalchemy import event, text
from sqlalchemy.orm import Session

from api.db import Database
from api.group_commit import GroupCommit, Work
from api.short_lived import short_lived_of
from keys.errors import MalformedInput


@pytest.fixture
def short(database: Database) -> Database:
    return short_lived_of(database)


@pytest.fixture
def state(database: Database, short: Database) -> Iterator[GroupCommit]:
    made = GroupCommit(database, short)
    yield made
    made.close()


def writing(name: str, error: Exception | None = None) -> Work[str]:
    def work(_durable: Session, session: Session) -> str:
        session.connection().execute(
            text("INSERT INTO oidc_withdrawn_token VALUES (:name, '2026-11-22 00:00:00.000000')"),
            {"name": name},
        )
        if error is not None:
            raise error
        return name

    return work


def stored(short: Database) -> set[str]:
    with short.reading() as session:
        return set(session.execute(text("SELECT jti FROM oidc_withdrawn_token")).scalars())


def test_what_is_answered_is_committed(state: GroupCommit, short: Database) -> None:
    assert asyncio.run(state.run(writing("a"))) == "a"
    assert stored(short) == {"a"}


def test_a_refusal_reaches_the_one_who_asked_and_leaves_nothing(state: GroupCommit, short: Database) -> None:
    with pytest.raises(MalformedInput):
        state.wait(writing("bad", MalformedInput()))
    assert state.wait(writing("good")) == "good"
    assert stored(short) == {"good"}


def test_in_one_group_a_refusal_takes_nobody_else_along(state: GroupCommit, short: Database) -> None:
    begun, go_on = threading.Event(), threading.Event()

    def hold(_durable: Session, _short: Session) -> None:
        begun.set()
        go_on.wait(10)

    first = state.submit(hold)
    begun.wait(10)
    futures = [state.submit(writing(str(n), MalformedInput() if n % 2 else None)) for n in range(10)]
    go_on.set()
    first.result(10)
    for n, future in enumerate(futures):
        assert isinstance(future.exception(10), MalformedInput) == bool(n % 2)
    assert stored(short) == {"0", "2", "4", "6", "8"}


def test_many_wait_for_one_commit(database: Database, short: Database) -> None:
    if short is database:
        return  # PostgreSQL commits each by itself
    state = GroupCommit(database, short)
    commits = []
    event.listen(short.engine, "commit", lambda _connection: commits.append(1))
    begun, go_on = threading.Event(), threading.Event()
    first = state.submit(lambda _d, _s: (begun.set(), go_on.wait(10)))
    begun.wait(10)
    futures = [state.submit(writing(str(n))) for n in range(20)]
    go_on.set()
    first.result(10)
    assert [future.result(10) for future in futures] == [str(n) for n in range(20)]
    state.close()
    assert len(commits) == 2


def test_what_waits_is_done_before_the_writer_ends(database: Database, short: Database) -> None:
    state = GroupCommit(database, short)
    futures = [state.submit(writing(str(n))) for n in range(5)]
    state.close()
    assert {future.result(0) for future in futures} == stored(short)
