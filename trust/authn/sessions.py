"""Login sessions (登录会话) as values: what a browser is logged in as, and how a step-up changes it.

A session rests on two proofs: the one it began with (`base`) and, for some minutes, a stronger one (`raised`,
RFC 9470). `acr`, `amr` and `auth_time` are always those of one proof that really took place, never a mixture.
Pure; the rows are in `session_store.py`.
"""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from trust.authn.factors import Factor, Proof

COOKIE = "__Host-xinzheng-session"
"""Secure, HttpOnly, SameSite=Lax, Path=/, no Domain: set by `api`."""


@dataclass(frozen=True, slots=True)
class SessionLimits:
    """How long a session lasts (ASVS 5.0 §7.3)."""

    idle: timedelta
    absolute: timedelta
    raised: timedelta


CITIZEN_LIMITS = SessionLimits(timedelta(minutes=30), timedelta(hours=12), timedelta(minutes=10))
STAFF_LIMITS = SessionLimits(timedelta(minutes=15), timedelta(hours=8), timedelta(minutes=10))
"""Clerks, officers, operators, administrators."""


@dataclass(frozen=True, slots=True)
class LoginSession:
    """A session as it stands at one moment. Satisfies the provider's `LoginSession`."""

    sid: str
    person_id: str
    label: str
    proof: Proof
    """The stronger of the two proofs that still counts."""
    base: Proof
    started_at: datetime
    idle_until: datetime
    expires_at: datetime
    idle: timedelta

    @property
    def acr(self) -> str:
        return self.proof.level.acr

    @property
    def amr(self) -> tuple[str, ...]:
        return self.proof.amr

    @property
    def auth_time(self) -> datetime:
        return self.proof.at

    @property
    def factors(self) -> frozenset[Factor]:
        return self.proof.factors

    def fresh(self, now: datetime, within: timedelta) -> bool:
        """Whether the proof was given within the last while; a clock that went back makes nothing fresh."""
        return timedelta(0) <= now - self.auth_time <= within

    def touch_is_due(self, now: datetime) -> bool:
        """Whether the idle limit is worth writing anew: a tenth of it has passed."""
        return self.idle_until - now < self.idle * 0.9


def effective(base: Proof, raised: Proof | None, now: datetime) -> Proof:
    """The proof that counts at `now`: the step-up until it lapses, then the login again."""
    if raised is not None and raised.until is not None and now < raised.until:
        return raised
    return base


def merge(
    base: Proof, raised: Proof | None, new: Proof, *, limits: SessionLimits, now: datetime
) -> tuple[Proof, Proof | None]:
    """The two proofs after another authentication of the same person.

    Never weaker than before: a lesser proof changes nothing, an equal one is fresher, a stronger one raises
    the session for `limits.raised`.
    """
    standing = effective(base, raised, now)
    alive = standing if standing is not base else None
    if new.level < standing.level:
        return base, alive
    if new.level > base.level:
        return base, replace(new, until=now + limits.raised)
    return replace(new, until=None), None
