"""Housekeeping in the background of a worker: every minute, whatever is due. Several workers do not fight."""

import logging
import threading
from datetime import timedelta

from sqlalchemy.exc import SQLAlchemyError

from api.housekeeping import publish_due
from api.node import Node
from api.tidying import send_logouts, tidy
from keys.errors import XinzhengError

log = logging.getLogger("xinzheng.chores")


class Chores:
    """A thread that keeps what the node publishes from running out."""

    def __init__(self, node: Node, *, every: timedelta) -> None:
        self._node = node
        self._every_s = every.total_seconds()
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, name="chores", daemon=True)

    def start(self) -> None:
        """Begin; the first round is at once."""
        self._thread.start()

    def stop(self) -> None:
        """End after the round that is going on."""
        self._stop.set()
        self._thread.join()

    def run_once(self) -> list[str]:
        """One round; says what was published. A failure is logged and tried again in the next round."""
        try:
            tidy(self._node.identity)
            send_logouts(self._node.identity)
            return publish_due(self._node)
        except (SQLAlchemyError, XinzhengError) as error:
            log.error("housekeeping failed: %s", type(error).__name__)
            return []

    def _run(self) -> None:
        while True:
            self.run_once()
            if self._stop.wait(self._every_s):
                return
