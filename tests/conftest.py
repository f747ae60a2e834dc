"""What every test may ask for: a database, a session, a moment in time."""

from collections.abc import Iterator
from datetime import UTC, datetime

import pytest
from sqlalchemy import Engine, create_engine
from sqlalchemy.orm import Session
from sqlmodel import SQLModel

NOW = datetime(2026, 11, 22, 1, 41, tzinfo=UTC)


@pytest.fixture
def now() -> datetime:
    return NOW


@pytest.fixture
def engine() -> Iterator[Engine]:
    made = create_engine("sqlite://")
    SQLModel.metadata.create_all(made)
    yield made
    made.dispose()


@pytest.fixture
def session(engine: Engine) -> Iterator[Session]:
    with Session(engine, expire_on_commit=False) as opened:
        yield opened
