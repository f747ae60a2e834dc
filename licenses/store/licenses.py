"""SQL on the table `license`. Changes of state are compare-and-swap with the row count checked.

`Entry` is what may be known without opening personal data; the sealed columns are opened one by one, by name.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from hashlib import sha256
from typing import Any
from uuid import UUID

from sqlalchemy import CursorResult, Select, Table, select
from sqlalchemy.orm import Session
from sqlmodel import SQLModel

from keys.fields import FieldCipher
from licenses import models
from licenses.errors import LicenseChangedMeanwhile, LicenseNotFound
from licenses.holder import Holder
from licenses.lifecycle import State

LICENSE: Table = SQLModel.metadata.tables[models.LicenseRow.__tablename__]


@dataclass(frozen=True, slots=True)
class Entry:
    """One row of `license` without its sealed columns."""

    id: UUID
    identifier: str
    serial: str
    version: int
    license_type: str
    issuer_code: str
    valid_from: date
    valid_until: date | None
    state: State
    status_list_id: UUID
    status_index: int
    idempotency_key: str | None
    request_digest: bytes
    supersedes_id: UUID | None
    succession: str | None
    requested_by: str
    reason: str
    intent_id: UUID | None
    created_at: datetime
    issued_at: datetime | None


_ENTRY_COLUMNS = Entry.__slots__


@dataclass(frozen=True, slots=True)
class Pending:
    """A license about to be logged: everything that must be found again after a crash."""

    entry: Entry
    holder: Holder
    record: bytes
    payload: bytes


def insert_pending(session: Session, cipher: FieldCipher, pending: Pending) -> None:
    """Write the row in state `pending`. A unique conflict ends the transaction; the caller runs it again."""
    entry = pending.entry
    values: dict[str, Any] = {name: getattr(entry, name) for name in _ENTRY_COLUMNS}
    values["state"] = State.PENDING.value
    values["holder_index"] = _holder_index(cipher, pending.holder)
    values["record_sealed"] = cipher.seal(pending.record, aad=_aad("record", entry.id))
    values["payload_sealed"] = cipher.seal(pending.payload, aad=_aad("payload", entry.id))
    session.execute(LICENSE.insert().values(values))


def complete(
    session: Session,
    cipher: FieldCipher,
    license_id: UUID,
    *,
    credential: str,
    document: bytes,
    secret: str,
    intent_id: UUID,
    now: datetime,
) -> None:
    """Pending → valid, with the signed faces. Raises LicenseChangedMeanwhile when no longer pending."""
    _swap(
        session,
        license_id,
        State.PENDING,
        state=State.VALID.value,
        credential_sealed=cipher.seal(credential.encode(), aad=_aad("credential", license_id)),
        document_sealed=cipher.seal(document, aad=_aad("document", license_id)),
        secret_digest=secret_digest(secret),
        intent_id=intent_id,
        issued_at=now,
    )


def move(session: Session, license_id: UUID, before: State, after: State) -> None:
    """Compare-and-swap of the state. Raises LicenseChangedMeanwhile."""
    _swap(session, license_id, before, state=after.value)


def _swap(session: Session, license_id: UUID, before: State, **values: object) -> None:
    statement = (
        LICENSE.update().where(LICENSE.c.id == license_id, LICENSE.c.state == before.value).values(**values)
    )
    result = session.execute(statement)
    if not isinstance(result, CursorResult) or result.rowcount != 1:
        raise LicenseChangedMeanwhile()


def find(session: Session, license_id: UUID) -> Entry | None:
    return _one(session, _entries().where(LICENSE.c.id == license_id))


def require(session: Session, license_id: UUID) -> Entry:
    """Raises LicenseNotFound."""
    return _found(find(session, license_id))


def by_identifier(session: Session, identifier: str) -> Entry:
    """A license that was issued, by its 证照标识. Raises LicenseNotFound, also while it is pending."""
    found = _one(session, _entries().where(LICENSE.c.identifier == identifier))
    return _found(None if found is None or found.state is State.PENDING else found)


def by_secret(session: Session, secret: str) -> Entry | None:
    """The license whose printed QR code holds `secret`."""
    return _one(session, _entries().where(LICENSE.c.secret_digest == secret_digest(secret)))


def by_idempotency_key(session: Session, issuer_code: str, idempotency_key: str) -> Entry | None:
    return _one(
        session,
        _entries().where(LICENSE.c.issuer_code == issuer_code, LICENSE.c.idempotency_key == idempotency_key),
    )


def by_holder(session: Session, cipher: FieldCipher, holder: Holder) -> list[Entry]:
    """Issued licenses of a holder, newest first."""
    statement = _entries().where(
        LICENSE.c.holder_index == _holder_index(cipher, holder), LICENSE.c.state != State.PENDING.value
    )
    return [_entry(row) for row in session.execute(statement.order_by(LICENSE.c.id.desc()))]


def successor_of(session: Session, license_id: UUID, *, issued_only: bool = True) -> Entry | None:
    """The version that follows, if any."""
    statement = _entries().where(LICENSE.c.supersedes_id == license_id)
    if issued_only:
        statement = statement.where(LICENSE.c.state != State.PENDING.value)
    return _one(session, statement)


def pending(session: Session) -> list[Entry]:
    """Licenses that were logged and not yet stored, oldest first: the work list after a crash."""
    statement = _entries().where(LICENSE.c.state == State.PENDING.value).order_by(LICENSE.c.id)
    return [_entry(row) for row in session.execute(statement)]


def issued(session: Session) -> Iterator[Entry]:
    """Every license that was ever issued, oldest first; for audits, read in portions."""
    statement = _entries().where(LICENSE.c.state != State.PENDING.value).order_by(LICENSE.c.id)
    for row in session.execute(statement.execution_options(yield_per=500)):
        yield _entry(row)


def open_record(session: Session, cipher: FieldCipher, license_id: UUID) -> bytes:
    return _opened(session, cipher, license_id, "record")


def open_payload(session: Session, cipher: FieldCipher, license_id: UUID) -> bytes:
    return _opened(session, cipher, license_id, "payload")


def open_credential(session: Session, cipher: FieldCipher, license_id: UUID) -> str:
    return _opened(session, cipher, license_id, "credential").decode()


def open_document(session: Session, cipher: FieldCipher, license_id: UUID) -> bytes:
    return _opened(session, cipher, license_id, "document")


def secret_digest(secret: str) -> bytes:
    """SHA-256 of the secret of a printed QR code. The secret has 128 random bits and needs no salt."""
    return sha256(secret.encode()).digest()


def _entries() -> Select[Any]:
    return select(*(LICENSE.c[name] for name in _ENTRY_COLUMNS))


def _one(session: Session, statement: Select[Any]) -> Entry | None:
    row = session.execute(statement).first()
    return None if row is None else _entry(row)


def _found(entry: Entry | None) -> Entry:
    if entry is None:
        raise LicenseNotFound()
    return entry


def _entry(row: Any) -> Entry:
    values = row._asdict()
    values["state"] = State(values["state"])
    return Entry(**values)


def _opened(session: Session, cipher: FieldCipher, license_id: UUID, column: str) -> bytes:
    statement = select(LICENSE.c[f"{column}_sealed"]).where(LICENSE.c.id == license_id)
    box = session.execute(statement).scalar()
    if box is None:
        raise LicenseNotFound()
    return cipher.open(box, aad=_aad(column, license_id))


def _aad(column: str, license_id: UUID) -> str:
    return f"license/{column}/{license_id}"


def _holder_index(cipher: FieldCipher, holder: Holder) -> bytes:
    return cipher.blind_index(f"{holder.code_type}:{holder.code}", field="license.holder")
