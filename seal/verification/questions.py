"""The questions asked about a whole PDF, in order. The worst answer decides (DESIGN §2).

Each function is one rule with its citation; the ids are explained for a clerk in docs/verdicts.md.
"""

from collections.abc import Callable
from dataclasses import dataclass

from keys.report import Changes, Check, Cryptography, Outcome, Trust
from seal.verification.evidence import PdfEvidence
from seal.verification.findings import SignatureDetails
from seal.verification.wording import say, what_changed


@dataclass(frozen=True, slots=True)
class PdfCase:
    """A file that could be read, with its judged signatures."""

    evidence: PdfEvidence
    details: tuple[SignatureDetails, ...]


def is_signed(case: PdfCase) -> Check:
    """DESIGN §2: an unsigned document is indeterminate. A time-stamp alone names nobody."""
    if any(not detail.is_timestamp for detail in case.details):
        return Check("pdf.signed", Outcome.PASS, "The document carries a signature.", "文档带有签名。")
    if case.details:
        return Check(
            "pdf.signed",
            Outcome.UNKNOWN,
            "The document is time-stamped but nobody signed it.",
            "文档仅有时间戳，无人签名。",
        )
    return Check("pdf.signed", Outcome.UNKNOWN, "The document is not signed.", "文档未签名。")


def ranges_are_whole(case: PdfCase) -> Check:
    """ISO 32000-2 §12.8.1: every signature covers its revision from first to last byte but its own value."""
    for detail in case.details:
        if detail.evidence.gate:
            return Check(
                "pdf.byte_range", Outcome.FAIL, *say(detail, detail.evidence.gate, detail.evidence.gate_zh)
            )
    return Check(
        "pdf.byte_range",
        *_all(case, "Every signature covers its whole version.", "每个签名均完整覆盖其版本。"),
    )


def arithmetic_holds(case: PdfCase) -> Check:
    """RFC 5652 §5.6: digest and signature agree."""
    for outcome, cryptography in (
        (Outcome.FAIL, Cryptography.BROKEN),
        (Outcome.UNKNOWN, Cryptography.UNKNOWN),
    ):
        for detail in case.details:
            if detail.report.cryptography is cryptography:
                return Check(
                    "pdf.integrity", outcome, *say(detail, detail.evidence.reason, detail.evidence.reason_zh)
                )
    return Check("pdf.integrity", *_all(case, "Every signature is intact.", "所有签名均完整有效。"))


def algorithms_are_strong(case: PdfCase) -> Check:
    """EN 319 102-1 §5.2.8: an algorithm that can be forged today proves nothing without an old proof of
    existence."""
    for detail in case.details:
        weakness = detail.evidence.cms.weakness if detail.evidence.cms else ""
        if weakness:
            return Check(
                "pdf.algorithm",
                Outcome.UNKNOWN,
                *say(
                    detail,
                    f"it uses {weakness}, which no longer proves anything",
                    f"使用已不安全的算法 {weakness}",
                ),
            )
    return Check("pdf.algorithm", *_all(case, "The algorithms are still strong.", "所用算法仍然安全。"))


def changes_are_allowed(case: PdfCase) -> Check:
    """ISO 32000-2 §12.8.2: what was done to the document after each signature."""
    for outcome, changes in ((Outcome.FAIL, Changes.FORBIDDEN), (Outcome.UNKNOWN, Changes.UNKNOWN)):
        for detail in case.details:
            if detail.report.changes is changes and not detail.evidence.gate:
                return Check("pdf.changes", outcome, *say_change(detail))
    return Check(
        "pdf.changes", *_all(case, "Nothing that was signed was changed.", "签名之后的内容未被改动。")
    )


def say_change(detail: SignatureDetails) -> tuple[str, str]:
    """The decisive change in words."""
    what, what_zh = what_changed(detail.evidence.decisive)
    return say(detail, f"after it was made, {what}", f"签名之后，{what_zh}")


def signers_are_trusted(case: PdfCase) -> Check:
    """RFC 5280 §6, EN 319 102-1 §5.2.6: each signer's certificate, at the time it signed."""
    for outcome, trust in ((Outcome.FAIL, Trust.UNTRUSTED), (Outcome.UNKNOWN, Trust.UNKNOWN)):
        for detail in case.details:
            if detail.report.trust is trust and not detail.is_timestamp and detail.path is not None:
                return Check("pdf.trust", outcome, *say(detail, detail.path.reason, detail.path.reason_zh))
    return Check(
        "pdf.trust",
        *_all(
            case, "Every signer is certified by an authority you trust.", "所有签名者均可追溯至受信任的机构。"
        ),
    )


def time_is_proven(case: PdfCase) -> Check:
    """EN 319 102-1 §5.5: a time-stamp proves when; without one the time is the signer's word, which is no
    fault."""
    signatures = [detail for detail in case.details if not detail.is_timestamp]
    if signatures and all(detail.proven_at is not None for detail in signatures):
        return Check(
            "pdf.time",
            Outcome.PASS,
            "A trusted time-stamp proves when it was signed.",
            "可信时间戳证明了签名时间。",
        )
    return Check(
        "pdf.time",
        Outcome.NOT_APPLICABLE,
        "No trusted time-stamp: the time of signing is claimed, not proven.",
        "无可信时间戳，签名时间仅为声称。",
    )


def nothing_is_active(case: PdfCase) -> Check:
    """ISO 32000-2 §12.6, T23: scripts, launch actions and hidden layers are named; by themselves they break
    nothing."""
    if not case.evidence.active:
        return Check(
            "pdf.active_content",
            Outcome.PASS,
            "No active or hidden content.",
            "未发现脚本等活动内容或隐藏内容。",
        )
    named = ", ".join(sorted({item.sort for item in case.evidence.active}))
    return Check(
        "pdf.active_content",
        Outcome.NOT_APPLICABLE,
        f"The document holds content that acts or hides: {named}.",
        f"文档含有活动或隐藏内容：{named}。",
    )


Question = Callable[[PdfCase], Check]
QUESTIONS: tuple[Question, ...] = (
    is_signed,
    ranges_are_whole,
    arithmetic_holds,
    algorithms_are_strong,
    changes_are_allowed,
    signers_are_trusted,
    time_is_proven,
    nothing_is_active,
)


def ask(case: PdfCase, questions: tuple[Question, ...] = QUESTIONS) -> tuple[Check, ...]:
    """Every question in order. Raises ValueError for an empty tuple: nothing asked is not "all well"."""
    if not questions:
        raise ValueError("no question was asked about the document")
    return tuple(question(case) for question in questions)


def _all(case: PdfCase, detail: str, detail_zh: str) -> tuple[Outcome, str, str]:
    if not case.details:
        return Outcome.NOT_APPLICABLE, "The document is not signed.", "文档未签名。"
    return Outcome.PASS, detail, detail_zh
