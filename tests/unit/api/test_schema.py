"""The migrations and the models say the same, on both databases; a database of another version is refused."""

from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import text

from api.db import Database, open_database
from api.errors import SchemaMismatch
from api.schema import HEAD, MIGRATIONS, current, metadata, require_current, upgrade
from tests.databases import Databases


def test_the_migrated_schema_is_the_one_of_the_models(database: Database) -> None:
    with database.engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        assert compare_metadata(context, metadata()) == []


def test_the_program_wants_the_newest_migration() -> None:
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    assert ScriptDirectory.from_config(config).get_heads() == [HEAD]


def test_migrating_twice_changes_nothing(database: Database) -> None:
    upgrade(database)
    assert current(database) == HEAD
    require_current(database)


def test_an_empty_database_is_refused_until_it_is_migrated(databases: Databases, tmp_path: Path) -> None:
    opened = open_database(databases.empty_url(tmp_path))
    with pytest.raises(SchemaMismatch):
        require_current(opened)
    upgrade(opened)
    require_current(opened)
    opened.close()


def test_a_database_of_a_newer_program_is_refused(database: Database) -> None:
    with database.writing() as session:
        session.execute(text("UPDATE alembic_version SET version_num = '9999'"))
        session.commit()
    with pytest.raises(SchemaMismatch, match="9999"):
        require_current(database)


def test_no_table_has_a_sequence_and_none_a_trigger(database: Database) -> None:
    if database.engine.dialect.name == "sqlite":
        query = "SELECT name FROM sqlite_master WHERE name = 'sqlite_sequence' OR type = 'trigger'"
    else:
        query = (
            "SELECT sequence_name FROM information_schema.sequences "
            "UNION SELECT trigger_name FROM information_schema.triggers"
        )
    with database.reading() as session:
        assert list(session.execute(text(query))) == []
