"""The database keeps its promises: durable, one writer at a time, nothing begun behind our back."""

import sqlite3
from pathlib import Path

import pytest
from sqlalchemy import event, text

from api.db import SQLITE_PRAGMAS, Database, file_system_of, open_database, parse_url
from api.errors import UnsupportedDatabase


@pytest.fixture
def sqlite(tmp_path: Path) -> Database:
    return open_database(f"sqlite:///{tmp_path / 'a.db'}")


@pytest.mark.parametrize(("name", "expected"), [(name, expected) for name, _, expected in SQLITE_PRAGMAS])
def test_every_pragma_is_read_back_as_asked(sqlite: Database, name: str, expected: object) -> None:
    with sqlite.engine.connect() as connection:
        assert connection.execute(text(f"PRAGMA {name}")).scalar() == expected


def test_a_pragma_that_sqlite_refuses_is_an_error(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("api.db.SQLITE_PRAGMAS", (("journal_mode", "WAL", "delete"),))
    with pytest.raises(UnsupportedDatabase):
        open_database(f"sqlite:///{tmp_path / 'b.db'}").engine.connect()


@pytest.mark.parametrize(("writing", "begin"), [(True, "BEGIN IMMEDIATE"), (False, "BEGIN")])
def test_a_write_session_takes_the_lock_at_once_and_a_read_session_does_not(
    sqlite: Database, writing: bool, begin: str
) -> None:
    said: list[str] = []
    event.listen(sqlite.engine, "before_cursor_execute", lambda _c, _u, statement, *_: said.append(statement))
    with sqlite.writing() if writing else sqlite.reading() as session:
        session.execute(text("SELECT 1"))
    assert said[0] == begin


def test_a_second_writer_waits_at_the_door_instead_of_failing_in_the_middle(sqlite: Database) -> None:
    with sqlite.writing() as first:
        first.execute(text("CREATE TABLE t (a)"))
        other = sqlite3.connect(str(sqlite.engine.url.database), timeout=0)
        with pytest.raises(sqlite3.OperationalError, match="locked"):
            other.execute("BEGIN IMMEDIATE")
        other.close()


def test_leaving_a_write_session_without_a_commit_writes_nothing(sqlite: Database) -> None:
    with sqlite.writing() as session:
        session.execute(text("CREATE TABLE t (a)"))
        session.commit()
        session.execute(text("INSERT INTO t VALUES (1)"))
    with sqlite.reading() as session:
        assert session.execute(text("SELECT count(*) FROM t")).scalar() == 0


@pytest.mark.parametrize(
    "url",
    [
        "mysql://h/d",
        "sqlite://",
        "sqlite:///:memory:",
        "sqlite://host/x",
        "nonsense",
        "",
        "oracle+oracledb://h",
        "://",
    ],
)
def test_a_database_we_cannot_support_is_refused_in_words(url: str) -> None:
    with pytest.raises(UnsupportedDatabase) as refused:
        parse_url(url)
    assert refused.value.detail_zh


@pytest.mark.parametrize(
    "url", ["postgresql://a@/b?host=/run", "postgres://a@h/b", "postgresql+psycopg2://a@h/b"]
)
def test_postgresql_is_always_reached_through_psycopg(url: str) -> None:
    assert parse_url(url).drivername == "postgresql+psycopg"


def test_sqlite_on_a_network_file_system_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("api.db.file_system_of", lambda _path, _mounts: "nfs4")
    with pytest.raises(UnsupportedDatabase, match="nfs4"):
        parse_url(f"sqlite:///{tmp_path / 'c.db'}")


def test_the_file_system_is_the_one_of_the_longest_mount_point() -> None:
    mounts = "/dev/a / ext4 rw 0 0\nserver:/x /srv/my\\040data nfs4 rw 0 0\nbroken\n"
    assert file_system_of(Path("/srv/my data/node.db"), mounts) == "nfs4"
    assert file_system_of(Path("/srv/my database.db"), mounts) == "ext4"


@pytest.mark.parametrize("setting", ["synchronous_commit"])
def test_a_postgresql_that_acknowledges_before_the_disk_does_is_refused(
    database: Database, setting: str, request: pytest.FixtureRequest
) -> None:
    if request.config.getoption("--db") != "postgres":
        assert database.engine.dialect.name == "sqlite"
        return
    url = database.engine.url.update_query_dict({"options": f"-c {setting}=off"})
    with pytest.raises(UnsupportedDatabase, match=setting):
        open_database(url).engine.connect()
