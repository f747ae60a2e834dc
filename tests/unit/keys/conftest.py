"""Fixtures of the tests of `keys`."""

from datetime import datetime

import pytest
from sqlalchemy.orm import Session

from tests.unit.keys.world import World, make_world


@pytest.fixture
def world(session: Session, now: datetime) -> World:
    return make_world(session, now)
