"""Every check a verification can emit stands in docs/verdicts.md, and nothing else does."""

import ast
import re
from pathlib import Path

from licenses.verification import credential, inside, issuer, online

ROOT = Path(__file__).resolve().parents[3]
SOURCES = [
    *sorted((ROOT / "licenses" / "verification").glob("*.py")),
    ROOT / "licenses" / "verify.py",
    *sorted((ROOT / "seal" / "verification").glob("*.py")),
    ROOT / "seal" / "verify.py",
]
MAKERS = {"Check", "Question", "passed", "failed", "unknown", "not_applicable"}
CELL = re.compile(r"^\| `([a-z_.]+)` \|", re.MULTILINE)


def documented() -> set[str]:
    text = (ROOT / "docs" / "verdicts.md").read_text(encoding="utf-8")
    return set(CELL.findall(text[text.index("## Checks") :]))


def emitted() -> set[str]:
    found: set[str] = set()
    for source in SOURCES:
        for node in ast.walk(ast.parse(source.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in MAKERS:
                first = node.args[0] if node.args else None
                if isinstance(first, ast.Constant) and isinstance(first.value, str):
                    found.add(first.value)
    return found


def test_every_check_that_can_be_emitted_is_documented_and_no_other() -> None:
    assert emitted() == documented()


def test_every_question_has_a_citation_and_a_documented_id() -> None:
    questions = (*credential.QUESTIONS, *issuer.QUESTIONS, *inside.QUESTIONS, *online.QUESTIONS)
    assert {question.id for question in questions} <= documented()
    assert all(question.citation for question in questions)


def test_a_lone_credential_is_told_about_every_question_only_a_document_can_answer() -> None:
    assert [check.id for check in inside.ALONE] == [question.id for question in inside.QUESTIONS]
