"""SQL on `agency_principal` and `agency_grant`. Every change of state is a compare-and-swap."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Table, insert, select, update
from sqlalchemy.orm import Session
from sqlmodel import SQLModel

from trust.persons import models
from trust.persons.agency import MOST_AGENTS, TRANSITIONS, EndReason, Grant, GrantState, Kind, Step
from trust.persons.store.changed import changed

PRINCIPAL: Table = SQLModel.metadata.tables[str(models.AgencyPrincipalRow.__tablename__)]
GRANT: Table = SQLModel.metadata.tables[str(models.AgencyGrantRow.__tablename__)]
_COLUMNS = tuple(GRANT.c[name] for name in Grant.__slots__)


def ensure_principal(session: Session, principal_id: UUID, kind: Kind) -> None:
    """The counting row of a principal; made once."""
    if epoch_of(session, principal_id) is None:
        session.execute(
            insert(PRINCIPAL).values(
                id=principal_id, kind=kind.value, epoch=1, confirmed=0, most=MOST_AGENTS[kind.value]
            )
        )


def epoch_of(session: Session, principal_id: UUID) -> int | None:
    return session.execute(
        select(PRINCIPAL.c.epoch).where(PRINCIPAL.c.id == principal_id)
    ).scalar_one_or_none()


def set_most(session: Session, principal_id: UUID, most: int) -> None:
    """How many agents a principal may have at a time; those above it stay until they end."""
    session.execute(update(PRINCIPAL).where(PRINCIPAL.c.id == principal_id).values(most=most))


def insert_grant(session: Session, grant: Grant) -> None:
    values = {name: getattr(grant, name) for name in Grant.__slots__}
    values |= {
        "kind": grant.kind.value,
        "state": grant.state.value,
        "matters": " ".join(grant.matters),
    }
    session.execute(insert(GRANT).values(**values))


def read(session: Session, grant_id: UUID) -> Grant | None:
    row = session.execute(select(*_COLUMNS).where(GRANT.c.id == grant_id)).one_or_none()
    return None if row is None else _grant(row)


def take_place(session: Session, principal_id: UUID, epoch: int) -> bool:
    """Take one of the principal's places, in the epoch the grant was made in. Atomic."""
    statement = (
        update(PRINCIPAL)
        .where(
            PRINCIPAL.c.id == principal_id,
            PRINCIPAL.c.epoch == epoch,
            PRINCIPAL.c.confirmed < PRINCIPAL.c.most,
        )
        .values(confirmed=PRINCIPAL.c.confirmed + 1)
    )
    return changed(session.execute(statement)) == 1


def give_place_back(session: Session, principal_id: UUID, epoch: int) -> None:
    """A place of an earlier epoch was given back with the epoch."""
    session.execute(
        update(PRINCIPAL)
        .where(PRINCIPAL.c.id == principal_id, PRINCIPAL.c.epoch == epoch, PRINCIPAL.c.confirmed > 0)
        .values(confirmed=PRINCIPAL.c.confirmed - 1)
    )


def next_epoch(session: Session, principal_id: UUID) -> None:
    """Void every grant there is and every confirmation under way."""
    session.execute(
        update(PRINCIPAL)
        .where(PRINCIPAL.c.id == principal_id)
        .values(epoch=PRINCIPAL.c.epoch + 1, confirmed=0)
    )


def move(
    session: Session,
    grant: Grant,
    step: Step,
    now: datetime,
    *,
    by: str | None = None,
    reason: EndReason | None = None,
) -> bool:
    """One step of one grant from the state it was read in; False when somebody was faster."""
    after = TRANSITIONS.get((grant.state, step))
    if after is None:
        return False
    values: dict[str, Any] = {"state": after.value}
    if after is GrantState.CONFIRMED:
        values["confirmed_at"] = now
    else:
        values |= {"ended_at": now, "ended_by": by, "end_reason": reason.value if reason else None}
    statement = (
        update(GRANT).where(GRANT.c.id == grant.id, GRANT.c.state == grant.state.value).values(**values)
    )
    if changed(session.execute(statement)) != 1:
        return False
    if grant.state is GrantState.CONFIRMED:
        give_place_back(session, grant.principal_id, grant.epoch)
    return True


def children(session: Session, grant_id: UUID) -> list[Grant]:
    """Open grants passed on from this one."""
    return _list(session, GRANT.c.parent_id == grant_id, open_only=True)


def of_principal(session: Session, principal_id: UUID, *, open_only: bool = False) -> list[Grant]:
    return _list(session, GRANT.c.principal_id == principal_id, open_only=open_only)


def of_delegate(session: Session, delegate_id: UUID, *, open_only: bool = False) -> list[Grant]:
    return _list(session, GRANT.c.delegate_id == delegate_id, open_only=open_only)


def holding(session: Session, delegate_id: UUID, at: datetime) -> list[Grant]:
    """Confirmed grants within their time and in the present epoch of their principal."""
    statement = (
        select(*_COLUMNS)
        .join(PRINCIPAL, PRINCIPAL.c.id == GRANT.c.principal_id)
        .where(
            GRANT.c.delegate_id == delegate_id,
            GRANT.c.state == GrantState.CONFIRMED.value,
            GRANT.c.valid_from <= at,
            GRANT.c.valid_until > at,
            GRANT.c.epoch == PRINCIPAL.c.epoch,
        )
        .order_by(GRANT.c.id)
    )
    return [_grant(row) for row in session.execute(statement)]


def overdue(session: Session, now: datetime, limit: int, principal_id: UUID | None = None) -> list[Grant]:
    """Open grants whose time is over, a small batch."""
    statement = select(*_COLUMNS).where(GRANT.c.state.in_(_OPEN), GRANT.c.valid_until <= now)
    if principal_id is not None:
        statement = statement.where(GRANT.c.principal_id == principal_id)
    return [_grant(row) for row in session.execute(statement.order_by(GRANT.c.id).limit(limit))]


_OPEN: Sequence[str] = (GrantState.NAMED.value, GrantState.CONFIRMED.value)


def _list(session: Session, condition: Any, *, open_only: bool) -> list[Grant]:
    statement = select(*_COLUMNS).where(condition).order_by(GRANT.c.id)
    if open_only:
        statement = statement.where(GRANT.c.state.in_(_OPEN))
    return [_grant(row) for row in session.execute(statement)]


def _grant(row: Any) -> Grant:
    values = row._asdict()
    values["kind"] = Kind(values["kind"])
    values["state"] = GrantState(values["state"])
    values["matters"] = tuple(values["matters"].split())
    return Grant(**values)
