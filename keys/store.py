"""All SQL of `keys` beside the log: signing keys, field keys, intents, spent nonces. Changes of state are
compare-and-swap with the row count checked; nothing here commits."""

from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from sqlalchemy import CursorResult, delete, insert, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session
from sqlmodel import SQLModel, col

from keys import models
from keys.errors import ApprovalReplayed, IntentRefused, KeyStateConflict
from keys.lifecycle import KeyState, check_transition

_KEY = SQLModel.metadata.tables[str(models.SigningKey.__tablename__)]
_INTENT = SQLModel.metadata.tables[str(models.SigningIntent.__tablename__)]
_NONCE = SQLModel.metadata.tables[str(models.SpentNonce.__tablename__)]
_CHUNK = 500


class LoggedIntent(NamedTuple):
    """What an intent says stands in the log, and where."""

    intent_id: UUID
    kind: str
    record_digest: bytes
    log_index: int


OPEN, DONE, ABANDONED = "open", "done", "abandoned"


def insert_key(session: Session, row: models.SigningKey) -> None:
    """Raises: KeyStateConflict when the label has an active key already."""
    try:
        session.connection().execute(insert(_KEY), [row.model_dump()])
    except IntegrityError as error:
        raise KeyStateConflict(
            "There is an active key of this name already.", "该名称已有启用的密钥。", log_only=str(error.orig)
        ) from None


def read_keys(session: Session) -> Sequence[models.SigningKey]:
    """Every signing key, oldest first."""
    query = select(models.SigningKey).order_by(_KEY.c.created_at, _KEY.c.id)
    return session.scalars(query.execution_options(populate_existing=True)).all()


def change_key_state(
    session: Session, kid: str, current: KeyState, target: KeyState, *, label: str, now: datetime
) -> None:
    """One step of `keys.lifecycle`, by compare-and-swap; destroying forgets the wrapped bytes.

    Raises: KeyStateConflict.
    """
    check_transition(current, target)
    values: dict[str, object] = {
        "state": target.value,
        "active_label": label if target is KeyState.ACTIVE else None,
        "changed_at": now,
    }
    if target is KeyState.DESTROYED:
        values["wrapped"] = None
    statement = update(_KEY).where(_KEY.c.kid == kid, _KEY.c.state == current.value).values(**values)
    try:
        result: CursorResult[tuple[()]] = session.connection().execute(statement)
    except IntegrityError as error:
        raise KeyStateConflict(
            "There is an active key of this name already.", "该名称已有启用的密钥。", log_only=str(error.orig)
        ) from None
    if result.rowcount != 1:
        raise KeyStateConflict()


def read_field_key(session: Session, purpose: str) -> models.FieldKey | None:
    query = select(models.FieldKey).where(col(models.FieldKey.purpose) == purpose)
    return session.scalars(query).one_or_none()


def insert_field_key(session: Session, row: models.FieldKey) -> None:
    session.add(row)
    session.flush()


def insert_intents(session: Session, rows: Sequence[dict[str, object]]) -> None:
    session.connection().execute(insert(_INTENT), rows)


def read_intents(session: Session, intent_ids: Sequence[UUID]) -> dict[UUID, models.SigningIntent]:
    """The rows, fresh from the database."""
    found: dict[UUID, models.SigningIntent] = {}
    for start in range(0, len(intent_ids), _CHUNK):
        query = select(models.SigningIntent).where(_INTENT.c.id.in_(intent_ids[start : start + _CHUNK]))
        for row in session.scalars(query.execution_options(populate_existing=True)):
            found[row.id] = row
    return found


def read_open_intents(session: Session) -> Sequence[models.SigningIntent]:
    """Every open intent, oldest first."""
    query = select(models.SigningIntent).where(_INTENT.c.state == OPEN).order_by(_INTENT.c.log_index)
    return session.scalars(query.execution_options(populate_existing=True)).all()


def read_logged_intents(session: Session, origin: str, start: int, end: int | None) -> list[LoggedIntent]:
    """The intents whose leaves are in [start, end); without `end`, all from `start` on."""
    query = select(_INTENT.c.id, _INTENT.c.kind, _INTENT.c.record_digest, _INTENT.c.log_index).where(
        _INTENT.c.log_origin == origin, _INTENT.c.log_index >= start
    )
    if end is not None:
        query = query.where(_INTENT.c.log_index < end)
    rows = session.connection().execute(query)
    return [LoggedIntent(row.id, row.kind, row.record_digest, row.log_index) for row in rows]


def close_intents(session: Session, intent_ids: Sequence[UUID], state: str, now: datetime) -> None:
    """open → done or abandoned, all or an error. Raises: IntentRefused."""
    for start in range(0, len(intent_ids), _CHUNK):
        chunk = intent_ids[start : start + _CHUNK]
        statement = (
            update(_INTENT)
            .where(_INTENT.c.id.in_(chunk), _INTENT.c.state == OPEN)
            .values(state=state, finished_at=now)
        )
        result: CursorResult[tuple[()]] = session.connection().execute(statement)
        if result.rowcount != len(set(chunk)):
            raise IntentRefused("The act is not open any more.", "该操作已不在待办状态。")


def spend_nonce(
    session: Session, nonce: bytes, *, operation: str, now: datetime, expires_at: datetime
) -> None:
    """Use up the nonce of an approval, in the transaction of what it approves.

    Raises: ApprovalReplayed when it was used before; the caller rolls back.
    """
    row = {"nonce": nonce, "operation": operation, "spent_at": now, "expires_at": expires_at}
    if session.connection().execute(select(_NONCE.c.nonce).where(_NONCE.c.nonce == nonce)).first():
        raise ApprovalReplayed()
    try:
        session.connection().execute(insert(_NONCE), [row])
    except IntegrityError:
        raise ApprovalReplayed() from None


def forget_nonces(session: Session, before: datetime) -> int:
    """Delete nonces whose approval expired before `before`; return how many."""
    result: CursorResult[tuple[()]] = session.connection().execute(
        delete(_NONCE).where(_NONCE.c.expires_at < before)
    )
    return result.rowcount
