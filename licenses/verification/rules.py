"""The shape of a verification: one question is one small function in one ordered tuple, with its citation.

A question never raises and never changes its case. The words it answers with are for a clerk: what was
found, in Chinese and in English, without codes.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

from keys.report import Check, Outcome

C = TypeVar("C")


@dataclass(frozen=True, slots=True)
class Question(Generic[C]):
    """One question about a case of type `C`. `id` is listed in docs/verdicts.md."""

    id: str
    citation: str
    answer: Callable[[C], Check]


def ask(questions: Sequence[Question[C]], case: C) -> tuple[Check, ...]:
    """Every answer, in order. Raises ValueError for an empty list: nothing asked is not "all good"."""
    if not questions:
        raise ValueError("a license is never judged by an empty list of questions")
    return tuple([question.answer(case) for question in questions])


def passed(check_id: str, detail: str, detail_zh: str) -> Check:
    return Check(check_id, Outcome.PASS, detail, detail_zh)


def failed(check_id: str, detail: str, detail_zh: str) -> Check:
    return Check(check_id, Outcome.FAIL, detail, detail_zh)


def unknown(check_id: str, detail: str, detail_zh: str) -> Check:
    return Check(check_id, Outcome.UNKNOWN, detail, detail_zh)


def not_applicable(check_id: str, detail: str, detail_zh: str) -> Check:
    return Check(check_id, Outcome.NOT_APPLICABLE, detail, detail_zh)
