"""Every page, both widths, both languages, both sizes: nothing scrolls sideways, nothing is too small."""

from collections.abc import Callable
from pathlib import Path

import httpx
import pytest
from playwright.sync_api import Page

from tests.browsing import (
    Opener,
    Site,
    amended,
    answer_login,
    authorize_address,
    changed,
    enter,
    submit,
    unsigned,
)

pytestmark = pytest.mark.browser

SMALL_TARGETS = """() => [...document.querySelectorAll('a, button, summary, input, textarea')]
  .filter((e) => e.checkVisibility() && !e.closest('dd, p, .skip, .errors'))
  .filter((e) => !e.classList.contains('skip'))
  .map((e) => e.closest('label') ?? e)
  .map((e) => [e.outerHTML.slice(0, 80), e.getBoundingClientRect()])
  .filter(([, r]) => r.height < 44 || r.width < 44)
  .map(([name, r]) => `${name} ${r.width}x${r.height}`)"""


def _plain(_page: Page, _site: Site) -> None:
    """The page as it opens."""


def _valid(page: Page, site: Site) -> None:
    submit(page, file=site.file("不动产权证书.pdf", site.faces.document))


def _changed(page: Page, site: Site) -> None:
    submit(page, file=site.file("changed.pdf", changed(site.faces.document)))


def _amended(page: Page, site: Site) -> None:
    submit(page, file=site.file("不动产权证书.pdf", amended(site.faces.document)))


def _unsigned(page: Page, site: Site) -> None:
    submit(page, file=site.file("unsigned.pdf", unsigned(b"")))


def _credential(page: Page, site: Site) -> None:
    submit(page, text=site.faces.credential)


def _number(page: Page, site: Site) -> None:
    submit(page, text=site.faces.identifier)


def _error(page: Page, _site: Site) -> None:
    page.click("button[type=submit]")
    page.wait_for_selector("#said:not(:empty)")


def _login(page: Page, site: Site) -> None:
    page.goto(site.url + "/login")


def _login_wrong(page: Page, site: Site) -> None:
    page.goto(site.url + "/login")
    answer_login(page, name="nobody")
    page.wait_for_selector("#said:not(:empty)")


def _login_code(page: Page, site: Site) -> None:
    page.goto(site.url + "/login")
    answer_login(page, name="wangwei")
    page.wait_for_selector("[autocomplete=one-time-code]")


def _consent(page: Page, site: Site) -> None:
    enter(page, site)
    page.goto(authorize_address(site, scope="openid profile", claims='{"userinfo":{"phone_number":null}}'))
    page.wait_for_selector(".ticks")


def _for_whom(page: Page, site: Site) -> None:
    enter(page, site)
    page.goto(authorize_address(site, scope="openid agent"))
    page.wait_for_selector(".choices")


def _device(page: Page, site: Site) -> None:
    enter(page, site)
    asked = {"client_id": "device", "scope": "openid profile"}
    answer = httpx.post(site.url + "/oidc/device_authorization", data=asked)
    page.goto(f"{site.url}/oidc/device?user_code={answer.json()['user_code']}")
    page.click("main button[type=submit]")
    page.wait_for_selector(".ticks")


def _logout(page: Page, site: Site) -> None:
    enter(page, site)
    page.goto(site.url + "/oidc/logout")


def _account(page: Page, site: Site) -> None:
    enter(page, site)
    page.goto(site.url + "/me")


PAGES: dict[str, tuple[str, Callable[[Page, Site], None]]] = {
    "home": ("/", _plain),
    "verify": ("/verify", _plain),
    "verify-error": ("/verify", _error),
    "answer-valid": ("/verify", _valid),
    "answer-changed": ("/verify", _changed),
    "answer-difference": ("/verify", _amended),
    "answer-unsigned": ("/verify", _unsigned),
    "answer-credential": ("/verify", _credential),
    "answer-number": ("/verify", _number),
    "public": ("", _plain),
    "public-unknown": ("/l/" + "A" * 22, _plain),
    "not-found": ("/nothing", _plain),
    "docs": ("/docs", _plain),
    "login": ("/", _login),
    "login-wrong": ("/", _login_wrong),
    "login-code": ("/", _login_code),
    "consent": ("/", _consent),
    "for-whom": ("/", _for_whom),
    "device": ("/", _device),
    "logout": ("/", _logout),
    "me": ("/", _account),
}


@pytest.mark.parametrize("size", ["normal", "large"])
@pytest.mark.parametrize("language", ["zh", "en"])
@pytest.mark.parametrize("width", [360, 1280])
@pytest.mark.parametrize("name", PAGES)
def test_a_page_fits_and_can_be_touched(
    opener: Opener, site: Site, shots: Path, name: str, width: int, language: str, size: str
) -> None:
    path, act = PAGES[name]
    page = opener(f"{path or site.public_path}?lang={language}&type={size}", width=width)
    act(page, site)
    page.screenshot(path=shots / f"{name}-{width}-{language}-{size}.png", full_page=True)
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    assert page.evaluate("document.documentElement.lang") == ("zh-CN" if language == "zh" else "en")
    assert page.evaluate("parseFloat(getComputedStyle(document.body).fontSize)") == (
        22 if size == "large" else 17
    )
    assert page.evaluate(SMALL_TARGETS) == []


@pytest.mark.parametrize(
    "name", ["home", "verify", "answer-valid", "answer-changed", "answer-difference", "public"]
)
def test_a_page_has_a_dark_face(opener: Opener, site: Site, shots: Path, name: str) -> None:
    path, act = PAGES[name]
    page = opener(path or site.public_path, color_scheme="dark")
    act(page, site)
    page.screenshot(path=shots / f"{name}-dark.png", full_page=True)
    assert page.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(16, 22, 29)"


def test_paper_shows_the_answer_and_nothing_to_press(opener: Opener, site: Site, shots: Path) -> None:
    page = opener("/verify")
    _valid(page, site)
    page.emulate_media(media="print")
    page.screenshot(path=shots / "answer-valid-print.png", full_page=True)
    assert page.is_visible(".verdict")
    assert page.is_visible(".facts")
    assert not page.is_visible(".menu")
    assert not page.is_visible(".actions")


def test_a_change_is_shown_beside_the_page_that_was_signed(opener: Opener, site: Site, shots: Path) -> None:
    page = opener("/verify", width=1100)
    _amended(page, site)
    page.locator(".verdict + .card").screenshot(path=shots / "verify-difference.png")
    pictures = page.locator(".pair svg")
    assert pictures.count() == 2
    assert page.evaluate(
        "[...document.querySelectorAll('.pair image')].every((e) => e.getBBox().width > 500)"
    )
    first, second = (pictures.nth(index).bounding_box() for index in (0, 1))
    assert first
    assert second
    assert first["y"] == second["y"]
    assert first["x"] < second["x"]
    colour = "getComputedStyle(document.querySelector('.pair rect')).stroke"
    assert page.evaluate(colour) == "rgb(168, 32, 26)"
