"""axe-core finds nothing serious on any page, in either language, light or dark (WCAG 2.2 AA)."""

from pathlib import Path
from typing import Any

import pytest

from tests.browsing import Opener, Site
from tests.pages.test_look import PAGES

pytestmark = pytest.mark.browser

AXE = Path(__file__).parent / "npm" / "node_modules" / "axe-core" / "axe.min.js"
RUN = """() => axe.run(document, {runOnly: [
    'wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice']})
  .then((result) => result.violations.map((v) =>
    [v.id, v.impact, v.nodes.map((n) => n.html.slice(0, 120)).join(' | ')]))"""


@pytest.fixture(scope="module")
def axe() -> str:
    if not AXE.is_file():
        pytest.skip("axe-core is not installed (npm ci in tests/pages/npm)")
    return AXE.read_text(encoding="utf-8")


def faults(opener: Opener, site: Site, axe: str, name: str, query: str, **options: Any) -> list[list[str]]:
    path, act = PAGES[name]
    page = opener(f"{path or site.public_path}?{query}", quiet=False, bypass_csp=True, **options)
    act(page, site)
    for details in page.query_selector_all("details"):
        details.evaluate("(element) => { element.open = true; }")
    page.evaluate(axe)
    found: list[list[str]] = page.evaluate(RUN)
    return found


@pytest.mark.parametrize("name", PAGES)
def test_a_page_has_no_accessibility_fault(opener: Opener, site: Site, axe: str, name: str) -> None:
    assert faults(opener, site, axe, name, "lang=zh") == []


@pytest.mark.parametrize("name", ["verify", "answer-valid", "answer-changed", "answer-unsigned", "home"])
def test_english_dark_narrow_and_large_has_none_either(
    opener: Opener, site: Site, axe: str, name: str
) -> None:
    query = "lang=en&type=large"
    assert faults(opener, site, axe, name, query, color_scheme="dark", width=360) == []
