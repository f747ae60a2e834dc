"""The snapshot: evidence that does not hold is left out and named; the rest is one frozen value."""

from collections.abc import Iterator
from dataclasses import FrozenInstanceError
from datetime import timedelta

import pytest

from licenses.snapshot import MOST_MEMORIES, TrustSnapshot
from tests.builders import a_province
from tests.databases import Databases
from tests.materials import NOW
from tests.province import Province


@pytest.fixture(scope="module")
def made(databases: Databases, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Province]:
    folder = tmp_path_factory.mktemp("snapshot")
    database = databases.fresh(folder)
    province = a_province(folder, database)
    province.issue()
    yield province
    database.close()


@pytest.fixture(scope="module")
def snapshot(made: Province) -> TrustSnapshot:
    return made.snapshot()


def test_good_evidence_is_taken_whole(made: Province, snapshot: TrustSnapshot) -> None:
    assert snapshot.rejected == ()
    (node,) = snapshot.nodes.values()
    assert node.content.url == made.url
    assert set(snapshot.logs) == {made.log.origin}
    assert len(snapshot.statuses) == 1
    assert snapshot.as_of == NOW


def test_bad_evidence_is_left_out_and_named(made: Province) -> None:
    found = made.snapshot(trust_lists=["garbage", made.signed_trust_list()], status_tokens={"u": "v.w.x"})
    assert [one.what for one in found.rejected] == ["trust list", "u"]
    assert all(one.reason and one.reason_zh for one in found.rejected)
    assert len(found.nodes) == 1


def test_of_two_lists_of_a_node_the_newest_counts(made: Province) -> None:
    newer = made.signed_trust_list(version=5, name="新")
    for lists in ([newer, made.signed_trust_list()], [made.signed_trust_list(), newer]):
        (node,) = made.snapshot(trust_lists=lists).nodes.values()
        assert node.content.version == 5


def test_a_list_that_names_an_authority_nobody_knows_is_left_out(made: Province) -> None:
    strange = made.signed_trust_list(authorities=frozenset({"00" * 20}))
    assert len(made.snapshot(trust_lists=[strange]).rejected) == 1


def test_a_snapshot_is_frozen_and_its_memory_bounded(snapshot: TrustSnapshot) -> None:
    with pytest.raises(FrozenInstanceError):
        snapshot.as_of = NOW + timedelta(days=1)  # type: ignore[misc]
    for number in range(MOST_MEMORIES + 10):
        snapshot.remember(number, number)
    assert len(snapshot.memory) <= MOST_MEMORIES


def test_a_node_is_found_by_an_address_under_it_and_by_no_look_alike(
    made: Province, snapshot: TrustSnapshot
) -> None:
    assert snapshot.node_at(f"{made.url}/issuers/x") is not None
    assert snapshot.node_at(made.url) is not None
    assert snapshot.node_at(f"{made.url}.evil.test/x") is None
    assert snapshot.node_at("") is None
