"""SQL on `organization`."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import Table, insert, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session
from sqlmodel import SQLModel

from trust.persons import models
from trust.persons.errors import OrganizationConflict
from trust.persons.organization import Organization, OrganizationView
from trust.persons.store.agency import PRINCIPAL
from trust.persons.store.changed import changed

ORGANIZATION: Table = SQLModel.metadata.tables[str(models.OrganizationRow.__tablename__)]
ACTIVE, ENDED = "active", "ended"
_READ = select(
    ORGANIZATION.c.id,
    ORGANIZATION.c.credit_code,
    ORGANIZATION.c.name,
    ORGANIZATION.c.state,
    ORGANIZATION.c.representative_id,
    PRINCIPAL.c.epoch,
).join(PRINCIPAL, PRINCIPAL.c.id == ORGANIZATION.c.id)


def insert_organization(
    session: Session,
    organization_id: UUID,
    organization: Organization,
    representative: UUID | None,
    now: datetime,
) -> None:
    """Raises: OrganizationConflict when the code is known already."""
    try:
        with session.begin_nested():
            session.execute(
                insert(ORGANIZATION).values(
                    id=organization_id,
                    credit_code=organization.credit_code.value,
                    name=organization.name,
                    state=ACTIVE,
                    representative_id=representative,
                    created_at=now,
                    changed_at=now,
                )
            )
    except IntegrityError:
        raise OrganizationConflict() from None


def by_id(session: Session, organization_id: UUID) -> OrganizationView | None:
    row = session.execute(_READ.where(ORGANIZATION.c.id == organization_id)).one_or_none()
    return None if row is None else OrganizationView(*row)


def by_code(session: Session, credit_code: str) -> OrganizationView | None:
    row = session.execute(_READ.where(ORGANIZATION.c.credit_code == credit_code)).one_or_none()
    return None if row is None else OrganizationView(*row)


def represented_by(session: Session, person_id: UUID) -> list[OrganizationView]:
    """Active organisations whose representative this person is, by credit code."""
    statement = _READ.where(
        ORGANIZATION.c.representative_id == person_id, ORGANIZATION.c.state == ACTIVE
    ).order_by(ORGANIZATION.c.credit_code)
    return [OrganizationView(*row) for row in session.execute(statement)]


def set_representative(
    session: Session, organization_id: UUID, before: UUID | None, after: UUID | None, now: datetime
) -> None:
    """Raises: OrganizationConflict when somebody else changed it in between."""
    statement = (
        update(ORGANIZATION)
        .where(
            ORGANIZATION.c.id == organization_id,
            ORGANIZATION.c.state == ACTIVE,
            ORGANIZATION.c.representative_id.is_not_distinct_from(before),
        )
        .values(representative_id=after, changed_at=now)
    )
    if changed(session.execute(statement)) != 1:
        raise OrganizationConflict()


def end(session: Session, organization_id: UUID, now: datetime) -> bool:
    statement = (
        update(ORGANIZATION)
        .where(ORGANIZATION.c.id == organization_id, ORGANIZATION.c.state == ACTIVE)
        .values(state=ENDED, changed_at=now)
    )
    return changed(session.execute(statement)) == 1


def rename(session: Session, organization_id: UUID, name: str, now: datetime) -> None:
    session.execute(
        update(ORGANIZATION).where(ORGANIZATION.c.id == organization_id).values(name=name, changed_at=now)
    )
