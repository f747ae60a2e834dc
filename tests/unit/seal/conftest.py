"""A seal office on the database of the run."""

from pathlib import Path

import pytest

from api.db import Database
from tests.unit.seal.office import Office, open_office


@pytest.fixture
def office(database: Database, tmp_path: Path) -> Office:
    return open_office(database, tmp_path)
