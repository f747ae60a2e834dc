"""Kill -9 between any two steps of an act: nothing acknowledged is lost, nothing is signed without its leaf.

Each case is a real process that kills itself; the node is then opened as `serve` would, and asked everything.
"""

import json
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from api.checking import check_node
from api.licensing import find, issue, read_record
from api.node import Node
from api.perform import Step
from api.recover import GRACE, recover
from api.sealing import apply_seal
from keys.intents import open_intents
from keys.report import Verdict
from licenses.errors import IdempotencyConflict
from licenses.lifecycle import State
from licenses.order import IssueOrder
from licenses.store import licenses
from licenses.verify import verify
from seal import store as seal_store
from seal.place import Place
from tests.journeys.dying import KEY
from tests.nodes import HandClock, example, example_with
from tests.unit.seal.plain_pdf import plain_pdf

ROOT = Path(__file__).resolve().parents[2]
STEPS = [step.value for step in Step]
SIGKILLED = -9


@dataclass(frozen=True, slots=True)
class Death:
    code: int
    acknowledged: str | None


class Mortals:
    """Forks a process for each act and tells how it died."""

    def __init__(self) -> None:
        self._helper = subprocess.Popen(
            [sys.executable, "-m", "tests.journeys.dying"],
            cwd=ROOT,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )

    def run(self, folder: Path, act: str, step: str, argument: str = "") -> Death:
        assert self._helper.stdin is not None
        assert self._helper.stdout is not None
        self._helper.stdin.write(json.dumps([str(folder), act, step, argument]) + "\n")
        self._helper.stdin.flush()
        return Death(*json.loads(self._helper.stdout.readline()))

    def close(self) -> None:
        self._helper.communicate(timeout=30)


@pytest.fixture(scope="module")
def mortals() -> Iterator[Mortals]:
    made = Mortals()
    yield made
    made.close()


def reopened(folder: Path, clock: HandClock) -> Node:
    """Open the node as the next process would: what the crash left behind is put right."""
    node = Node.open(folder, clock=clock)
    if node.database.engine.dialect.name != "sqlite":
        clock.advance(GRACE)  # another machine might share the database, so only age is proof of death
    recovered = recover(node)
    assert recovered.stuck == ()
    return node


def order(node: Node) -> IssueOrder:
    return IssueOrder(read_record(node, example("business-license")), "op-1", "", KEY)


@pytest.mark.parametrize("step", STEPS)
def test_issuing_that_dies_leaves_no_license_without_its_leaf_and_loses_none(
    mortals: Mortals, node_folder: Path, clock: HandClock, step: str
) -> None:
    death = mortals.run(node_folder, "issue", step)
    assert death.code == SIGKILLED
    assert death.acknowledged is None
    node = reopened(node_folder, clock)
    with node.database.reading() as session:
        assert open_intents(session) == []
        assert licenses.pending(session) == []
        there = licenses.by_idempotency_key(session, order(node).record.issuer, KEY)
    assert (there is not None) == (STEPS.index(step) >= STEPS.index(Step.COMMITTED))
    assert check_node(node) == []

    faces = issue(node, order(node))
    assert faces.repeated == (there is not None)
    if there is not None:
        assert faces.identifier == there.identifier
    assert verify(faces.document, node.snapshot(), now=clock(), lookup=node.lookup).verdict is Verdict.VALID
    other = read_record(node, example_with("business-license", valid_from="2026-02-02"))
    with pytest.raises(IdempotencyConflict):
        issue(node, IssueOrder(other, "op-1", "", KEY))
    assert check_node(node) == []
    node.close()


def test_what_was_acknowledged_is_there_after_the_process_is_gone(
    mortals: Mortals, node_folder: Path, clock: HandClock
) -> None:
    death = mortals.run(node_folder, "issue", "")
    assert death.acknowledged is not None
    node = reopened(node_folder, clock)
    assert issue(node, order(node)).identifier == death.acknowledged
    node.close()


@pytest.mark.parametrize("step", STEPS)
def test_a_change_of_status_that_dies_is_made_or_was_never_declared(
    mortals: Mortals, node_folder: Path, clock: HandClock, step: str
) -> None:
    node = Node.open(node_folder, clock=clock)
    faces = issue(node, order(node))
    node.close()
    death = mortals.run(node_folder, "suspend", step, faces.identifier)
    assert death.code == SIGKILLED
    node = reopened(node_folder, clock)
    with node.database.reading() as session:
        state = find(session, faces.identifier).state
    declared = STEPS.index(step) >= STEPS.index(Step.COMMITTED)
    assert state is (State.SUSPENDED if declared else State.VALID)
    verdict = verify(faces.credential.encode(), node.snapshot(), now=clock()).verdict
    assert verdict is (Verdict.INVALID if declared else Verdict.VALID)
    assert check_node(node) == []
    node.close()


@pytest.mark.parametrize("step", [Step.DECLARED, Step.COMMITTED, Step.SIGNED, Step.FINISHED, Step.ANSWERED])
def test_a_use_of_a_seal_that_dies_is_given_up_or_done_and_can_be_asked_for_again(
    mortals: Mortals, node_folder: Path, clock: HandClock, step: Step
) -> None:
    node = Node.open(node_folder, clock=clock)
    with node.database.reading() as session:
        seal = seal_store.list_seals(session)[0]
    node.close()
    death = mortals.run(node_folder, "seal", step.value, seal.number)
    assert death.code == SIGKILLED
    node = reopened(node_folder, clock)
    with node.database.reading() as session:
        states = [use.state for use in seal_store.list_uses(session, seal.id)]
    expected = {Step.DECLARED: [], Step.COMMITTED: ["abandoned"], Step.SIGNED: ["abandoned"]}
    expected[Step.FINISHED] = ["abandoned"]
    assert states == expected.get(step, ["done"])
    assert check_node(node) == []
    sealed = apply_seal(node, plain_pdf(), seal.number, Place(1, 60, 60), by="op-1", purpose="again")
    assert sealed.startswith(plain_pdf())
    node.close()
