"""A child that was taken over can answer anything; the parent opens evidence only."""

import datetime
import os
import pickle

import pytest

from seal.bounded_answer import open_answer
from seal.verification.evidence import PdfEvidence
from seal.verification.reading import read_evidence
from tests.unit.seal.plain_pdf import plain_pdf


class Evil:
    def __reduce__(self) -> tuple[object, tuple[str]]:
        return os.system, ("exit 1",)


def test_evidence_comes_back_as_it_was() -> None:
    evidence = read_evidence(plain_pdf())
    assert open_answer(pickle.dumps(evidence)) == evidence


@pytest.mark.parametrize(
    "answer",
    [
        Evil(),
        PdfEvidence(1, attachments=((Evil(), b""),)),  # type: ignore[arg-type]
        datetime.datetime(2026, 1, 1, tzinfo=datetime.UTC),
        "text",
    ],
)
def test_anything_else_is_no_answer(answer: object) -> None:
    assert open_answer(pickle.dumps(answer)) is None


def test_an_answer_cut_short_is_no_answer() -> None:
    whole = pickle.dumps(read_evidence(plain_pdf()))
    assert all(open_answer(whole[:end]) is None for end in range(len(whole)))
