"""Using the pages: with the keyboard alone, without script, with a file dropped, without a network."""

import json
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.browsing import Opener, Site, changed, identifier_of, submit

pytestmark = pytest.mark.browser

FOCUSABLE = """() => [...document.querySelectorAll(
  'a[href], button, input, textarea, summary, [tabindex="0"]')]
  .filter((e) => e.checkVisibility()).map((e) => e.outerHTML.slice(0, 60))"""
FOCUSED = (
    "() => document.activeElement === document.body ? '' : document.activeElement.outerHTML.slice(0, 60)"
)


def test_the_form_works_without_script_for_a_file_and_for_text(opener: Opener, site: Site) -> None:
    page = opener("/verify", java_script_enabled=False)
    page.set_input_files("#file", site.file("证照.pdf", site.faces.document))
    page.click("button[type=submit]")
    assert page.inner_text(".verdict h2") == "有效"
    page.click("text=再核验一份")
    page.fill("#text", identifier_of(site.faces))
    page.click("button[type=submit]")
    assert page.inner_text(".verdict h2") == "有效"


def test_without_script_a_mistake_is_said_at_the_top_and_at_the_field_and_the_input_is_kept(
    opener: Opener, site: Site
) -> None:
    page = opener("/verify", java_script_enabled=False, quiet=False)
    page.click("button[type=submit]")
    assert page.inner_text("[role=alert] a") == page.inner_text("#said") != ""
    page.set_input_files("#file", site.file("x.pdf", b"%PDF-"))
    page.fill("#text", "1.2.156.3005.2.X")
    page.click("button[type=submit]")
    assert page.get_attribute("[role=alert] a", "href") == "#text"
    assert page.input_value("#text") == "1.2.156.3005.2.X"


@pytest.mark.parametrize("path", ["/", "/verify", "/docs", "answer"])
def test_the_keyboard_reaches_everything_in_reading_order(opener: Opener, site: Site, path: str) -> None:
    page = opener("/verify" if path == "answer" else path)
    if path == "answer":
        submit(page, text=site.faces.credential)
        page.evaluate("document.activeElement.blur()")
        page.evaluate("document.querySelector('.skip').focus()")
        reached = [page.evaluate(FOCUSED)]
    else:
        reached = []
    expected = page.evaluate(FOCUSABLE)
    for _ in range(len(expected) + 2):
        page.keyboard.press("Tab")
        if not (focused := page.evaluate(FOCUSED)):
            break
        reached.append(focused)
    assert reached[: len(expected)] == expected


def test_a_license_is_verified_with_the_keyboard_alone(opener: Opener, site: Site) -> None:
    page = opener("/verify")
    page.focus("#text")
    page.keyboard.insert_text(identifier_of(site.faces))
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    page.wait_for_selector(".verdict")
    assert page.evaluate("document.activeElement.tagName") == "MAIN"
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    assert page.get_attribute("details", "open") is not None


def test_a_dropped_file_is_named_and_verified(opener: Opener, site: Site) -> None:
    page = opener("/verify")
    handle = page.evaluate_handle(
        """async (text) => { const data = new DataTransfer();
        data.items.add(new File([text], '凭证.txt', {type: 'text/plain'})); return data; }""",
        site.faces.credential,
    )
    page.dispatch_event(".drop", "drop", {"dataTransfer": handle})
    assert page.inner_text("[data-shown]").startswith("凭证.txt")
    submit(page)
    assert page.inner_text(".verdict h2") == "有效"
    assert "凭证.txt" in page.inner_text(".title")


def test_the_language_and_the_size_change_without_choosing_the_file_again(opener: Opener, site: Site) -> None:
    page = opener("/verify")
    submit(page, file=site.file("证照.pdf", site.faces.document))
    page.click("text=English")
    expect(page.locator(".verdict h2")).to_have_text("Valid")
    page.click("text=Larger text")
    page.wait_for_selector("html.large")
    expect(page.locator(".verdict h2")).to_have_text("Valid")


def test_going_back_from_an_answer_leads_to_the_form(opener: Opener, site: Site) -> None:
    page = opener("/verify")
    submit(page, text=identifier_of(site.faces))
    page.go_back()
    page.wait_for_selector("form[data-verify]")


def test_a_file_that_is_too_large_is_refused_before_it_is_sent(opener: Opener, tmp_path: Path) -> None:
    page = opener("/verify")
    sent: list[str] = []
    page.on("request", lambda request: sent.append(request.method))
    large = tmp_path / "large.pdf"
    large.write_bytes(b"%PDF-" + bytes(26 * 1024 * 1024))
    page.set_input_files("#file", large)
    page.click("button[type=submit]")
    assert "25 MB" in page.inner_text("#said")
    assert "POST" not in sent


def test_without_a_network_the_page_says_so_and_keeps_the_input(opener: Opener, site: Site) -> None:
    page = opener("/verify", quiet=False)
    page.fill("#text", identifier_of(site.faces))
    page.context.set_offline(True)
    page.click("button[type=submit]")
    page.wait_for_selector("#said:not(:empty)")
    assert "网络" in page.inner_text("#said")
    assert page.input_value("#text") == identifier_of(site.faces)
    page.context.set_offline(False)
    submit(page)
    assert page.inner_text(".verdict h2") == "有效"


def test_the_receipt_can_be_downloaded_and_holds_the_report(opener: Opener, site: Site) -> None:
    page = opener("/verify")
    submit(page, file=site.file("证照.pdf", changed(site.faces.document)))
    with page.expect_download() as download:
        page.click("a[download]")
    receipt = json.loads(Path(download.value.path()).read_bytes())
    assert receipt["report"]["verdict"] == "invalid"
    assert download.value.suggested_filename.endswith(".json")


def test_an_answer_shows_nobodys_name_or_number_in_full(opener: Opener, site: Site) -> None:
    page = opener("/verify")
    submit(page, text=site.faces.credential)
    text = page.inner_text("dl.facts")
    assert "*" in text
    page.click("text=技术详情")
    holder = json.loads(page.inner_text("pre"))["license"]["holder"]
    assert "*" in holder["name"]
    assert holder["code"].count("*") >= 8


def test_a_printed_code_opens_the_public_page_in_both_languages(opener: Opener, site: Site) -> None:
    page: Page = opener(site.public_path)
    assert page.inner_text(".verdict h2") == "有效"
    page.click("text=English")
    page.wait_for_load_state()
    assert page.inner_text(".verdict h2") == "Valid"
