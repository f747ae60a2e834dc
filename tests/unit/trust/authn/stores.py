"""Both stores with the tables of authentication, made from the models where no migration has made them."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from sqlmodel import SQLModel

from api.db import Database, open_database
from trust.authn import models, short_models
from trust.short_lived import SHORT_LIVED, ShortLivedModel


def _tables(module: object, base: type[SQLModel]) -> list[str]:
    return [
        str(found.__tablename__)
        for found in vars(module).values()
        if isinstance(found, type) and issubclass(found, base) and hasattr(found, "__table__")
    ]


DURABLE = [SQLModel.metadata.tables[name] for name in _tables(models, SQLModel)]
SHORT = [SHORT_LIVED.tables[name] for name in _tables(short_models, ShortLivedModel)]


@dataclass(frozen=True, slots=True)
class Stores:
    durable: Database
    short: Database


@contextmanager
def open_stores(database: Database, folder: Path) -> Iterator[Stores]:
    """On SQLite the short-lived tables lie in a second file, on PostgreSQL in the same database."""
    with database.writer.begin() as connection:
        SQLModel.metadata.create_all(connection, tables=DURABLE, checkfirst=True)
    if database.engine.dialect.name != "sqlite":
        with database.writer.begin() as connection:
            SHORT_LIVED.create_all(connection, tables=SHORT, checkfirst=True)
        yield Stores(database, database)
        return
    short = open_database(f"sqlite:///{folder / 'short.db'}")
    with short.writer.begin() as connection:
        SHORT_LIVED.create_all(connection, tables=SHORT, checkfirst=True)
    yield Stores(database, short)
    short.close()
