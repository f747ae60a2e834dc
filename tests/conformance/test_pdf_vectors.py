"""Signed PDFs that others made and attackers changed, against their expected verdicts.

`clean` in expected.json: true = every signature intact and nothing but permitted changes after; false = never
that; null = any reasoned answer.
"""

import json
from pathlib import Path
from typing import Any

import pytest

from keys.report import Changes, Cryptography
from seal.bounded import BoundedReader
from seal.verification.evidence import PdfEvidence
from seal.verification.reading import read_evidence

VECTORS = Path(__file__).resolve().parents[3] / "shared" / "vectors" / "pdf"
EXPECTED = VECTORS / "expected.json"
CLEAN = {Changes.NONE, Changes.EXTENSION, Changes.PERMITTED}

pytestmark = pytest.mark.skipif(
    not EXPECTED.exists(), reason="the shared vectors are not beside this repository"
)


def _cases() -> list[dict[str, Any]]:
    return json.loads(EXPECTED.read_text("utf-8")) if EXPECTED.exists() else []


def is_clean(evidence: PdfEvidence) -> bool:
    return bool(evidence.signatures) and all(
        s.cryptography is Cryptography.INTACT and s.changes in CLEAN for s in evidence.signatures
    )


@pytest.mark.parametrize("case", _cases(), ids=lambda case: case["file"])
def test_a_file_of_others_gets_the_verdict_it_deserves(case: dict[str, Any]) -> None:
    evidence = read_evidence((VECTORS / case["file"]).read_bytes())
    if case["clean"] is not None:
        assert is_clean(evidence) is case["clean"]
    for signature in evidence.signatures:
        assert signature.reason
        assert signature.reason_zh
        assert signature.changes in CLEAN or signature.gate or signature.decisive


def test_the_bounded_child_reads_the_same(tmp_path: Path) -> None:
    with BoundedReader() as reader:
        for case in _cases():
            data = (VECTORS / case["file"]).read_bytes()
            if len(data) < 200_000:
                assert reader.read(data) == read_evidence(data), case["file"]
