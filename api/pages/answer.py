"""From a report to what a clerk reads: the answer first, then what to do, the facts, the checks, failed
ones first.
"""

import base64
import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from api.i18n import Words
from api.pages.facts import Fact, facts_of, is_masked, region_words, status_words
from api.pages.questions import Question, question_of
from keys.report import (
    ArtifactKind,
    Changes,
    Check,
    Cryptography,
    Outcome,
    Report,
    SignatureReport,
    Trust,
    Verdict,
)
from licenses.catalogue import Catalogue

_ORDER = (Outcome.FAIL, Outcome.UNKNOWN, Outcome.PASS, Outcome.NOT_APPLICABLE)
MOST_STEPS = 3
_FAULTS = frozenset(
    {
        Cryptography.BROKEN,
        Cryptography.UNKNOWN,
        Changes.FORBIDDEN,
        Changes.UNKNOWN,
        Trust.UNTRUSTED,
        Trust.UNKNOWN,
    }
)
SIGNED_KINDS = frozenset({ArtifactKind.PDF, ArtifactKind.SD_JWT_VC, ArtifactKind.CWT})
"""Artifacts that carry their own signature; a code or a number proves nothing about what it is printed on."""


@dataclass(frozen=True, slots=True)
class CheckLine:
    outcome: str
    word: str
    title: str
    why: str


@dataclass(frozen=True, slots=True)
class SignatureLine:
    outcome: str
    word: str
    signer: str
    detail: str


@dataclass(frozen=True, slots=True)
class Answer:
    """One report as a page shows it. Every text is in one language, personal data is masked."""

    verdict: str
    word: str
    sentence: str
    steps: tuple[str, ...]
    facts: tuple[Fact, ...]
    facts_proven: bool
    facts_online: bool
    """Whether they come from the record of the issuing node, not from signed data."""
    masked: bool
    checks: tuple[CheckLine, ...]
    """What is not yes, one by one, and then what is, by topic."""
    every_check: tuple[CheckLine, ...]
    signatures: tuple[SignatureLine, ...]
    report_text: str
    receipt_href: str
    receipt_name: str
    codes: str
    """Ids of the checks that decided, for the help desk; "" when nothing went wrong."""


@dataclass(frozen=True, slots=True)
class Subject:
    """What was verified, for the receipt. The name of the file is the sender's and stays out of it."""

    sha256: str
    octets: int

    @classmethod
    def of(cls, artifact: bytes) -> "Subject":
        return cls(hashlib.sha256(artifact).hexdigest(), len(artifact))


def answer_of(
    report: Report, *, subject: Subject, catalogue: Catalogue, words: Words, node_url: str, now: datetime
) -> Answer:
    """Draw `report`. Pure; `now` stands in the receipt as the time of the check."""
    shown = report.license
    deciding = tuple(c for c in report.checks if c.outcome in (Outcome.FAIL, Outcome.UNKNOWN))
    ordered = sorted(report.checks, key=lambda check: _ORDER.index(check.outcome))
    report_json = report.to_json()
    receipt = _receipt(report_json, subject, node_url, now)
    return Answer(
        verdict=report.verdict.value,
        word=words(f"answer.{report.verdict}"),
        sentence=_sentence(report, shown, deciding, words),
        steps=_steps(report, deciding, words),
        facts=facts_of(_shown_status(report), catalogue, words) if shown else (),
        facts_proven=report.verdict is Verdict.VALID,
        facts_online=report.kind not in SIGNED_KINDS,
        masked=shown is not None and is_masked(shown),
        checks=(*(_fault(c, words) for c in ordered if c in deciding), *_topics(report, shown, words)),
        every_check=tuple(_line(check, words) for check in ordered),
        signatures=tuple(_signature(one, words) for one in report.signatures),
        report_text=json.dumps(report_json, ensure_ascii=False, indent=2),
        receipt_href="data:application/json;base64," + base64.b64encode(receipt).decode("ascii"),
        receipt_name=f"xinzheng-{now:%Y%m%d-%H%M%S}.json",
        codes=", ".join(dict.fromkeys(check.id for check in deciding)),
    )


def _shown_status(report: Report) -> Mapping[str, Any]:
    """The license without the word "valid" under an answer that is not."""
    shown = report.license or {}
    if report.verdict is Verdict.VALID or shown.get("status") != "valid":
        return shown
    return {name: value for name, value in shown.items() if name != "status"}


def _receipt(report_json: Mapping[str, Any], subject: Subject, node_url: str, now: datetime) -> bytes:
    receipt = {
        "verified_by": node_url,
        "verified_at": f"{now:%Y-%m-%dT%H:%M:%SZ}",
        "subject": {"sha256": subject.sha256, "octets": subject.octets},
        "report": report_json,
    }
    return json.dumps(receipt, ensure_ascii=False, indent=2).encode()


def _line(check: Check, words: Words) -> CheckLine:
    question = question_of(check.id)
    reason = words.pick(check.detail_zh, check.detail)
    title = words.pick(question.zh, question.en) if question else ""
    return CheckLine(
        outcome=check.outcome.value,
        word=words(f"answer.{check.outcome}"),
        title=title or reason,
        why=reason if title else "",
    )


def _fault(check: Check, words: Words) -> CheckLine:
    """What is not yes is told by its reason alone: the question beside it would read like the opposite."""
    reason = words.pick(check.detail_zh, check.detail)
    return CheckLine(check.outcome.value, words(f"answer.{check.outcome}"), reason, "")


def _topics(report: Report, shown: Mapping[str, Any] | None, words: Words) -> list[CheckLine]:
    """One line for each topic all of whose answers are yes, in the order of the report."""
    clouded: set[str] = set()
    reasons: dict[str, str] = {}
    for check in report.checks:
        question = question_of(check.id)
        if question is None or check.outcome is Outcome.NOT_APPLICABLE:
            continue
        if check.outcome is not Outcome.PASS:
            clouded.add(question.topic)
        elif question.reason:
            reasons[question.topic] = words.pick(check.detail_zh, check.detail)
        else:
            reasons.setdefault(question.topic, "")
    word = words(f"answer.{Outcome.PASS}")
    return [
        CheckLine(Outcome.PASS.value, word, words(f"topic.{_named(topic, shown)}"), why)
        for topic, why in reasons.items()
        if topic not in clouded
    ]


def _named(topic: str, shown: Mapping[str, Any] | None) -> str:
    """A sealed document that is no license has a signer, not an issuer with rights."""
    return "signer" if topic == "issuer" and shown is None else topic


def _sentence(
    report: Report, shown: Mapping[str, Any] | None, deciding: tuple[Check, ...], words: Words
) -> str:
    if report.verdict is not Verdict.VALID:
        wanted = Outcome.FAIL if report.verdict is Verdict.INVALID else Outcome.UNKNOWN
        first = next((check for check in deciding if check.outcome is wanted), None)
        ending = words("answer.do_not_rely" if report.verdict is Verdict.INVALID else "answer.not_proven")
        return _joined((words.pick(first.detail_zh, first.detail) if first else "", ending), words)
    as_of = words.moment(report.as_of)
    if shown is None:
        signer = report.signatures[0].signer if report.signatures else ""
        sealed = words("answer.signed_by", signer=signer) if signer else ""
        return _joined((sealed, words("answer.as_of", as_of=as_of)), words)
    unchanged = words("answer.unchanged") if report.kind in SIGNED_KINDS else ""
    status = words("answer.status_now", status=status_words(shown, words), as_of=as_of)
    return _joined((_issued_by(shown, words), unchanged, status), words)


def _issued_by(shown: Mapping[str, Any], words: Words) -> str:
    issuer = shown.get("issuer")
    if not isinstance(issuer, Mapping) or not issuer.get("name"):
        return ""
    region = region_words(issuer.get("region"), words)
    if region:
        return words("answer.issued_by", issuer=issuer["name"], region=region)
    return words("answer.issued_by_short", issuer=issuer["name"])


def _steps(report: Report, deciding: Iterable[Check], words: Words) -> tuple[str, ...]:
    wanted = Outcome.FAIL if report.verdict is Verdict.INVALID else Outcome.UNKNOWN
    questions: list[Question] = [
        question
        for check in deciding
        if check.outcome is wanted and (question := question_of(check.id)) is not None
    ]
    advice = dict.fromkeys(words.pick(one.advice_zh, one.advice_en) for one in questions)
    return tuple(step for step in advice if step)[:MOST_STEPS]


def _signature(one: SignatureReport, words: Words) -> SignatureLine:
    outcome = _signature_outcome(one)
    faults = [
        words(f"answer.{axis}_{value}")
        for axis, value in (
            ("cryptography", one.cryptography),
            ("changes", one.changes),
            ("trust", one.trust),
        )
        if value in _FAULTS
    ]
    when = f"{words('answer.signed_at')} {words.moment(one.signed_at)}" if one.signed_at else ""
    parts = [*faults, when, words(f"answer.time_{one.time_source}")]
    detail = words.pick("，", ", ").join(part for part in parts if part)
    return SignatureLine(outcome.value, words(f"answer.{outcome}"), one.signer or one.field, detail)


def _signature_outcome(one: SignatureReport) -> Outcome:
    if (
        one.cryptography is Cryptography.BROKEN
        or one.changes is Changes.FORBIDDEN
        or one.trust is Trust.UNTRUSTED
    ):
        return Outcome.FAIL
    if (
        Cryptography.UNKNOWN is one.cryptography
        or Changes.UNKNOWN is one.changes
        or Trust.UNKNOWN is one.trust
    ):
        return Outcome.UNKNOWN
    return Outcome.PASS


def _joined(parts: Iterable[str], words: Words) -> str:
    return words.pick("", " ").join(part for part in parts if part)
