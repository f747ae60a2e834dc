"""Work on short-lived state, committed in groups by one thread (DESIGN §8).

A request hands over a function of two sessions, (durable, short). With SQLite one thread takes everything
that waits, runs it in one transaction with a savepoint for each, commits once, and only then answers: what is
answered is committed, a refusal leaves nothing, and there is never a second writer to wait for. With
PostgreSQL each function has a transaction of its own in a pool of threads.

The durable session is for reading. Functions must be quick: no hashing of passwords, no network.
"""

import asyncio
import threading
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import ExitStack
from queue import Empty, SimpleQueue
from typing import Any, TypeVar

from sqlalchemy.orm import Session

from api.db import Database

T = TypeVar("T")
Work = Callable[[Session, Session], T]
LARGEST_GROUP = 64
POOL = 4


class GroupCommit:
    """Runs functions over (durable, short) and commits `short`."""

    def __init__(self, durable: Database, short: Database) -> None:
        self._durable = durable
        self._short = short
        self._alone = short is durable
        self._queue: SimpleQueue[tuple[Work[Any], Future[Any]] | None] = SimpleQueue()
        self._pool = ThreadPoolExecutor(POOL, thread_name_prefix="short-lived") if self._alone else None
        self._thread: threading.Thread | None = None
        self._starting = threading.Lock()
        self._closed = False

    async def run(self, work: Work[T]) -> T:
        """The result of `work`, committed. Raises what `work` raises, with nothing left behind."""
        return await asyncio.wrap_future(self.submit(work))

    def wait(self, work: Work[T]) -> T:
        """The same from a thread that may block."""
        return self.submit(work).result()

    def submit(self, work: Work[T]) -> "Future[T]":
        if self._pool is not None:
            return self._pool.submit(self._one, work)
        future: Future[T] = Future()
        self._start()
        self._queue.put((work, future))
        return future

    def close(self) -> None:
        """Finish what waits, then end."""
        self._closed = True
        if self._pool is not None:
            self._pool.shutdown()
        if self._thread is not None:
            self._queue.put(None)
            self._thread.join()

    def _start(self) -> None:
        if self._thread is not None:
            return
        with self._starting:
            if self._closed:
                raise RuntimeError("the node is closing")
            if self._thread is None:
                self._thread = threading.Thread(target=self._serve, name="group-commit", daemon=True)
                self._thread.start()

    def _one(self, work: Work[T]) -> T:
        with self._durable.reading() as durable, self._short.writing() as short:
            result = work(durable, short)
            short.commit()
            return result

    def _serve(self) -> None:
        open_ended = True
        while open_ended:
            group = [self._queue.get()]
            while len(group) < LARGEST_GROUP:
                try:
                    group.append(self._queue.get_nowait())
                except Empty:
                    break
            open_ended = None not in group
            self._commit([one for one in group if one is not None])

    def _commit(self, group: list[tuple[Work[Any], Future[Any]]]) -> None:
        answers: list[Callable[[], None]] = []
        try:
            with ExitStack() as held:
                durable = held.enter_context(self._durable.reading())
                short = held.enter_context(self._short.writing())
                for work, future in group:
                    answers.append(self._try(work, future, durable, short))
                short.commit()
        except BaseException as error:  # noqa: BLE001 - whoever waits must be told, whatever it is
            for _, future in group:
                future.set_exception(error)
            return
        for answer in answers:
            answer()

    @staticmethod
    def _try(work: Work[T], future: "Future[T]", durable: Session, short: Session) -> Callable[[], None]:
        """Run one function inside its savepoint; what to tell once the group is committed."""
        connection = short.connection()
        savepoint = connection.begin_nested()
        try:
            result = work(durable, short)
            savepoint.commit()
        except Exception as error:  # noqa: BLE001 - handed to whoever asked
            savepoint.rollback()
            refused = error
            return lambda: future.set_exception(refused)
        return lambda: future.set_result(result)
