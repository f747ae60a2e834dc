"""The database: SQLite embedded, PostgreSQL in production (DESIGN §5). Only `api` opens sessions and commits.

SQLite is opened with WAL and `synchronous=FULL` (with NORMAL an acknowledged commit is lost at a power cut),
and every PRAGMA is read back: a build or a file system that silently refuses one is an error, not a surprise.
What lives for a minute lies in a second file with NORMAL: it survives a killed process and costs no fsync
(`api/short_lived.py`).

pysqlite would begin transactions by itself, late, and never before a SELECT. We take that over: a read
session says BEGIN, a write session BEGIN IMMEDIATE, so that a writer waits at the door (`busy_timeout`)
instead of failing in the middle with SQLITE_BUSY_SNAPSHOT.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sqlalchemy import URL, Connection, Engine, create_engine, event, make_url
from sqlalchemy.exc import ArgumentError
from sqlalchemy.orm import Session

from api.errors import UnsupportedDatabase

BUSY_TIMEOUT_MS = 10_000
SQLITE_PRAGMAS: tuple[tuple[str, str, object], ...] = (
    ("journal_mode", "WAL", "wal"),
    ("synchronous", "FULL", 2),
    ("foreign_keys", "ON", 1),
    ("busy_timeout", str(BUSY_TIMEOUT_MS), BUSY_TIMEOUT_MS),
    ("trusted_schema", "OFF", 0),
)
"""Name, what we ask for, what SQLite must answer when asked back."""
SHORT_LIVED_PRAGMAS = tuple(
    ("synchronous", "NORMAL", 1) if name == "synchronous" else (name, value, expected)
    for name, value, expected in SQLITE_PRAGMAS
)
NETWORK_FILE_SYSTEMS = frozenset(
    {
        "nfs",
        "nfs4",
        "cifs",
        "smb3",
        "smbfs",
        "afs",
        "ceph",
        "glusterfs",
        "lustre",
        "fuse.sshfs",
        "fuse.glusterfs",
    }
)
"""Shared memory of the WAL does not work across machines; SQLite there loses data quietly."""


@dataclass(frozen=True, slots=True)
class Database:
    """One engine and the two ways into it. A session is never shared between threads."""

    engine: Engine
    writer: Engine
    """The same pool; transactions begun through it take the write lock at once."""

    @contextmanager
    def reading(self) -> Iterator[Session]:
        """A session for queries; whatever it wrote is rolled back."""
        with Session(self.engine, expire_on_commit=False) as session:
            yield session

    @contextmanager
    def writing(self) -> Iterator[Session]:
        """A session that begins with the write lock. The caller commits; leaving without it rolls back."""
        with Session(self.writer, expire_on_commit=False) as session:
            yield session

    def close(self) -> None:
        self.engine.dispose()


def open_database(url: str | URL, *, password: str | None = None, durable: bool = True) -> Database:
    """Open `sqlite:///file` or `postgresql://…`. Raises UnsupportedDatabase for anything else.

    durable: False for the second SQLite file, whose newest moments a power cut may take.
    """
    parsed = parse_url(url)
    if parsed.get_backend_name() == "sqlite":
        engine = _sqlite_engine(parsed, durable=durable)
    else:
        engine = _postgres_engine(parsed if password is None else parsed.set(password=password))
    return Database(engine, engine.execution_options(xinzheng_write=True))


def parse_url(url: str | URL) -> URL:
    """Check a database URL. Refuses other databases, SQLite in memory and SQLite on a network file system."""
    try:
        parsed = make_url(url)
        backend = parsed.get_backend_name()
    except (ArgumentError, ValueError) as error:
        raise UnsupportedDatabase("This is not a database URL", "数据库地址格式不正确") from error
    if backend in ("postgresql", "postgres"):
        return parsed.set(drivername="postgresql+psycopg")
    if backend != "sqlite":
        raise UnsupportedDatabase(
            f"{backend} is not supported; give sqlite:///… or postgresql://…",
            f"不支持 {backend}，请使用 sqlite:/// 或 postgresql:// 地址",
        )
    if parsed.host or not parsed.database or parsed.database == ":memory:" or "mode=memory" in str(parsed):
        raise UnsupportedDatabase(
            "SQLite needs the path of a local file, as in sqlite:////var/lib/xinzheng/node.db",
            "SQLite 须给出本机文件路径，例如 sqlite:////var/lib/xinzheng/node.db",
        )
    _refuse_network_file_system(Path(parsed.database))
    return parsed.set(drivername="sqlite+pysqlite")


def file_system_of(path: Path, mounts: str) -> str:
    """Type of the file system that holds `path`, by the text of /proc/mounts; "" when nothing fits."""
    best, found = -1, ""
    target = str(path.resolve())
    for line in mounts.splitlines():
        fields = line.split(" ")
        if len(fields) < 3:
            continue
        point = fields[1].replace("\\040", " ")
        inside = target == point or target.startswith(point.rstrip("/") + "/")
        if inside and len(point) >= best:
            best, found = len(point), fields[2]
    return found


def _refuse_network_file_system(path: Path) -> None:
    try:
        mounts = Path("/proc/self/mounts").read_text(encoding="utf-8", errors="replace")
    except OSError:
        return  # not Linux: nothing to ask
    kind = file_system_of(path, mounts)
    if kind in NETWORK_FILE_SYSTEMS:
        raise UnsupportedDatabase(
            f"The folder lies on a network file system ({kind}), where SQLite loses data; use a local disk",
            f"该目录位于网络文件系统（{kind}），SQLite 在其上可能丢失数据，请改用本机磁盘",
        )


def _sqlite_engine(url: URL, *, durable: bool) -> Engine:
    engine = create_engine(url, connect_args={"timeout": BUSY_TIMEOUT_MS / 1000})
    event.listen(engine, "connect", _prepare_sqlite if durable else _prepare_short_lived)
    event.listen(engine, "begin", _begin_sqlite)
    return engine


def _prepare_sqlite(connection: Any, _record: object) -> None:
    _set_pragmas(connection, SQLITE_PRAGMAS)


def _prepare_short_lived(connection: Any, _record: object) -> None:
    _set_pragmas(connection, SHORT_LIVED_PRAGMAS)


def _set_pragmas(connection: Any, pragmas: tuple[tuple[str, str, object], ...]) -> None:
    connection.isolation_level = None  # sqlite3 begins nothing by itself; `_begin_sqlite` does
    cursor = connection.cursor()
    try:
        for name, value, expected in pragmas:
            cursor.execute(f"PRAGMA {name}={value}")
            cursor.execute(f"PRAGMA {name}")
            answer = cursor.fetchone()[0]
            if answer != expected:
                raise UnsupportedDatabase(
                    f"SQLite did not accept {name}={value} (it answers {answer})",
                    f"SQLite 未接受参数 {name}={value}（实际为 {answer}）",
                )
    finally:
        cursor.close()


def _begin_sqlite(connection: Connection) -> None:
    writes = connection.get_execution_options().get("xinzheng_write", False)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")


def _postgres_engine(url: URL) -> Engine:
    try:
        engine = create_engine(url, pool_pre_ping=True, isolation_level="READ COMMITTED")
    except ModuleNotFoundError as error:
        raise UnsupportedDatabase(
            "PostgreSQL needs its driver: pip install 'xinzheng[postgres]'",
            "使用 PostgreSQL 需先安装驱动：pip install 'xinzheng[postgres]'",
        ) from error
    event.listen(engine, "connect", _prepare_postgres)
    return engine


def _prepare_postgres(connection: Any, _record: object) -> None:
    """Times in UTC; refuse a server that acknowledges a commit before it is on disk."""
    with connection.cursor() as cursor:
        cursor.execute("SET TIME ZONE 'UTC'")
        for name in ("fsync", "synchronous_commit"):
            cursor.execute(f"SHOW {name}")
            if cursor.fetchone()[0] == "off":
                raise UnsupportedDatabase(
                    f"PostgreSQL runs with {name}=off and would lose acknowledged licenses; turn it on",
                    f"PostgreSQL 当前 {name}=off，断电会丢失已签发的证照，请开启该参数",
                )
    connection.commit()
