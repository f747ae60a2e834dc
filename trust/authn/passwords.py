"""Passwords (口令): Argon2id (RFC 9106) at the parameters OWASP asks for, or above.

The cost is visible and bounded: a hash takes 19 MiB for about 20 ms, so a gate (a semaphore that `api` makes,
one slot a core) limits how many are computed at once, and whoever waits longer than `patience` is told to try
again. A name without a password is checked against a dummy hash of the same cost, so time tells nothing
(T19). A hash of weaker parameters is renewed at the next good login. Does not check: rate limits
(`attempts.py`), nor whether a new password is good (`password_rules.py`).
"""

import secrets
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol, TypeVar

from argon2 import PasswordHasher as _Argon2
from argon2 import Type
from argon2.exceptions import Argon2Error, InvalidHashError

from trust.authn.errors import LoginBusy

T = TypeVar("T")
LONGEST = 256
"""Characters. Longer ones are wrong without being hashed."""


@dataclass(frozen=True, slots=True)
class Cost:
    """Argon2id parameters: memory in KiB, passes, lanes."""

    memory_kib: int
    passes: int
    lanes: int = 1


OWASP = Cost(19_456, 2)
"""OWASP Password Storage Cheat Sheet: m=19 MiB, t=2, p=1."""
LADDER = (OWASP, Cost(19_456, 3), Cost(32_768, 3), Cost(47_104, 3), Cost(65_536, 3), Cost(65_536, 4))
"""Rising costs to calibrate over. It never goes below what OWASP asks."""


class Gate(Protocol):
    """What bounds parallel hashing; `threading.BoundedSemaphore` is one."""

    def acquire(self, blocking: bool = True, timeout: float | None = None) -> bool: ...
    def release(self) -> None: ...


@dataclass(frozen=True, slots=True)
class PasswordCheck:
    """What came of checking a password."""

    matches: bool
    renewed: str | None = None
    """An Argon2id string to store in place of the old one, when that was of another cost."""


class PasswordHasher:
    """Hashes and checks. Shared by all threads of a process."""

    __slots__ = ("_argon2", "_dummy", "_gate", "_patience")

    def __init__(self, cost: Cost, gate: Gate, *, patience: float = 2.0) -> None:
        """patience: seconds somebody may wait at the gate."""
        self._argon2 = _Argon2(
            time_cost=cost.passes, memory_cost=cost.memory_kib, parallelism=cost.lanes, type=Type.ID
        )
        self._gate = gate
        self._patience = patience
        self._dummy = self._argon2.hash(secrets.token_urlsafe(24))

    def hash(self, password: str) -> str:
        """An Argon2id string with a salt of its own. Raises: LoginBusy."""
        return self._within_gate(lambda: self._argon2.hash(normalized(password)))

    def check(self, stored: str | None, password: str) -> PasswordCheck:
        """Check a password against the stored string, or against nobody's when there is none.

        The work is the same in both cases. Raises: LoginBusy.
        """
        text = normalized(password) if len(password) <= LONGEST else ""
        good = self._within_gate(lambda: self._verify(stored or self._dummy, text))
        if not good or stored is None or not text:
            return PasswordCheck(False)
        renewed = self.hash(password) if self._argon2.check_needs_rehash(stored) else None
        return PasswordCheck(True, renewed)

    def _verify(self, stored: str, text: str) -> bool:
        try:
            return self._argon2.verify(stored, text)
        except (Argon2Error, InvalidHashError, UnicodeError):
            return False

    def _within_gate(self, work: Callable[[], T]) -> T:
        if not self._gate.acquire(timeout=self._patience):
            raise LoginBusy()
        try:
            return work()
        finally:
            self._gate.release()


def normalized(password: str) -> str:
    """NFKC (NIST SP 800-63B §5.1.1.2): the same on every keyboard, full-width or not. Nothing else
    changes."""
    return unicodedata.normalize("NFKC", password)


def calibrate(timer: Callable[[], float], *, target: float, ladder: tuple[Cost, ...] = LADDER) -> Cost:
    """The highest cost of the ladder whose hash takes at most `target` seconds here; at least the first.

    timer: a monotonic clock in seconds, such as `time.perf_counter`. Run at start, before serving.
    """
    chosen = ladder[0]
    for cost in ladder:
        hasher = _Argon2(
            time_cost=cost.passes, memory_cost=cost.memory_kib, parallelism=cost.lanes, type=Type.ID
        )
        begun = timer()
        hasher.hash("calibration")
        if timer() - begun > target:
            break
        chosen = cost
    return chosen
