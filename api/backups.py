"""Backup and restore of an embedded node: database, node.toml, anchor. The key-encryption key is never in it.

A backup without its key is noise, and a key without its backup opens nothing: keep them in two places.
PostgreSQL has its own tools (`pg_dump`), which know more than we do.
"""

import os
import shutil
import tarfile
import tempfile
from contextlib import closing
from pathlib import Path

from sqlalchemy import text

from api.config import FILE as CONFIG_FILE
from api.config import read_config
from api.db import open_database
from api.errors import NodeDamaged, NodeExists, UnsupportedDatabase
from api.node import ANCHOR_FILE, Node
from api.unsealing import KEK_FILE, PASSPHRASE_FILE

DATABASE_FILE = "node.db"
MEMBERS = (CONFIG_FILE, ANCHOR_FILE, DATABASE_FILE)


def back_up(node: Node, out: Path) -> None:
    """Write a consistent copy while the node runs. Raises NodeExists, UnsupportedDatabase, NodeDamaged."""
    if node.database.engine.dialect.name != "sqlite":
        raise UnsupportedDatabase(
            "A PostgreSQL database is backed up with pg_dump; copy node.toml and anchor.pem beside it",
            "PostgreSQL 数据库请用 pg_dump 备份，并另存 node.toml 与 anchor.pem",
        )
    if out.exists():
        raise NodeExists(
            f"{out.name} is there already; a backup never overwrites", f"{out.name} 已存在，不予覆盖"
        )
    with tempfile.TemporaryDirectory(dir=out.resolve().parent) as scratch:
        copy = Path(scratch) / DATABASE_FILE
        with closing(node.database.engine.raw_connection()) as connection:
            connection.cursor().execute("VACUUM INTO ?", (str(copy),))  # outside any transaction
        _check_copy(copy)
        packed = Path(scratch) / "backup.tar"
        with tarfile.open(packed, "w") as archive:
            for path in (node.folder / CONFIG_FILE, node.folder / ANCHOR_FILE, copy):
                archive.add(path, arcname=path.name, filter=_plain)
        descriptor = os.open(packed, os.O_RDONLY)
        os.fsync(descriptor)
        os.close(descriptor)
        os.link(packed, out)


def restore(backup: Path, folder: Path, kek: Path) -> None:
    """Make a node in an empty `folder` from a backup and its key file (`kek`, or `kek.json` with a
    passphrase).

    Opens it once, so that a wrong key is found now. Raises NodeExists, NodeDamaged, KekUnavailable.
    """
    if folder.exists() and any(folder.iterdir()):
        raise NodeExists
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    _unpack(backup, folder)
    name = PASSPHRASE_FILE if kek.read_bytes()[:1] == b"{" else KEK_FILE
    target = os.open(folder / name, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o400)
    try:
        os.write(target, kek.read_bytes())
    finally:
        os.close(target)
    read_config(folder)
    _check_copy(folder / DATABASE_FILE)
    Node.open(folder).close()


def _unpack(backup: Path, folder: Path) -> None:
    try:
        with tarfile.open(backup, "r:") as archive:
            members = archive.getmembers()
            if sorted(one.name for one in members) != sorted(MEMBERS) or not all(
                one.isreg() for one in members
            ):
                raise NodeDamaged("This is not a backup of a node", "该文件不是节点备份")
            for one in members:
                source = archive.extractfile(one)
                if source is not None:
                    with source, (folder / one.name).open("xb") as target:
                        shutil.copyfileobj(source, target)
    except (tarfile.TarError, OSError, EOFError) as error:
        raise NodeDamaged("The backup cannot be read", "无法读取备份文件") from error


def _plain(member: tarfile.TarInfo) -> tarfile.TarInfo:
    """Without the names of this machine's users."""
    member.uid = member.gid = 0
    member.uname = member.gname = ""
    member.mode = 0o600
    return member


def _check_copy(path: Path) -> None:
    opened = open_database(f"sqlite:///{path}")
    try:
        with opened.engine.connect() as connection:
            if connection.execute(text("PRAGMA integrity_check")).scalar() != "ok":
                raise NodeDamaged("The copy of the database is damaged", "数据库副本已损坏")
    finally:
        opened.close()
