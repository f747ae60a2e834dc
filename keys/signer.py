"""Who may sign what: the rule that nothing creates trust before its intent is on disk, as a type.

A `KeyHandle` stands for a key and never shows it. It yields a `Signer` in two ways only:

    handle.under(committed, use)   for acts that create trust: the intent is committed and names this key
    handle.standing(use)           for keys bound to one routine purpose, which sign without an intent

Does not check: whether the bytes signed are those of the record; that is the action's own duty.
"""

from collections.abc import Callable
from enum import StrEnum
from typing import NoReturn, Protocol

from keys.action import Committed, Intent
from keys.algorithms import Algorithm, PublicKey
from keys.errors import KeyUseRefused
from keys.lifecycle import KeyState


class KeyUse(StrEnum):
    """What a key is for. A key has one use, or a few of the same weight."""

    ISSUE_CERTIFICATE = "issue_certificate"
    MAKE_SEAL = "make_seal"
    APPLY_SEAL = "apply_seal"
    ISSUE_LICENSE = "issue_license"
    CRL = "crl"
    STATUS_TOKEN = "status_token"  # noqa: S105 - a purpose, not a password
    TIMESTAMP = "timestamp"
    CHECKPOINT = "checkpoint"
    TRUST_LIST = "trust_list"
    LOGIN_TOKEN = "login_token"  # noqa: S105 - a purpose, not a password


NEEDS_INTENT = frozenset(
    {KeyUse.ISSUE_CERTIFICATE, KeyUse.MAKE_SEAL, KeyUse.APPLY_SEAL, KeyUse.ISSUE_LICENSE}
)


class Signer(Protocol):
    """Something that signs with one key. ECDSA answers DER, RSA PKCS#1 v1.5, Ed25519 64 octets."""

    @property
    def kid(self) -> str: ...
    @property
    def algorithm(self) -> Algorithm: ...
    @property
    def public_key(self) -> PublicKey: ...
    def sign(self, message: bytes) -> bytes:
        """Hash and sign the whole message."""
        ...


class _BoundSigner:
    """A signer for one use. Holds a function, not a key."""

    __slots__ = ("_sign", "algorithm", "kid", "public_key", "use")

    def __init__(
        self,
        kid: str,
        algorithm: Algorithm,
        public_key: PublicKey,
        use: KeyUse,
        sign: Callable[[bytes], bytes],
    ) -> None:
        self.kid, self.algorithm, self.public_key, self.use = kid, algorithm, public_key, use
        self._sign = sign

    def sign(self, message: bytes) -> bytes:
        return self._sign(message)

    def __repr__(self) -> str:
        return f"<signer {self.kid} {self.algorithm.value} for {self.use.value}>"

    def __reduce__(self) -> NoReturn:
        raise TypeError("a signer does not leave its process")


class KeyHandle:
    """A signing key (签名密钥) by name: what it is, what it is for, its state; never its bytes."""

    __slots__ = ("_sign", "algorithm", "kid", "label", "public_key", "state", "uses")

    def __init__(
        self,
        *,
        kid: str,
        label: str,
        algorithm: Algorithm,
        public_key: PublicKey,
        uses: frozenset[KeyUse],
        state: KeyState,
        sign: Callable[[bytes], bytes],
    ) -> None:
        self.kid, self.label, self.algorithm, self.public_key = kid, label, algorithm, public_key
        self.uses, self.state = uses, state
        self._sign = sign

    def under(self, committed: Committed[Intent], use: KeyUse) -> Signer:
        """A signer for an act whose intent is on disk and names this key. Raises: KeyUseRefused."""
        held: object = committed  # a caller without a type checker is stopped here, at run time
        if not isinstance(held, Committed) or not isinstance(held.value, Intent):
            raise KeyUseRefused("Nothing is signed before its intent is committed.", "意图未落盘，不予签名。")
        if use not in NEEDS_INTENT:
            raise KeyUseRefused(f"{use} does not sign under an intent.", f"用途 {use} 不凭意图签名。")
        if self.kid not in committed.value.kids:
            raise KeyUseRefused("The intent does not name this key.", "该意图未指定此密钥。")
        return self._bound(use)

    def standing(self, use: KeyUse) -> Signer:
        """A signer for a routine purpose that needs no intent. Raises: KeyUseRefused."""
        if use in NEEDS_INTENT:
            raise KeyUseRefused(f"{use} needs a committed intent.", f"用途 {use} 须先登记意图。")
        return self._bound(use)

    def _bound(self, use: KeyUse) -> Signer:
        if use not in self.uses:
            raise KeyUseRefused(f"The key {self.kid} is not for {use}.", f"密钥 {self.kid} 不用于 {use}。")
        if self.state is not KeyState.ACTIVE:
            raise KeyUseRefused(
                f"The key {self.kid} is {self.state}, not active.", f"密钥 {self.kid} 不在启用状态。"
            )
        return _BoundSigner(self.kid, self.algorithm, self.public_key, use, self._sign)

    def __repr__(self) -> str:
        uses = ",".join(sorted(self.uses))
        return f"<key {self.kid} {self.algorithm.value} {self.state.value} for {uses}>"

    def __reduce__(self) -> NoReturn:
        raise TypeError("a key handle does not leave its process")
