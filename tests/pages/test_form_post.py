"""The answer goes back by form_post in a real browser, under our content security policy."""

import pytest
from playwright.sync_api import Route

from tests.browsing import Opener, Site, authorize_address, enter
from tests.identities import REDIRECT

pytestmark = pytest.mark.browser


@pytest.mark.parametrize("script", [True, False])
def test_an_application_gets_its_answer_by_form_with_script_and_without(
    opener: Opener, site: Site, script: bool
) -> None:
    posted: list[str] = []

    def platform(route: Route) -> None:
        posted.append(f"{route.request.method} {route.request.post_data}")
        route.fulfill(body="<!doctype html><title>platform</title>", content_type="text/html")

    page = opener("/verify", java_script_enabled=script)
    page.route(REDIRECT + "**", platform)
    enter(page, site)
    page.goto(authorize_address(site, response_mode="form_post", scope="openid profile", prompt="consent"))
    page.click("button[value=agree]")
    if not script:
        assert posted == []
        page.click("main button[type=submit]")
    page.wait_for_url(REDIRECT + "**")
    (answer,) = posted
    assert answer.startswith("POST ")
    assert "code=" in answer
