"""All SQL of `seal`. States change by compare-and-swap with the row count checked; nothing here commits."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import CursorResult, insert, or_, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session
from sqlmodel import SQLModel

from keys.encoding import uuid7
from seal import models
from seal.errors import SealNotFound, SealStateConflict
from seal.lifecycle import REQUEST_TRANSITIONS, Operation, RequestState, SealState, after

_REQUEST = SQLModel.metadata.tables[str(models.SealRequestRow.__tablename__)]
_SEAL = SQLModel.metadata.tables[str(models.SealRow.__tablename__)]
_CHANGE = SQLModel.metadata.tables[str(models.SealChangeRow.__tablename__)]
_USE = SQLModel.metadata.tables[str(models.SealUseRow.__tablename__)]

PENDING, DONE, ABANDONED = "pending", "done", "abandoned"


def insert_request(session: Session, row: models.SealRequestRow) -> None:
    session.connection().execute(insert(_REQUEST), [row.model_dump()])


def read_request(session: Session, request_id: UUID) -> models.SealRequestRow:
    """Fresh from the database. Raises SealNotFound."""
    query = select(models.SealRequestRow).where(_REQUEST.c.id == request_id)
    row = session.scalars(query.execution_options(populate_existing=True)).one_or_none()
    if row is None:
        raise SealNotFound("There is no such seal request.", "没有找到该印章申请。")
    return row


def list_requests(session: Session, *, state: RequestState | None = None) -> Sequence[models.SealRequestRow]:
    """Oldest first."""
    query = select(models.SealRequestRow).order_by(_REQUEST.c.id)
    if state is not None:
        query = query.where(_REQUEST.c.state == state.value)
    return session.scalars(query.execution_options(populate_existing=True)).all()


def change_request(
    session: Session, request_id: UUID, current: RequestState, target: RequestState, **values: Any
) -> None:
    """One step of a request, by compare-and-swap. Raises SealStateConflict."""
    if (current, target) not in REQUEST_TRANSITIONS:
        raise SealStateConflict(
            f"A request that is {current.value} cannot become {target.value}.",
            "该印章申请当前状态不允许此操作。",
        )
    statement = (
        update(_REQUEST)
        .where(_REQUEST.c.id == request_id, _REQUEST.c.state == current.value)
        .values(state=target.value, **values)
    )
    _exactly_one(session, statement)


def replace_approval_request(session: Session, request_id: UUID, approval_request: bytes) -> None:
    """A fresh question for the approver, while nobody has answered the old one. Raises SealStateConflict."""
    statement = (
        update(_REQUEST)
        .where(_REQUEST.c.id == request_id, _REQUEST.c.state == RequestState.APPLIED.value)
        .values(approval_request=approval_request)
    )
    _exactly_one(session, statement)


def insert_seal(session: Session, row: models.SealRow) -> None:
    """Raises SealStateConflict when the certificate belongs to another seal already."""
    try:
        session.connection().execute(insert(_SEAL), [row.model_dump()])
    except IntegrityError as error:
        raise SealStateConflict(
            "This certificate belongs to another seal; issue one for this seal.",
            "该证书已绑定其他印章，请为本印章单独签发证书。",
            log_only=str(error.orig),
        ) from None


def read_seal(session: Session, seal_id: UUID | str) -> models.SealRow:
    """By id or by number, fresh from the database. Raises SealNotFound."""
    condition = _SEAL.c.id == seal_id if isinstance(seal_id, UUID) else _SEAL.c.number == seal_id
    query = select(models.SealRow).where(condition).execution_options(populate_existing=True)
    row = session.scalars(query).one_or_none()
    if row is None:
        raise SealNotFound("There is no seal of this number.", "没有该编号的印章。")
    return row


def list_seals(session: Session, *, owner_code: str | None = None) -> Sequence[models.SealRow]:
    """Oldest first."""
    query = select(models.SealRow).order_by(_SEAL.c.id)
    if owner_code is not None:
        query = query.where(_SEAL.c.owner_code == owner_code)
    return session.scalars(query.execution_options(populate_existing=True)).all()


def pending_seals(session: Session) -> Sequence[models.SealRow]:
    """Seals whose making was begun and not finished."""
    query = select(models.SealRow).where(_SEAL.c.state == SealState.PENDING.value).order_by(_SEAL.c.id)
    return session.scalars(query.execution_options(populate_existing=True)).all()


def change_seal(
    session: Session,
    row: models.SealRow,
    operation: Operation,
    *,
    requested_by: str,
    reason: str,
    now: datetime,
    **values: Any,
) -> SealState:
    """One step of `seal.lifecycle` by compare-and-swap from the state `row` shows, and its record.

    Raises SealStateConflict: not in the table, or somebody was faster.
    """
    before = SealState(row.state)
    target = after(before, operation)
    statement = (
        update(_SEAL)
        .where(_SEAL.c.id == row.id, _SEAL.c.state == before.value)
        .values(state=target.value, changed_at=now, **values)
    )
    _exactly_one(session, statement)
    change = {
        "id": uuid7(now),
        "seal_id": row.id,
        "operation": operation.value,
        "before": before.value,
        "after": target.value,
        "requested_by": requested_by,
        "reason": reason,
        "changed_at": now,
    }
    session.connection().execute(insert(_CHANGE), [change])
    return target


def successor_of(session: Session, seal_id: UUID) -> models.SealRow | None:
    """The newest seal that was made in the place of this one (变更), if any."""
    query = (
        select(models.SealRow)
        .join(_REQUEST, _REQUEST.c.id == _SEAL.c.request_id)
        .where(_REQUEST.c.replaces_id == seal_id, _SEAL.c.state != SealState.ABANDONED.value)
        .order_by(_SEAL.c.id.desc())
    )
    return session.scalars(query.execution_options(populate_existing=True)).first()


def list_changes(session: Session, seal_id: UUID) -> Sequence[models.SealChangeRow]:
    """Oldest first."""
    query = select(models.SealChangeRow).where(_CHANGE.c.seal_id == seal_id).order_by(_CHANGE.c.id)
    return session.scalars(query).all()


def insert_use(session: Session, row: models.SealUseRow) -> None:
    session.connection().execute(insert(_USE), [row.model_dump()])


def finish_use(
    session: Session,
    use_id: UUID,
    *,
    log_index: int,
    result_digest: bytes | None,
    timestamp: bytes | None,
    now: datetime,
) -> None:
    """pending → done. No `result_digest` when the document stayed elsewhere. Raises SealStateConflict."""
    statement = (
        update(_USE)
        .where(_USE.c.id == use_id, _USE.c.state == PENDING)
        .values(
            state=DONE, log_index=log_index, result_digest=result_digest, timestamp=timestamp, done_at=now
        )
    )
    _exactly_one(session, statement)


def abandon_uses(session: Session, *, declared_before: datetime, now: datetime) -> int:
    """Close uses that a crash interrupted: nothing was handed out, the intent stays in the log."""
    result: CursorResult[tuple[()]] = session.connection().execute(
        update(_USE)
        .where(_USE.c.state == PENDING, _USE.c.declared_at < declared_before)
        .values(state=ABANDONED, done_at=now)
    )
    return result.rowcount


def list_uses(session: Session, seal_id: UUID) -> Sequence[models.SealUseRow]:
    """Oldest first."""
    query = select(models.SealUseRow).where(_USE.c.seal_id == seal_id).order_by(_USE.c.id)
    return session.scalars(query.execution_options(populate_existing=True)).all()


def uses_of_document(session: Session, digest: bytes) -> Sequence[models.SealUseRow]:
    """Every use on a file, looked for by SHA-256 before or after sealing."""
    condition = or_(_USE.c.document_digest == digest, _USE.c.result_digest == digest)
    return session.scalars(select(models.SealUseRow).where(condition).order_by(_USE.c.id)).all()


def _exactly_one(session: Session, statement: Any) -> None:
    result: CursorResult[tuple[()]] = session.connection().execute(statement)
    if result.rowcount != 1:
        raise SealStateConflict()
