"""The house itself: who owns the top-level names, and that files stay small enough to read."""

import importlib.util
import re
from importlib.metadata import packages_distributions
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
PACKAGES = ["keys", "trust", "ca", "seal", "licenses", "api"]
GUIDES = ["README.md", *sorted(f"docs/{path.name}" for path in (ROOT / "docs").glob("*.md"))]
LINK = re.compile(r"\]\(([^)#\s]+)")


@pytest.mark.parametrize("name", [*PACKAGES, "tests"])
def test_the_top_level_name_is_ours(name: str) -> None:
    spec = importlib.util.find_spec(name)
    assert spec is not None
    assert Path(str(spec.origin)).is_relative_to(ROOT)
    assert set(packages_distributions().get(name, [])) <= {"xinzheng"}


@pytest.mark.parametrize("name", PACKAGES)
def test_every_package_has_a_readme(name: str) -> None:
    assert (ROOT / name / "README.md").is_file()


@pytest.mark.parametrize("guide", [*GUIDES, *(f"{name}/README.md" for name in PACKAGES)])
def test_every_page_and_picture_a_guide_links_to_exists(guide: str) -> None:
    targets = LINK.findall((ROOT / guide).read_text(encoding="utf-8"))
    missing = [one for one in targets if "://" not in one and not ((ROOT / guide).parent / one).exists()]
    assert missing == []


def test_no_source_file_is_longer_than_350_lines() -> None:
    too_long = {
        str(path.relative_to(ROOT)): lines
        for name in [*PACKAGES, "tests", "benchmarks", "examples"]
        for path in (ROOT / name).rglob("*.py")
        if (lines := len(path.read_text(encoding="utf-8").splitlines())) > 350
    }
    assert too_long == {}


@pytest.mark.parametrize("lock", ["requirements.lock", "requirements-test.lock"])
def test_every_package_of_the_lock_files_has_its_digest(lock: str) -> None:
    text = (ROOT / lock).read_text(encoding="utf-8")
    pinned = [line for line in text.splitlines() if "==" in line and not line.lstrip().startswith("#")]
    assert len(pinned) > 30
    assert all(line.rstrip().endswith("\\") for line in pinned)
    assert text.count("--hash=sha256:") >= len(pinned)
    assert "://" not in text
