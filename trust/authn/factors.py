"""What was done to prove who is there, and what it is worth: `acr` and `amr` follow from it and nothing else.

A level (可信等级 L1 – L4, as data in `trust.persons`) says how well the *person* was identified. A proof says
how well this *visit* was. The `acr` of a session is the lower of the two: a person met at the counter who
types a password has been met as well as a password meets anybody.

    password                              → L2      something known
    password + recovery code              → L2      good for registering a new authenticator, no more
    password + one-time code              → L3      something known, something held
    passkey with user verification        → L3      a key held, unlocked by PIN or body; bound to our origin
    certificate (proof of possession)     → L4      a key whose certificate was given after identification

`amr` uses the names of RFC 8176 and the IANA registry. We ask for no attestation, so a passkey is never
called a hardware key (`hwk`), nor a certificate a smart card (`sc`): `pop` is what was really seen.
"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from enum import IntEnum, StrEnum

ACR_PREFIX = "urn:xinzheng:acr:L"


class AcrLevel(IntEnum):
    """An authentication level; compares as a number."""

    L1 = 1
    L2 = 2
    L3 = 3
    L4 = 4

    @property
    def acr(self) -> str:
        return f"{ACR_PREFIX}{self.value}"


class Factor(StrEnum):
    """One thing a person did in front of us."""

    PASSWORD = "password"  # noqa: S105 - a name, not a secret
    TOTP = "totp"
    RECOVERY_CODE = "recovery_code"
    PASSKEY = "passkey"
    CERTIFICATE = "certificate"


AMR: dict[Factor, tuple[str, ...]] = {
    Factor.PASSWORD: ("pwd",),
    Factor.TOTP: ("otp",),
    Factor.RECOVERY_CODE: ("otp",),
    Factor.PASSKEY: ("pop", "user", "mfa"),
    Factor.CERTIFICATE: ("pop",),
}
WORTH: tuple[tuple[frozenset[Factor], AcrLevel], ...] = (
    (frozenset({Factor.CERTIFICATE}), AcrLevel.L4),
    (frozenset({Factor.PASSKEY}), AcrLevel.L3),
    (frozenset({Factor.PASSWORD, Factor.TOTP}), AcrLevel.L3),
    (frozenset({Factor.PASSWORD, Factor.RECOVERY_CODE}), AcrLevel.L2),
    (frozenset({Factor.PASSWORD}), AcrLevel.L2),
)
"""Best first: the first set that was done wholly decides."""
FIRST_FACTORS = frozenset({Factor.PASSWORD, Factor.PASSKEY, Factor.CERTIFICATE})
"""What a visitor may begin with. A code alone identifies nobody."""
PHISHING_RESISTANT = frozenset({Factor.PASSKEY, Factor.CERTIFICATE})
"""Bound to our origin by cryptography; one of them is what GB/T 22239 §8.1.4.1 d) asks of operators."""


@dataclass(frozen=True, slots=True)
class Proof:
    """What a session rests on: level, methods and time of one authentication."""

    level: AcrLevel
    """The lower of what the factors are worth and how well the person was identified."""
    factors: frozenset[Factor]
    at: datetime
    until: datetime | None = None
    """When a step-up lapses; None for the login itself."""

    @property
    def amr(self) -> tuple[str, ...]:
        return amr_of(self.factors)


def worth(factors: Collection[Factor]) -> AcrLevel | None:
    """The level these factors reach together; None when they identify nobody."""
    done = frozenset(factors)
    return next((level for needed, level in WORTH if needed <= done), None)


def amr_of(factors: Collection[Factor]) -> tuple[str, ...]:
    """RFC 8176 names in a fixed order; `mfa` when two kinds of thing were shown."""
    done = frozenset(factors)
    names = {name for factor in done for name in AMR[factor]}
    if Factor.PASSWORD in done and len(done) > 1:
        names.add("mfa")
    return tuple(sorted(names))


def proof_of(factors: Collection[Factor], *, person_level: AcrLevel, now: datetime) -> Proof | None:
    """The proof these factors give for a person identified at `person_level`; None when they give none."""
    reached = worth(factors)
    if reached is None:
        return None
    return Proof(min(reached, person_level), frozenset(factors), now)


def person_level(assurance: int) -> AcrLevel:
    """The level of a person as `trust.persons` counts it (0 – 4). One whose proofs have all lapsed is still
    registered: L1."""
    return AcrLevel(min(max(assurance, AcrLevel.L1), AcrLevel.L4))


def level_of(acr: str) -> AcrLevel | None:
    """The level an `acr` value names; None for a foreign one."""
    return next((level for level in AcrLevel if level.acr == acr), None)
