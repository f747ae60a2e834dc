"""The answer of every verification: a frozen report, never an exception (DESIGN §2).

A report lists one `Check` per question that was asked. The worst check decides the verdict, and a report
without a single passed check is never `valid`: "could not check" is not "valid".
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any


class Outcome(StrEnum):
    PASS = "pass"  # noqa: S105 - an outcome, not a password
    FAIL = "fail"
    UNKNOWN = "unknown"
    NOT_APPLICABLE = "not_applicable"


class Verdict(StrEnum):
    VALID = "valid"
    INVALID = "invalid"
    INDETERMINATE = "indeterminate"


class ArtifactKind(StrEnum):
    PDF = "pdf"
    SD_JWT_VC = "sd-jwt-vc"
    CWT = "cwt"
    QR = "qr"
    NUMBER = "number"


@dataclass(frozen=True, slots=True)
class Check:
    """One question, its outcome and the reason in plain words. `id` is listed in docs/verdicts.md."""

    id: str
    outcome: Outcome
    detail: str
    detail_zh: str


class Cryptography(StrEnum):
    INTACT = "intact"
    BROKEN = "broken"
    UNKNOWN = "unknown"


class Changes(StrEnum):
    """What was done to the document after this signature."""

    NONE = "none"
    EXTENSION = "extension"
    """Only validation data or time-stamps were added."""
    PERMITTED = "permitted"
    FORBIDDEN = "forbidden"
    UNKNOWN = "unknown"


class Trust(StrEnum):
    TRUSTED = "trusted"
    UNTRUSTED = "untrusted"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class SignatureReport:
    """One signature or document time-stamp, on three axes kept apart."""

    field: str
    signer: str
    cryptography: Cryptography
    changes: Changes
    trust: Trust
    signed_at: datetime | None
    time_source: str
    """`timestamp` (RFC 3161, verified), `claimed` or `none`."""
    level: str
    """`PAdES-B-B`, `PAdES-B-T`, `PAdES-B-LT`, `PAdES-B-LTA`, `PKCS7` or `DocTimeStamp`."""


def verdict_of(checks: Iterable[Check]) -> Verdict:
    """The worst check decides; with nothing passed the answer is `indeterminate`."""
    outcomes = [check.outcome for check in checks]
    if Outcome.FAIL in outcomes:
        return Verdict.INVALID
    if Outcome.UNKNOWN in outcomes or Outcome.PASS not in outcomes:
        return Verdict.INDETERMINATE
    return Verdict.VALID


@dataclass(frozen=True, slots=True)
class Report:
    """What a verifier answers. Build it with `Report.of`, so that the verdict follows from the checks."""

    verdict: Verdict
    kind: ArtifactKind
    as_of: datetime
    checks: tuple[Check, ...]
    signatures: tuple[SignatureReport, ...] = ()
    license: Mapping[str, Any] | None = field(default=None)

    @classmethod
    def of(
        cls,
        kind: ArtifactKind,
        checks: Iterable[Check],
        *,
        as_of: datetime,
        signatures: Iterable[SignatureReport] = (),
        license: Mapping[str, Any] | None = None,  # noqa: A002 - the field's own name in the JSON answer
    ) -> "Report":
        held = tuple(checks)
        return cls(verdict_of(held), kind, as_of, held, tuple(signatures), license)

    def to_json(self) -> dict[str, Any]:
        """The JSON object that `POST /v1/verify` and `xinzheng verify --json` answer; outcomes are `str`."""
        return {
            "verdict": self.verdict.value,
            "kind": self.kind.value,
            "as_of": _rfc3339(self.as_of),
            "checks": [
                {"id": c.id, "outcome": c.outcome, "detail": c.detail, "detail_zh": c.detail_zh}
                for c in self.checks
            ],
            "signatures": [
                {
                    "field": s.field,
                    "signer": s.signer,
                    "cryptography": s.cryptography.value,
                    "changes": s.changes.value,
                    "trust": s.trust.value,
                    "signed_at": _rfc3339(s.signed_at) if s.signed_at else None,
                    "time_source": s.time_source,
                    "level": s.level,
                }
                for s in self.signatures
            ],
            "license": dict(self.license) if self.license is not None else None,
        }


def _rfc3339(moment: datetime) -> str:
    return moment.replace(tzinfo=None).isoformat(timespec="seconds") + "Z"
