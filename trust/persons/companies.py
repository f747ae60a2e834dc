"""Organisations in the database (法人账户): enrol, change the representative, end.

An organisation is enrolled after a register or a counter has confirmed code, name and representative
(`trust.persons.proofing`); this file writes down what they said. The register's representative may have no
account here yet: then nobody can name agents until that person comes.
"""

from datetime import datetime
from uuid import UUID

from sqlalchemy.orm import Session

from keys.encoding import uuid7
from trust.persons import delegation
from trust.persons.agency import EndReason, Grant, Kind
from trust.persons.errors import OrganizationConflict, OrganizationNotFound, PersonNotFound
from trust.persons.organization import Organization, OrganizationView
from trust.persons.person import parse_name
from trust.persons.store import agency, organizations, people


def enrol(
    session: Session, organization: Organization, representative: UUID | None, now: datetime
) -> OrganizationView:
    """Raises: OrganizationConflict (known already), PersonNotFound (the representative has no account)."""
    _require_active(session, representative)
    organization_id = uuid7(now)
    organizations.insert_organization(session, organization_id, organization, representative, now)
    agency.ensure_principal(session, organization_id, Kind.ORGANIZATION)
    return read(session, organization_id)


def read(session: Session, organization_id: UUID) -> OrganizationView:
    """Raises: OrganizationNotFound."""
    found = organizations.by_id(session, organization_id)
    if found is None:
        raise OrganizationNotFound()
    return found


def find(session: Session, credit_code: str) -> OrganizationView | None:
    return organizations.by_code(session, credit_code)


def change_representative(
    session: Session, organization_id: UUID, after: UUID | None, by: str, now: datetime
) -> list[Grant]:
    """Another representative: every grant ends, also one that is being confirmed in this moment.

    Returns what ended. Raises: OrganizationNotFound, OrganizationConflict, PersonNotFound.
    """
    before = read(session, organization_id)
    if before.representative_id == after:
        raise OrganizationConflict("This person is the representative already.", "该人员已是法定代表人。")
    _require_active(session, after)
    organizations.set_representative(session, organization_id, before.representative_id, after, now)
    return delegation.end_all(session, organization_id, by, EndReason.REPRESENTATIVE, now)


def rename(session: Session, organization_id: UUID, name: str, now: datetime) -> OrganizationView:
    """The register knows another name now. Raises: OrganizationNotFound, PersonRefused."""
    read(session, organization_id)
    organizations.rename(session, organization_id, parse_name(name), now)
    return read(session, organization_id)


def end_organization(session: Session, organization_id: UUID, by: str, now: datetime) -> list[Grant]:
    """Deregistered (注销): nobody acts for it any more. Raises: OrganizationConflict."""
    if not organizations.end(session, organization_id, now):
        raise OrganizationConflict()
    return delegation.end_all(session, organization_id, by, EndReason.PRINCIPAL, now)


def _require_active(session: Session, person_id: UUID | None) -> None:
    if person_id is None:
        return
    person = people.read(session, person_id)
    if person is None or person.state != people.ACTIVE:
        raise PersonNotFound()
