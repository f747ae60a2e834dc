"""Signed PDFs that others made and attackers changed, against their expected verdicts.

`clean` in expected.json: true = every signature intact and nothing but permitted changes after; false = never
that; null = any reasoned answer.
"""

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest

from ca.paths import X509Snapshot
from keys.report import Changes, Cryptography, Verdict
from seal.bounded import BoundedReader
from seal.verification.etsi_report import etsi_report
from seal.verification.evidence import PdfEvidence
from seal.verification.reading import read_evidence
from seal.verify import verify_pdf

VECTORS = Path(__file__).resolve().parents[3] / "shared" / "vectors" / "pdf"
EXPECTED = VECTORS / "expected.json"
NOW = datetime(2026, 11, 22, 8, tzinfo=UTC)
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


@pytest.mark.parametrize("case", _cases(), ids=lambda case: case["file"])
def test_every_file_of_others_is_judged_and_reported_to_the_end(case: dict[str, Any]) -> None:
    """Trust, seal and the report for machines never raise, also where warnings are errors."""
    nothing = X509Snapshot((), (), (), NOW)
    findings = verify_pdf((VECTORS / case["file"]).read_bytes(), x509=nothing, logs={}, now=NOW)
    assert findings.verdict is not Verdict.VALID
    assert findings.checks
    root = ElementTree.fromstring(etsi_report(findings, now=NOW))  # noqa: S314 - what we have just written
    assert root.tag.endswith("ValidationReport")


def test_the_bounded_child_reads_the_same(tmp_path: Path) -> None:
    with BoundedReader() as reader:
        for case in _cases():
            data = (VECTORS / case["file"]).read_bytes()
            if len(data) < 200_000:
                assert reader.read(data) == read_evidence(data), case["file"]
