"""The second database: its own PRAGMAs, its own tables, made anew when they differ."""

from pathlib import Path

import pytest
from sqlalchemy import inspect, text

from api.db import SHORT_LIVED_PRAGMAS, Database
from api.short_lived import STAMP_TABLE, short_lived_of, stamp
from trust.short_lived import SHORT_LIVED


@pytest.fixture
def short(database: Database) -> Database:
    return short_lived_of(database)


def test_it_is_a_second_file_with_sqlite_and_the_same_database_with_postgresql(
    database: Database, short: Database
) -> None:
    if database.engine.dialect.name == "sqlite":
        assert short is not database
        assert Path(str(short.engine.url.database)).parent == Path(str(database.engine.url.database)).parent
    else:
        assert short is database


def test_every_pragma_of_the_second_file_is_read_back(database: Database, short: Database) -> None:
    if database.engine.dialect.name != "sqlite":
        return
    with short.engine.connect() as connection:
        for name, _, expected in SHORT_LIVED_PRAGMAS:
            assert connection.execute(text(f"PRAGMA {name}")).scalar() == expected
    with database.engine.connect() as connection:
        assert connection.execute(text("PRAGMA synchronous")).scalar() == 2


def test_its_tables_are_those_of_its_own_metadata(database: Database, short: Database) -> None:
    tables = set(inspect(short.engine).get_table_names())
    assert set(SHORT_LIVED.tables) | {STAMP_TABLE} <= tables
    if database.engine.dialect.name == "sqlite":
        assert not set(SHORT_LIVED.tables) & set(inspect(database.engine).get_table_names())


def test_opening_it_again_keeps_what_is_in_it(database: Database, short: Database) -> None:
    _remember(short)
    assert _remembered(short_lived_of(database)) == 1


def test_tables_of_another_program_are_made_anew(database: Database, short: Database) -> None:
    _remember(short)
    with short.writing() as session:
        session.execute(text("UPDATE short_lived_schema SET stamp = 'other'"))
        session.commit()
    again = short_lived_of(database)
    assert _remembered(again) == 0
    with again.reading() as session:
        assert session.execute(text("SELECT stamp FROM short_lived_schema")).scalar() == stamp(again)


def _remember(short: Database) -> None:
    with short.writing() as session:
        session.execute(text("INSERT INTO oidc_withdrawn_token VALUES ('a', '2026-11-22 00:00:00.000000')"))
        session.commit()


def _remembered(short: Database) -> object:
    with short.reading() as session:
        return session.execute(text("SELECT count(*) FROM oidc_withdrawn_token")).scalar()
