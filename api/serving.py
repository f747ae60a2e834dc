"""One worker process: opens the node, keeps its snapshot fresh, signs again what runs out, answers HTTP.

Migrations are done once, by `xinzheng serve`, before any worker starts.
"""

import logging
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta

from fastapi import FastAPI

from api.app import create_app
from api.chores import Chores
from api.errors import NodeMissing
from api.housekeeping import publish_due
from api.node import Node
from api.recover import recover
from api.settings import settings

log = logging.getLogger("xinzheng.serving")
CHORES_EVERY = timedelta(minutes=1)


def app() -> FastAPI:
    """The ASGI application of a worker; uvicorn calls it once a process."""
    configure_logging()
    folder = settings().data
    if folder is None:
        raise NodeMissing
    node = Node.open(folder)
    _put_right(node)
    node.snapshot()
    return create_app(node, demo=node.config.demonstration, alive=lambda: _alive(node))


def _put_right(node: Node) -> None:
    """What an earlier crash left behind, and what ran out while nobody served. The first worker does it."""
    found = recover(node)
    if found.stuck:
        log.error("%d interrupted acts could not be finished; run `xinzheng check`", len(found.stuck))
    publish_due(node)


@asynccontextmanager
async def _alive(node: Node) -> AsyncIterator[None]:
    """Background threads live as long as the worker answers."""
    chores = Chores(node, every=CHORES_EVERY)
    node.snapshots.start()
    chores.start()
    try:
        yield
    finally:
        chores.stop()
        node.close()


class _Lines(logging.Formatter):
    """One line a record. The time is written once a second, not once a record: a busy worker feels it."""

    def __init__(self) -> None:
        super().__init__("%(asctime)s %(levelname)s %(name)s %(message)s")
        self._second, self._written = 0, ""

    def formatTime(self, record: logging.LogRecord, datefmt: str | None = None) -> str:
        """Local time with milliseconds."""
        second = int(record.created)
        if second != self._second:
            self._second, self._written = second, super().formatTime(record, "%Y-%m-%d %H:%M:%S")
        return f"{self._written},{int(record.msecs):03}"


def configure_logging() -> None:
    """Our own loggers to standard error, one line each; other libraries from warnings up."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(_Lines())
    logging.basicConfig(level=logging.WARNING, handlers=[handler], force=True)
    logging.getLogger("xinzheng").setLevel(settings().log_level.upper())
    # what no line of ours shows is not collected (logging HOWTO, "Optimization")
    logging.logThreads = logging.logProcesses = logging.logMultiprocessing = False
