"""The node's signing keys (密钥环): wrapped rows in, handles out. A key is unwrapped and parsed once.

`kid` is the RFC 7638 thumbprint of the public key, so that a row whose public key was exchanged betrays
itself. A row that does not open under the key-encryption key makes that one key unusable; when no row
opens, the key-encryption key is the wrong one and nothing starts.
"""

import functools
from collections.abc import Callable, Iterable
from datetime import datetime

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, padding, rsa
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
    load_der_private_key,
)
from sqlalchemy.orm import Session

from keys import store
from keys.algorithms import Algorithm, algorithm_of, read_public_key
from keys.custody import Kek, row_aad
from keys.encoding import uuid7
from keys.errors import KekUnavailable, KeyNotFound, KeyUseRefused, UnwrapFailed, XinzhengError
from keys.jwk import thumbprint
from keys.lifecycle import KeyState
from keys.models import SigningKey
from keys.signer import KeyHandle, KeyUse

PrivateKey = ec.EllipticCurvePrivateKey | rsa.RSAPrivateKey | ed25519.Ed25519PrivateKey
Sign = Callable[[bytes], bytes]
RSA_BITS_NEW = 3072


class Keyring:
    """The handles of one node. `load` reads them again after another process changed them."""

    def __init__(self, kek: Kek) -> None:
        self._kek = kek
        self._handles: dict[str, KeyHandle] = {}
        self._active: dict[str, KeyHandle] = {}
        self._damaged: tuple[str, ...] = ()

    @property
    def damaged(self) -> tuple[str, ...]:
        """kids of rows whose public key is not the one they were made with."""
        return self._damaged

    def generate(
        self,
        session: Session,
        *,
        uses: Iterable[KeyUse],
        label: str,
        now: datetime,
        algorithm: Algorithm = Algorithm.ES256,
        state: KeyState = KeyState.ACTIVE,
    ) -> KeyHandle:
        """Make a key, write its wrapped row, return its handle. The caller commits.

        label: what the key is for, in the caller's words (`node-ca`, `seal:<id>`); one active key a label.
        Raises: KeyStateConflict, KeyUseRefused without a use.
        """
        held = frozenset(uses)
        if not held or state not in (KeyState.ACTIVE, KeyState.PRE_PUBLISHED):
            raise KeyUseRefused(
                "A new key needs a use and starts its life.", "新密钥须有用途并从初始状态开始。"
            )
        private_key = _generate(algorithm)
        public_key = private_key.public_key()
        row = SigningKey(
            id=uuid7(now),
            kid=thumbprint(public_key),
            label=label,
            active_label=label if state is KeyState.ACTIVE else None,
            algorithm=algorithm.value,
            uses=" ".join(sorted(held)),
            state=state.value,
            version=1,
            public_key=public_key.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo),
            created_at=now,
            changed_at=now,
        )
        plain = private_key.private_bytes(Encoding.DER, PrivateFormat.PKCS8, NoEncryption())
        row.wrapped = self._kek.wrap(plain, _aad(row))
        store.insert_key(session, row)
        return self._hold(self._handle_of(row))

    def load(self, session: Session) -> None:
        """Read every key again. Raises: KekUnavailable when there are keys and none opens."""
        rows = store.read_keys(session)
        self._handles, self._active, damaged = {}, {}, []
        for row in rows:
            try:
                self._hold(self._handle_of(row))
            except (XinzhengError, ValueError):
                damaged.append(row.kid)
        self._damaged = tuple(damaged)
        closed = [row for row in rows if row.wrapped is not None]
        if closed and not any(self._opens(row) for row in closed):
            raise KekUnavailable(
                "None of the node's keys opens: this is not its key-encryption key.",
                "节点密钥均无法解开：密钥加密密钥不符。",
            )

    def handle(self, kid: str) -> KeyHandle:
        """Raises: KeyNotFound."""
        try:
            return self._handles[kid]
        except KeyError:
            raise KeyNotFound() from None

    def by_label(self, label: str) -> KeyHandle:
        """The active key of that label. Raises: KeyNotFound."""
        try:
            return self._active[label]
        except KeyError:
            raise KeyNotFound(f"There is no active key for {label}.", f"{label} 没有启用的密钥。") from None

    def handles(self, use: KeyUse | None = None) -> tuple[KeyHandle, ...]:
        """All handles, or those for one use, oldest first; in every state."""
        return tuple(held for held in self._handles.values() if use is None or use in held.uses)

    def activate(self, session: Session, kid: str, now: datetime) -> KeyHandle:
        """pre_published → active. Raises: KeyStateConflict, also while another key of the label is active."""
        return self._move(session, kid, KeyState.ACTIVE, now)

    def retire(self, session: Session, kid: str, now: datetime) -> KeyHandle:
        """active → retired: signs no more, still verifies. Raises: KeyStateConflict."""
        return self._move(session, kid, KeyState.RETIRED, now)

    def destroy(self, session: Session, kid: str, now: datetime) -> KeyHandle:
        """retired (or never used) → destroyed: its wrapped bytes are gone. Raises: KeyStateConflict."""
        return self._move(session, kid, KeyState.DESTROYED, now)

    def _move(self, session: Session, kid: str, target: KeyState, now: datetime) -> KeyHandle:
        held = self.handle(kid)
        store.change_key_state(session, kid, held.state, target, label=held.label, now=now)
        if self._active.get(held.label) is held:
            del self._active[held.label]
        held.state = target
        return self._hold(held)

    def _hold(self, held: KeyHandle) -> KeyHandle:
        self._handles[held.kid] = held
        if held.state is KeyState.ACTIVE:
            self._active[held.label] = held
        return held

    def _handle_of(self, row: SigningKey) -> KeyHandle:
        public_key = read_public_key(row.public_key)
        algorithm = algorithm_of(public_key)
        if algorithm.value != row.algorithm or thumbprint(public_key) != row.kid:
            raise UnwrapFailed()
        return KeyHandle(
            kid=row.kid,
            label=row.label,
            algorithm=algorithm,
            public_key=public_key,
            uses=frozenset(KeyUse(use) for use in row.uses.split(" ")),
            state=KeyState(row.state),
            sign=_lazy_sign(self._kek, row.wrapped, _aad(row), row.kid),
        )

    def _opens(self, row: SigningKey) -> bool:
        try:
            self._kek.unwrap(row.wrapped or b"", _aad(row))
        except UnwrapFailed:
            return False
        return True


def _aad(row: SigningKey) -> bytes:
    return row_aad(
        "signing_key",
        str(row.id),
        uses=row.uses.split(" "),
        algorithm=row.algorithm,
        kid=row.kid,
        version=row.version,
    )


def _lazy_sign(kek: Kek, wrapped: bytes | None, aad: bytes, kid: str) -> Sign:
    """A function that signs; it unwraps and parses the key at its first call, once."""

    @functools.cache
    def opened() -> Sign:
        if wrapped is None:
            raise KeyUseRefused("The key has been destroyed.", "密钥已销毁。")
        private_key = load_der_private_key(kek.unwrap(wrapped, aad), None)
        sign = _sign_with(private_key)
        if thumbprint(private_key.public_key()) != kid:  # type: ignore[arg-type]
            raise UnwrapFailed()
        return sign

    return lambda message: opened()(message)


def _sign_with(private_key: object) -> Sign:
    if isinstance(private_key, ec.EllipticCurvePrivateKey):
        ecdsa = ec.ECDSA(hashes.SHA256())
        return lambda message: private_key.sign(message, ecdsa)
    if isinstance(private_key, rsa.RSAPrivateKey):
        scheme, sha256 = padding.PKCS1v15(), hashes.SHA256()
        return lambda message: private_key.sign(message, scheme, sha256)
    if isinstance(private_key, ed25519.Ed25519PrivateKey):
        return private_key.sign
    raise UnwrapFailed()


def _generate(algorithm: Algorithm) -> PrivateKey:
    if algorithm is Algorithm.ES256:
        return ec.generate_private_key(ec.SECP256R1())
    if algorithm is Algorithm.RS256:
        return rsa.generate_private_key(65537, RSA_BITS_NEW)
    return ed25519.Ed25519PrivateKey.generate()
