"""SQL on `proof`."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Table, func, insert, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session
from sqlmodel import SQLModel

from trust.persons import models
from trust.persons.assurance import PROPOSED, STANDING, WITHDRAWN, Level, Proof
from trust.persons.errors import ProofConflict
from trust.persons.store.changed import changed

PROOF: Table = SQLModel.metadata.tables[str(models.ProofRow.__tablename__)]
_COLUMNS = tuple(PROOF.c[name] for name in Proof.__slots__)


def insert_proof(session: Session, proof: Proof) -> None:
    """Raises: ProofConflict when this evidence has proven something already."""
    values = {name: getattr(proof, name) for name in Proof.__slots__}
    try:
        with session.begin_nested():
            session.execute(insert(PROOF).values(**values | {"level": int(proof.level)}))
    except IntegrityError:
        raise ProofConflict("This evidence was used for a proof before.", "该核验凭据已使用过。") from None


def read(session: Session, proof_id: UUID) -> Proof | None:
    row = session.execute(select(*_COLUMNS).where(PROOF.c.id == proof_id)).one_or_none()
    return None if row is None else _proof(row)


def of_subject(session: Session, subject_id: UUID) -> list[Proof]:
    """Every proof of a subject, newest first, closed ones too."""
    statement = select(*_COLUMNS).where(PROOF.c.subject_id == subject_id)
    return [_proof(row) for row in session.execute(statement.order_by(PROOF.c.at.desc(), PROOF.c.id.desc()))]


def standing(session: Session, subject_id: UUID, at: datetime) -> list[Proof]:
    """Proofs that stand at that moment, strongest first."""
    statement = select(*_COLUMNS).where(
        PROOF.c.subject_id == subject_id,
        PROOF.c.state == STANDING,
        PROOF.c.at <= at,
        PROOF.c.expires_at > at,
    )
    ordered = statement.order_by(PROOF.c.level.desc(), PROOF.c.at.desc(), PROOF.c.id)
    return [_proof(row) for row in session.execute(ordered)]


def highest(session: Session, subject_id: UUID, at: datetime) -> Level:
    found = session.execute(
        select(func.max(PROOF.c.level)).where(
            PROOF.c.subject_id == subject_id,
            PROOF.c.state == STANDING,
            PROOF.c.at <= at,
            PROOF.c.expires_at > at,
        )
    ).scalar()
    return Level(found or 0)


def move(
    session: Session,
    proof_id: UUID,
    before: str,
    after: str,
    now: datetime,
    *,
    confirmed_by: str | None = None,
    expires_at: datetime | None = None,
) -> bool:
    """One step by compare-and-swap. The same UPDATE refuses a confirmation by the clerk who proposed."""
    statement = update(PROOF).where(PROOF.c.id == proof_id, PROOF.c.state == before)
    values: dict[str, Any] = {"state": after}
    if after == STANDING:
        statement = statement.where(PROOF.c.proven_by != confirmed_by, PROOF.c.expires_at > now)
        values |= {"confirmed_by": confirmed_by, "expires_at": expires_at}
    else:
        values["closed_at"] = now
    return changed(session.execute(statement.values(**values))) == 1


def withdraw_source(session: Session, subject_id: UUID, source: str, now: datetime) -> int:
    """Withdraw what one source has proven of a subject, after it corrected its data."""
    statement = (
        update(PROOF)
        .where(PROOF.c.subject_id == subject_id, PROOF.c.source == source, PROOF.c.state == STANDING)
        .values(state=WITHDRAWN, closed_at=now)
    )
    return changed(session.execute(statement))


def withdraw_all(session: Session, subject_id: UUID, above: Level, now: datetime) -> int:
    """Withdraw every open proof above a level, proposals too."""
    statement = (
        update(PROOF)
        .where(PROOF.c.subject_id == subject_id, PROOF.c.level > int(above))
        .where(PROOF.c.state.in_((PROPOSED, STANDING)))
        .values(state=WITHDRAWN, closed_at=now)
    )
    return changed(session.execute(statement))


def waiting(session: Session, state: str, limit: int) -> list[Proof]:
    """Proofs in a state, oldest first: the second clerk's work list."""
    statement = select(*_COLUMNS).where(PROOF.c.state == state).order_by(PROOF.c.at, PROOF.c.id).limit(limit)
    return [_proof(row) for row in session.execute(statement)]


def _proof(row: Any) -> Proof:
    values = row._asdict()
    values["level"] = Level(values["level"])
    return Proof(**values)
