"""Stronger logins and acting for a company, over HTTP (RFC 9470, 经办人)."""

import re

from api.node import Node
from tests.asgi import AsgiClient
from tests.http.test_oidc_login import FORM, VERIFIER, ask, claims_in, code_of, consent_page, log_in
from tests.identities import COMPANY, REDIRECT, Citizen, make_client, make_company

L3, L4 = "urn:xinzheng:acr:L3", "urn:xinzheng:acr:L4"


def exchange(browser: AsgiClient, code: str, secret: str) -> dict[str, object]:
    fields = {"grant_type": "authorization_code", "code": code, "redirect_uri": REDIRECT}
    answer = browser.post(
        "/oidc/token", data={**fields, "code_verifier": VERIFIER}, auth=("platform", secret)
    )
    assert answer.status_code == 200, answer.text
    return claims_in(answer.json()["id_token"])


def test_a_representative_acts_for_the_company_and_the_token_says_so(
    browser: AsgiClient, node: Node, citizen: Citizen
) -> None:
    secret = make_client(node)
    make_company(node, citizen)
    first = browser.get("/oidc/authorize", params=ask(scope="openid agent"))
    page, action = consent_page(browser, log_in(browser, node, citizen, first))
    assert COMPANY in page
    grant = re.search(r'value="(representative:[^"]+)"', page)
    assert grant is not None
    chosen = browser.post(action, data={"do": "act", "for": grant.group(1)}, headers=FORM)
    agree = re.search(r'<form[^>]*method="post" action="([^"]+)"', chosen.text)
    assert agree is not None
    done = browser.post(agree.group(1).replace("&amp;", "&"), data={"do": "agree"}, headers=FORM)
    claims = exchange(browser, code_of(done)["code"], secret)
    assert claims["on_behalf_of"]["credit_code"] == COMPANY  # type: ignore[index]


def test_a_right_nobody_gave_is_not_put_into_a_token(
    browser: AsgiClient, node: Node, citizen: Citizen
) -> None:
    make_client(node, first_party=True)
    first = browser.get("/oidc/authorize", params=ask(scope="openid agent"))
    _, action = consent_page(browser, log_in(browser, node, citizen, first))
    done = browser.post(action, data={"do": "act", "for": "representative:nobody"}, headers=FORM)
    assert code_of(done)["error"] == "access_denied"


def test_a_platform_that_asks_for_more_than_a_person_has_is_told_after_the_person_is(
    browser: AsgiClient, node: Node, citizen: Citizen
) -> None:
    make_client(node)
    page = browser.get("/oidc/authorize", params=ask(acr_values=L4)).headers["location"]
    shown = browser.get(page)
    assert "没有可用于此等级的登录方式" in shown.text


def test_prompt_login_asks_again_in_a_living_session(
    browser: AsgiClient, node: Node, citizen: Citizen
) -> None:
    make_client(node, first_party=True)
    entered = log_in(browser, node, citizen, browser.get("/oidc/authorize", params=ask()))
    assert "code" in code_of(browser.get(entered.headers["location"]))
    again = browser.get("/oidc/authorize", params=ask(prompt="login"))
    assert again.headers["location"].startswith("/login/")
    assert "code" in code_of(browser.get("/oidc/authorize", params=ask(acr_values=L3)))
