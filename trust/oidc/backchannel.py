"""Back-channel logout messages (OpenID Connect Back-Channel Logout 1.0): a queue with retries and a deadline.

`api` sends: it takes what is due, posts the token, and reports. A message that fails comes again after 5,
10, 20… seconds for up to a day. Each sending has a token of its own, valid for 2 minutes (§2.4), without
a nonce.
"""

import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import CursorResult, delete, insert, select, update
from sqlalchemy.orm import Session

from keys.encoding import b64url, uuid7
from keys.jws import sign_compact
from trust.oidc import short_models
from trust.oidc.clients import Client
from trust.oidc.provider import Provider
from trust.short_lived import SHORT_LIVED

EVENT = "http://schemas.openid.net/event/backchannel-logout"
TYP = "logout+jwt"
TOKEN_LIFE_S = 120
DEADLINE = timedelta(days=1)
FIRST_PAUSE_S = 5
LONGEST_PAUSE_S = 3600
LEASE = timedelta(seconds=30)
"""A message that was taken is not taken again before this: time enough for one attempt."""
_LOGOUT = SHORT_LIVED.tables[str(short_models.OidcLogout.__tablename__)]
_C = _LOGOUT.c


@dataclass(frozen=True, slots=True)
class LogoutMessage:
    """One message to one client, to be sent now."""

    id: UUID
    client_id: str
    uri: str
    subject: str
    sid: str
    attempts: int


def queue_message(short: Session, *, client_id: str, uri: str, subject: str, sid: str, now: datetime) -> None:
    row = {
        "id": uuid7(now),
        "client_id": client_id,
        "uri": uri,
        "subject": subject,
        "sid": sid,
        "attempts": 0,
        "due_at": now,
        "expires_at": now + DEADLINE,
    }
    short.connection().execute(insert(_LOGOUT), row)


def take_due(short: Session, now: datetime, *, most: int = 20) -> list[LogoutMessage]:
    """Messages to send now, leased to the caller. Commit before sending."""
    query = select(_LOGOUT).where(_C.due_at <= now, _C.expires_at > now).order_by(_C.due_at).limit(most)
    taken = []
    for row in short.connection().execute(query).all():
        lease = (
            update(_LOGOUT)
            .where(_C.id == row.id, _C.attempts == row.attempts, _C.due_at <= now)
            .values(attempts=row.attempts + 1, due_at=now + LEASE)
        )
        result: CursorResult[tuple[()]] = short.connection().execute(lease)
        if result.rowcount == 1:
            taken.append(
                LogoutMessage(row.id, row.client_id, row.uri, row.subject, row.sid, row.attempts + 1)
            )
    return taken


def logout_token(provider: Provider, client: Client, message: LogoutMessage, now: datetime) -> str:
    """The token to post as `logout_token` (§2.4)."""
    issued = int(now.timestamp())
    claims: dict[str, Any] = {
        "iss": provider.issuer,
        "sub": message.subject,
        "aud": client.client_id,
        "iat": issued,
        "exp": issued + TOKEN_LIFE_S,
        "jti": b64url(secrets.token_bytes(16)),
        "events": {EVENT: {}},
        "sid": message.sid,
    }
    return sign_compact(claims, signer=provider.signer(client.id_token_algorithm), typ=TYP)


def delivered(short: Session, message: LogoutMessage) -> None:
    """The client answered 200 or 204."""
    short.connection().execute(delete(_LOGOUT).where(_C.id == message.id))


def failed(short: Session, message: LogoutMessage, now: datetime) -> None:
    """No answer or another one: it comes again later, until the deadline."""
    pause = min(FIRST_PAUSE_S * 2 ** (message.attempts - 1), LONGEST_PAUSE_S)
    again = update(_LOGOUT).where(_C.id == message.id).values(due_at=now + timedelta(seconds=pause))
    short.connection().execute(again)
