"""A platform delegates login: the whole code flow over HTTP, as browser and platform see it."""

import hashlib
import re
from urllib.parse import parse_qs, urlsplit

import httpx
from fastapi import FastAPI

from api.node import Node
from keys.encoding import b64url, parse_json, unb64url
from tests.asgi import AsgiClient
from tests.identities import PASSWORD, REDIRECT, Citizen, make_client

VERIFIER = "v" * 43
CHALLENGE = b64url(hashlib.sha256(VERIFIER.encode()).digest())
L2, L3 = "urn:xinzheng:acr:L2", "urn:xinzheng:acr:L3"
FORM = {"origin": "https://zj.example"}


def ask(**changes: str) -> dict[str, str]:
    return {
        "client_id": "platform",
        "response_type": "code",
        "redirect_uri": REDIRECT,
        "scope": "openid profile",
        "state": "s-1",
        "nonce": "n-1",
        "code_challenge": CHALLENGE,
        "code_challenge_method": "S256",
        **changes,
    }


def log_in(browser: AsgiClient, node: Node, citizen: Citizen, first: httpx.Response) -> httpx.Response:
    """Answer password and one-time code from the redirect to the login page on."""
    page = first.headers["location"]
    assert page.startswith("/login/")
    shown = browser.get(page)
    assert shown.status_code == 200
    assert 'type="password"' in shown.text
    fields = {"factor": "password", "name": "xiuying", "typed": PASSWORD}
    more = browser.post(page, data=fields, headers=FORM)
    assert (more.status_code, more.headers["location"]) == (303, page)
    assert "one-time-code" in browser.get(page).text
    return browser.post(page, data={"factor": "totp", "typed": citizen.code(node)}, headers=FORM)


def consent_page(browser: AsgiClient, entered: httpx.Response) -> tuple[str, str]:
    page = browser.get(entered.headers["location"])
    assert page.status_code == 200, page.text
    action = re.search(r'<form[^>]*method="post" action="([^"]+)"', page.text)
    assert action is not None
    return page.text, action.group(1).replace("&amp;", "&")


def code_of(response: httpx.Response) -> dict[str, str]:
    assert response.status_code == 303, response.text
    assert response.headers["location"].startswith(REDIRECT + "?")
    return {
        name: values[0] for name, values in parse_qs(urlsplit(response.headers["location"]).query).items()
    }


def claims_in(token: str) -> dict[str, object]:
    return dict(parse_json(unb64url(token.split(".")[1]), max_bytes=16384))


def test_a_citizen_logs_in_agrees_and_the_platform_learns_what_was_agreed(
    browser: AsgiClient, node: Node, citizen: Citizen
) -> None:
    secret = make_client(node)
    entered = log_in(browser, node, citizen, browser.get("/oidc/authorize", params=ask()))
    assert "__Host-xinzheng-session" in entered.headers["set-cookie"]
    page, action = consent_page(browser, entered)
    assert "示例平台" in page
    assert "姓名" in page
    returned = code_of(browser.post(action, data={"do": "agree"}, headers=FORM))
    assert (returned["state"], returned["iss"]) == ("s-1", "https://zj.example")
    fields = {"grant_type": "authorization_code", "code": returned["code"], "redirect_uri": REDIRECT}
    answer = browser.post(
        "/oidc/token", data={**fields, "code_verifier": VERIFIER}, auth=("platform", secret)
    )
    assert answer.status_code == 200, answer.text
    assert answer.headers["cache-control"] == "no-store"
    tokens = answer.json()
    identity = claims_in(tokens["id_token"])
    assert (identity["nonce"], identity["aud"], identity["acr"]) == ("n-1", "platform", L3)
    assert identity["amr"] == ["mfa", "otp", "pwd"]
    told = browser.get("/oidc/userinfo", headers={"authorization": f"Bearer {tokens['access_token']}"})
    assert told.json()["name"] == "李秀英"
    assert told.json()["sub"] == identity["sub"]


def test_with_a_session_and_a_consent_there_is_no_page(
    browser: AsgiClient, node: Node, citizen: Citizen
) -> None:
    make_client(node)
    _, action = consent_page(
        browser, log_in(browser, node, citizen, browser.get("/oidc/authorize", params=ask()))
    )
    browser.post(action, data={"do": "agree"}, headers=FORM)
    assert "code" in code_of(browser.get("/oidc/authorize", params=ask()))


def test_who_declines_sends_the_platform_away(browser: AsgiClient, node: Node, citizen: Citizen) -> None:
    make_client(node)
    _, action = consent_page(
        browser, log_in(browser, node, citizen, browser.get("/oidc/authorize", params=ask()))
    )
    returned = code_of(browser.post(action, data={"do": "decline"}, headers=FORM))
    assert (returned["error"], returned["state"]) == ("access_denied", "s-1")


def test_without_a_login_prompt_none_says_so(browser: AsgiClient, node: Node) -> None:
    make_client(node)
    assert code_of(browser.get("/oidc/authorize", params=ask(prompt="none")))["error"] == "login_required"


def test_a_foreign_address_is_shown_to_the_person_and_sent_nowhere(browser: AsgiClient, node: Node) -> None:
    make_client(node)
    response = browser.get(
        "/oidc/authorize",
        params=ask(redirect_uri="https://evil.example/"),
        headers={"accept": "text/html"},
    )
    assert response.status_code == 400
    assert "location" not in response.headers
    assert "回调地址" in response.text


def test_a_wrong_password_and_an_unknown_name_read_alike(
    browser: AsgiClient, node: Node, citizen: Citizen
) -> None:
    make_client(node)
    page = browser.get("/oidc/authorize", params=ask()).headers["location"]
    answers = [
        browser.post(page, data={"factor": "password", "name": name, "typed": "wrong"}, headers=FORM)
        for name in ("xiuying", "nobody1")
    ]
    assert [answer.status_code for answer in answers] == [422, 422]
    assert answers[0].text.replace("xiuying", "") == answers[1].text.replace("nobody1", "")


def test_a_login_link_opened_in_another_browser_is_refused(
    browser: AsgiClient, app: FastAPI, node: Node
) -> None:
    make_client(node)
    page = browser.get("/oidc/authorize", params=ask()).headers["location"]
    other = AsgiClient(app, base_url="https://zj.example")
    assert other.get(page).status_code == 422
    other.close()


def test_a_form_from_another_site_is_refused(browser: AsgiClient, node: Node, citizen: Citizen) -> None:
    make_client(node)
    page = browser.get("/oidc/authorize", params=ask()).headers["location"]
    fields = {"factor": "password", "name": "xiuying", "typed": PASSWORD}
    for headers in ({"origin": "https://evil.example"}, {"sec-fetch-site": "cross-site"}):
        assert browser.post(page, data=fields, headers=headers).status_code == 403


def test_a_decision_of_somebody_elses_making_is_refused(
    browser: AsgiClient, node: Node, citizen: Citizen
) -> None:
    make_client(node)
    _, action = consent_page(
        browser, log_in(browser, node, citizen, browser.get("/oidc/authorize", params=ask()))
    )
    forged = re.sub(
        r"d=[^&]+", "d=" + b64url(b'{"account":true,"agent":true,"agreed":true,"for":null}'), action
    )
    assert browser.get(forged).status_code == 403


def test_the_login_page_lets_the_browser_go_back_to_this_platform_only(
    browser: AsgiClient, node: Node
) -> None:
    make_client(node)
    page = browser.get(browser.get("/oidc/authorize", params=ask()).headers["location"])
    assert "form-action 'self' https://platform.example;" in page.headers["content-security-policy"]
