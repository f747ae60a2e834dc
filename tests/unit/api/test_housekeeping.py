"""What runs out is signed again in time, once, however many workers try; the snapshot follows."""

import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session

from api.chores import Chores
from api.housekeeping import DUTIES, publish_due
from api.licensing import issue, read_record
from api.node import Node
from api.snapshots import Snapshots, version_of
from keys.report import Verdict
from licenses.order import IssueOrder
from licenses.snapshot import TrustSnapshot
from licenses.verify import verify
from tests.nodes import HandClock, example


def issued(node: Node) -> bytes:
    order = IssueOrder(read_record(node, example("business-license")), "op-1")
    return issue(node, order).credential.encode()


def test_nothing_is_due_on_a_new_node(node: Node) -> None:
    assert publish_due(node) == []


@pytest.mark.parametrize(
    ("days", "due"), [(0.6, ["status"]), (3, ["status"]), (4, ["crl", "trust-list", "status"])]
)
def test_each_thing_is_signed_again_when_half_its_life_is_over(
    node: Node, clock: HandClock, days: float, due: list[str]
) -> None:
    issued(node)
    clock.advance(timedelta(days=days))
    assert publish_due(node) == due
    assert publish_due(node) == []


def test_a_license_stays_verifiable_for_as_long_as_somebody_keeps_house(node: Node, clock: HandClock) -> None:
    credential = issued(node)
    for _ in range(6):
        clock.advance(timedelta(days=3))
        publish_due(node)
        node.snapshots.refresh()
        assert verify(credential, node.snapshot(), now=clock()).verdict is Verdict.VALID


def test_without_housekeeping_the_verdict_becomes_indeterminate_never_valid(
    node: Node, clock: HandClock
) -> None:
    credential = issued(node)
    node.snapshot()
    clock.advance(timedelta(days=2))
    assert verify(credential, node.snapshot(), now=clock()).verdict is Verdict.INDETERMINATE


def test_several_workers_sign_a_thing_once(node: Node, clock: HandClock) -> None:
    issued(node)
    clock.advance(timedelta(days=4))
    with ThreadPoolExecutor(4) as pool:
        done = list(pool.map(lambda _: publish_due(node), range(4)))
    assert sorted(name for one in done for name in one) == sorted(duty.name for duty in DUTIES)


def test_the_snapshot_is_built_once_and_again_only_when_something_was_published(
    node: Node, clock: HandClock
) -> None:
    first = node.snapshot()
    assert node.snapshot() is first
    assert node.snapshots.refresh() is False
    clock.advance(timedelta(days=4))
    publish_due(node)
    assert node.snapshot() is first
    assert node.snapshots.refresh() is True
    assert node.snapshot() is not first


def test_what_this_process_just_did_is_seen_by_the_next_question(node: Node) -> None:
    before = node.snapshot()
    issued(node)
    assert node.snapshot() is not before


def test_asking_whether_anything_changed_is_one_query(node: Node) -> None:
    with node.database.reading() as session:
        assert version_of(session) == version_of(session)


def test_a_database_that_fails_leaves_the_old_snapshot_in_use(node: Node) -> None:
    good = node.snapshot()
    built = threading.Event()

    def fail(_session: Session) -> TrustSnapshot:
        built.set()
        raise OperationalError("SELECT", {}, Exception("gone"))

    snapshots = Snapshots(node.database, fail, refresh_s=0.001)
    snapshots._held = good
    snapshots.start()
    assert built.wait(10)
    assert snapshots.current() is good
    snapshots.stop()


def test_the_background_thread_brings_in_what_another_process_published(
    node: Node, node_folder: object, clock: HandClock
) -> None:
    other = Node.open(node.folder, clock=clock)
    swift = Snapshots(node.database, node.snapshots._build, refresh_s=0.001)
    before = swift.current()
    swift.start()
    clock.advance(timedelta(days=4))
    publish_due(other)
    for _ in range(1000):
        if swift.current() is not before:
            break
        threading.Event().wait(0.01)
    assert swift.current() is not before
    swift.stop()
    other.close()


def test_chores_go_on_after_a_failure(node: Node, clock: HandClock, monkeypatch: pytest.MonkeyPatch) -> None:
    chores = Chores(node, every=timedelta(hours=1))
    clock.advance(timedelta(days=4))

    def fail(_node: Node) -> list[str]:
        raise OperationalError("SELECT", {}, Exception("gone"))

    with monkeypatch.context() as patch:
        patch.setattr("api.chores.publish_due", fail)
        assert chores.run_once() == []
    assert chores.run_once() == ["crl", "trust-list"]


def test_chores_stop_when_asked(node: Node) -> None:
    chores = Chores(node, every=timedelta(hours=1))
    chores.start()
    chores.stop()
