"""All SQL of `ca`. Changes of state are compare-and-swap: the row count says whether the caller was right."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import CursorResult, bindparam, insert, select, update
from sqlalchemy.orm import Session
from sqlmodel import SQLModel

from ca import models

_CERTIFICATE = SQLModel.metadata.tables[str(models.CertificateRow.__tablename__)]
_CRL = SQLModel.metadata.tables[str(models.CrlRow.__tablename__)]


@dataclass(frozen=True, slots=True)
class StoredCertificate:
    """What the table knows of one certificate."""

    serial: str
    issuer_key_id: str
    profile: str
    state: str
    subject: str
    not_after: datetime
    der: bytes | None
    revoked_at: datetime | None
    revocation_reason: str | None


@dataclass(frozen=True, slots=True)
class StoredCrl:
    number: int
    this_update: datetime
    next_update: datetime
    der: bytes


_COLUMNS = tuple(_CERTIFICATE.c[name] for name in StoredCertificate.__dataclass_fields__)
_CRL_COLUMNS = tuple(_CRL.c[name] for name in StoredCrl.__dataclass_fields__)


def insert_certificates(session: Session, rows: Sequence[dict[str, Any]]) -> None:
    session.connection().execute(insert(_CERTIFICATE), list(rows))


def activate(session: Session, signed: Sequence[tuple[str, bytes]]) -> int:
    """pending → active for each (serial, DER); answers how many rows that were. The caller compares."""
    statement = (
        update(_CERTIFICATE)
        .where(_CERTIFICATE.c.serial == bindparam("its_serial"), _CERTIFICATE.c.state == "pending")
        .values(state="active", der=bindparam("its_der"), to_be_signed=None)
    )
    rows = [{"its_serial": serial, "its_der": der} for serial, der in signed]
    result: CursorResult[tuple[()]] = session.connection().execute(statement, rows)
    return result.rowcount


def find_certificate(session: Session, serial: str) -> StoredCertificate | None:
    row = session.connection().execute(select(*_COLUMNS).where(_CERTIFICATE.c.serial == serial)).one_or_none()
    return None if row is None else StoredCertificate(*row)


def pending_serials(session: Session, *, prepared_before: datetime) -> list[str]:
    query = (
        select(_CERTIFICATE.c.serial)
        .where(_CERTIFICATE.c.state == "pending", _CERTIFICATE.c.prepared_at < prepared_before)
        .order_by(_CERTIFICATE.c.prepared_at)
    )
    return list(session.connection().execute(query).scalars())


def change_state(
    session: Session,
    serial: str,
    *,
    allowed_from: Collection[str],
    to: str,
    revoked_at: datetime | None,
    reason: str | None,
) -> bool:
    """Compare-and-swap of one certificate's state. False when it was in none of `allowed_from`."""
    listed = None if revoked_at is None else _CERTIFICATE.c.issuer_key_id
    statement = (
        update(_CERTIFICATE)
        .where(_CERTIFICATE.c.serial == serial, _CERTIFICATE.c.state.in_(allowed_from))
        .values(state=to, revoked_at=revoked_at, revocation_reason=reason, on_crl=listed)
    )
    result: CursorResult[tuple[()]] = session.connection().execute(statement)
    return result.rowcount == 1


def listed(session: Session, issuer_key_id: str) -> list[tuple[str, datetime, str]]:
    """(serial, revoked_at, reason) of all that stands on this issuer's CRL, oldest first."""
    query = (
        select(_CERTIFICATE.c.serial, _CERTIFICATE.c.revoked_at, _CERTIFICATE.c.revocation_reason)
        .where(_CERTIFICATE.c.on_crl == issuer_key_id)
        .order_by(_CERTIFICATE.c.revoked_at, _CERTIFICATE.c.serial)
    )
    return [(row[0], row[1], row[2]) for row in session.connection().execute(query)]


def insert_crl(session: Session, fingerprint: str, issuer_key_id: str, crl: StoredCrl) -> None:
    """Raises IntegrityError when the number is taken: another worker was first; run it again."""
    values = {
        "fingerprint": fingerprint,
        "issuer_key_id": issuer_key_id,
        "number": crl.number,
        "this_update": crl.this_update,
        "next_update": crl.next_update,
        "der": crl.der,
    }
    session.connection().execute(insert(_CRL), [values])


def newest_crl(session: Session, issuer_key_id: str) -> StoredCrl | None:
    query = (
        select(*_CRL_COLUMNS)
        .where(_CRL.c.issuer_key_id == issuer_key_id)
        .order_by(_CRL.c.number.desc())
        .limit(1)
    )
    row = session.connection().execute(query).one_or_none()
    return None if row is None else StoredCrl(*row)
