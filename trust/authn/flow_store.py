"""Logins under way in the short-lived store, each bound to the browser it was begun in (T15).

    link = base64url( flow id (16) ‖ HMAC-SHA-256(key, flow id ‖ SHA-256(browser value)) )

The browser value is a random cookie (`__Host-xinzheng-browser`) that `api` sets when a login begins. A link
crafted by somebody else and opened in a victim's browser carries the HMAC of another cookie and is refused,
so nobody can finish a login that another person began, nor be logged in to another person's account. A step
names the version it was made from: two answers to one step cannot both count. Nothing here commits.
"""

import hashlib
import hmac
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import CursorResult, delete, insert, select, update
from sqlalchemy.orm import Session

from keys.encoding import b64url, canonical_json, parse_json, unb64url, uuid7
from keys.errors import MalformedInput
from trust.authn import short_models
from trust.authn.errors import FlowRefused
from trust.authn.factors import AcrLevel, Factor
from trust.authn.login_flow import LoginFlow
from trust.authn.secret import AuthnSecret
from trust.short_lived import SHORT_LIVED

BROWSER_COOKIE = "__Host-xinzheng-browser"
LIFETIME = timedelta(minutes=15)
_ID, _MAC = 16, 32
_LARGEST_STATE = 16 * 1024
_FLOW = SHORT_LIVED.tables[str(short_models.AuthnFlow.__tablename__)]


@dataclass(frozen=True, slots=True)
class OpenFlow:
    """A flow as read back, with what a change must name."""

    flow_id: UUID
    version: int
    flow: LoginFlow


def new_browser_value() -> str:
    """A fresh value for the browser cookie, 256 bits. Give a new one whenever somebody logged in or out."""
    return secrets.token_urlsafe(32)


def begin_flow(short: Session, secret: AuthnSecret, browser: str, flow: LoginFlow, now: datetime) -> str:
    """Keep the flow for a quarter of an hour; answers the link that only this browser can use."""
    flow_id = uuid7(now)
    row = {"id": flow_id, "version": 1, "state": _to_json(flow), "expires_at": now + LIFETIME}
    short.connection().execute(insert(_FLOW), [row])
    return b64url(flow_id.bytes + _mac(secret, flow_id, browser))


def open_flow(short: Session, secret: AuthnSecret, link: str, browser: str | None, now: datetime) -> OpenFlow:
    """Raises: FlowRefused for a link of another browser, and for one that expired or was finished."""
    flow_id = _flow_id(secret, link, browser)
    statement = select(_FLOW.c.version, _FLOW.c.state).where(_FLOW.c.id == flow_id, _FLOW.c.expires_at > now)
    row = short.connection().execute(statement).one_or_none()
    if row is None:
        raise FlowRefused()
    return OpenFlow(flow_id, row.version, _from_json(row.state))


def advance_flow(short: Session, opened: OpenFlow, flow: LoginFlow) -> OpenFlow:
    """Write the next state. Raises: FlowRefused when another answer came first."""
    statement = (
        update(_FLOW)
        .where(_FLOW.c.id == opened.flow_id, _FLOW.c.version == opened.version)
        .values(version=opened.version + 1, state=_to_json(flow))
    )
    result: CursorResult[tuple[()]] = short.connection().execute(statement)
    if result.rowcount != 1:
        raise FlowRefused()
    return OpenFlow(opened.flow_id, opened.version + 1, flow)


def finish_flow(short: Session, opened: OpenFlow) -> None:
    """Use the flow up. Raises: FlowRefused when it was already, or another answer came first."""
    statement = delete(_FLOW).where(_FLOW.c.id == opened.flow_id, _FLOW.c.version == opened.version)
    result: CursorResult[tuple[()]] = short.connection().execute(statement)
    if result.rowcount != 1:
        raise FlowRefused()


def binding_of(browser: str) -> str:
    """What challenges of this browser are bound to (`challenges.new_challenge`)."""
    return hashlib.sha256(browser.encode("utf-8", "replace")).hexdigest()


def _flow_id(secret: AuthnSecret, link: str, browser: str | None) -> UUID:
    try:
        raw = unb64url(link)
    except MalformedInput:
        raise FlowRefused() from None
    if browser is None or len(raw) != _ID + _MAC:
        raise FlowRefused()
    flow_id = UUID(bytes=raw[:_ID])
    if not hmac.compare_digest(raw[_ID:], _mac(secret, flow_id, browser)):
        raise FlowRefused()
    return flow_id


def _mac(secret: AuthnSecret, flow_id: UUID, browser: str) -> bytes:
    return secret.flow_mac(flow_id.bytes + binding_of(browser).encode("ascii"))


def _to_json(flow: LoginFlow) -> str:
    members: dict[str, Any] = {
        "wanted": int(flow.wanted),
        "return_to": flow.return_to,
        "person_id": flow.person_id,
        "step_up_of": flow.step_up_of,
        "done": sorted(flow.done),
        "enrolled": sorted(flow.enrolled),
        "person_level": int(flow.person_level),
        "tries_left": flow.tries_left,
    }
    return canonical_json(members).decode("utf-8")


def _from_json(text: str) -> LoginFlow:
    members = parse_json(text, max_bytes=_LARGEST_STATE, max_depth=3)
    return LoginFlow(
        wanted=AcrLevel(members["wanted"]),
        return_to=members["return_to"],
        person_id=members["person_id"],
        step_up_of=members["step_up_of"],
        done=frozenset(Factor(name) for name in members["done"]),
        enrolled=frozenset(Factor(name) for name in members["enrolled"]),
        person_level=AcrLevel(members["person_level"]),
        tries_left=members["tries_left"],
    )
