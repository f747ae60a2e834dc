"""Rotation of login token keys: published before they sign, kept after they signed (密钥轮换).

    prepare    a next key is made and published, it does not sign
    promote    after PUBLISH_AHEAD, when caches know it: the old one retires, the next signs
    forget     after KEEP_RETIRED, when nothing it signed is valid any more: destroyed

Clients that cache the key set for a day never meet a signature they cannot check.
"""

from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from keys.algorithms import Algorithm
from keys.errors import KeyNotFound, KeyStateConflict
from keys.keyring import Keyring
from keys.lifecycle import KeyState
from keys.signer import KeyHandle, KeyUse
from trust.oidc.provider import key_label

PUBLISH_AHEAD = timedelta(hours=24)
KEEP_RETIRED = timedelta(days=2)
"""Longer than any token we sign; an id_token_hint may be older, then it is not understood (OIDC allows
that)."""
ALGORITHMS = (Algorithm.ES256, Algorithm.RS256)


def ensure_login_keys(session: Session, keyring: Keyring, now: datetime) -> tuple[KeyHandle, ...]:
    """One active key an algorithm; made at the node's first start. The caller commits."""
    held = []
    for algorithm in ALGORITHMS:
        try:
            held.append(keyring.by_label(key_label(algorithm)))
        except KeyNotFound:
            held.append(_generate(session, keyring, algorithm, KeyState.ACTIVE, now))
    return tuple(held)


def prepare_next(session: Session, keyring: Keyring, algorithm: Algorithm, now: datetime) -> KeyHandle:
    """Publish the next key. Raises: KeyStateConflict when one is waiting already."""
    if next_key(keyring, algorithm) is not None:
        raise KeyStateConflict("A next key is published already.", "已有预发布的密钥。")
    return _generate(session, keyring, algorithm, KeyState.PRE_PUBLISHED, now)


def promote_next(session: Session, keyring: Keyring, algorithm: Algorithm, now: datetime) -> KeyHandle:
    """The published key signs from now on; the old one only verifies. The caller checks PUBLISH_AHEAD.

    Raises: KeyStateConflict when none is waiting, or another process was faster.
    """
    following = next_key(keyring, algorithm)
    if following is None:
        raise KeyStateConflict("No next key is published.", "没有预发布的密钥。")
    keyring.retire(session, keyring.by_label(key_label(algorithm)).kid, now)
    return keyring.activate(session, following.kid, now)


def next_key(keyring: Keyring, algorithm: Algorithm) -> KeyHandle | None:
    """The key that is published and does not sign yet."""
    label = key_label(algorithm)
    waiting = [
        key
        for key in keyring.handles(KeyUse.LOGIN_TOKEN)
        if key.label == label and key.state is KeyState.PRE_PUBLISHED
    ]
    return waiting[0] if waiting else None


def _generate(
    session: Session, keyring: Keyring, algorithm: Algorithm, state: KeyState, now: datetime
) -> KeyHandle:
    return keyring.generate(
        session,
        uses=[KeyUse.LOGIN_TOKEN],
        label=key_label(algorithm),
        now=now,
        algorithm=algorithm,
        state=state,
    )
