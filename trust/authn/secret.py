"""The one secret of login pages, spread into keys of one purpose each (RFC 5869); never shown.

`api` keeps it wrapped and hands the same 32 octets to every worker. Two things are computed with it: the
binding of a login to the browser it was begun in (T15), and the tokens of forms (T16).
"""

import hmac
from typing import NoReturn

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.kdf.hkdf import HKDFExpand

KEY_OCTETS = 32


class AuthnSecret:
    """Computes; never shows itself."""

    __slots__ = ("_flow_key", "_form_key")

    def __init__(self, secret: bytes) -> None:
        """secret: 32 octets."""
        if len(secret) != KEY_OCTETS:
            raise ValueError("the secret of login pages has 32 octets")
        self._flow_key = _derive(secret, b"xinzheng login flow")
        self._form_key = _derive(secret, b"xinzheng form token")

    def flow_mac(self, message: bytes) -> bytes:
        return hmac.digest(self._flow_key, message, "sha256")

    def form_mac(self, message: bytes) -> bytes:
        return hmac.digest(self._form_key, message, "sha256")

    def __repr__(self) -> str:
        return "<login page secret>"

    def __reduce__(self) -> NoReturn:
        raise TypeError("the secret of login pages does not leave its process")


def _derive(secret: bytes, purpose: bytes) -> bytes:
    return HKDFExpand(algorithm=hashes.SHA256(), length=KEY_OCTETS, info=purpose).derive(secret)
