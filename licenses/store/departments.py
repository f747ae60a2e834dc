"""SQL on the tables `department`, `accreditation` and `trust_list`."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding
from sqlalchemy import Table, func, select
from sqlalchemy.orm import Session
from sqlmodel import SQLModel

from keys.encoding import uuid7
from licenses import models
from licenses.accreditation import Accreditation
from licenses.errors import NotAccredited

DEPARTMENT: Table = SQLModel.metadata.tables[models.DepartmentRow.__tablename__]
ACCREDITATION: Table = SQLModel.metadata.tables[models.AccreditationRow.__tablename__]
TRUST_LIST: Table = SQLModel.metadata.tables[models.TrustListRow.__tablename__]


@dataclass(frozen=True, slots=True)
class Department:
    """A body that issues licenses (证照颁发机构)."""

    credit_code: str
    name: str
    region: str
    issuer_kid: str
    issuer_chain: tuple[x509.Certificate, ...]
    """Leaf first, without the anchor."""
    seal_id: UUID | None = None


def add_department(session: Session, department: Department, *, now: datetime) -> None:
    session.execute(
        DEPARTMENT.insert().values(
            credit_code=department.credit_code,
            name=department.name,
            region=department.region,
            issuer_kid=department.issuer_kid,
            issuer_chain=_pack(department.issuer_chain),
            seal_id=department.seal_id,
            created_at=now,
        )
    )


def give_seal(session: Session, credit_code: str, seal_id: UUID | None) -> None:
    """Say which seal the department puts on its documents from now on."""
    session.execute(
        DEPARTMENT.update().where(DEPARTMENT.c.credit_code == credit_code).values(seal_id=seal_id)
    )


def give_issuer_key(session: Session, credit_code: str, kid: str, chain: Sequence[x509.Certificate]) -> None:
    """Say with which key and certificate the department signs credentials from now on."""
    session.execute(
        DEPARTMENT.update()
        .where(DEPARTMENT.c.credit_code == credit_code)
        .values(issuer_kid=kid, issuer_chain=_pack(chain))
    )


def department(session: Session, credit_code: str) -> Department:
    """Raises NotAccredited: a body that is not on our list may issue nothing."""
    row = session.execute(select(DEPARTMENT).where(DEPARTMENT.c.credit_code == credit_code)).first()
    if row is None:
        raise NotAccredited(
            "The issuer is not a department of this node.", "颁发机构不是本平台登记的签发部门。"
        )
    return _department(row)


def departments(session: Session) -> list[Department]:
    return [
        _department(row) for row in session.execute(select(DEPARTMENT).order_by(DEPARTMENT.c.credit_code))
    ]


def accredit(session: Session, grant: Accreditation, *, now: datetime) -> None:
    """Write one grant. The department must exist."""
    for license_type in sorted(grant.license_types):
        session.execute(
            ACCREDITATION.insert().values(
                id=uuid7(now),
                credit_code=grant.credit_code,
                license_type=license_type,
                region=grant.region,
                valid_from=grant.valid_from,
                valid_until=grant.valid_until,
            )
        )


def grants(session: Session, credit_code: str | None = None) -> list[Accreditation]:
    """Every grant, or those of one department, also those that are over."""
    statement = (
        select(ACCREDITATION, DEPARTMENT.c.name)
        .join(DEPARTMENT, DEPARTMENT.c.credit_code == ACCREDITATION.c.credit_code)
        .order_by(ACCREDITATION.c.credit_code, ACCREDITATION.c.license_type, ACCREDITATION.c.valid_from)
    )
    if credit_code is not None:
        statement = statement.where(ACCREDITATION.c.credit_code == credit_code)
    return [
        Accreditation(
            credit_code=row.credit_code,
            name=row.name,
            license_types=frozenset({row.license_type}),
            region=row.region,
            valid_from=row.valid_from,
            valid_until=row.valid_until,
        )
        for row in session.execute(statement)
    ]


def next_trust_list_version(session: Session) -> int:
    return int(session.execute(select(func.coalesce(func.max(TRUST_LIST.c.version), 0))).scalar_one()) + 1


def save_trust_list(
    session: Session, version: int, token: str, *, published_at: datetime, expires_at: datetime
) -> None:
    session.execute(
        TRUST_LIST.insert().values(
            version=version, token=token, published_at=published_at, expires_at=expires_at
        )
    )


def newest_trust_list(session: Session) -> tuple[str, datetime] | None:
    """The token published last, and when it expires."""
    statement = (
        select(TRUST_LIST.c.token, TRUST_LIST.c.expires_at).order_by(TRUST_LIST.c.version.desc()).limit(1)
    )
    row = session.execute(statement).first()
    return None if row is None else (row.token, row.expires_at)


def _department(row: Any) -> Department:
    return Department(
        credit_code=row.credit_code,
        name=row.name,
        region=row.region,
        issuer_kid=row.issuer_kid,
        issuer_chain=_unpack(row.issuer_chain),
        seal_id=row.seal_id,
    )


def _pack(chain: Sequence[x509.Certificate]) -> bytes:
    """PEM text: leaf first."""
    return b"".join(certificate.public_bytes(Encoding.PEM) for certificate in chain)


def _unpack(packed: bytes) -> tuple[x509.Certificate, ...]:
    return tuple(x509.load_pem_x509_certificates(packed))
