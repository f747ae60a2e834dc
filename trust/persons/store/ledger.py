"""SQL on `consent` and `access_trace`."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Row, Table, insert, select, update
from sqlalchemy.orm import Session
from sqlmodel import SQLModel

from trust.persons import ledger_models
from trust.persons.store.changed import changed

CONSENT: Table = SQLModel.metadata.tables[str(ledger_models.ConsentRow.__tablename__)]
TRACE: Table = SQLModel.metadata.tables[str(ledger_models.AccessTraceRow.__tablename__)]


def insert_trace(session: Session, values: Mapping[str, Any]) -> None:
    session.execute(insert(TRACE).values(**values))


def read_traces(session: Session, person_id: UUID, before: UUID | None, limit: int) -> Sequence[Row[Any]]:
    """Newest first; identifiers are made of the time, so they page without a second column."""
    statement = select(TRACE).where(TRACE.c.person_id == person_id)
    if before is not None:
        statement = statement.where(TRACE.c.id < before)
    return session.execute(statement.order_by(TRACE.c.id.desc()).limit(limit)).all()


def people_touched(session: Session, kind: str, code: str, since: datetime, until: datetime) -> list[UUID]:
    statement = (
        select(TRACE.c.person_id)
        .where(TRACE.c.actor_kind == kind, TRACE.c.actor == code, TRACE.c.at >= since, TRACE.c.at < until)
        .distinct()
    )
    return list(session.execute(statement).scalars())


def insert_consent(session: Session, values: Mapping[str, Any]) -> None:
    session.execute(insert(CONSENT).values(**values))


def read_consents(session: Session, person_id: UUID, client_id: str | None = None) -> Sequence[Row[Any]]:
    """Newest first, withdrawn ones too."""
    statement = select(CONSENT).where(CONSENT.c.person_id == person_id)
    if client_id is not None:
        statement = statement.where(CONSENT.c.client_id == client_id)
    return session.execute(statement.order_by(CONSENT.c.id.desc())).all()


def standing_claims(session: Session, person_id: UUID, client_id: str) -> list[str]:
    """The `claims` columns of consents that stand."""
    statement = select(CONSENT.c.claims).where(
        CONSENT.c.person_id == person_id, CONSENT.c.client_id == client_id, CONSENT.c.withdrawn_at.is_(None)
    )
    return list(session.execute(statement).scalars())


def withdraw(session: Session, consent_id: UUID, person_id: UUID, now: datetime) -> str | None:
    """The client whose tokens must die, or None when there was nothing to withdraw."""
    mine = (CONSENT.c.id == consent_id, CONSENT.c.person_id == person_id)
    statement = update(CONSENT).where(*mine, CONSENT.c.withdrawn_at.is_(None)).values(withdrawn_at=now)
    if changed(session.execute(statement)) != 1:
        return None
    client_id: str = session.execute(select(CONSENT.c.client_id).where(*mine)).scalar_one()
    return client_id


def withdraw_client(session: Session, person_id: UUID, client_id: str, now: datetime) -> int:
    statement = (
        update(CONSENT)
        .where(
            CONSENT.c.person_id == person_id,
            CONSENT.c.client_id == client_id,
            CONSENT.c.withdrawn_at.is_(None),
        )
        .values(withdrawn_at=now)
    )
    return changed(session.execute(statement))
