"""The database of what lives for minutes: codes, sessions, spent identifiers (DESIGN §5).

With SQLite it is a second file beside the first, opened with `synchronous=NORMAL`; with PostgreSQL it is the
same database. Its tables are not migrated: when this program's tables differ from those found, they are made
anew, and everybody logs in again. A stamp says which tables are there.
"""

import hashlib
from importlib import import_module
from pathlib import Path

from sqlalchemy import Connection, inspect, text
from sqlalchemy.schema import CreateIndex, CreateTable

from api.db import Database, open_database
from trust.short_lived import SHORT_LIVED

MODELS = ("trust.oidc.short_models", "trust.authn.short_models")
STAMP_TABLE = "short_lived_schema"


def short_lived_of(durable: Database) -> Database:
    """Open it, with the tables of this program in it."""
    for module in MODELS:
        import_module(module)
    if durable.engine.dialect.name == "sqlite":
        main = Path(str(durable.engine.url.database))
        short = open_database(f"sqlite:///{main.with_suffix('.short.db')}", durable=False)
    else:
        short = durable
    try:
        _prepare(short)
    except BaseException:
        if short is not durable:
            short.close()
        raise
    return short


def stamp(database: Database) -> str:
    """A digest of the tables this program wants, as this database spells them."""
    dialect = database.engine.dialect
    wanted = [str(CreateTable(table).compile(dialect=dialect)) for table in SHORT_LIVED.sorted_tables]
    wanted += sorted(
        str(CreateIndex(index).compile(dialect=dialect))
        for table in SHORT_LIVED.sorted_tables
        for index in table.indexes
    )
    return hashlib.sha256("\n".join(wanted).encode()).hexdigest()


def _prepare(short: Database) -> None:
    wanted = stamp(short)
    with short.engine.connect() as connection:
        if _found(connection) == wanted:
            return
    with short.writer.begin() as connection:
        if _found(connection) == wanted:
            return  # another process was faster
        SHORT_LIVED.drop_all(connection)
        SHORT_LIVED.create_all(connection)
        connection.execute(text(f"DROP TABLE IF EXISTS {STAMP_TABLE}"))
        connection.execute(text(f"CREATE TABLE {STAMP_TABLE} (stamp VARCHAR(64) NOT NULL)"))
        connection.execute(text(f"INSERT INTO {STAMP_TABLE} VALUES (:stamp)"), {"stamp": wanted})  # noqa: S608


def _found(connection: Connection) -> str | None:
    if not inspect(connection).has_table(STAMP_TABLE):
        return None
    return connection.execute(text(f"SELECT stamp FROM {STAMP_TABLE}")).scalar()  # noqa: S608
