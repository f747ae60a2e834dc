"""The Wycheproof vectors lie beside the repository, not in it; tests that read them skip without them."""

import json
from pathlib import Path
from typing import Any

import pytest

FOLDER = Path(__file__).resolve().parents[3] / "shared" / "vectors" / "wycheproof"


def groups(name: str) -> list[dict[str, Any]]:
    """The test groups of one file; skips the test when the vectors are not there."""
    path = FOLDER / name
    if not path.is_file():
        pytest.skip(f"the Wycheproof vectors are not beside the repository ({name})")
    found: list[dict[str, Any]] = json.loads(path.read_text(encoding="utf-8"))["testGroups"]
    assert found
    return found
