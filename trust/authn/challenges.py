"""Challenges (挑战值) that one answer uses up: for passkeys and certificates.

    row = SHA-256( purpose ‖ binding ‖ challenge )

`binding` names the browser (cookie of the session or the login flow), so an answer obtained elsewhere finds
no row. Using up is one DELETE: of two parallel answers one gets the row. Commit `short` before looking at the
answer, so that a wrong answer has used the challenge up as well.
"""

import hashlib
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from sqlalchemy import delete, insert
from sqlalchemy.orm import Session

from trust.authn import short_models
from trust.short_lived import SHORT_LIVED

LIFETIME = timedelta(minutes=3)
OCTETS = 32
_CHALLENGE = SHORT_LIVED.tables[str(short_models.AuthnChallenge.__tablename__)]


class ChallengePurpose(StrEnum):
    REGISTER_PASSKEY = "register_passkey"
    USE_PASSKEY = "use_passkey"
    USE_CERTIFICATE = "use_certificate"


@dataclass(frozen=True, slots=True)
class UsedChallenge:
    """A challenge that was open until this moment."""

    challenge: bytes
    person_id: str | None
    """For whom it was made, when that was known."""


def new_challenge(
    short: Session, purpose: ChallengePurpose, *, binding: str, now: datetime, person_id: str | None = None
) -> bytes:
    """32 random octets, good for one answer within three minutes."""
    challenge = secrets.token_bytes(OCTETS)
    row = {
        "digest": _digest(purpose, binding, challenge),
        "person_id": person_id,
        "expires_at": now + LIFETIME,
    }
    short.connection().execute(insert(_CHALLENGE), [row])
    return challenge


def use_challenge(
    short: Session, purpose: ChallengePurpose, challenge: bytes, *, binding: str, now: datetime
) -> UsedChallenge | None:
    """Use it up. None when it was never given to this browser for this purpose, was used, or is too old."""
    statement = (
        delete(_CHALLENGE)
        .where(
            _CHALLENGE.c.digest == _digest(purpose, binding, challenge),
            _CHALLENGE.c.expires_at > now,
        )
        .returning(_CHALLENGE.c.person_id)
    )
    row = short.connection().execute(statement).one_or_none()
    return None if row is None else UsedChallenge(challenge, row.person_id)


def _digest(purpose: ChallengePurpose, binding: str, challenge: bytes) -> bytes:
    message = b"\x00".join((purpose.value.encode("ascii"), binding.encode("utf-8"), challenge))
    return hashlib.sha256(message).digest()
