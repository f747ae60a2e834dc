"""SQL on the table `license_change`: what was done to a license, when, by whom and why."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import CursorResult, Table, select
from sqlalchemy.orm import Session
from sqlmodel import SQLModel

from keys.fields import FieldCipher
from licenses import models
from licenses.errors import LicenseChangedMeanwhile
from licenses.lifecycle import Ground, Operation, State

CHANGE: Table = SQLModel.metadata.tables[models.LicenseChangeRow.__tablename__]


@dataclass(frozen=True, slots=True)
class Change:
    """One operation on a license. The reason in words is sealed and opened by `open_note`."""

    id: UUID
    license_id: UUID
    operation: Operation
    ground: Ground | None
    before: State
    after: State
    requested_by: str
    requested_at: datetime
    intent_id: UUID | None = None
    done_at: datetime | None = None
    """None while the change is logged but not yet made."""


_COLUMNS = tuple(CHANGE.c[name] for name in Change.__slots__)


def insert(session: Session, cipher: FieldCipher, change: Change, note: str) -> None:
    session.execute(
        CHANGE.insert().values(
            id=change.id,
            license_id=change.license_id,
            operation=change.operation.value,
            ground=change.ground.value if change.ground else None,
            before=change.before.value,
            after=change.after.value,
            note_sealed=cipher.seal(note.encode(), aad=_aad(change.id)),
            requested_by=change.requested_by,
            requested_at=change.requested_at,
            intent_id=change.intent_id,
            done_at=change.done_at,
        )
    )


def complete(session: Session, change_id: UUID, *, intent_id: UUID, now: datetime) -> None:
    """Mark a change as made, once. Raises LicenseChangedMeanwhile when it was made before."""
    result = session.execute(
        CHANGE.update()
        .where(CHANGE.c.id == change_id, CHANGE.c.done_at.is_(None))
        .values(done_at=now, intent_id=intent_id)
    )
    if not isinstance(result, CursorResult) or result.rowcount != 1:
        raise LicenseChangedMeanwhile()


def find(session: Session, change_id: UUID) -> Change | None:
    row = session.execute(select(*_COLUMNS).where(CHANGE.c.id == change_id)).first()
    return None if row is None else _change(row)


def history(session: Session, license_id: UUID) -> list[Change]:
    """Every operation on a license that was made, oldest first."""
    statement = select(*_COLUMNS).where(CHANGE.c.license_id == license_id, CHANGE.c.done_at.is_not(None))
    return [_change(row) for row in session.execute(statement.order_by(CHANGE.c.done_at, CHANGE.c.id))]


def pending(session: Session) -> list[Change]:
    """Changes that were logged and not yet made, oldest first: the work list after a crash."""
    statement = select(*_COLUMNS).where(CHANGE.c.done_at.is_(None)).order_by(CHANGE.c.id)
    return [_change(row) for row in session.execute(statement)]


def open_note(session: Session, cipher: FieldCipher, change_id: UUID) -> str:
    """The reason in words, for those entitled to know it."""
    box = session.execute(select(CHANGE.c.note_sealed).where(CHANGE.c.id == change_id)).scalar_one()
    return cipher.open(box, aad=_aad(change_id)).decode()


def _change(row: Any) -> Change:
    values = row._asdict()
    values["operation"] = Operation(values["operation"])
    values["ground"] = Ground(values["ground"]) if values["ground"] else None
    values["before"], values["after"] = State(values["before"]), State(values["after"])
    return Change(**values)


def _aad(change_id: UUID) -> str:
    return f"license_change/note/{change_id}"
