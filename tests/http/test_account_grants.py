"""`/me`: rights to act for somebody, accepted, declined and ended by the person who got them."""

import re

import pytest
from fastapi import FastAPI

from api.node import Node
from tests.asgi import AsgiClient
from tests.http.test_account import form
from tests.http.test_oidc_login import FORM
from tests.identities import COMPANY, PASSWORD, Citizen, make_citizen, make_company
from trust.persons import delegation, directory
from trust.persons.agency import Grant, GrantState
from trust.persons.delegation import Wish
from trust.persons.matters import built_in_matters
from trust.persons.store import agency, organizations


@pytest.fixture
def agent(node: Node) -> Citizen:
    return make_citizen(node, name="王伟", login="wangwei", number="330106199003071236")


def enter(browser: AsgiClient, node: Node, citizen: Citizen, login: str) -> None:
    page = browser.get("/login").headers["location"]
    browser.post(page, data={"factor": "password", "name": login, "typed": PASSWORD}, headers=FORM)
    entered = browser.post(page, data={"factor": "totp", "typed": citizen.code(node)}, headers=FORM)
    assert entered.headers["location"] == "/me"


def offer_of_company(node: Node, representative: Citizen, agent: Citizen) -> Grant:
    """The representative names an agent (经办人)."""
    make_company(node, representative)
    with node.database.writing() as session:
        (company,) = organizations.represented_by(session, representative.person_id)
        wish = Wish(agent.person_id, ("tax-filing",))
        grant = delegation.name_agent(
            session,
            company.organization_id,
            representative.person_id,
            wish,
            built_in_matters(),
            node.clock(),
        )
        session.commit()
    return grant


def state_of(node: Node, grant: Grant) -> GrantState:
    with node.database.reading() as session:
        held = agency.read(session, grant.id)
    assert held is not None
    return held.state


def press(browser: AsgiClient, do: str) -> int:
    return browser.post("/me", data=form(browser.get("/me").text, do), headers=FORM).status_code


def test_an_offered_right_says_for_whom_and_for_what_before_it_is_accepted(
    browser: AsgiClient, node: Node, citizen: Citizen, agent: Citizen
) -> None:
    offer_of_company(node, citizen, agent)
    enter(browser, node, agent, "wangwei")
    page = browser.get("/me").text
    offered = page[page.index('id="offered"') : page.index('id="acting"')]
    assert "杭州示例科技有限公司" in offered
    assert "纳税申报" in offered
    english = browser.get("/me?lang=en").text
    assert "tax filing" in english


def test_an_accepted_right_is_held_and_may_be_ended_again(
    browser: AsgiClient, node: Node, citizen: Citizen, agent: Citizen
) -> None:
    grant = offer_of_company(node, citizen, agent)
    enter(browser, node, agent, "wangwei")
    assert press(browser, "confirm") == 303
    assert state_of(node, grant) is GrantState.CONFIRMED
    page = browser.get("/me").text
    assert 'id="offered"' not in page
    assert COMPANY in page
    with node.database.reading() as session:
        held = directory.grants_for(session, node.cipher, agent.person_id, node.clock())
    assert [one.grant_id for one in held] == [str(grant.id)]
    assert press(browser, "end_grant") == 303
    assert state_of(node, grant) is GrantState.ENDED
    assert COMPANY not in browser.get("/me").text


def test_a_declined_right_is_gone(browser: AsgiClient, node: Node, citizen: Citizen, agent: Citizen) -> None:
    grant = offer_of_company(node, citizen, agent)
    enter(browser, node, agent, "wangwei")
    assert press(browser, "decline") == 303
    assert state_of(node, grant) is GrantState.DECLINED
    assert re.search('value="(confirm|end_grant)"', browser.get("/me").text) is None


def test_an_offer_answered_twice_says_so_and_changes_nothing(
    browser: AsgiClient, node: Node, citizen: Citizen, agent: Citizen
) -> None:
    grant = offer_of_company(node, citizen, agent)
    enter(browser, node, agent, "wangwei")
    fields = form(browser.get("/me").text, "decline")
    browser.post("/me", data=fields, headers=FORM)
    again = browser.post("/me", data={**fields, "do": "confirm"}, headers={**FORM, "accept": "text/html"})
    assert again.status_code == 409
    assert state_of(node, grant) is GrantState.DECLINED


def test_nobody_answers_an_offer_made_to_another(
    browser: AsgiClient, app: FastAPI, node: Node, citizen: Citizen, agent: Citizen
) -> None:
    grant = offer_of_company(node, citizen, agent)
    stranger = make_citizen(node, name="赵敏", login="zhaomin", number="110101199003071233")
    enter(browser, node, stranger, "zhaomin")
    page = browser.get("/me").text
    assert 'id="offered"' not in page
    fields = {**form(page, "end_session"), "what": str(grant.id)}
    for do in ("confirm", "decline", "end_grant"):
        assert browser.post("/me", data={**fields, "do": do}, headers=FORM).status_code == 404
    assert state_of(node, grant) is GrantState.NAMED


def test_what_is_no_identifier_is_refused(browser: AsgiClient, node: Node, citizen: Citizen) -> None:
    enter(browser, node, citizen, "xiuying")
    fields = form(browser.get("/me").text, "end_session")
    for do in ("confirm", "withdraw"):
        refused = browser.post("/me", data={**fields, "do": do, "what": "x"}, headers=FORM)
        assert 400 <= refused.status_code < 500
    assert browser.post("/me", data={**fields, "do": "everything"}, headers=FORM).status_code == 403
