"""All SQL of the log. Core statements, so that a batch of thousands costs a few round trips."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import CursorResult, and_, func, insert, select, tuple_, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session
from sqlmodel import SQLModel

from keys import models
from keys.errors import LogConflict
from keys.log.merkle import Subtree

_LEAF = SQLModel.metadata.tables[str(models.LogLeaf.__tablename__)]
_NODE = SQLModel.metadata.tables[str(models.LogNode.__tablename__)]
_HEAD = SQLModel.metadata.tables[str(models.LogHead.__tablename__)]
_CHECKPOINT = SQLModel.metadata.tables[str(models.LogCheckpoint.__tablename__)]
_CHUNK = 400
"""Pairs in one IN list; SQLite allows 999 parameters in its oldest builds."""


@dataclass(frozen=True, slots=True)
class Head:
    """Where a log stands."""

    size: int
    root: bytes
    signed_at: datetime


@dataclass(frozen=True, slots=True)
class StoredCheckpoint:
    size: int
    root: bytes
    note: str
    signed_at: datetime


def read_head(session: Session, origin: str, *, lock: bool = False) -> Head | None:
    """The head; with `lock`, held until the transaction ends (SQLite holds the whole file instead)."""
    query = select(_HEAD.c.size, _HEAD.c.root, _HEAD.c.signed_at).where(_HEAD.c.origin == origin)
    row = session.connection().execute(query.with_for_update() if lock else query).one_or_none()
    return None if row is None else Head(row.size, row.root, row.signed_at)


def insert_head(session: Session, origin: str, head: Head) -> None:
    _insert(session, _HEAD, [_head_row(origin, head)])


def move_head(session: Session, origin: str, current: Head, target: Head) -> None:
    """Compare-and-swap. Raises: LogConflict when the head is no longer `current`."""
    statement = (
        update(_HEAD)
        .where(and_(_HEAD.c.origin == origin, _HEAD.c.size == current.size, _HEAD.c.root == current.root))
        .values(size=target.size, root=target.root, signed_at=target.signed_at)
    )
    result: CursorResult[tuple[()]] = session.connection().execute(statement)
    if result.rowcount != 1:
        raise LogConflict()


def insert_leaves(session: Session, origin: str, first: int, entries: Sequence[bytes]) -> None:
    rows = [
        {"origin": origin, "idx": index, "entry": entry} for index, entry in enumerate(entries, start=first)
    ]
    _insert(session, _LEAF, rows)


def insert_nodes(session: Session, origin: str, nodes: dict[Subtree, bytes]) -> None:
    rows = [
        {"origin": origin, "level": level, "idx": index, "hash": value}
        for (level, index), value in nodes.items()
    ]
    _insert(session, _NODE, rows)


def insert_checkpoint(session: Session, origin: str, head: Head, note: str) -> None:
    _insert(session, _CHECKPOINT, [{**_head_row(origin, head), "note": note}])


def read_entries(session: Session, origin: str, start: int, end: int) -> list[tuple[int, bytes]]:
    """(index, entry) of the leaves in [start, end), in order; what is missing is missing."""
    query = (
        select(_LEAF.c.idx, _LEAF.c.entry)
        .where(_LEAF.c.origin == origin, _LEAF.c.idx >= start, _LEAF.c.idx < end)
        .order_by(_LEAF.c.idx)
    )
    return [(row.idx, row.entry) for row in session.connection().execute(query)]


def read_nodes(session: Session, origin: str, wanted: Iterable[Subtree]) -> dict[Subtree, bytes]:
    """The stored hashes of complete subtrees; what is missing is missing."""
    pairs, found = sorted(set(wanted)), {}
    for start in range(0, len(pairs), _CHUNK):
        chunk = pairs[start : start + _CHUNK]
        query = select(_NODE.c.level, _NODE.c.idx, _NODE.c.hash).where(
            _NODE.c.origin == origin, tuple_(_NODE.c.level, _NODE.c.idx).in_(chunk)
        )
        found.update({(row.level, row.idx): row.hash for row in session.connection().execute(query)})
    return found


def read_checkpoint(session: Session, origin: str, size: int | None = None) -> StoredCheckpoint | None:
    """The checkpoint of that size, or the newest."""
    query = select(_CHECKPOINT.c.size, _CHECKPOINT.c.root, _CHECKPOINT.c.note, _CHECKPOINT.c.signed_at).where(
        _CHECKPOINT.c.origin == origin
    )
    if size is not None:
        query = query.where(_CHECKPOINT.c.size == size)
    row = session.connection().execute(query.order_by(_CHECKPOINT.c.size.desc()).limit(1)).one_or_none()
    return None if row is None else StoredCheckpoint(row.size, row.root, row.note, row.signed_at)


def read_checkpoints(session: Session, origin: str, after: int, limit: int) -> list[StoredCheckpoint]:
    """Checkpoints of size greater than `after`, smallest first."""
    query = (
        select(_CHECKPOINT.c.size, _CHECKPOINT.c.root, _CHECKPOINT.c.note, _CHECKPOINT.c.signed_at)
        .where(_CHECKPOINT.c.origin == origin, _CHECKPOINT.c.size > after)
        .order_by(_CHECKPOINT.c.size)
        .limit(limit)
    )
    rows = session.connection().execute(query)
    return [StoredCheckpoint(row.size, row.root, row.note, row.signed_at) for row in rows]


def count_rows(session: Session, origin: str) -> tuple[int, int]:
    """How many leaves and how many nodes are stored."""
    leaves = select(func.count()).select_from(_LEAF).where(_LEAF.c.origin == origin)
    nodes = select(func.count()).select_from(_NODE).where(_NODE.c.origin == origin)
    connection = session.connection()
    return connection.execute(leaves).scalar_one(), connection.execute(nodes).scalar_one()


def _head_row(origin: str, head: Head) -> dict[str, object]:
    return {"origin": origin, "size": head.size, "root": head.root, "signed_at": head.signed_at}


def _insert(session: Session, table: object, rows: Sequence[dict[str, object]]) -> None:
    if not rows:
        return
    try:
        session.connection().execute(insert(table), rows)  # type: ignore[arg-type]
    except IntegrityError as error:
        raise LogConflict(log_only=str(error.orig)) from None
