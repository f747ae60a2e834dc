"""`/me`: what a person sees and can take back."""

import re

from api.node import Node
from tests.asgi import AsgiClient
from tests.http.test_oidc_login import FORM, VERIFIER, ask, code_of, consent_page, log_in
from tests.identities import REDIRECT, Citizen, make_client


def agreed(browser: AsgiClient, node: Node, citizen: Citizen) -> str:
    """Logged in and consented; answers the code."""
    first = browser.get("/oidc/authorize", params=ask())
    _, action = consent_page(browser, log_in(browser, node, citizen, first))
    return code_of(browser.post(action, data={"do": "agree"}, headers=FORM))["code"]


def form(page: str, do: str) -> dict[str, str]:
    """The fields of the form whose button says `do`."""
    for one in re.findall(r"<form.*?</form>", page, re.DOTALL):
        if f'value="{do}"' in one:
            return {**dict(re.findall(r'name="(\w+)" value="([^"]*)"', one)), "do": do}
    raise AssertionError(f"no form {do}")


def test_whoever_is_not_logged_in_is_sent_to_log_in(browser: AsgiClient) -> None:
    assert browser.get("/me").headers["location"] == "/login"


def test_a_person_sees_masked_data_consents_logins_and_who_looked(
    browser: AsgiClient, node: Node, citizen: Citizen
) -> None:
    make_client(node)
    agreed(browser, node, citizen)
    page = browser.get("/me").text
    assert "李秀英" not in page
    assert "11010519491231002X" not in page
    for shown in ("示例平台", "姓名", "登录", "您本人", "本机"):
        assert shown in page
    assert "Who looked" in browser.get("/me?lang=en").text


def test_withdrawing_a_consent_kills_what_the_platform_holds(
    browser: AsgiClient, node: Node, citizen: Citizen
) -> None:
    secret = make_client(node)
    code = agreed(browser, node, citizen)
    fields = {"grant_type": "authorization_code", "code": code, "redirect_uri": REDIRECT}
    tokens = browser.post(
        "/oidc/token", data={**fields, "code_verifier": VERIFIER}, auth=("platform", secret)
    ).json()
    bearer = {"authorization": f"Bearer {tokens['access_token']}"}
    assert browser.get("/oidc/userinfo", headers=bearer).status_code == 200
    done = browser.post("/me", data=form(browser.get("/me").text, "withdraw"), headers=FORM)
    assert done.status_code == 303
    refused = browser.get("/oidc/userinfo", headers=bearer)
    assert (refused.status_code, refused.json()["error"]) == (401, "invalid_token")
    assert refused.headers["www-authenticate"].startswith('Bearer error="invalid_token"')
    assert code_of(browser.get("/oidc/authorize", params=ask(prompt="none")))["error"] == "consent_required"


def test_ending_the_session_here_logs_out(browser: AsgiClient, node: Node, citizen: Citizen) -> None:
    make_client(node)
    agreed(browser, node, citizen)
    browser.post("/me", data=form(browser.get("/me").text, "end_session"), headers=FORM)
    assert browser.get("/me").headers["location"] == "/login"


def test_a_form_without_this_sessions_token_changes_nothing(
    browser: AsgiClient, node: Node, citizen: Citizen
) -> None:
    make_client(node)
    agreed(browser, node, citizen)
    fields = {**form(browser.get("/me").text, "withdraw"), "t": "x"}
    assert browser.post("/me", data=fields, headers=FORM).status_code == 403
    assert "code" in code_of(browser.get("/oidc/authorize", params=ask()))
