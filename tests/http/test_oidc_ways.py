"""Less common ways through a login: recovery codes, another account, a stronger login later, form_post."""

import re
from datetime import timedelta

import httpx

from api.node import Node
from tests.asgi import AsgiClient
from tests.http.test_oidc_login import FORM, VERIFIER, ask, claims_in, code_of, consent_page, log_in
from tests.identities import PASSWORD, REDIRECT, Citizen, enrol_generator, make_citizen, make_client
from tests.nodes import HandClock
from trust.authn.recovery import new_recovery_codes
from trust.authn.totp import STEP_SECONDS, code_at

L2, L3 = "urn:xinzheng:acr:L2", "urn:xinzheng:acr:L3"
OTHER_NUMBER = "330106199003071236"


def recovery_codes(node: Node, citizen: Citizen) -> tuple[str, ...]:
    with node.database.writing() as session:
        codes = new_recovery_codes(session, str(citizen.person_id), node.clock())
        session.commit()
    return codes


def give_password(browser: AsgiClient, page: str, *, name: str = "xiuying") -> httpx.Response:
    fields = {"factor": "password", "name": name, "typed": PASSWORD}
    return browser.post(page, data=fields, headers=FORM)


def agreed(browser: AsgiClient, entered: httpx.Response) -> str:
    _, action = consent_page(browser, entered)
    return code_of(browser.post(action, data={"do": "agree"}, headers=FORM))["code"]


def identity_of(browser: AsgiClient, code: str, secret: str) -> dict[str, object]:
    fields = {"grant_type": "authorization_code", "code": code, "redirect_uri": REDIRECT}
    answer = browser.post(
        "/oidc/token", data={**fields, "code_verifier": VERIFIER}, auth=("platform", secret)
    )
    assert answer.status_code == 200, answer.text
    return claims_in(answer.json()["id_token"])


def test_a_recovery_code_stands_in_for_the_lost_generator_and_is_used_up(
    browser: AsgiClient, node: Node, citizen: Citizen
) -> None:
    secret = make_client(node)
    codes = recovery_codes(node, citizen)
    page = browser.get("/oidc/authorize", params=ask()).headers["location"]
    assert give_password(browser, page).status_code == 303
    assert f'href="{page}?with=recovery_code"' in browser.get(page).text
    assert 'name="factor" value="recovery_code"' in browser.get(f"{page}?with=recovery_code").text
    typed = {"factor": "recovery_code", "typed": codes[0].lower().replace("-", " ")}
    entered = browser.post(page, data=typed, headers=FORM)
    claims = identity_of(browser, agreed(browser, entered), secret)
    assert claims["acr"] == L2
    again = browser.get("/oidc/authorize", params=ask(prompt="login")).headers["location"]
    give_password(browser, again)
    refused = browser.post(again, data=typed, headers=FORM)
    assert refused.status_code == 422
    other = {"factor": "recovery_code", "typed": codes[1]}
    assert browser.post(again, data=other, headers=FORM).status_code == 303


def test_a_wrong_recovery_code_is_said_on_its_own_page_and_uses_none_up(
    browser: AsgiClient, node: Node, citizen: Citizen
) -> None:
    make_client(node)
    codes = recovery_codes(node, citizen)
    page = browser.get("/oidc/authorize", params=ask()).headers["location"]
    give_password(browser, page)
    wrong = browser.post(
        f"{page}?with=recovery_code", data={"factor": "recovery_code", "typed": "0" * 24}, headers=FORM
    )
    assert wrong.status_code == 422
    assert 'name="factor" value="recovery_code"' in wrong.text
    assert 'role="alert"' in wrong.text
    good = {"factor": "recovery_code", "typed": codes[0]}
    assert browser.post(page, data=good, headers=FORM).status_code == 303


def test_a_recovery_code_before_the_password_is_refused_and_stays_good(
    browser: AsgiClient, node: Node, citizen: Citizen
) -> None:
    make_client(node)
    good = {"factor": "recovery_code", "typed": recovery_codes(node, citizen)[0]}
    page = browser.get("/oidc/authorize", params=ask()).headers["location"]
    assert browser.post(page, data=good, headers=FORM).status_code == 422
    give_password(browser, page)
    assert browser.post(page, data=good, headers=FORM).status_code == 303


def test_form_post_is_a_page_with_a_button_that_needs_no_script(
    browser: AsgiClient, node: Node, citizen: Citizen
) -> None:
    secret = make_client(node)
    first = browser.get("/oidc/authorize", params=ask(response_mode="form_post"))
    _, action = consent_page(browser, log_in(browser, node, citizen, first))
    page = browser.post(action, data={"do": "agree"}, headers=FORM)
    assert page.status_code == 200
    assert page.headers["cache-control"] == "no-store"
    policy = page.headers["content-security-policy"]
    assert "form-action 'self' https://platform.example;" in policy
    assert "unsafe-inline" not in policy
    assert re.findall(r"<script(?![^>]*\bsrc=)", page.text) == []
    assert re.search(r"\son\w+=", page.text) is None
    form = re.search(rf'<form method="post" action="{REDIRECT}".*?</form>', page.text, re.DOTALL)
    assert form is not None
    assert '<button class="button primary" type="submit">' in form.group(0)
    sent = dict(re.findall(r'name="(\w+)" value="([^"]*)"', form.group(0)))
    assert (sent["state"], sent["iss"]) == ("s-1", "https://zj.example")
    assert identity_of(browser, sent["code"], secret)["nonce"] == "n-1"


def test_form_post_carries_a_refusal_too_and_escapes_what_the_platform_sent(
    browser: AsgiClient, node: Node
) -> None:
    make_client(node)
    state = '"><script>alert(1)</script>'
    asked = ask(response_mode="form_post", prompt="none", state=state)
    page = browser.get("/oidc/authorize", params=asked).text
    assert 'name="error" value="login_required"' in page
    assert "<script>alert" not in page
    assert "&lt;script&gt;alert(1)" in page


def test_another_account_can_be_used_and_the_first_is_logged_out(
    browser: AsgiClient, node: Node, citizen: Citizen
) -> None:
    secret = make_client(node)
    other = make_citizen(node, name="王伟", login="wangwei", number=OTHER_NUMBER)
    first = identity_of(
        browser,
        agreed(browser, log_in(browser, node, citizen, browser.get("/oidc/authorize", params=ask()))),
        secret,
    )
    question = browser.get("/oidc/authorize", params=ask(prompt="select_account"))
    action = re.search(r'<form[^>]*method="post" action="([^"]+)"', question.text)
    assert action is not None
    here = action.group(1).replace("&amp;", "&")
    assert "code" in code_of(browser.post(here, data={"do": "stay"}, headers=FORM))
    again = browser.get("/oidc/authorize", params=ask(prompt="select_account"))
    action = re.search(r'<form[^>]*method="post" action="([^"]+)"', again.text)
    assert action is not None
    to_login = browser.post(action.group(1).replace("&amp;", "&"), data={"do": "switch"}, headers=FORM)
    page = to_login.headers["location"]
    assert 'name="name"' in browser.get(page).text
    give_password(browser, page, name="wangwei")
    entered = browser.post(page, data={"factor": "totp", "typed": other.code(node)}, headers=FORM)
    second = identity_of(browser, agreed(browser, entered), secret)
    assert second["sub"] != first["sub"]
    shown = browser.get("/me").text
    assert shown.count('value="end_session"') == 1
    assert "李" not in shown


def test_a_session_of_a_password_is_raised_by_the_generator_when_a_platform_asks(
    browser: AsgiClient, node: Node, clock: HandClock
) -> None:
    secret = make_client(node)
    citizen = make_citizen(node, generator=False)
    page = browser.get("/oidc/authorize", params=ask()).headers["location"]
    low = identity_of(browser, agreed(browser, give_password(browser, page)), secret)
    assert (low["acr"], low["amr"]) == (L2, ["pwd"])
    held = browser.get("/me").text.count('value="end_session"')
    generator = enrol_generator(node, citizen.person_id)
    clock.advance(timedelta(minutes=5))
    raised = browser.get("/oidc/authorize", params=ask(acr_values=L3)).headers["location"]
    assert raised.startswith("/login/")
    assert 'name="name"' not in browser.get(raised).text  # only this person may answer
    fields = {"factor": "password", "typed": PASSWORD}
    assert browser.post(raised, data=fields, headers=FORM).headers["location"] == raised
    code = code_at(generator, int(node.clock().timestamp()) // STEP_SECONDS)
    entered = browser.post(raised, data={"factor": "totp", "typed": code}, headers=FORM)
    assert "set-cookie" in entered.headers  # a raised session has a new cookie (T15)
    high = identity_of(browser, code_of(browser.get(entered.headers["location"]))["code"], secret)
    assert (high["acr"], high["sub"]) == (L3, low["sub"])
    assert browser.get("/me").text.count('value="end_session"') == held == 1


def test_a_step_up_by_somebody_else_is_refused(browser: AsgiClient, node: Node) -> None:
    make_client(node)
    citizen = make_citizen(node, generator=False)
    make_citizen(node, name="王伟", login="wangwei", number=OTHER_NUMBER)
    page = browser.get("/oidc/authorize", params=ask()).headers["location"]
    agreed(browser, give_password(browser, page))
    enrol_generator(node, citizen.person_id)
    raised = browser.get("/oidc/authorize", params=ask(acr_values=L3)).headers["location"]
    give_password(browser, raised, name="wangwei")  # the name is not read: the password is the first one's
    other = {"factor": "totp", "typed": "000000"}
    assert browser.post(raised, data=other, headers=FORM).status_code == 422
    assert "王" not in browser.get("/me").text
