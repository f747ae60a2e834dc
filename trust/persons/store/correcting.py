"""SQL on `correction` and `correction_event`."""

from typing import Any
from uuid import UUID

from sqlalchemy import Table, func, insert, select, update
from sqlalchemy.orm import Session
from sqlmodel import SQLModel

from keys.encoding import uuid7
from trust.persons import ledger_models
from trust.persons.correction import Correction, CorrectionEvent, CorrectionState
from trust.persons.store.changed import changed

CORRECTION: Table = SQLModel.metadata.tables[str(ledger_models.CorrectionRow.__tablename__)]
EVENT: Table = SQLModel.metadata.tables[str(ledger_models.CorrectionEventRow.__tablename__)]
_ORDER = {state: place for place, state in enumerate(CorrectionState)}
_COLUMNS = tuple(CORRECTION.c[name] for name in Correction.__slots__)


def insert_correction(session: Session, correction: Correction, statement_sealed: bytes) -> None:
    values = {name: getattr(correction, name) for name in Correction.__slots__}
    values |= {"state": correction.state.value, "statement_sealed": statement_sealed}
    session.execute(insert(CORRECTION).values(**values))


def read(session: Session, correction_id: UUID) -> Correction | None:
    row = session.execute(select(*_COLUMNS).where(CORRECTION.c.id == correction_id)).one_or_none()
    return None if row is None else _correction(row)


def read_sealed(session: Session, correction_id: UUID) -> tuple[UUID, bytes] | None:
    """Whose it is, and the sealed statement."""
    row = session.execute(
        select(CORRECTION.c.person_id, CORRECTION.c.statement_sealed).where(CORRECTION.c.id == correction_id)
    ).one_or_none()
    return None if row is None else (row.person_id, row.statement_sealed)


def move(session: Session, correction_id: UUID, before: CorrectionState, after: CorrectionState) -> bool:
    statement = (
        update(CORRECTION)
        .where(CORRECTION.c.id == correction_id, CORRECTION.c.state == before.value)
        .values(state=after.value)
    )
    return changed(session.execute(statement)) == 1


def of_person(session: Session, person_id: UUID) -> list[Correction]:
    statement = select(*_COLUMNS).where(CORRECTION.c.person_id == person_id)
    return [_correction(row) for row in session.execute(statement.order_by(CORRECTION.c.id.desc()))]


def by_state(session: Session, state: CorrectionState, source: str | None, limit: int) -> list[Correction]:
    statement = select(*_COLUMNS).where(CORRECTION.c.state == state.value)
    if source is not None:
        statement = statement.where(CORRECTION.c.source == source)
    return [_correction(row) for row in session.execute(statement.order_by(CORRECTION.c.id).limit(limit))]


def count_open(session: Session, person_id: UUID) -> int:
    still = (CorrectionState.FILED.value, CorrectionState.FORWARDED.value)
    statement = select(func.count()).where(CORRECTION.c.person_id == person_id, CORRECTION.c.state.in_(still))
    return int(session.execute(statement).scalar_one())


def insert_event(session: Session, correction_id: UUID, step: CorrectionEvent) -> None:
    session.execute(
        insert(EVENT).values(
            id=uuid7(step.at),
            correction_id=correction_id,
            state=step.state.value,
            actor=step.actor,
            reference=step.reference,
            at=step.at,
        )
    )


def events(session: Session, correction_id: UUID) -> list[CorrectionEvent]:
    statement = select(EVENT.c.state, EVENT.c.actor, EVENT.c.reference, EVENT.c.at)
    found = [
        CorrectionEvent(CorrectionState(row.state), row.actor, row.reference, row.at)
        for row in session.execute(statement.where(EVENT.c.correction_id == correction_id))
    ]
    return sorted(found, key=lambda step: (step.at, _ORDER[step.state]))  # two steps may share a moment


def _correction(row: Any) -> Correction:
    values = row._asdict()
    values["state"] = CorrectionState(values["state"])
    return Correction(**values)
