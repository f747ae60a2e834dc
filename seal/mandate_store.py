"""Mandates in the database 用印授权: asked for, approved, revoked, counted, and every use under one.

Nothing here commits. The rate is one row an hour, raised by an UPDATE that names the limit: whoever comes too
late finds no row to change, on any number of workers.
"""

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from hashlib import sha256
from uuid import UUID

from sqlalchemy import CursorResult, insert, select, update
from sqlalchemy.orm import Session
from sqlmodel import SQLModel

from keys.algorithms import PublicKey
from keys.approval import ApprovalRequest
from keys.encoding import uuid7
from keys.store import spend_nonce
from seal import models
from seal.errors import MandateExhausted, MandateMissing, SealNotFound, SealStateConflict
from seal.mandate import (
    OPERATION,
    Mandate,
    Mandates,
    MandateTerms,
    check_answer,
    check_terms,
    check_two_people,
)
from seal.request import Operator

_MANDATE = SQLModel.metadata.tables[str(models.SealMandateRow.__tablename__)]
_HOUR = SQLModel.metadata.tables[str(models.SealMandateHourRow.__tablename__)]
_USE = SQLModel.metadata.tables[str(models.SealMandatedUseRow.__tablename__)]


def request_mandate(
    session: Session,
    seal_number: str,
    *,
    kinds: Iterable[str],
    per_hour: int,
    lifetime: timedelta,
    reason: str,
    requester: Operator,
    now: datetime,
) -> Mandate:
    """Write a mandate down, to be approved within 24 hours; it begins now. Raises SealUnusable."""
    start = now.replace(microsecond=0)
    terms = MandateTerms(
        uuid7(now), seal_number, frozenset(kinds), per_hour, start, start + lifetime, requester.code, reason
    )
    check_terms(terms)
    blank = ApprovalRequest(OPERATION, bytes(32), bytes(16), now)
    mandate = Mandate(terms, blank, requester.key_der())
    request = ApprovalRequest.of(OPERATION, mandate.parameters(), now=now)
    row = models.SealMandateRow(
        id=terms.mandate_id,
        seal_number=seal_number,
        terms=terms.to_json(),
        approval_request=request.to_json(),
        requester_key=mandate.requester_key,
    )
    session.connection().execute(insert(_MANDATE), [row.model_dump()])
    return _from_row(row)


def read_mandate(session: Session, mandate_id: UUID) -> Mandate:
    """Raises SealNotFound."""
    query = select(models.SealMandateRow).where(_MANDATE.c.id == mandate_id)
    row = session.scalars(query.execution_options(populate_existing=True)).one_or_none()
    if row is None:
        raise SealNotFound("There is no such mandate.", "没有找到该用印授权。")
    return _from_row(row)


def list_mandates(session: Session, *, seal_number: str | None = None) -> list[Mandate]:
    """Oldest first."""
    query = select(models.SealMandateRow).order_by(_MANDATE.c.id)
    if seal_number is not None:
        query = query.where(_MANDATE.c.seal_number == seal_number)
    return [_from_row(row) for row in session.scalars(query.execution_options(populate_existing=True))]


def mandates_for(session: Session, seal_number: str, operators: Mapping[str, PublicKey]) -> Mandates:
    """What a desk with this seal holds."""
    return Mandates(tuple(list_mandates(session, seal_number=seal_number)), operators)


def approve_mandate(
    session: Session, mandate_id: UUID, *, approver: Operator, signature: bytes, now: datetime
) -> Mandate:
    """Record a second operator's signature; its nonce is spent.

    Raises SealNotFound, SealStateConflict, ApprovalRefused, ApprovalReplayed.
    """
    mandate = read_mandate(session, mandate_id)
    check_two_people(mandate, approver.code, approver.public_key)
    check_answer(mandate, signature, approver.public_key, at=now)
    _one(
        session,
        update(_MANDATE)
        .where(_MANDATE.c.id == mandate_id, _MANDATE.c.approved_by.is_(None), _MANDATE.c.revoked_at.is_(None))
        .values(approved_by=approver.code, approval_signature=signature, approved_at=now),
    )
    request = mandate.request
    spend_nonce(session, request.nonce, operation=OPERATION, now=now, expires_at=request.expires_at)
    return read_mandate(session, mandate_id)


def revoke_mandate(session: Session, mandate_id: UUID, *, by: str, now: datetime) -> None:
    """End a mandate, or refuse one that was asked for; one person is enough. Raises SealStateConflict."""
    _one(
        session,
        update(_MANDATE)
        .where(_MANDATE.c.id == mandate_id, _MANDATE.c.revoked_at.is_(None))
        .values(revoked_by=by, revoked_at=now),
    )


def take(
    session: Session, mandate: Mandate, record: bytes, *, purpose: str, used_by: str, now: datetime
) -> None:
    """Count one use and write it down, before it is logged. Raises MandateExhausted, MandateMissing."""
    mandate_id = mandate.terms.mandate_id
    if read_mandate(session, mandate_id).revoked_at is not None:
        raise MandateMissing("The mandate was revoked.", "该用印授权已被撤销。")
    count(session, mandate, now=now)
    row = models.SealMandatedUseRow(
        record_digest=sha256(record).digest(),
        mandate_id=mandate_id,
        purpose=purpose,
        used_by=used_by,
        declared_at=now,
    )
    session.connection().execute(insert(_USE), [row.model_dump()])


def count(session: Session, mandate: Mandate, *, now: datetime) -> None:
    """One more use in this hour. Raises MandateExhausted."""
    hour = now.replace(minute=0, second=0, microsecond=0)
    mine = (_HOUR.c.mandate_id == mandate.terms.mandate_id, _HOUR.c.hour == hour)
    raised: CursorResult[tuple[()]] = session.connection().execute(
        update(_HOUR).where(*mine, _HOUR.c.used < mandate.terms.per_hour).values(used=_HOUR.c.used + 1)
    )
    if raised.rowcount == 1:
        return
    if session.connection().execute(select(_HOUR.c.used).where(*mine)).first() is not None:
        raise MandateExhausted(
            f"The mandate permits {mandate.terms.per_hour} uses an hour; they are used up.",
            f"该授权每小时限用 {mandate.terms.per_hour} 次，本小时已用完。",
        )
    # Two first uses at once: one insert loses, and its transaction runs again.
    session.connection().execute(
        insert(_HOUR), [{"mandate_id": mandate.terms.mandate_id, "hour": hour, "used": 1}]
    )


def finish_take(session: Session, record: bytes, document: bytes, *, log_index: int, now: datetime) -> None:
    """Write down what became of a use. Raises SealStateConflict."""
    _one(
        session,
        update(_USE)
        .where(_USE.c.record_digest == sha256(record).digest(), _USE.c.done_at.is_(None))
        .values(log_index=log_index, result_digest=sha256(document).digest(), done_at=now),
    )


def uses_under(session: Session, mandate_id: UUID) -> list[models.SealMandatedUseRow]:
    """Oldest first."""
    query = select(models.SealMandatedUseRow).where(_USE.c.mandate_id == mandate_id)
    return list(session.scalars(query.order_by(_USE.c.declared_at)))


def _from_row(row: models.SealMandateRow) -> Mandate:
    return Mandate(
        MandateTerms.from_json(row.terms),
        ApprovalRequest.from_json(row.approval_request),
        row.requester_key,
        row.approved_by,
        row.approval_signature,
        row.approved_at,
        row.revoked_at,
    )


def _one(session: Session, statement: object) -> None:
    result: CursorResult[tuple[()]] = session.connection().execute(statement)  # type: ignore[call-overload]
    if result.rowcount != 1:
        raise SealStateConflict()
