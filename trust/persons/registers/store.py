"""SQL on `register_query` and `register_breaker`."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Row, Table, func, insert, select, update
from sqlalchemy.orm import Session
from sqlmodel import SQLModel

from trust.persons.registers import models
from trust.persons.store.changed import changed

QUERY: Table = SQLModel.metadata.tables[str(models.RegisterQueryRow.__tablename__)]
BREAKER: Table = SQLModel.metadata.tables[str(models.RegisterBreakerRow.__tablename__)]


def insert_query(session: Session, values: dict[str, Any]) -> None:
    session.execute(insert(QUERY).values(**values))


def settle_query(session: Session, query_id: UUID, values: dict[str, Any]) -> bool:
    """Write the outcome once."""
    statement = update(QUERY).where(QUERY.c.id == query_id, QUERY.c.outcome == "asked").values(**values)
    return changed(session.execute(statement)) == 1


def count_subject(session: Session, channel: str, subject_index: bytes, since: datetime) -> int:
    return _count(session, QUERY.c.channel == channel, QUERY.c.subject_index == subject_index, since=since)


def count_asker(session: Session, channel: str, asked_by: str, since: datetime) -> int:
    return _count(session, QUERY.c.channel == channel, QUERY.c.asked_by == asked_by, since=since)


def _count(session: Session, *conditions: Any, since: datetime) -> int:
    statement = select(func.count()).select_from(QUERY).where(*conditions, QUERY.c.asked_at > since)
    return int(session.execute(statement).scalar_one())


def read_breaker(session: Session, channel: str) -> Row[Any] | None:
    return session.execute(select(BREAKER).where(BREAKER.c.channel == channel)).one_or_none()


def insert_breaker(session: Session, channel: str, state: str, until: datetime) -> None:
    session.execute(insert(BREAKER).values(channel=channel, state=state, failures=0, until=until))


def swap_breaker(session: Session, before: Row[Any], *, state: str, failures: int, until: datetime) -> bool:
    """Compare-and-swap on state, count and time: of two that see an open breaker run out, one may try."""
    statement = (
        update(BREAKER)
        .where(
            BREAKER.c.channel == before.channel,
            BREAKER.c.state == before.state,
            BREAKER.c.failures == before.failures,
            BREAKER.c.until == before.until,
        )
        .values(state=state, failures=failures, until=until)
    )
    return changed(session.execute(statement)) == 1


def queries_of(session: Session, person_id: UUID, limit: int) -> list[Row[Any]]:
    """Which registers were asked about a person, newest first."""
    statement = select(QUERY).where(QUERY.c.person_id == person_id).order_by(QUERY.c.id.desc()).limit(limit)
    return list(session.execute(statement).all())
