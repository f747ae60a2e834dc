"""Verify a signed PDF (验章), whoever made it and whatever was done to it. Answers, never raises.

    1  evidence    read the file, compute every signature, see what changed after each
    2  trust       each certificate at its proven time, against the caller's anchors, lists and logs
    3  seal        the seal record, its maker and its receipt, where a signature carries them
    4  answer      three axes per signature, one check per question; the worst check decides

`verify_pdf` reads in this process: for documents we made ourselves, and for tools. A service that takes files
from strangers calls `verify_evidence(read_bounded(...))`, see `seal.bounded`.
What it does not check: whether the organ may issue what the document says (`licenses` does), OCSP over the
network.
"""

from collections.abc import Mapping
from datetime import datetime

from cryptography import x509
from cryptography.x509.oid import NameOID

from ca.paths import PathFinding, X509Snapshot
from ca.profile import SEAL_MAKER
from keys.log.checkpoint import CheckpointVerifier
from keys.report import Check, Outcome, SignatureReport
from seal.verification import questions, seal_checks
from seal.verification.evidence import LAYERS, Layer, PdfEvidence, SignatureEvidence
from seal.verification.findings import PdfFindings, SignatureDetails
from seal.verification.levels import level_of
from seal.verification.limits import Limits
from seal.verification.reading import read_evidence
from seal.verification.riding import check_riding
from seal.verification.trust import Judged, TrustJudge

__all__ = ["PdfFindings", "SignatureDetails", "verify_evidence", "verify_pdf"]


def verify_pdf(
    data: bytes,
    *,
    x509: X509Snapshot,
    logs: Mapping[str, CheckpointVerifier],
    now: datetime,
    at: datetime | None = None,
    layers: tuple[Layer, ...] = LAYERS,
    limits: Limits | None = None,
) -> PdfFindings:
    """Verify one file against what the caller trusts.

    x509: anchors, intermediates and revocation lists. logs: known logs by origin. now: aware UTC. at: judge
    certificates at this moment where no time-stamp proves one (default: `now`). layers: see `Layer`; leaving
    one out weakens the verdict and is for tests.
    """
    return verify_evidence(
        read_evidence(data, limits=limits, layers=layers), x509=x509, logs=logs, now=now, at=at
    )


def verify_evidence(
    evidence: PdfEvidence,
    *,
    x509: X509Snapshot,
    logs: Mapping[str, CheckpointVerifier],
    now: datetime,
    at: datetime | None = None,
) -> PdfFindings:
    """Judge evidence that was read elsewhere, see `verify_pdf`."""
    if evidence.problem:
        readable = Check("pdf.readable", Outcome.UNKNOWN, evidence.problem, evidence.problem_zh)
        return PdfFindings((readable,), evidence=evidence)
    judge = TrustJudge(evidence, x509, now=now, at=at)
    details = tuple(
        _details(signature, evidence, judge, logs, at or now) for signature in evidence.signatures
    )
    checks = questions.ask(questions.PdfCase(evidence, details))
    return PdfFindings(
        checks=(_readable(evidence), *checks, *_seal_checks(details)),
        signatures=tuple(detail.report for detail in details),
        details=details,
        certifying=next((d for d in details if d.certified is not None and not d.is_timestamp), None),
        attachments=dict(evidence.attachments),
        text=evidence.text,
        active=evidence.active,
        evidence=evidence,
    )


def _readable(evidence: PdfEvidence) -> Check:
    if evidence.repaired:
        return Check(
            "pdf.readable",
            Outcome.PASS,
            "The file's object table is damaged; it was rebuilt.",
            "文件对象表已损坏，按内容重建后读取。",
        )
    return Check("pdf.readable", Outcome.PASS, "The file could be read.", "文件可以读取。")


def _details(
    signature: SignatureEvidence,
    evidence: PdfEvidence,
    judge: TrustJudge,
    logs: Mapping[str, CheckpointVerifier],
    moment: datetime,
) -> SignatureDetails:
    judged = judge.judge(signature)
    carried = seal_checks.read_signed_evidence(signature.cms)
    asked: tuple[Check, ...] = ()
    if carried.record is not None and signature.cms is not None:
        extra = signature.cms.certificates

        def maker_path(certificate: bytes, when: datetime) -> PathFinding:
            return judge.check(certificate, extra, when, SEAL_MAKER)

        case = seal_checks.SealCase(
            carried.record, signature.cms.signer, judged.proven_at or moment, maker_path
        )
        asked = seal_checks.ask(case)
    elif carried.record_problem is not None:
        problem = carried.record_problem
        asked = (Check("seal.record", Outcome.FAIL, problem.detail, problem.detail_zh),)
    receipt = seal_checks.check_receipt(carried, signature.base_digests, logs)
    further = (check for check in (check_riding(signature.riding), receipt) if check is not None)
    return SignatureDetails(
        report=_report(signature, evidence, judged),
        evidence=signature,
        certificate=judged.certificate,
        path=judged.path,
        proven_at=judged.proven_at,
        seal=carried.record,
        seal_checks=(*asked, *further),
        receipt=carried.receipt,
        use_record=carried.use_record,
    )


def _report(signature: SignatureEvidence, evidence: PdfEvidence, judged: Judged) -> SignatureReport:
    claimed = (signature.cms.signing_time if signature.cms else None) or signature.claimed_time
    source = "timestamp" if judged.proven_at else "claimed" if claimed else "none"
    return SignatureReport(
        field=signature.field,
        signer=_name_of(judged.certificate),
        cryptography=signature.cryptography,
        changes=signature.changes,
        trust=judged.path.outcome,
        signed_at=judged.proven_at or claimed,
        time_source=source,
        level=level_of(signature, evidence),
    )


def _name_of(certificate: x509.Certificate | None) -> str:
    if certificate is None:
        return ""
    try:
        for oid in (NameOID.ORGANIZATION_NAME, NameOID.COMMON_NAME):
            if found := certificate.subject.get_attributes_for_oid(oid):
                return str(found[0].value)[:200]
        return certificate.subject.rfc4514_string()[:200]
    except (ValueError, Warning):
        return ""


def _seal_checks(details: tuple[SignatureDetails, ...]) -> tuple[Check, ...]:
    """Of several seals, the worst answer to each question."""
    order = (Outcome.FAIL, Outcome.UNKNOWN, Outcome.PASS, Outcome.NOT_APPLICABLE)
    worst: dict[str, Check] = {}
    for check in (check for detail in details for check in detail.seal_checks):
        known = worst.get(check.id)
        if known is None or order.index(check.outcome) < order.index(known.outcome):
            worst[check.id] = check
    return tuple(worst.values())
