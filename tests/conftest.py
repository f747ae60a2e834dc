"""What every test may ask for: a database, a session, a moment in time, an initialized node."""

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import settings
from sqlalchemy import Engine
from sqlalchemy.orm import Session

from api.db import Database
from api.node import Node
from tests.databases import Databases, PostgresDatabases, SqliteDatabases
from tests.nodes import HandClock, NodeTemplate

pytest_plugins = ["tests.skips"]

NOW = datetime(2026, 11, 22, 1, 41, tzinfo=UTC)

settings.register_profile("suite", deadline=None)  # a busy machine is no reason to fail
settings.load_profile("suite")


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--db", choices=("sqlite", "postgres"), default="sqlite", help="the database under the suite"
    )
    parser.addoption(
        "--update-screenshots", action="store_true", help="keep the pictures of the pages in docs/screenshots"
    )


@pytest.fixture
def now() -> datetime:
    return NOW


@pytest.fixture(scope="session")
def databases(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Databases]:
    """A maker of databases: the schema is migrated once, every test gets a copy."""
    folder = tmp_path_factory.mktemp("databases")
    made: Databases
    if request.config.getoption("--db") == "postgres":
        made = PostgresDatabases.start()
    else:
        made = SqliteDatabases(folder)
    yield made
    made.close()


@pytest.fixture
def database(databases: Databases, tmp_path: Path) -> Iterator[Database]:
    """A migrated, empty database of this test alone."""
    opened = databases.fresh(tmp_path)
    yield opened
    opened.close()


@pytest.fixture
def engine(database: Database) -> Engine:
    return database.engine


@pytest.fixture
def session(database: Database) -> Iterator[Session]:
    with database.writing() as opened:
        yield opened


@pytest.fixture
def clock() -> HandClock:
    """The clock of the test's node: stands at NOW until it is advanced."""
    return HandClock(NOW)


@pytest.fixture(scope="session")
def node_template(databases: Databases, tmp_path_factory: pytest.TempPathFactory) -> NodeTemplate:
    return NodeTemplate(tmp_path_factory.mktemp("node-template"), databases, NOW)


@pytest.fixture
def node_folder(node_template: NodeTemplate, tmp_path: Path) -> Path:
    """A founded node that is not open; its demonstration root lies beside it."""
    return node_template.copy(tmp_path)


@pytest.fixture
def node(node_folder: Path, clock: HandClock) -> Iterator[Node]:
    """A founded node of this test alone: three departments with seals, two operators."""
    opened = Node.open(node_folder, clock=clock)
    yield opened
    opened.close()
