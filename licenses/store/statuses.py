"""SQL on the table `status_list`: slots for new licenses, the states behind the bits, the published token.

A slot is random and unique, and a list is used to half its size only: then a random guess finds a free slot
in two tries on average, and the other half are decoys (Token Status List §12.5, herd privacy).
"""

import secrets
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import CursorResult, Table, select
from sqlalchemy.orm import Session
from sqlmodel import SQLModel

from keys.encoding import uuid7
from licenses import models
from licenses.lifecycle import State, public_status
from licenses.status_list import LEAST_SIZE, LicenseStatus
from licenses.store.licenses import LICENSE

STATUS_LIST: Table = SQLModel.metadata.tables[models.StatusListRow.__tablename__]
_NOTHING_TO_SAY = tuple(state.value for state in State if public_status(state) is LicenseStatus.VALID)


@dataclass(frozen=True, slots=True)
class Slot:
    """Place of one license in a status list."""

    list_id: UUID
    index: int


@dataclass(frozen=True, slots=True)
class PublishedToken:
    list_id: UUID
    token: str
    published_at: datetime
    expires_at: datetime


def take_slot(
    session: Session,
    *,
    now: datetime,
    size: int = LEAST_SIZE,
    random_below: Callable[[int], int] = secrets.randbelow,
) -> Slot:
    """Take a free random slot in the newest list with room; open a new list when there is none."""
    if size < LEAST_SIZE:
        raise ValueError("a status list with fewer than 2^17 slots points at its licenses")
    list_id, list_size = _list_with_room(session, size, now)
    while True:
        index = random_below(list_size)
        taken = select(LICENSE.c.id).where(
            LICENSE.c.status_list_id == list_id, LICENSE.c.status_index == index
        )
        if session.execute(taken).first() is None:
            return Slot(list_id, index)


def _list_with_room(session: Session, size: int, now: datetime) -> tuple[UUID, int]:
    room = STATUS_LIST.c.taken * 2 + 2 <= STATUS_LIST.c.size
    newest = (
        select(STATUS_LIST.c.id, STATUS_LIST.c.size).where(room).order_by(STATUS_LIST.c.id.desc()).limit(1)
    )
    found = session.execute(newest).first()
    if found is not None:
        took = session.execute(
            STATUS_LIST.update()
            .where(STATUS_LIST.c.id == found.id, room)
            .values(taken=STATUS_LIST.c.taken + 1)
        )
        if isinstance(took, CursorResult) and took.rowcount == 1:
            return found.id, found.size
    list_id = uuid7(now)
    session.execute(STATUS_LIST.insert().values(id=list_id, size=size, taken=1, opened_at=now))
    return list_id, size


def lock_list(session: Session, list_id: UUID) -> int:
    """Lock a list until the transaction ends and return its size.

    Two changes of one list must publish one after the other, or the second token would forget the first.
    """
    statement = select(STATUS_LIST.c.size).where(STATUS_LIST.c.id == list_id).with_for_update()
    return int(session.execute(statement).scalar_one())


def statuses(session: Session, list_id: UUID) -> dict[int, LicenseStatus]:
    """Index → public status, for every license of the list that is not simply valid."""
    statement = select(LICENSE.c.status_index, LICENSE.c.state).where(
        LICENSE.c.status_list_id == list_id, LICENSE.c.state.not_in(_NOTHING_TO_SAY)
    )
    return {index: public_status(State(state)) for index, state in session.execute(statement)}


def save_token(session: Session, published: PublishedToken) -> None:
    session.execute(
        STATUS_LIST.update()
        .where(STATUS_LIST.c.id == published.list_id)
        .values(token=published.token, published_at=published.published_at, expires_at=published.expires_at)
    )


def token(session: Session, list_id: UUID) -> PublishedToken | None:
    """The newest token of one list; None for an unknown list or one never published."""
    return next(iter(_tokens(session, list_id)), None)


def tokens(session: Session) -> list[PublishedToken]:
    """The newest token of every list."""
    return _tokens(session, None)


def lists_to_publish(session: Session, *, expiring_before: datetime) -> list[UUID]:
    """Lists never published, or whose token expires before the given moment."""
    due = STATUS_LIST.c.expires_at.is_(None) | (STATUS_LIST.c.expires_at < expiring_before)
    return list(session.execute(select(STATUS_LIST.c.id).where(due).order_by(STATUS_LIST.c.id)).scalars())


def _tokens(session: Session, list_id: UUID | None) -> list[PublishedToken]:
    columns = (STATUS_LIST.c.id, STATUS_LIST.c.token, STATUS_LIST.c.published_at, STATUS_LIST.c.expires_at)
    statement = select(*columns).where(STATUS_LIST.c.token.is_not(None)).order_by(STATUS_LIST.c.id)
    if list_id is not None:
        statement = statement.where(STATUS_LIST.c.id == list_id)
    return [
        PublishedToken(row.id, row.token, row.published_at, row.expires_at)
        for row in session.execute(statement)
    ]
