"""Processes that do one act and kill themselves (SIGKILL) at a step they are told.

Run as `python -m tests.journeys.dying`: reads lines of JSON [folder, act, step, argument], forks a fresh
process for each, answers with JSON [exit status, acknowledgement or null]. The acknowledgement is written
only once the act has been answered. Everything is imported before the first fork, nothing is opened. The
node's clock stands where the tests' node was founded.
"""

import json
import os
import signal
import sys
from collections.abc import Callable
from pathlib import Path

from api import licensing, sealing
from api.node import Node
from api.perform import Observe, Step
from licenses.lifecycle import Operation
from licenses.order import IssueOrder
from seal.place import Place
from tests.conftest import NOW
from tests.nodes import HandClock, example
from tests.unit.seal.plain_pdf import plain_pdf

KEY = "K-1"


def at(step: str) -> Observe:
    """Die at this step; at none when it is the empty string."""

    def observe(reached: Step) -> None:
        if reached == step:
            os.kill(os.getpid(), signal.SIGKILL)

    return observe


def issue(node: Node, observe: Observe, _argument: str) -> str:
    order = IssueOrder(licensing.read_record(node, example("business-license")), "op-1", "", KEY)
    return licensing.issue(node, order, observe=observe).identifier


def suspend(node: Node, observe: Observe, identifier: str) -> str:
    with node.database.reading() as session:
        entry = licensing.find(session, identifier)
    made = licensing.change(
        node, entry.id, Operation.SUSPEND, note="a test", requested_by="op-1", observe=observe
    )
    return str(made.change_id)


def use_seal(node: Node, observe: Observe, number: str) -> str:
    sealed = sealing.apply_seal(
        node, plain_pdf(), number, Place(1, 60, 60), by="op-1", purpose="a test", observe=observe
    )
    return str(len(sealed))


ACTS: dict[str, Callable[[Node, Observe, str], str]] = {"issue": issue, "suspend": suspend, "seal": use_seal}


def do(folder: str, act: str, step: str, argument: str, acknowledge: int) -> None:
    node = Node.open(Path(folder), clock=HandClock(NOW))
    answer = ACTS[act](node, at(step), argument)
    os.write(acknowledge, answer.encode())


def fork(case: list[str]) -> tuple[int, str | None]:
    """Do one case in a process of its own; its exit status (negative: the signal) and its acknowledgement."""
    reading, writing = os.pipe()
    child = os.fork()
    if child == 0:
        os.close(reading)
        status = 1
        try:
            folder, act, step, argument = case
            do(folder, act, step, argument, writing)
            status = 0
        finally:
            os._exit(status)
    os.close(writing)
    with os.fdopen(reading, "rb") as pipe:
        acknowledged = pipe.read().decode()
    _, waited = os.waitpid(child, 0)
    return os.waitstatus_to_exitcode(waited), acknowledged or None


def main() -> None:
    for line in sys.stdin:
        print(json.dumps(fork(json.loads(line))), flush=True)  # noqa: T201 - the test reads it


if __name__ == "__main__":
    main()
