"""Tokens of forms (跨站请求伪造防护), ASVS 5.0 §3.5.1: a form posted from another site has none (T16).

    token = base64url( nonce (16) ‖ minute (4) ‖ HMAC-SHA-256(key, binding ‖ purpose ‖ nonce ‖ minute) )

`binding` is the cookie value of the browser (session or login flow); a token of another browser, of another
form, or of yesterday is refused. The nonce makes every page differ, so that a compressed answer tells nothing
about it (BREACH). Nothing is stored. Does not check: Origin and Sec-Fetch-Site, which are the edge's business
and are checked besides.
"""

import hmac
import secrets
from datetime import datetime, timedelta

from keys.encoding import b64url, unb64url
from keys.errors import MalformedInput
from trust.authn.errors import FormRefused
from trust.authn.secret import AuthnSecret

LIFETIME = timedelta(hours=12)
_NONCE, _MINUTE = 16, 4
_LENGTH = _NONCE + _MINUTE + 32


def form_token(secret: AuthnSecret, *, binding: str, purpose: str, now: datetime) -> str:
    """A token for one form (`purpose`, such as `consent`) in one browser (`binding`)."""
    body = secrets.token_bytes(_NONCE) + _minute(now).to_bytes(_MINUTE, "big")
    return b64url(body + _mac(secret, binding, purpose, body))


def check_form_token(secret: AuthnSecret, token: str, *, binding: str, purpose: str, now: datetime) -> None:
    """Raises: FormRefused for anything but a token of this form in this browser, at most 12 hours old."""
    try:
        raw = unb64url(token)
    except MalformedInput:
        raise FormRefused() from None
    if not binding or len(raw) != _LENGTH:
        raise FormRefused()
    body, mac = raw[: _NONCE + _MINUTE], raw[_NONCE + _MINUTE :]
    if not hmac.compare_digest(mac, _mac(secret, binding, purpose, body)):
        raise FormRefused()
    age = _minute(now) - int.from_bytes(body[_NONCE:], "big")
    if not -1 <= age <= LIFETIME // timedelta(minutes=1):
        raise FormRefused()


def _mac(secret: AuthnSecret, binding: str, purpose: str, body: bytes) -> bytes:
    return secret.form_mac(b"\x00".join((binding.encode("utf-8", "replace"), purpose.encode("ascii"), body)))


def _minute(now: datetime) -> int:
    return int(now.timestamp()) // 60
