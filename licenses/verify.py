"""Verify a license in any of its forms (证照验证): one artifact, one snapshot, one `Report` (DESIGN §2).

    1  guess the kind
    2  gather the evidence the artifact carries, verify nothing twice
    3  ask the questions of that kind, in order
    4  the worst answer decides

Any octets get a report; nothing here raises for what they are. The whole answer follows from the artifact,
the snapshot, the moment and, for codes and numbers, from one question to the issuing node (`lookup`).

The caller must still: compare the holder with the person, and a paper with what is shown.
"""

from collections.abc import Callable, Mapping
from datetime import datetime

from keys.clock import require_utc
from keys.report import ArtifactKind, Check, Report
from licenses.credential_reading import parse_credential
from licenses.document import CREDENTIAL_NAME
from licenses.errors import MalformedCredential
from licenses.snapshot import TrustSnapshot
from licenses.verification import credential, inside
from licenses.verification.credential import CredentialCase, open_case
from licenses.verification.inside import DocumentCase
from licenses.verification.kinds import kind_of, line_of
from licenses.verification.lookup import Lookup
from licenses.verification.online import verify_number, verify_url
from licenses.verification.rules import ask, unknown
from licenses.verification.summary import summary_of_claims
from seal.verify import PdfFindings, verify_pdf

__all__ = ["Lookup", "PdfVerifier", "verify"]

PdfVerifier = Callable[..., PdfFindings]
"""`seal.verify.verify_pdf`, or the same in a bounded child process."""


def verify(
    artifact: bytes,
    snapshot: TrustSnapshot,
    *,
    now: datetime,
    at: datetime | None = None,
    lookup: Lookup | None = None,
    media_type: str | None = None,
    pdf_verifier: PdfVerifier = verify_pdf,
) -> Report:
    """Verify a PDF, an SD-JWT VC, the address in a printed QR code, or a license identifier.

    now: aware UTC. at: the moment to judge for, when it is not now; evidence must cover that moment.
    lookup: the node to ask about codes and numbers; None: nobody can be asked.
    """
    now = require_utc(now)
    moment = now if at is None else require_utc(at)
    kind = kind_of(artifact, media_type)
    if kind is ArtifactKind.SD_JWT_VC:
        report = _verify_credential(artifact, snapshot, moment, lookup)
    elif kind is ArtifactKind.PDF:
        report = _verify_document(artifact, snapshot, moment, lookup, pdf_verifier)
    elif kind is ArtifactKind.QR:
        report = verify_url(line_of(artifact), snapshot, moment=moment, now=now, lookup=lookup)
    elif kind is ArtifactKind.NUMBER:
        report = verify_number(line_of(artifact), snapshot, moment=moment, now=now, lookup=lookup)
    else:
        report = Report.of(kind, (_NOT_YET_READ,), as_of=snapshot.as_of)
    if snapshot.expires_at is not None and moment >= snapshot.expires_at:
        return _with(report, _OLD_BUNDLE)
    return report


def _with(report: Report, check: Check) -> Report:
    checks = (*report.checks, check)
    return Report.of(
        report.kind, checks, as_of=report.as_of, signatures=report.signatures, license=report.license
    )


def _verify_credential(
    text: bytes, snapshot: TrustSnapshot, moment: datetime, lookup: Lookup | None
) -> Report:
    try:
        parsed = parse_credential(text)
    except MalformedCredential as error:
        check = unknown("format", error.detail, error.detail_zh)
        return Report.of(ArtifactKind.SD_JWT_VC, (check,), as_of=snapshot.as_of)
    case = open_case(parsed, snapshot, moment, lookup=lookup)
    checks = (*ask(credential.QUESTIONS, case), *case.issuer.checks, *inside.ALONE)
    return Report.of(ArtifactKind.SD_JWT_VC, checks, as_of=_as_of(case), license=_summary(case, checks))


def _verify_document(
    pdf: bytes, snapshot: TrustSnapshot, moment: datetime, lookup: Lookup | None, pdf_verifier: PdfVerifier
) -> Report:
    findings = pdf_verifier(pdf, x509=snapshot.x509, logs=snapshot.logs, now=moment)
    attached = findings.attachments.get(CREDENTIAL_NAME)
    if attached is None:
        return Report.of(
            ArtifactKind.PDF, findings.checks, as_of=snapshot.as_of, signatures=findings.signatures
        )
    try:
        parsed = parse_credential(attached)
    except MalformedCredential as error:
        checks = (*findings.checks, unknown("format", error.detail, error.detail_zh))
        return Report.of(ArtifactKind.PDF, checks, as_of=snapshot.as_of, signatures=findings.signatures)
    case = open_case(parsed, snapshot, moment, lookup=lookup, signed_at=_proven_time(findings))
    checks = (
        *findings.checks,
        *ask(credential.QUESTIONS, case),
        *case.issuer.checks,
        *ask(inside.QUESTIONS, DocumentCase(case, findings)),
    )
    return Report.of(
        ArtifactKind.PDF,
        checks,
        as_of=_as_of(case),
        signatures=findings.signatures,
        license=_summary(case, checks),
    )


def _summary(case: CredentialCase, checks: tuple[Check, ...]) -> Mapping[str, object]:
    binding = next(check for check in checks if check.id == "holder_binding")
    return summary_of_claims(case.claims, case.snapshot.catalogue, case.status.status, binding)


def _proven_time(findings: PdfFindings) -> datetime | None:
    """When the document was sealed, if a time-stamp proves it."""
    return None if findings.certifying is None else findings.certifying.proven_at


def _as_of(case: CredentialCase) -> datetime:
    """The oldest evidence the answer rests on."""
    moments = [case.snapshot.as_of]
    if case.status.as_of is not None:
        moments = [case.status.as_of]
        if case.issuer.node is not None:
            moments.append(case.issuer.node.content.issued_at)
    return min(moments)


_OLD_BUNDLE = unknown(
    "bundle",
    "The trust bundle has run out; fetch a newer one and verify again.",
    "离线验证包已过期，请更新后再验证。",
)
_NOT_YET_READ = unknown(
    "format",
    "This kind of code cannot be verified here yet.",
    "目前还不能验证这种二维码。",
)
