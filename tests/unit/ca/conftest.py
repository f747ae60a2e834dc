"""One world for tests that only read it, and a fresh one over the suite's database for tests that write."""

from pathlib import Path

import pytest
from sqlalchemy import Engine

from tests.unit.ca.world import World, make_world, memory_engine


@pytest.fixture(scope="package")
def shared_world(tmp_path_factory: pytest.TempPathFactory) -> World:
    """For tests that issue and verify, and revoke nothing."""
    return make_world(tmp_path_factory.mktemp("ca"), memory_engine())


@pytest.fixture
def world(tmp_path: Path, engine: Engine) -> World:
    """A world of this test alone, in the database the suite runs on."""
    return make_world(tmp_path, engine)
