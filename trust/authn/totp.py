"""One-time codes (动态口令), RFC 6238 over RFC 4226: six digits, 30 seconds, HMAC-SHA-1.

SHA-1 because it is what every authenticator application computes; HMAC does not need its collision
resistance. The step before and the step after the present one are accepted (clocks differ), and no step
twice: the newest accepted one is kept and moved forward by compare-and-swap. Does not check: rate limits.
"""

import base64
import hmac
import secrets
from dataclasses import dataclass
from datetime import datetime
from urllib.parse import quote, urlencode
from uuid import UUID

from sqlalchemy import CursorResult, delete, insert, select, update
from sqlalchemy.orm import Session
from sqlmodel import SQLModel

from keys.encoding import uuid7
from keys.fields import FieldCipher
from trust.authn import models
from trust.authn.errors import AuthenticatorMissing, AuthenticatorRefused

STEP_SECONDS = 30
DIGITS = 6
WINDOW = 1
"""Steps before and after the present one."""
SECRET_OCTETS = 20
_TOTP = SQLModel.metadata.tables[str(models.AuthnTotp.__tablename__)]


@dataclass(frozen=True, slots=True)
class TotpEnrolment:
    """What is shown once, as a QR code and as letters, until the first code confirms it."""

    totp_id: UUID
    secret: str
    """Base32, as applications read it."""
    uri: str
    """`otpauth://totp/…`"""


def code_at(secret: bytes, step: int) -> str:
    """The code of one step (RFC 4226 §5.3)."""
    digest = hmac.digest(secret, step.to_bytes(8, "big"), "sha1")
    offset = digest[-1] & 0x0F
    number = int.from_bytes(digest[offset : offset + 4], "big") & 0x7FFFFFFF
    return f"{number % 10**DIGITS:0{DIGITS}d}"


def matching_step(secret: bytes, code: str, now: datetime) -> int | None:
    """The newest step within the window whose code this is. All of them are computed and compared."""
    if len(code) != DIGITS or not code.isascii():
        return None
    present = int(now.timestamp()) // STEP_SECONDS
    found = None
    for step in range(present - WINDOW, present + WINDOW + 1):
        if hmac.compare_digest(code_at(secret, step), code):
            found = step
    return found


def begin_totp(
    session: Session, cipher: FieldCipher, person_id: str, *, service: str, account: str, now: datetime
) -> TotpEnrolment:
    """Choose a secret and keep it aside until `confirm_totp`. Earlier unconfirmed ones are dropped.

    service, account: what the application shows; `account` is masked by the caller.
    """
    session.connection().execute(
        delete(_TOTP).where(_TOTP.c.person_id == person_id, _TOTP.c.active_person.is_(None))
    )
    secret, totp_id = secrets.token_bytes(SECRET_OCTETS), uuid7(now)
    row = {
        "id": totp_id,
        "person_id": person_id,
        "active_person": None,
        "sealed": cipher.seal(secret, aad=_aad(totp_id)),
        "last_step": 0,
        "created_at": now,
    }
    session.connection().execute(insert(_TOTP), [row])
    text = base64.b32encode(secret).decode("ascii")
    query = urlencode({"secret": text, "issuer": service, "digits": DIGITS, "period": STEP_SECONDS})
    return TotpEnrolment(totp_id, text, f"otpauth://totp/{quote(service)}:{quote(account)}?{query}")


def confirm_totp(
    session: Session, cipher: FieldCipher, person_id: str, totp_id: UUID, code: str, now: datetime
) -> None:
    """Make the generator the person's one, in place of an earlier one, when it gives the right code.

    Raises: AuthenticatorMissing, AuthenticatorRefused (wrong code; the enrolment stays open).
    """
    connection = session.connection()
    sealed = connection.execute(
        select(_TOTP.c.sealed).where(
            _TOTP.c.id == totp_id, _TOTP.c.person_id == person_id, _TOTP.c.active_person.is_(None)
        )
    ).scalar_one_or_none()
    if sealed is None:
        raise AuthenticatorMissing()
    step = matching_step(cipher.open(sealed, aad=_aad(totp_id)), code, now)
    if step is None:
        raise AuthenticatorRefused(
            "The code is not right. Check that the clock of your telephone is.",
            "动态口令不正确，请检查手机时间是否准确。",
        )
    connection.execute(delete(_TOTP).where(_TOTP.c.active_person == person_id))
    connection.execute(
        update(_TOTP).where(_TOTP.c.id == totp_id).values(active_person=person_id, last_step=step)
    )


def accept_totp(session: Session, cipher: FieldCipher, person_id: str, code: str, now: datetime) -> bool:
    """Use up the code. False when wrong, used before, or the person has no generator."""
    connection = session.connection()
    row = connection.execute(
        select(_TOTP.c.id, _TOTP.c.sealed).where(_TOTP.c.active_person == person_id)
    ).one_or_none()
    if row is None:
        return False
    step = matching_step(cipher.open(row.sealed, aad=_aad(row.id)), code, now)
    if step is None:
        return False
    statement = update(_TOTP).where(_TOTP.c.id == row.id, _TOTP.c.last_step < step).values(last_step=step)
    used: CursorResult[tuple[()]] = connection.execute(statement)
    return used.rowcount == 1


def has_totp(session: Session, person_id: str) -> bool:
    statement = select(_TOTP.c.id).where(_TOTP.c.active_person == person_id)
    return session.connection().execute(statement).one_or_none() is not None


def end_totp(session: Session, person_id: str) -> bool:
    """Forget the person's generator, secret and all. False when there was none."""
    result: CursorResult[tuple[()]] = session.connection().execute(
        delete(_TOTP).where(_TOTP.c.active_person == person_id)
    )
    return result.rowcount == 1


def _aad(totp_id: UUID) -> str:
    return f"authn_totp/{totp_id}/sealed"
