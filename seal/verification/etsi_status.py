"""From our three axes to the words of ETSI EN 319 102-1 §5.1.3: main indication and sub-indication.

Ours stay the verdict. ETSI calls some certain faults INDETERMINATE, such as a certificate meant for another
purpose; a reader of both finds the same signature not passed in both.
"""

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum

from keys.report import Changes, Cryptography, Outcome, Trust
from seal.verification.cms import OTHER_DATA
from seal.verification.findings import SignatureDetails
from seal.verification.timestamp import OTHER_DATA_STAMPED


class Main(StrEnum):
    """The main indication."""

    PASSED = "total-passed"
    FAILED = "total-failed"
    OPEN = "indeterminate"


@dataclass(frozen=True, slots=True)
class Indication:
    """What EN 319 102-1 says of one signature; `sub` is empty for a passed one."""

    main: Main
    sub: str = ""

    @property
    def sub_uri(self) -> str:
        return f"urn:etsi:019102:subindication:{self.sub}" if self.sub else ""

    def main_uri(self, *, building_block: bool = False) -> str:
        """The URI; a part of a validation passes or fails without `total`."""
        name = self.main.value.removeprefix("total-") if building_block else self.main.value
        return f"urn:etsi:019102:mainindication:{name}"


def indication_of(detail: SignatureDetails) -> Indication:
    """The first of `RULES` that speaks; when none does, the signature passed."""
    for rule in RULES:
        found = rule(detail)
        if found is not None:
            return found
    return Indication(Main.PASSED)


def _format(detail: SignatureDetails) -> Indication | None:
    """§5.2.2: the signature does not cover what its format says it must."""
    return Indication(Main.FAILED, "FORMAT_FAILURE") if detail.evidence.gate else None


def _signer_is_there(detail: SignatureDetails) -> Indication | None:
    """§5.2.3: without the certificate nothing can be computed."""
    if detail.evidence.cms is None:
        return Indication(Main.OPEN, "SIG_CONSTRAINTS_FAILURE")
    return None if detail.evidence.cms.signer else Indication(Main.OPEN, "NO_SIGNING_CERTIFICATE_FOUND")


def _numbers_agree(detail: SignatureDetails) -> Indication | None:
    """§5.2.7: digest, then signature value."""
    match detail.report.cryptography:
        case Cryptography.BROKEN:
            other_data = (detail.evidence.reason, detail.evidence.reason_zh) in (
                OTHER_DATA,
                OTHER_DATA_STAMPED,
            )
            return Indication(Main.FAILED, "HASH_FAILURE" if other_data else "SIG_CRYPTO_FAILURE")
        case Cryptography.UNKNOWN:
            return Indication(Main.OPEN, "SIG_CONSTRAINTS_FAILURE")
    return None


def _unchanged(detail: SignatureDetails) -> Indication | None:
    """EN 319 142-1 §5.5: changes after the signature beyond what it allows."""
    match detail.report.changes:
        case Changes.FORBIDDEN:
            return Indication(Main.FAILED, "FORMAT_FAILURE")
        case Changes.UNKNOWN:
            return Indication(Main.OPEN, "SIG_CONSTRAINTS_FAILURE")
    return None


def _certificate(detail: SignatureDetails) -> Indication | None:
    """§5.2.6, §5.3, §5.5: the path at the best signature time."""
    if detail.path is None or detail.path.outcome is Trust.TRUSTED:
        return None
    proven = detail.proven_at is not None
    match detail.path.code:
        case "revoked":
            return Indication(Main.FAILED, "REVOKED") if proven else Indication(Main.OPEN, "REVOKED_NO_POE")
        case "expired":
            return (
                Indication(Main.FAILED, "EXPIRED")
                if proven
                else Indication(Main.OPEN, "OUT_OF_BOUNDS_NO_POE")
            )
        case "not_yet_valid":
            return Indication(Main.FAILED, "NOT_YET_VALID")
        case code:
            return Indication(Main.OPEN, _PATH.get(code, "CERTIFICATE_CHAIN_GENERAL_FAILURE"))


def _algorithms(detail: SignatureDetails) -> Indication | None:
    """§5.2.8: an algorithm that no longer proves anything, and nothing proves that it is old."""
    weak = detail.evidence.cms is not None and detail.evidence.cms.weakness
    return Indication(Main.OPEN, "CRYPTO_CONSTRAINTS_FAILURE_NO_POE") if weak else None


def _seal(detail: SignatureDetails) -> Indication | None:
    """GM/T 0031 §6.2.3, as a constraint of this validator on the signature."""
    bad = any(check.outcome in (Outcome.FAIL, Outcome.UNKNOWN) for check in detail.seal_checks)
    return Indication(Main.OPEN, "SIG_CONSTRAINTS_FAILURE") if bad else None


_PATH = {
    "no_anchor": "NO_CERTIFICATE_CHAIN_FOUND",
    "refused": "CHAIN_CONSTRAINTS_FAILURE",
    "wrong_purpose": "CHAIN_CONSTRAINTS_FAILURE",
    "held": "TRY_LATER",
    "crl_missing": "TRY_LATER",
    "crl_stale": "TRY_LATER",
    "crl_from_the_future": "TRY_LATER",
    "crl_dropped_expired": "OUT_OF_BOUNDS_NO_POE",
    "moment_in_the_future": "NO_POE",
}
RULES: tuple[Callable[[SignatureDetails], Indication | None], ...] = (
    _format,
    _signer_is_there,
    _numbers_agree,
    _unchanged,
    _certificate,
    _algorithms,
    _seal,
)
