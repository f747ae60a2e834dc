"""Recovery codes (恢复码): ten of them, shown once, each good once, for whoever lost the second factor.

A code is 120 random bits in Crockford's letters, so a plain SHA-256 keeps it (ASVS 5.0 §6.5.2 asks for a
password hash only below 112 bits). With the password it reaches L2: enough to register a new authenticator,
not to sign anything. Does not check: rate limits; that the others are told (`api` notifies).
"""

import hashlib
import secrets
from datetime import datetime

from sqlalchemy import CursorResult, delete, func, insert, select, update
from sqlalchemy.orm import Session
from sqlmodel import SQLModel

from trust.authn import models

COUNT = 10
LETTERS = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
"""Crockford's base 32: no I, L, O, U."""
LENGTH = 24
_CODE = SQLModel.metadata.tables[str(models.AuthnRecoveryCode.__tablename__)]
_MISREAD = str.maketrans("ILO", "110", "- \t")


def new_recovery_codes(session: Session, person_id: str, now: datetime) -> tuple[str, ...]:
    """Ten fresh codes in groups of four; all earlier ones of the person stop working."""
    connection = session.connection()
    connection.execute(delete(_CODE).where(_CODE.c.person_id == person_id))
    codes = tuple("".join(secrets.choice(LETTERS) for _ in range(LENGTH)) for _ in range(COUNT))
    connection.execute(
        insert(_CODE),
        [
            {"digest": _digest(person_id, code), "person_id": person_id, "created_at": now, "used_at": None}
            for code in codes
        ],
    )
    return tuple("-".join(code[start : start + 4] for start in range(0, LENGTH, 4)) for code in codes)


def use_recovery_code(session: Session, person_id: str, typed: str, now: datetime) -> bool:
    """Use up a code, however it was spaced and cased. False when wrong or used."""
    if len(typed) > 4 * LENGTH:
        return False
    code = typed.upper().translate(_MISREAD)
    statement = (
        update(_CODE)
        .where(
            _CODE.c.digest == _digest(person_id, code),
            _CODE.c.person_id == person_id,
            _CODE.c.used_at.is_(None),
        )
        .values(used_at=now)
    )
    result: CursorResult[tuple[()]] = session.connection().execute(statement)
    return result.rowcount == 1


def recovery_codes_left(session: Session, person_id: str) -> int:
    statement = select(func.count()).where(_CODE.c.person_id == person_id, _CODE.c.used_at.is_(None))
    return int(session.connection().execute(statement).scalar_one())


def _digest(person_id: str, code: str) -> bytes:
    return hashlib.sha256(f"recovery\x00{person_id}\x00{code}".encode("utf-8", "surrogatepass")).digest()
