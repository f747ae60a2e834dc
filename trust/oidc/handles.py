"""Opaque handles: codes, refresh tokens, request references, device codes, registration tokens.

    handle = base64url( row id (16) ‖ serial (4) ‖ HMAC-SHA-256(key, kind ‖ row id ‖ serial) )

The row is found by its primary key, nothing secret is stored, a stolen table yields no handle, and nobody
can make one for a row he knows of: 256 bits that only the provider's key gives. The serial tells apart the
handles that one row gives in turn (a rotated refresh token). Does not check: whether the row exists or still
counts.
"""

import hmac
from dataclasses import dataclass
from enum import StrEnum
from typing import NoReturn
from uuid import UUID

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.kdf.hkdf import HKDFExpand

from keys.encoding import b64url, unb64url
from keys.errors import MalformedInput

KEY_OCTETS = 32
_LENGTH = 16 + 4 + 32


class HandleKind(StrEnum):
    """What a handle opens; one of another kind is as wrong as a forged one."""

    CODE = "code"
    REFRESH = "refresh"
    PUSHED = "pushed"
    INTERACTION = "interaction"
    DEVICE = "device"
    REGISTRATION = "registration"
    INITIAL = "initial"
    LOGOUT = "logout"


@dataclass(frozen=True, slots=True)
class Handle:
    row_id: UUID
    serial: int


class ProviderSecret:
    """The provider's one secret, spread into keys of one purpose each (RFC 5869); never shown."""

    __slots__ = ("_handle_key", "_nonce_key", "_pairwise_key")

    def __init__(self, secret: bytes) -> None:
        """secret: 32 octets, the same in every process of the node."""
        if len(secret) != KEY_OCTETS:
            raise ValueError("the provider's secret has 32 octets")
        self._handle_key = _derive(secret, b"xinzheng oidc handles")
        self._nonce_key = _derive(secret, b"xinzheng oidc dpop nonces")
        self._pairwise_key = _derive(secret, b"xinzheng oidc pairwise subjects")

    def mint(self, kind: HandleKind, row_id: UUID, serial: int = 0) -> str:
        body = row_id.bytes + serial.to_bytes(4, "big")
        return b64url(body + self._mac(kind, body))

    def open(self, kind: HandleKind, text: str) -> Handle | None:
        """None for anything this provider did not make for this purpose."""
        try:
            raw = unb64url(text)
        except MalformedInput:
            return None
        body, mac = raw[:20], raw[20:]
        if len(raw) != _LENGTH or not hmac.compare_digest(mac, self._mac(kind, body)):
            return None
        return Handle(UUID(bytes=body[:16]), int.from_bytes(body[16:], "big"))

    def nonce_mac(self, message: bytes) -> bytes:
        return hmac.digest(self._nonce_key, message, "sha256")

    def pairwise_mac(self, message: bytes) -> bytes:
        return hmac.digest(self._pairwise_key, message, "sha256")

    def _mac(self, kind: HandleKind, body: bytes) -> bytes:
        return hmac.digest(self._handle_key, kind.value.encode("ascii") + b"\x00" + body, "sha256")

    def __repr__(self) -> str:
        return "<provider secret>"

    def __reduce__(self) -> NoReturn:
        raise TypeError("the provider's secret does not leave its process")


def _derive(secret: bytes, purpose: bytes) -> bytes:
    return HKDFExpand(algorithm=hashes.SHA256(), length=KEY_OCTETS, info=purpose).derive(secret)
