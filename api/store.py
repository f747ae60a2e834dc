"""All SQL on the node's own tables. Nothing here commits."""

from collections.abc import Sequence
from datetime import datetime

from cryptography import x509
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec
from sqlalchemy import or_, select, update
from sqlalchemy.engine import CursorResult
from sqlalchemy.orm import Session
from sqlmodel import col

from api.errors import OperatorExists, UnknownOperator
from api.models import NodeCertificateRow, OperatorRow
from keys.algorithms import Algorithm, PublicKey, algorithm_of
from keys.errors import UnacceptableKey

ACTIVE = "active"
RETIRED = "retired"


def add_operator(
    session: Session, *, code: str, name: str, public_key: PublicKey, now: datetime
) -> OperatorRow:
    """Register an operator's P-256 key. Raises OperatorExists, UnacceptableKey."""
    if algorithm_of(public_key) is not Algorithm.ES256:
        raise UnacceptableKey("An operator's key must be P-256.", "操作员密钥应为 P-256。")
    der = serialization.Encoding.DER
    spki = public_key.public_bytes(der, serialization.PublicFormat.SubjectPublicKeyInfo)
    taken = select(OperatorRow).where(or_(col(OperatorRow.code) == code, col(OperatorRow.public_key) == spki))
    if session.scalar(taken) is not None:
        raise OperatorExists
    row = OperatorRow(code=code, name=name, public_key=spki, state=ACTIVE, added_at=now)
    session.add(row)
    session.flush()
    return row


def operators(session: Session) -> Sequence[OperatorRow]:
    """Every operator, active or not, by code."""
    return session.scalars(select(OperatorRow).order_by(col(OperatorRow.code))).all()


def active_operator(session: Session, code: str) -> OperatorRow:
    """The operator who may act now. Raises UnknownOperator for a stranger and for a retired one."""
    row = session.get(OperatorRow, code)
    if row is None or row.state != ACTIVE:
        raise UnknownOperator
    return row


def operator_key(row: OperatorRow) -> ec.EllipticCurvePublicKey:
    """The operator's public key."""
    key = serialization.load_der_public_key(row.public_key)
    if not isinstance(key, ec.EllipticCurvePublicKey):
        raise UnacceptableKey
    return key


def retire_operator(session: Session, code: str, now: datetime) -> None:
    """active → retired, once. Raises UnknownOperator when there is no active one."""
    done = session.execute(
        update(OperatorRow)
        .where(col(OperatorRow.code) == code, col(OperatorRow.state) == ACTIVE)
        .values(state=RETIRED, retired_at=now)
    )
    if not isinstance(done, CursorResult) or done.rowcount != 1:
        raise UnknownOperator


def put_certificate(
    session: Session, *, role: str, certificate: x509.Certificate, kid: str | None, now: datetime
) -> None:
    """Make `certificate` the one in use for `role`."""
    session.merge(
        NodeCertificateRow(
            role=role,
            certificate=certificate.public_bytes(serialization.Encoding.DER),
            kid=kid,
            since=now,
        )
    )
    session.flush()


def lock_role(session: Session, role: str) -> None:
    """Let one process at a time do what belongs to a role, until its transaction ends (SQLite has one
    anyway).
    """
    session.execute(
        select(col(NodeCertificateRow.role)).where(col(NodeCertificateRow.role) == role).with_for_update()
    )


def certificates(session: Session) -> dict[str, tuple[x509.Certificate, str | None]]:
    """Role → certificate in use and the name of its key."""
    rows = session.scalars(select(NodeCertificateRow)).all()
    return {row.role: (x509.load_der_x509_certificate(row.certificate), row.kid) for row in rows}
