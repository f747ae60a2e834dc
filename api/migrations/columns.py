"""Columns of the first migrations, spelt short. A name never changes its meaning: migrations are history."""

from datetime import date, datetime
from uuid import UUID

import sqlalchemy as sa


def text(name: str, length: int | None = None, *, null: bool = False) -> sa.Column[str]:
    return sa.Column(name, sa.String(length), nullable=null)


def moment(name: str, *, null: bool = False) -> sa.Column[datetime]:
    return sa.Column(name, sa.DateTime(timezone=True), nullable=null)


def octets(name: str, *, null: bool = False) -> sa.Column[bytes]:
    return sa.Column(name, sa.LargeBinary(), nullable=null)


def uuid(name: str, *, null: bool = False) -> sa.Column[UUID]:
    return sa.Column(name, sa.Uuid(), nullable=null)


def whole(name: str, *, null: bool = False) -> sa.Column[int]:
    return sa.Column(name, sa.Integer(), autoincrement=False, nullable=null)


def big(name: str, *, null: bool = False) -> sa.Column[int]:
    return sa.Column(name, sa.BigInteger(), autoincrement=False, nullable=null)


def truth(name: str, *, null: bool = False) -> sa.Column[bool]:
    return sa.Column(name, sa.Boolean(), nullable=null)


def day(name: str, *, null: bool = False) -> sa.Column[date]:
    return sa.Column(name, sa.Date(), nullable=null)
