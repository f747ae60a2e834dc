"""Device authorization (RFC 8628): a terminal without a browser shows a short code, a person types it
elsewhere.

The user code has 8 letters without vowels (no words) of 20: 34 bits, good for 10 minutes; the page that
takes it limits tries (§5.1). The person confirms knowing client and code (§5.4), then a grant is written
as for a code.
"""

import secrets
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import CursorResult, bindparam, insert, select, update
from sqlalchemy.orm import Session

from keys.encoding import canonical_json, parse_json, uuid7
from trust.oauth_errors import (
    AccessDenied,
    AuthorizationPending,
    ExpiredDeviceCode,
    InvalidGrant,
    InvalidRequest,
    SlowDown,
    UnauthorizedClient,
)
from trust.oidc import short_models
from trust.oidc.authorize_checks import (
    Asked,
    claims_are_understood,
    resources_are_allowed,
    scopes_are_allowed,
)
from trust.oidc.authorize_request import AuthorizeRequest, read_device_request
from trust.oidc.client_auth import Call, authenticate_client
from trust.oidc.clients import DEVICE_CODE, Client
from trust.oidc.codes import Refused, give_grant
from trust.oidc.grants import Grant, redeem
from trust.oidc.handles import HandleKind
from trust.oidc.parameters import MAX_TOTAL, Parameters
from trust.oidc.people import LoginSession
from trust.oidc.provider import Answer, Provider
from trust.short_lived import SHORT_LIVED

ALPHABET = "BCDFGHJKLMNPQRSTVWXZ"
LIFE = timedelta(minutes=10)
INTERVAL_S = 5
PENDING, APPROVED, DENIED, SPENT = "pending", "approved", "denied", "spent"
_DEVICE = SHORT_LIVED.tables[str(short_models.OidcDevice.__tablename__)]
_C = _DEVICE.c
_INSERT = insert(_DEVICE)
_BY_ID = select(_DEVICE).where(_C.id == bindparam("wanted"))
_POLLED = (
    update(_DEVICE)
    .where(_C.id == bindparam("wanted"))
    .values(polled_at=bindparam("at"), interval_s=bindparam("pause"))
)
_DECIDE = (
    update(_DEVICE)
    .where(_C.id == bindparam("wanted"), _C.state == PENDING)
    .values(state=bindparam("decided"), grant_id=bindparam("given"))
)
_SPEND = update(_DEVICE).where(_C.id == bindparam("wanted"), _C.state == APPROVED).values(state=SPENT)
_KEPT = ("scope", "resource", "claims", "acr_values", "max_age", "nonce")


@dataclass(frozen=True, slots=True)
class WaitingDevice:
    """A device a person may let in: shown with the client's name before anything is agreed."""

    id: UUID
    request: AuthorizeRequest
    user_code: str


def authorize_device(
    provider: Provider, session: Session, short: Session, call: Call, now: datetime
) -> Answer:
    """The device authorization endpoint (§3.1). Raises: OAuthError."""
    endpoint = provider.endpoints.device_authorization
    client = authenticate_client(provider, session, short, call, endpoint=endpoint, now=now)
    if DEVICE_CODE not in client.grant_types:
        raise UnauthorizedClient()
    asked = Asked(provider, client, call.parameters, pushed=True, signed=True)
    for check in (scopes_are_allowed, resources_are_allowed, claims_are_understood):
        check(asked)
    kept = {name: value for name, value in call.parameters.to_json().items() if name in _KEPT}
    device_id, user_code = uuid7(now), "".join(secrets.choice(ALPHABET) for _ in range(8))
    row = {
        "id": device_id,
        "user_code": user_code,
        "client_id": client.client_id,
        "parameters": canonical_json(kept).decode("utf-8"),
        "dpop_jkt": None,
        "state": PENDING,
        "grant_id": None,
        "interval_s": INTERVAL_S,
        "polled_at": None,
        "usable_until": now + LIFE,
        "expires_at": now + 2 * LIFE,
    }
    short.connection().execute(_INSERT, row)
    shown = f"{user_code[:4]}-{user_code[4:]}"
    return Answer(
        {
            "device_code": provider.secret.mint(HandleKind.DEVICE, device_id),
            "user_code": shown,
            "verification_uri": provider.endpoints.device,
            "verification_uri_complete": f"{provider.endpoints.device}?user_code={shown}",
            "expires_in": int(LIFE.total_seconds()),
            "interval": INTERVAL_S,
        }
    )


def find_device(
    provider: Provider, session: Session, short: Session, typed: str, now: datetime
) -> WaitingDevice | None:
    """The device behind what a person typed, punctuation and case aside; None when there is none waiting."""
    code = "".join(letter for letter in typed.upper() if letter in ALPHABET)
    query = select(_DEVICE).where(_C.user_code == code, _C.state == PENDING, _C.usable_until > now)
    row: Any = short.connection().execute(query).one_or_none()
    client = None if row is None else provider.clients.find(session, row.client_id, now)
    if client is None or not client.active:
        return None
    parameters = Parameters.from_json(parse_json(row.parameters, max_bytes=4 * MAX_TOTAL))
    asked = Asked(provider, client, parameters, pushed=True, signed=True)
    return WaitingDevice(row.id, read_device_request(asked), code)


def approve_device(
    provider: Provider,
    session: Session,
    short: Session,
    device: WaitingDevice,
    login: LoginSession,
    *,
    acting_for: str | None = None,
    now: datetime,
) -> None:
    """The person lets the device in. Raises: InvalidRequest when it was decided already, AccessDenied."""
    grant = give_grant(provider, session, short, device.request, login, acting_for, now, code_life=LIFE)
    _decide(short, device, APPROVED, grant.id)


def deny_device(short: Session, device: WaitingDevice) -> None:
    """The person refuses. Raises: InvalidRequest when it was decided already."""
    _decide(short, device, DENIED, None)


def redeem_device(
    provider: Provider,
    short: Session,
    client: Client,
    parameters: Parameters,
    *,
    jkt: str | None,
    now: datetime,
) -> Grant | Refused:
    """The grant of a device that was let in. Raises: InvalidGrant…; returns what polling leaves behind."""
    handle = provider.secret.open(HandleKind.DEVICE, parameters.required("device_code"))
    row: Any = short.connection().execute(_BY_ID, {"wanted": handle.row_id}).one_or_none() if handle else None
    if row is None or row.client_id != client.client_id or row.state == SPENT:
        raise InvalidGrant()
    if row.state == DENIED:
        raise AccessDenied()
    if row.usable_until <= now:
        raise ExpiredDeviceCode()
    if row.state == PENDING:
        return _pending(short, row, now)
    spent: CursorResult[tuple[()]] = short.connection().execute(_SPEND, {"wanted": row.id})
    bind_to = jkt if client.public else None
    grant = redeem(short, row.grant_id, bind_to=bind_to, now=now) if spent.rowcount == 1 else None
    if grant is None:
        raise InvalidGrant()
    return replace(grant, nonce=None)


def _pending(short: Session, row: Any, now: datetime) -> Refused:
    """§3.5: asking before the interval is over lengthens it by 5 seconds."""
    early = row.polled_at is not None and now < row.polled_at + timedelta(seconds=row.interval_s)
    pause = row.interval_s + (5 if early else 0)
    short.connection().execute(_POLLED, {"wanted": row.id, "at": now, "pause": pause})
    return Refused(SlowDown() if early else AuthorizationPending())


def _decide(short: Session, device: WaitingDevice, state: str, grant_id: UUID | None) -> None:
    result: CursorResult[tuple[()]] = short.connection().execute(
        _DECIDE, {"wanted": device.id, "decided": state, "given": grant_id}
    )
    if result.rowcount != 1:
        raise InvalidRequest("This device was decided already.", "该设备请求已处理。")
