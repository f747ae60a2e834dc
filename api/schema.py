"""The schema of the database: who owns tables, how it comes to this program's version, how that is checked.

`upgrade` runs before workers start (two workers creating tables would race); a worker asks `require_current`.
"""

from importlib import import_module
from pathlib import Path

from sqlalchemy import MetaData, inspect, text
from sqlmodel import SQLModel

from api.db import Database
from api.errors import SchemaMismatch

HEAD = "0006"
"""The migration this program needs; a test holds it equal to Alembic's own head."""
OWNERS = (
    "keys.models",
    "ca.models",
    "seal.models",
    "licenses.models",
    "trust.persons.models",
    "trust.persons.ledger_models",
    "trust.persons.registers.models",
    "trust.authn.models",
    "trust.oidc.models",
    "api.models",
)
"""Modules with tables that outlive a power cut; those of `trust.short_lived` see `api/short_lived.py`."""
MIGRATIONS = Path(__file__).parent / "migrations"


def metadata() -> MetaData:
    """Every table of every package."""
    for owner in OWNERS:
        import_module(owner)
    return SQLModel.metadata


def upgrade(database: Database) -> None:
    """Bring the schema to `HEAD` in one transaction. Does nothing when it is there already."""
    if current(database) == HEAD:
        return  # the usual case; Alembic takes a while to import
    from alembic import command
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    with database.writer.begin() as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, "head")


def current(database: Database) -> str | None:
    """The migration the database stands at, None for an empty one."""
    with database.engine.connect() as connection:
        if not inspect(connection).has_table("alembic_version"):
            return None
        found = connection.execute(text("SELECT version_num FROM alembic_version")).scalar()
        return None if found is None else str(found)


def require_current(database: Database) -> None:
    """Raises SchemaMismatch unless the database stands at `HEAD`."""
    found = current(database)
    if found != HEAD:
        raise SchemaMismatch(
            f"The database stands at migration {found}, this program needs {HEAD}",
            f"数据库版本为 {found}，本程序需要 {HEAD}",
        )
