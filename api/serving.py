"""One worker process: opens the node, keeps its snapshot fresh, signs again what runs out, answers HTTP.

Migrations and recovery are done once, by `xinzheng serve`, before any worker starts.
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
from api.node import Node
from api.settings import settings

CHORES_EVERY = timedelta(minutes=1)


def app() -> FastAPI:
    """The ASGI application of a worker; uvicorn calls it once a process."""
    configure_logging()
    folder = settings().data
    if folder is None:
        raise NodeMissing
    node = Node.open(folder)
    node.snapshot()
    served = create_app(node, demo=node.config.demonstration)
    served.router.lifespan_context = lambda _app: _alive(node)
    return served


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


def configure_logging() -> None:
    """Our own loggers to standard error, one line each; other libraries from warnings up."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(logging.Formatter("%(asctime)s %(levelname)s %(name)s %(message)s"))
    logging.basicConfig(level=logging.WARNING, handlers=[handler], force=True)
    logging.getLogger("xinzheng").setLevel(settings().log_level.upper())
