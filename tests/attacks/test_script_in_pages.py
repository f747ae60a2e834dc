"""T18: script in a license, a file's name, pasted text or an address never runs, in a real browser."""

import json
from collections.abc import Iterator

import pytest

from api.licensing import Faces, issue, read_record
from licenses.order import IssueOrder
from tests.attacks.payloads import PAYLOADS
from tests.browsing import Opener, Site, browser, opener, site, submit
from tests.nodes import example

__all__ = ["browser", "opener", "site"]
pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def poisoned(site: Site) -> Iterator[Faces]:
    """A license whose every free text is a payload."""
    record = json.loads(example("business-license"))
    record["holder"]["name"] = PAYLOADS[0]
    record["claims"]["address"] = PAYLOADS[3]
    record["claims"]["legal_representative"] = PAYLOADS[7]
    record["claims"]["business_scope"] = "；".join(PAYLOADS)[:1990]
    parsed = read_record(site.node, json.dumps(record, ensure_ascii=False).encode())
    faces = issue(site.node, IssueOrder(parsed, "test", "a test", None))
    site.node.snapshots.refresh()
    return faces


def test_there_are_fifty_payloads() -> None:
    assert len(PAYLOADS) == len(set(PAYLOADS)) == 50


@pytest.mark.parametrize("face", ["document", "credential"])
def test_payloads_in_a_license_are_shown_as_text(
    opener: Opener, site: Site, poisoned: Faces, face: str
) -> None:
    page = opener("/verify")
    if face == "document":
        submit(page, file=site.file("x.pdf", poisoned.document))
    else:
        submit(page, text=poisoned.credential)
    shown = page.inner_text("dl.facts")
    assert PAYLOADS[0] in shown
    assert PAYLOADS[3] in shown
    assert page.locator("dl.facts script, dl.facts img, dl.facts svg, dl.facts iframe").count() == 0
    page.wait_for_timeout(50)


def test_payloads_in_a_file_name_and_in_text_are_shown_as_text(opener: Opener, site: Site) -> None:
    page = opener("/verify", java_script_enabled=True)
    for payload in PAYLOADS:
        page.goto(site.url + "/verify")
        content = {"name": payload, "mimeType": "application/pdf", "buffer": b"%PDF-"}
        page.set_input_files("#file", content)  # type: ignore[arg-type] # a FilePayload
        submit(page)
        assert page.locator("main script, main img, main iframe, main object, main embed").count() == 0
