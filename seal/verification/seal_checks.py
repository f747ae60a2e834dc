"""Is the seal what it says (验章)? The questions of GM/T 0031 §6.1.2 and §6.2.3 about the record in a
signature.

One question, one function, one entry in `QUESTIONS`. They are asked only of a signature that carries a
record; its cryptography, which protects the record, is a check of its own.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime

from asn1crypto import core

from ca.paths import PathFinding
from keys.errors import XinzhengError
from keys.log.checkpoint import CheckpointVerifier
from keys.log.receipt import Receipt, verify_receipt
from keys.report import Check, Outcome, Trust
from seal.errors import SealAlgorithmUnknown
from seal.oids import LOG_RECEIPT, SEAL_RECORD, USE_RECORD
from seal.record import SealRecord, check_maker, parse_record
from seal.use import USE_KIND, UseRecord
from seal.verification.cms import CmsFacts


@dataclass(frozen=True, slots=True)
class SealCase:
    """What the questions are asked about."""

    record: SealRecord
    signer: bytes
    """DER of the certificate that signed the document."""
    signed_at: datetime
    """Proven time, or the present moment when nothing proves it."""
    maker_path: Callable[[bytes, datetime], PathFinding]


@dataclass(frozen=True, slots=True)
class Evidence:
    """What the signed attributes of one signature carry beside the signature."""

    record: SealRecord | None
    record_problem: XinzhengError | None
    receipt: Receipt | None
    receipt_problem: XinzhengError | None
    use_record: bytes | None


def read_signed_evidence(cms: CmsFacts | None) -> Evidence:
    """Read seal record, log receipt and use record from the signed attributes. Never raises."""
    record: SealRecord | None = None
    receipt: Receipt | None = None
    record_problem: XinzhengError | None = None
    receipt_problem: XinzhengError | None = None
    octets = {oid: _octets(cms, oid) for oid in (SEAL_RECORD, LOG_RECEIPT, USE_RECORD)}
    if (der := octets[SEAL_RECORD]) is not None:
        try:
            record = parse_record(der)
        except XinzhengError as error:
            record_problem = error
    if (text := octets[LOG_RECEIPT]) is not None:
        try:
            receipt = Receipt.from_json(text)
        except XinzhengError as error:
            receipt_problem = error
    return Evidence(record, record_problem, receipt, receipt_problem, octets[USE_RECORD])


def _octets(cms: CmsFacts | None, oid: str) -> bytes | None:
    der = cms.attribute(oid) if cms is not None else None
    if der is None:
        return None
    try:
        native = core.load(der).native
    except (ValueError, TypeError):
        return b""
    if isinstance(native, str):
        return native.encode("utf-8")
    return native if isinstance(native, bytes) else b""


def maker_signed_it(case: SealCase) -> Check:
    """GM/T 0031 §6.1.2 b: the maker's signature over the record."""
    try:
        check_maker(case.record)
    except SealAlgorithmUnknown as error:
        return Check("seal.record", Outcome.UNKNOWN, error.detail, error.detail_zh)
    except XinzhengError as error:
        return Check("seal.record", Outcome.FAIL, error.detail, error.detail_zh)
    return Check(
        "seal.record", Outcome.PASS, "The seal record is its maker's.", "印章数据由制章人签名且完整。"
    )


def maker_is_trusted(case: SealCase) -> Check:
    """GM/T 0031 §6.1.2 c: the maker's certificate, its period, state and purpose, when the seal was made."""
    path = case.maker_path(case.record.maker_certificate, case.signed_at)
    return Check("seal.maker", outcome_of(path.outcome), path.reason, path.reason_zh)


def signer_is_listed(case: SealCase) -> Check:
    """GM/T 0031 §6.2.2: the signing certificate is byte-equal to one the seal names."""
    if case.record.names_certificate(case.signer):
        return Check(
            "seal.certificate", Outcome.PASS, "The seal names this certificate.", "印章绑定了该签名证书。"
        )
    return Check(
        "seal.certificate",
        Outcome.FAIL,
        "The seal was applied with a certificate that it does not name.",
        "签名证书不在印章的证书列表中。",
    )


def seal_was_in_force(case: SealCase) -> Check:
    """GM/T 0031 §6.2.3 f: the signing time lies inside the seal's validity."""
    if case.record.valid_from <= case.signed_at <= case.record.valid_until:
        return Check("seal.validity", Outcome.PASS, "The seal was in force.", "用印时印章在有效期内。")
    return Check(
        "seal.validity",
        Outcome.FAIL,
        "The seal was not in force when it was applied.",
        "用印时印章不在有效期内。",
    )


Question = Callable[[SealCase], Check]
QUESTIONS: tuple[Question, ...] = (maker_signed_it, maker_is_trusted, signer_is_listed, seal_was_in_force)


def ask(case: SealCase, questions: tuple[Question, ...] = QUESTIONS) -> tuple[Check, ...]:
    """Every question in order. Raises ValueError for an empty tuple: nothing asked is not "all well"."""
    if not questions:
        raise ValueError("no question was asked about the seal")
    return tuple(question(case) for question in questions)


def check_receipt(
    evidence: Evidence, base_digests: tuple[bytes, ...], logs: Mapping[str, CheckpointVerifier]
) -> Check | None:
    """DESIGN §2: the use stands in a log we know, and is of this seal on this document.

    None when the signature carries no receipt of a use; a license's receipt is `licenses`' to check.
    """
    if evidence.receipt_problem is not None:
        problem = evidence.receipt_problem
        return Check("seal.receipt", Outcome.FAIL, problem.detail, problem.detail_zh)
    if evidence.receipt is None or evidence.use_record is None:
        return None
    verifier = logs.get(evidence.receipt.origin)
    if verifier is None:
        return Check(
            "seal.receipt",
            Outcome.UNKNOWN,
            "The receipt is of a log that is not known here.",
            "回执所属日志不在已知日志之列。",
        )
    try:
        verify_receipt(evidence.receipt, evidence.use_record, kind=USE_KIND, verifier=verifier)
        use = UseRecord.from_json(evidence.use_record)
    except XinzhengError as error:
        return Check("seal.receipt", Outcome.FAIL, error.detail, error.detail_zh)
    if use.document_digest not in base_digests:
        return Check(
            "seal.receipt",
            Outcome.FAIL,
            "The log holds the use on another document.",
            "日志所载用印对象是另一文件。",
        )
    if evidence.record is not None and evidence.record.seal_id != use.seal_number:
        return Check(
            "seal.receipt",
            Outcome.FAIL,
            "The log holds the use of another seal.",
            "日志所载用印的是另一印章。",
        )
    return Check("seal.receipt", Outcome.PASS, "The use stands in the log.", "用印记录已载入日志。")


def outcome_of(trust: Trust) -> Outcome:
    return {Trust.TRUSTED: Outcome.PASS, Trust.UNTRUSTED: Outcome.FAIL, Trust.UNKNOWN: Outcome.UNKNOWN}[trust]
