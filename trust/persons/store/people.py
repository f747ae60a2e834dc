"""SQL on `person`, `person_key` and `person_document`."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import Table, delete, insert, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session
from sqlmodel import SQLModel

from keys.encoding import uuid7
from trust.persons import models
from trust.persons.errors import PersonConflict
from trust.persons.store.changed import changed

PERSON: Table = SQLModel.metadata.tables[str(models.PersonRow.__tablename__)]
KEY: Table = SQLModel.metadata.tables[str(models.PersonKeyRow.__tablename__)]
DOCUMENT: Table = SQLModel.metadata.tables[str(models.PersonDocumentRow.__tablename__)]
ACTIVE, LOCKED, ERASED = "active", "locked", "erased"


@dataclass(frozen=True, slots=True)
class StoredPerson:
    """A row with its wrapped key, read in one statement."""

    person_id: UUID
    version: int
    state: str
    identity_sealed: bytes
    contact_sealed: bytes | None
    wrapped: bytes
    created_at: datetime
    changed_at: datetime


_READ = select(
    PERSON.c.id.label("person_id"),
    PERSON.c.version,
    PERSON.c.state,
    PERSON.c.identity_sealed,
    PERSON.c.contact_sealed,
    KEY.c.wrapped,
    PERSON.c.created_at,
    PERSON.c.changed_at,
).join(KEY, KEY.c.person_id == PERSON.c.id)


def insert_person(session: Session, person_id: UUID, now: datetime) -> None:
    """The bare row; the particulars follow once its key is made."""
    session.execute(
        insert(PERSON).values(id=person_id, version=0, state=ACTIVE, created_at=now, changed_at=now)
    )


def insert_key(session: Session, person_id: UUID, wrapped: bytes) -> None:
    session.execute(insert(KEY).values(person_id=person_id, wrapped=wrapped))


def read_key(session: Session, person_id: UUID) -> bytes | None:
    return session.execute(select(KEY.c.wrapped).where(KEY.c.person_id == person_id)).scalar_one_or_none()


def read(session: Session, person_id: UUID) -> StoredPerson | None:
    """None for unknown and for erased people."""
    row = session.execute(_READ.where(PERSON.c.id == person_id)).one_or_none()
    return None if row is None else StoredPerson(*row)


def write(
    session: Session,
    person_id: UUID,
    version: int,
    *,
    identity_sealed: bytes,
    contact_sealed: bytes | None,
    now: datetime,
) -> None:
    """Write particulars over the version they were made from. Raises: PersonConflict."""
    result = session.execute(
        update(PERSON)
        .where(PERSON.c.id == person_id, PERSON.c.version == version, PERSON.c.state != ERASED)
        .values(
            version=version + 1,
            identity_sealed=identity_sealed,
            contact_sealed=contact_sealed,
            changed_at=now,
        )
    )
    if changed(result) != 1:
        raise PersonConflict()


def change_state(session: Session, person_id: UUID, before: str, after: str, now: datetime) -> bool:
    """active ⇄ locked, by compare-and-swap."""
    result = session.execute(
        update(PERSON)
        .where(PERSON.c.id == person_id, PERSON.c.state == before)
        .values(state=after, changed_at=now)
    )
    return changed(result) == 1


def add_document(session: Session, person_id: UUID, number_index: bytes, now: datetime) -> None:
    """Raises: PersonConflict when the document opens an account already."""
    try:
        with session.begin_nested():
            session.execute(
                insert(DOCUMENT).values(
                    id=uuid7(now), person_id=person_id, number_index=number_index, added_at=now
                )
            )
    except IntegrityError:
        raise PersonConflict() from None


def find_by_document(session: Session, number_index: bytes) -> UUID | None:
    statement = select(DOCUMENT.c.person_id).where(DOCUMENT.c.number_index == number_index)
    return session.execute(statement).scalar_one_or_none()


def erase(session: Session, person_id: UUID, now: datetime) -> bool:
    """The key goes, the sealed columns go, the blind indexes go; the bare row stays as a tombstone."""
    result = session.execute(
        update(PERSON)
        .where(PERSON.c.id == person_id, PERSON.c.state != ERASED)
        .values(state=ERASED, identity_sealed=None, contact_sealed=None, changed_at=now)
    )
    if changed(result) != 1:
        return False
    session.execute(delete(KEY).where(KEY.c.person_id == person_id))
    session.execute(delete(DOCUMENT).where(DOCUMENT.c.person_id == person_id))
    return True
