"""T14 and the pushed-request rows of FAPI 2.0: a reference is good once, for a minute, for the client
that pushed."""

import pytest

from tests.unit.trust.oidc.world import OTHER_KEY, World, a_client, public_client
from trust.oauth_errors import (
    InvalidClient,
    InvalidRequest,
    InvalidRequestUri,
    OAuthError,
    RequestUriNotSupported,
)
from trust.oidc.authorize import Interaction, Returned
from trust.oidc.client_auth import Call
from trust.oidc.par import REFERENCE, push
from trust.oidc.parameters import read_parameters
from trust.oidc.policies import FAPI2, STANDARD

CLIENT = a_client(FAPI2)


def use(world: World, reference: str, client_id: str = CLIENT.client_id, *, logged_in: bool = True) -> object:
    login = world.login() if logged_in else None
    return world.arrive({"client_id": client_id, "request_uri": reference}, login)


def test_par_attempt_reuse_request_uri(world: World) -> None:
    world.add(CLIENT)
    reference = world.push(CLIENT)
    assert isinstance(use(world, reference), Returned)
    with pytest.raises(InvalidRequestUri):
        use(world, reference)


def test_a_page_may_be_loaded_again_until_the_person_has_answered(world: World) -> None:
    """FAPI 2.0 §5.3.2.2 note: one use is enforced at authorization, not at page load."""
    world.add(CLIENT)
    reference = world.push(CLIENT)
    first = use(world, reference, logged_in=False)
    again = use(world, reference, logged_in=False)
    assert isinstance(first, Interaction)
    assert isinstance(again, Interaction)
    world.later(minutes=5)
    assert isinstance(world.go_on(again, world.login()), Returned)
    with pytest.raises(InvalidRequestUri):
        world.go_on(first, world.login())
    with pytest.raises(InvalidRequestUri):
        use(world, reference)


def test_par_attempt_to_use_expired_request_uri(world: World) -> None:
    world.add(CLIENT)
    reference = world.push(CLIENT)
    world.later(seconds=60)
    with pytest.raises(InvalidRequestUri):
        use(world, reference)


def test_par_ensure_request_uri_is_bound_to_client(world: World) -> None:
    world.add(CLIENT)
    world.add(a_client(FAPI2, client_id="other"))
    reference = world.push(CLIENT)
    with pytest.raises(InvalidRequestUri):
        use(world, reference, "other")
    assert isinstance(use(world, reference), Returned)


def test_par_reject_request_uri_in_par_request(world: World) -> None:
    world.add(CLIENT)
    reference = world.push(CLIENT)
    with pytest.raises(InvalidRequest):
        world.push(CLIENT, request_uri=reference)


def test_a_reference_we_did_not_make_is_refused(world: World) -> None:
    world.add(CLIENT)
    code = world.code(CLIENT)
    for text in ("x", "", "A" * 70, code):
        with pytest.raises(InvalidRequestUri):
            use(world, REFERENCE + text)
    for uri in ("https://evil.example/request.jwt", "http://127.0.0.1/", "urn:x", "file:///etc/passwd"):
        with pytest.raises(RequestUriNotSupported):
            use(world, uri)


def test_ensure_unsigned_authorization_request_without_using_par_fails(world: World) -> None:
    world.add(CLIENT)
    answer = world.arrive(world.request(CLIENT), world.login())
    assert isinstance(answer, Returned)
    assert answer.parameters["error"] == "invalid_request"
    assert "code" not in answer.parameters


def test_par_without_client_authentication_is_refused(world: World) -> None:
    world.add(CLIENT)
    for members in (world.request(CLIENT), {**world.request(CLIENT), "client_secret": "x"}):
        with pytest.raises(InvalidClient):
            world.run(push, Call(read_parameters(members.items())))
    signed_by_another = world.credentials(CLIENT, key=OTHER_KEY)
    with pytest.raises(InvalidClient):
        world.run(push, Call(read_parameters({**world.request(CLIENT), **signed_by_another}.items())))


def test_what_stands_beside_a_reference_is_ignored(world: World) -> None:
    world.add(CLIENT)
    reference = world.push(CLIENT, state="pushed")
    sent = {
        "client_id": CLIENT.client_id,
        "request_uri": reference,
        "state": "beside",
        "redirect_uri": "https://evil.example/",
        "scope": "openid phone",
    }
    answer = world.arrive(sent, world.login())
    assert isinstance(answer, Returned)
    assert answer.parameters["state"] == "pushed"
    assert answer.redirect_uri == CLIENT.redirect_uris[0]


@pytest.mark.parametrize("response_type", ["token", "code id_token", "id_token", "code token", "none", None])
def test_ensure_response_type_token_and_code_id_token_fail(world: World, response_type: str | None) -> None:
    world.add(CLIENT)
    with pytest.raises(OAuthError):
        world.push(CLIENT, response_type=response_type)
    standard = world.add(a_client(STANDARD))
    answer = world.authorize(standard, world.login(), response_type=response_type)
    assert isinstance(answer, Returned)
    assert answer.parameters["error"] in ("unsupported_response_type", "invalid_request")


def test_user_rejects_authentication(world: World) -> None:
    world.add(CLIENT)
    page = use(world, world.push(CLIENT), logged_in=False)
    assert isinstance(page, Interaction)
    answer = world.go_on(page, None, agreed=False)
    assert isinstance(answer, Returned)
    assert answer.parameters["error"] == "access_denied"
    assert answer.parameters["state"] == "state-1"
    with pytest.raises(InvalidRequestUri):
        world.go_on(page, world.login())


def test_a_public_client_may_push_and_is_bound_all_the_same(world: World) -> None:
    client = world.add(public_client())
    reference = world.push(client)
    answer = world.arrive({"client_id": client.client_id, "request_uri": reference}, world.login())
    assert isinstance(answer, Returned)
    assert world.exchange(client, answer.parameters["code"])["access_token"]


def test_an_error_found_in_the_pushed_request_is_told_at_once(world: World) -> None:
    world.add(CLIENT)
    for changes in (
        {"scope": "openid nonsense"},
        {"prompt": "none login"},
        {"max_age": "-1"},
        {"claims": "{"},
    ):
        with pytest.raises(OAuthError):
            world.push(CLIENT, **changes)
