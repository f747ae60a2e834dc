"""Proofing by registers (登记比对): from an answer to a proof, for people and for organisations.

The steps before are `registers.query.prepare` and `Register.ask`; this is the step after, in the transaction
that settles the query. An answer that is no match gives `ProofNotMatched` whatever the reason (T19): the
caller commits what was settled first and raises then.
"""

from datetime import datetime
from uuid import UUID

from sqlalchemy.orm import Session

from keys.errors import XinzhengError
from trust.persons.assurance import Proof
from trust.persons.companies import change_representative, enrol, find, rename
from trust.persons.errors import ProofNotMatched, RegisterUnavailable
from trust.persons.levels import record_proof
from trust.persons.organization import Organization, OrganizationView
from trust.persons.registers.answer import Outcome, RegisterAnswer
from trust.persons.registers.query import Permit, settle


def refusal_of(answer: RegisterAnswer) -> XinzhengError | None:
    """What an applicant is told: nothing of the reason but whether trying again makes sense."""
    if answer.outcome is Outcome.MATCHED:
        return None
    return RegisterUnavailable() if answer.outcome is Outcome.FAILED else ProofNotMatched()


def prove_person(
    session: Session, permit: Permit, answer: RegisterAnswer, person_id: UUID, now: datetime
) -> Proof | None:
    """Settle the query and, on a match, write the proof. None: no match; commit, then raise `refusal_of`."""
    if permit.person_id != person_id:
        return None  # an answer about somebody else proves nothing
    if not settle(session, permit, answer, now) or not answer.matched:
        return None
    return _proof(session, permit, person_id, "person", now)


def prove_organization(
    session: Session,
    permit: Permit,
    answer: RegisterAnswer,
    organization: Organization,
    representative_id: UUID,
    now: datetime,
) -> OrganizationView | None:
    """On a match: enrol the organisation, or follow the register to a new name or a new representative.

    The question was asked with this representative's own particulars; whoever calls checked that they are
    proven.
    """
    if permit.person_id != representative_id:
        return None
    if not settle(session, permit, answer, now) or not answer.matched:
        return None
    known = find(session, organization.credit_code.value)
    if known is None:
        known = enrol(session, organization, representative_id, now)
    if known.representative_id != representative_id:
        change_representative(session, known.organization_id, representative_id, permit.channel.name, now)
    if known.name != organization.name:
        rename(session, known.organization_id, organization.name, now)
    _proof(session, permit, known.organization_id, "organization", now)
    return find(session, organization.credit_code.value)


def _proof(session: Session, permit: Permit, subject_id: UUID, kind: str, now: datetime) -> Proof:
    """The evidence is our own query: it leads to the register's reference, and is used once."""
    return record_proof(
        session,
        subject_id,
        method=permit.channel.method,
        source=permit.channel.name,
        evidence=f"query:{permit.query_id}",
        now=now,
        subject_kind=kind,
    )
