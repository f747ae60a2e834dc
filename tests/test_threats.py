"""The threat table tells the truth: every test that it names exists."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
TABLE = (ROOT / "docs" / "threats.md").read_text(encoding="utf-8")
ROWS = [line for line in TABLE.splitlines() if re.match(r"\| T\d+ ", line)]


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.split()[1])
def test_every_control_names_a_test_that_exists(row: str) -> None:
    named = re.findall(r"`(tests/[\w/]+\.py)(?:::(\w+))?`", row)
    assert named
    for file, function in named:
        text = (ROOT / file).read_text(encoding="utf-8")
        assert re.search(rf"^def {function or r'test_'}", text, re.MULTILINE), (file, function)


def test_every_row_has_its_own_number() -> None:
    numbers = [row.split()[1] for row in ROWS]
    assert len(set(numbers)) == len(numbers) > 20
