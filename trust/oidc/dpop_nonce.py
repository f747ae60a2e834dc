"""Nonces for DPoP proofs (RFC 9449 §8), without storage: a slot of time and a MAC over it.

    nonce = base64url( slot (8 octets) ‖ HMAC(slot)[:16] )

All processes of a node give and take the same nonces. One is good in its slot and the two after it, that is
for two to three minutes; a proof itself still counts once, by its jti.
"""

import hmac
from datetime import datetime

from keys.encoding import b64url, unb64url
from keys.errors import MalformedInput
from trust.oidc.handles import ProviderSecret

SLOT_S = 60
SLOTS = 2


def make_nonce(secret: ProviderSecret, now: datetime) -> str:
    slot = _slot(now).to_bytes(8, "big")
    return b64url(slot + secret.nonce_mac(slot)[:16])


def is_fresh(secret: ProviderSecret, nonce: str, now: datetime) -> bool:
    """Whether we made this nonce, not long ago."""
    try:
        raw = unb64url(nonce)
    except MalformedInput:
        return False
    slot, mac = raw[:8], raw[8:]
    if not hmac.compare_digest(mac, secret.nonce_mac(slot)[:16]):
        return False
    return 0 <= _slot(now) - int.from_bytes(slot, "big") <= SLOTS


def is_aging(nonce: str, now: datetime) -> bool:
    """Whether a nonce found fresh should be replaced in the answer, so that the client is never turned
    away."""
    return int.from_bytes(unb64url(nonce)[:8], "big") != _slot(now)


def _slot(now: datetime) -> int:
    return int(now.timestamp()) // SLOT_S
