"""What `seal.verify.verify_pdf` answers: checks and three axes for a person, details for `licenses` and
`api`."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from cryptography import x509

from ca.paths import PathFinding
from keys.log.receipt import Receipt
from keys.report import Check, SignatureReport, Verdict, verdict_of
from seal.record import SealRecord
from seal.verification.active import ActiveContent
from seal.verification.changes import Change
from seal.verification.evidence import PdfEvidence, SignatureEvidence
from seal.verification.pictures import PagePicture


@dataclass(frozen=True, slots=True)
class SignatureDetails:
    """One signature or document time-stamp with everything that was found out about it."""

    report: SignatureReport
    evidence: SignatureEvidence
    certificate: x509.Certificate | None
    path: PathFinding | None
    proven_at: datetime | None
    """Earliest moment at which a trusted time-stamp proves that the signature existed (EN 319 102-1
    §5.6.2.4)."""
    seal: SealRecord | None = None
    """The seal that was applied, from the signed attributes; its checks are in `seal_checks`."""
    seal_checks: tuple[Check, ...] = ()
    receipt: Receipt | None = None
    """Log receipt in the signed attributes. Verified here only together with `use_record`."""
    use_record: bytes | None = None

    @property
    def is_timestamp(self) -> bool:
        return self.evidence.is_timestamp

    @property
    def certified(self) -> int | None:
        """DocMDP P of a certification signature, None for an approval."""
        return self.evidence.certified

    @property
    def later_changes(self) -> tuple[Change, ...]:
        return self.evidence.all_changes


@dataclass(frozen=True, slots=True)
class PdfFindings:
    """The answer for one file. `attachments` and `text` are those of the revision that was signed first."""

    checks: tuple[Check, ...]
    signatures: tuple[SignatureReport, ...] = ()
    details: tuple[SignatureDetails, ...] = ()
    certifying: SignatureDetails | None = None
    """The certification signature, when the document has one."""
    attachments: Mapping[str, bytes] = field(default_factory=dict)
    text: str = ""
    active: tuple[ActiveContent, ...] = ()
    evidence: PdfEvidence | None = None

    @property
    def verdict(self) -> Verdict:
        """The worst check decides."""
        return verdict_of(self.checks)

    @property
    def pictures(self) -> tuple[PagePicture, ...]:
        """Changed pages before and after, for people to look at."""
        return self.evidence.pictures if self.evidence is not None else ()

    @property
    def readable(self) -> bool:
        return self.evidence is not None and not self.evidence.problem
