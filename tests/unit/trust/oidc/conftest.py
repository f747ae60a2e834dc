"""Fixtures of the provider's tests: its tables in the test's database, the short-lived ones in a file of
their own."""

from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

import pytest
from sqlalchemy.orm import Session
from sqlmodel import SQLModel

from api.db import Database, open_database
from tests.unit.trust.oidc.world import World, make_world
from trust.oidc import models, short_models
from trust.short_lived import SHORT_LIVED

DURABLE = [
    SQLModel.metadata.tables[str(model.__tablename__)]
    for model in (models.OidcClient, models.OidcInitialAccess)
]
SHORT = [
    SHORT_LIVED.tables[str(model.__tablename__)]
    for model in (
        short_models.OidcRequest,
        short_models.OidcGrant,
        short_models.OidcOnce,
        short_models.OidcWithdrawnToken,
        short_models.OidcDevice,
        short_models.OidcLogout,
    )
]


@pytest.fixture
def short_database(database: Database, tmp_path: Path) -> Iterator[Database]:
    """A second file on SQLite, the same database on PostgreSQL."""
    if database.engine.dialect.name != "sqlite":
        SHORT_LIVED.create_all(database.engine, tables=SHORT)
        yield database
        return
    opened = open_database(f"sqlite:///{tmp_path / 'short.db'}")
    SHORT_LIVED.create_all(opened.engine, tables=SHORT)
    yield opened
    opened.close()


@pytest.fixture
def world(database: Database, short_database: Database, now: datetime) -> Iterator[World]:
    SQLModel.metadata.create_all(database.engine, tables=DURABLE)
    with Session(database.engine, expire_on_commit=False) as session, short_database.writing() as short:
        yield make_world(session, short, now)
