"""The one walk of every act that creates trust (DESIGN §2), for one action or a batch.

    prepare all, declare (intents, leaves, one checkpoint), commit      transaction 1, repeated on a lost race
    committed(), sign                                                   no transaction, nothing held
    store all, finish, commit                                           transaction 2, repeated on a lost race
    answer

Before the first commit nothing exists; after it the intent is in the log and a crash leaves a pending row
that `api/recover.py` finishes or gives up; nothing is answered before the second commit.
"""

from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from datetime import datetime
from enum import StrEnum
from typing import Protocol, TypeVar

from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from api.db import Database
from api.errors import Busy
from keys.action import Action, Draft, WrittenTogether
from keys.clock import Clock
from keys.errors import LogConflict
from keys.intents import Declared, committed_batch, declare, finish_batch
from keys.log.journal import Log

R = TypeVar("R")
T = TypeVar("T")

ATTEMPTS = 8
"""How often a transaction that lost a race is run again before the caller is told to come back."""


class Step(StrEnum):
    """A place between two stations: where a process may die, and where progress is shown."""

    BEFORE_PREPARE = "before-prepare"
    PREPARED = "prepared"
    DECLARED = "declared"
    COMMITTED = "committed"
    SIGNED = "signed"
    STORED = "stored"
    FINISHED = "finished"
    ANSWERED = "answered"


Observe = Callable[[Step], None]


class Performer(Protocol):
    """What `perform` needs of a node."""

    @property
    def database(self) -> Database: ...
    @property
    def log(self) -> Log: ...
    @property
    def clock(self) -> Clock: ...
    def acting(self) -> AbstractContextManager[None]: ...


def unobserved(_step: Step) -> None:
    """Nobody watches."""


def perform(node: Performer, actions: Sequence[Action[R]], *, observe: Observe = unobserved) -> list[R]:
    """Carry out `actions` as one batch and return what they signed, in order.

    Raises what an action refuses with (nothing is written then), or Busy when every attempt lost its race.
    """
    if not actions:
        return []
    with node.acting():
        observe(Step.BEFORE_PREPARE)
        declared = retrying(node.database, lambda session: _declare_all(node, session, actions, observe))
        observe(Step.COMMITTED)
        signed = sign_all(node, actions, declared, observe)
        retrying(node.database, lambda session: _store_all(node, session, actions, declared, signed, observe))
        observe(Step.ANSWERED)
    return signed


def sign_all(
    node: Performer, actions: Sequence[Action[R]], declared: Sequence[Declared], observe: Observe = unobserved
) -> list[R]:
    """Sign each action under its committed intent. Holds no transaction while signing."""
    with node.database.reading() as session:
        witnessed = committed_batch(session, [one.intent for one in declared])
    signed = []
    for action, intent, one in zip(actions, witnessed, declared, strict=True):
        signed.append(action.sign(intent, one.receipt, now=node.clock()))
        observe(Step.SIGNED)
    return signed


def retrying(database: Database, work: Callable[[Session], T]) -> T:
    """Run `work` in a write transaction and commit; run it again from the start when it lost a race.

    `work` must be a pure function of the database: everything it did is rolled back before it runs again.
    """
    lost: Exception | None = None
    for _attempt in range(ATTEMPTS):
        with database.writing() as session:
            try:
                result = work(session)
                session.commit()
            except LogConflict as error:
                lost = error
            except DBAPIError as error:
                if not lost_a_race(error):
                    raise
                lost = error
            else:
                return result
    raise Busy(log_only=str(lost)) from lost


def lost_a_race(error: DBAPIError) -> bool:
    """Whether running the transaction again can help.

    40001, 40P01 (PostgreSQL), "database is locked" (SQLite), and a unique conflict: the second run then finds
    the row that the winner wrote, and answers or refuses by it.
    """
    state = str(getattr(error.orig, "sqlstate", "") or "")
    if state:
        return state in ("40001", "40P01", "23505", "55P03")
    name = str(getattr(error.orig, "sqlite_errorname", "") or "")
    return name.startswith(("SQLITE_BUSY", "SQLITE_LOCKED")) or name in (
        "SQLITE_CONSTRAINT_UNIQUE",
        "SQLITE_CONSTRAINT_PRIMARYKEY",
    )


def _declare_all(
    node: Performer, session: Session, actions: Sequence[Action[R]], observe: Observe
) -> list[Declared]:
    now: datetime = node.clock()
    drafts = _prepare_all(session, actions, now)
    observe(Step.PREPARED)
    declared = declare(session, drafts, log=node.log, now=now)
    observe(Step.DECLARED)
    return declared


def _store_all(
    node: Performer,
    session: Session,
    actions: Sequence[Action[R]],
    declared: Sequence[Declared],
    signed: Sequence[R],
    observe: Observe,
) -> None:
    now = node.clock()
    if together := _written_together(actions):
        together.store_all(session, actions, signed, now=now)
    else:
        for action, result in zip(actions, signed, strict=True):
            action.store(session, result, now=now)
    observe(Step.STORED)
    finish_batch(session, [one.intent.id for one in declared], now)
    observe(Step.FINISHED)


def _prepare_all(session: Session, actions: Sequence[Action[R]], now: datetime) -> list[Draft]:
    if together := _written_together(actions):
        return together.prepare_all(session, actions, now=now)
    return [action.prepare(session, now=now) for action in actions]


def _written_together(actions: Sequence[Action[R]]) -> WrittenTogether | None:
    """The action that speaks for all: they are of one class, and it writes many at once."""
    first = actions[0]
    alike = len(actions) > 1 and all(type(one) is type(first) for one in actions)
    return first if alike and isinstance(first, WrittenTogether) else None
