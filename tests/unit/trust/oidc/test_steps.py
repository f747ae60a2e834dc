"""What a person must still do: prompt, max_age, acr_values, hints, consent, and whom one acts for."""

from datetime import timedelta

import pytest

from tests.unit.trust.oidc.world import L1, L2, L3, L4, Person, World, a_client, claims_in
from trust.oauth_errors import InvalidRequestUri
from trust.oidc.authorize import AuthorizeAnswer, Interaction, Returned
from trust.oidc.people import AgentGrant
from trust.oidc.policies import STANDARD
from trust.oidc.steps import STEPS, WITHOUT_PAGE, Step

CLIENT = a_client(STANDARD)


def page(answer: AuthorizeAnswer) -> Interaction:
    assert isinstance(answer, Interaction), answer
    return answer


def back(answer: AuthorizeAnswer) -> dict[str, str]:
    assert isinstance(answer, Returned), answer
    return answer.parameters


def acr_of(world: World, answer: AuthorizeAnswer) -> str:
    body = world.exchange(CLIENT, back(answer)["code"])
    return str(claims_in(body["id_token"])["acr"])


def test_every_step_has_its_error_for_requests_without_pages() -> None:
    assert [step for step, _ in STEPS] == list(WITHOUT_PAGE) == list(Step)


def test_nobody_there_means_a_login_page_and_then_a_code(world: World) -> None:
    world.add(CLIENT)
    shown = page(world.authorize(CLIENT, None, login_hint="zhang", ui_locales="zh-CN en"))
    assert (shown.step, shown.request.login_hint, shown.request.ui_locales) == (
        Step.LOGIN,
        "zhang",
        ("zh-CN", "en"),
    )
    assert "code" in back(world.go_on(shown, world.login()))


def test_prompt_login_wants_a_login_after_the_request(world: World) -> None:
    world.add(CLIENT)
    before = world.login()
    world.later(seconds=1)
    shown = page(world.authorize(CLIENT, before, prompt="login"))
    assert shown.step is Step.LOGIN
    assert page(world.go_on(shown, before)).step is Step.LOGIN
    world.later(seconds=20)
    body = world.exchange(CLIENT, back(world.go_on(shown, world.login()))["code"])
    assert claims_in(body["id_token"])["auth_time"] == int(world.now.timestamp())


@pytest.mark.parametrize(
    ("age", "max_age", "asks"), [(59, "60", False), (61, "60", True), (0, "0", False), (1, "0", True)]
)
def test_max_age_asks_for_a_fresh_login(world: World, age: int, max_age: str, asks: bool) -> None:
    world.add(CLIENT)
    login = world.login()
    world.later(seconds=age)
    answer = world.authorize(CLIENT, login, max_age=max_age)
    assert isinstance(answer, Interaction) == asks
    if asks:
        world.later(seconds=100)
        assert "code" in back(
            world.go_on(page(answer), world.login(auth_time=world.now - timedelta(seconds=90)))
        )


def test_prompt_none_answers_with_the_error_of_the_open_question(world: World) -> None:
    world.add(CLIENT)
    assert back(world.authorize(CLIENT, None, prompt="none"))["error"] == "login_required"
    assert "code" in back(world.authorize(CLIENT, world.login(), prompt="none"))
    step_up = world.authorize(CLIENT, world.login(), prompt="none", acr_values=L4)
    assert back(step_up)["error"] == "interaction_required"
    agent = world.authorize(CLIENT, world.login(), prompt="none", scope="openid agent")
    assert back(agent)["error"] == "interaction_required"
    world.ledger.agreed = False
    assert back(world.authorize(CLIENT, world.login(), prompt="none"))["error"] == "consent_required"


@pytest.mark.parametrize("prompt", ["none login", "none consent", "sign_up", "LOGIN"])
def test_a_prompt_that_makes_no_sense_is_an_invalid_request(world: World, prompt: str) -> None:
    world.add(CLIENT)
    assert back(world.authorize(CLIENT, world.login(), prompt=prompt))["error"] == "invalid_request"


def test_select_account_and_consent_are_asked_one_after_the_other(world: World) -> None:
    world.add(CLIENT)
    shown = page(world.authorize(CLIENT, world.login(), prompt="select_account consent"))
    assert shown.step is Step.SELECT_ACCOUNT
    shown = page(world.go_on(shown, world.login(), account_chosen=True))
    assert shown.step is Step.CONSENT
    assert "code" in back(world.go_on(shown, world.login(), account_chosen=True, agreed=True))


def test_consent_is_asked_when_the_ledger_does_not_cover_what_would_be_released(world: World) -> None:
    world.add(CLIENT)
    world.ledger.agreed = False
    shown = page(world.authorize(CLIENT, world.login(), scope="openid phone"))
    assert shown.step is Step.CONSENT
    assert shown.request.released == {"phone_number", "phone_number_verified"}
    assert back(world.go_on(shown, world.login(), agreed=False))["error"] == "access_denied"


def test_the_nodes_own_applications_ask_for_no_consent(world: World) -> None:
    client = world.add(a_client(STANDARD, first_party=True))
    world.ledger.agreed = False
    assert "code" in back(world.authorize(client, world.login()))


def test_step_up_is_asked_when_the_session_falls_short_and_the_token_states_what_was_asked(
    world: World,
) -> None:
    world.add(CLIENT)
    shown = page(world.authorize(CLIENT, world.login(acr=L2), acr_values=f"{L4} {L3}"))
    assert (shown.step, shown.acr) == (Step.STEP_UP, L3)
    assert acr_of(world, world.go_on(shown, world.login(acr=L3))) == L3
    assert acr_of(world, world.authorize(CLIENT, world.login(acr=L4), acr_values=f"{L4} {L3}")) == L4
    assert acr_of(world, world.authorize(CLIENT, world.login(acr=L4), acr_values=L1)) == L1
    assert acr_of(world, world.authorize(CLIENT, world.login(acr=L2))) == L2


def test_an_essential_acr_we_do_not_know_can_never_be_met(world: World) -> None:
    world.add(CLIENT)
    claims = '{"id_token":{"acr":{"essential":true,"values":["urn:foreign:gold"]}}}'
    assert (
        back(world.authorize(CLIENT, world.login(), claims=claims))["error"]
        == "unmet_authentication_requirements"
    )
    voluntary = '{"id_token":{"acr":{"values":["urn:foreign:gold"]}}}'
    assert "code" in back(world.authorize(CLIENT, world.login(), claims=voluntary))
    known = f'{{"id_token":{{"acr":{{"essential":true,"value":"{L4}"}}}}}}'
    assert page(world.authorize(CLIENT, world.login(), claims=known)).step is Step.STEP_UP


def test_a_hint_of_another_person_asks_for_another_login(world: World) -> None:
    world.add(CLIENT)
    hint = world.tokens(CLIENT)["id_token"]
    assert "code" in back(world.authorize(CLIENT, world.login(), id_token_hint=hint))
    other = world.login(person_id="person-2", sid="session-2")
    assert page(world.authorize(CLIENT, other, id_token_hint=hint)).step is Step.LOGIN
    assert (
        back(world.authorize(CLIENT, other, id_token_hint=hint, prompt="none"))["error"] == "login_required"
    )
    assert (
        back(world.authorize(CLIENT, world.login(), id_token_hint="x", prompt="none"))["error"]
        == "login_required"
    )
    world.later(days=30)
    login = world.login()
    assert "code" in back(world.authorize(CLIENT, login, id_token_hint=hint))


def test_a_demanded_subject_must_be_the_one_who_is_there(world: World) -> None:
    world.add(CLIENT)
    subject = claims_in(world.tokens(CLIENT)["id_token"])["sub"]
    good = f'{{"id_token":{{"sub":{{"value":"{subject}"}}}}}}'
    assert "code" in back(world.authorize(CLIENT, world.login(), claims=good, prompt="none"))
    other = world.login(person_id="person-2")
    assert back(world.authorize(CLIENT, other, claims=good, prompt="none"))["error"] == "login_required"


def test_an_agent_acts_for_a_company_and_sub_stays_the_human(world: World) -> None:
    world.add(CLIENT)
    held = AgentGrant(
        "g-1", "organization", "91350100M000100Y43", "示例公司", ("M001",), world.now + timedelta(days=30)
    )
    world.people.held["person-1"] = Person("person-1", agents=(held,))
    shown = page(world.authorize(CLIENT, world.login(), scope="openid agent"))
    assert shown.step is Step.CHOOSE_AGENT
    answer = world.go_on(shown, world.login(), agent_chosen=True, acting_for="g-1")
    body = world.exchange(CLIENT, back(answer)["code"])
    own = claims_in(world.tokens(CLIENT)["id_token"])
    for name in ("id_token", "access_token"):
        claims = claims_in(body[name])
        assert claims["sub"] == own["sub"]
        assert claims["on_behalf_of"]["credit_code"] == "91350100M000100Y43"
        assert claims["on_behalf_of"]["matters"] == ["M001"]
    assert "on_behalf_of" not in own


@pytest.mark.parametrize("grant_id", ["g-2", "expired", ""])
def test_nobody_acts_for_whom_he_has_no_right_to(world: World, grant_id: str) -> None:
    world.add(CLIENT)
    over = AgentGrant("expired", "organization", "91350100M000100Y43", "示例公司", (), world.now)
    world.people.held["person-1"] = Person("person-1", agents=(over,))
    shown = page(world.authorize(CLIENT, world.login(), scope="openid agent"))
    answer = world.go_on(shown, world.login(), agent_chosen=True, acting_for=grant_id)
    assert back(answer)["error"] == "access_denied"


def test_a_page_that_was_left_open_too_long_ends(world: World) -> None:
    world.add(CLIENT)
    shown = page(world.authorize(CLIENT, None))
    world.later(minutes=30)
    with pytest.raises(InvalidRequestUri):
        world.go_on(shown, world.login())


def test_form_post_and_fragment_are_offered(world: World) -> None:
    world.add(CLIENT)
    posted = world.authorize(CLIENT, world.login(), response_mode="form_post")
    fragment = world.authorize(CLIENT, world.login(), response_mode="fragment")
    assert isinstance(posted, Returned)
    assert posted.response_mode == "form_post"
    assert isinstance(fragment, Returned)
    assert fragment.location.startswith("https://platform.example/callback#code=")
    assert (
        back(world.authorize(CLIENT, world.login(), response_mode="web_message"))["error"]
        == "invalid_request"
    )
