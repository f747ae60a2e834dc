"""Logout: who must be asked, where the browser goes, which clients are told and until when."""

from datetime import timedelta

import pytest

from tests.unit.trust.oidc.world import World, a_client, claims_in, header_in
from trust.oauth_errors import InvalidGrant, InvalidRequest
from trust.oidc.backchannel import DEADLINE, EVENT, LogoutMessage, delivered, failed, logout_token, take_due
from trust.oidc.logout import end_session, read_logout
from trust.oidc.parameters import Parameters
from trust.oidc.policies import STANDARD

HOOK = "https://platform.example/backchannel"
CLIENT = a_client(STANDARD, backchannel_logout_uri=HOOK)
BYE = "https://platform.example/bye"


def end(world: World, sid: str = "session-1") -> int:
    told = end_session(world.provider, world.session, world.short, sid, world.now)
    world.short.commit()
    return told


def due(world: World) -> list[LogoutMessage]:
    taken = take_due(world.short, world.now)
    world.short.commit()
    return taken


def test_the_hint_of_this_very_session_needs_no_question(world: World) -> None:
    world.add(CLIENT)
    hint = world.tokens(CLIENT)["id_token"]
    asked = {"id_token_hint": hint, "post_logout_redirect_uri": BYE, "state": "s 1"}
    judged = read_logout(world.provider, world.session, Parameters(asked), world.login(), world.now)
    assert (judged.must_ask, judged.location) == (False, f"{BYE}?state=s+1")
    other = world.login(sid="session-2")
    assert read_logout(world.provider, world.session, Parameters(asked), other, world.now).must_ask
    world.later(days=3)
    assert not read_logout(
        world.provider, world.session, Parameters(asked), world.login(), world.now
    ).must_ask


def test_without_a_hint_the_person_is_asked_and_goes_to_a_page_of_ours(world: World) -> None:
    judged = read_logout(world.provider, world.session, Parameters({}), world.login(), world.now)
    assert (judged.must_ask, judged.location, judged.client) == (True, None, None)
    assert not read_logout(world.provider, world.session, Parameters({}), None, world.now).must_ask


@pytest.mark.parametrize(
    "asked",
    [
        {"id_token_hint": "x"},
        {"post_logout_redirect_uri": BYE},
        {"post_logout_redirect_uri": BYE, "client_id": "nobody"},
        {"post_logout_redirect_uri": BYE + "/", "client_id": "client-standard"},
    ],
)
def test_a_doubtful_logout_is_refused(world: World, asked: dict[str, str]) -> None:
    world.add(CLIENT)
    with pytest.raises(InvalidRequest):
        read_logout(world.provider, world.session, Parameters(asked), None, world.now)


def test_a_hint_of_one_client_does_not_speak_for_another(world: World) -> None:
    world.add(CLIENT)
    world.add(a_client(STANDARD, client_id="other"))
    asked = Parameters({"id_token_hint": world.tokens(CLIENT)["id_token"], "client_id": "other"})
    with pytest.raises(InvalidRequest):
        read_logout(world.provider, world.session, asked, None, world.now)


def test_logout_tells_every_client_of_the_session_once_and_ends_what_is_not_offline(world: World) -> None:
    world.add(CLIENT)
    silent = world.add(a_client(STANDARD, client_id="silent"))
    body = world.tokens(CLIENT)
    offline = world.tokens(CLIENT, scope="openid offline_access")
    quiet = world.tokens(silent)
    elsewhere = world.exchange(CLIENT, world.code(CLIENT, world.login(sid="session-2")))
    assert end(world) == 1
    for client, held in ((CLIENT, body), (silent, quiet)):
        with pytest.raises(InvalidGrant):
            world.refresh(client, held["refresh_token"])
    for held in (offline, elsewhere):
        assert world.refresh(CLIENT, held["refresh_token"])["access_token"]
    (message,) = due(world)
    token = logout_token(world.provider, CLIENT, message, world.now)
    claims, identity = claims_in(token), claims_in(body["id_token"])
    assert header_in(token)["typ"] == "logout+jwt"
    assert claims["events"] == {EVENT: {}}
    assert (claims["sub"], claims["sid"], claims["aud"]) == (
        identity["sub"],
        identity["sid"],
        CLIENT.client_id,
    )
    assert claims["exp"] - claims["iat"] <= 120
    assert "nonce" not in claims
    assert message.uri == HOOK


def test_a_message_comes_again_later_and_later_until_the_deadline(world: World) -> None:
    world.add(CLIENT)
    world.tokens(CLIENT)
    end(world)
    (message,) = due(world)
    assert due(world) == []  # leased
    pauses = []
    for _ in range(5):
        failed(world.short, message, world.now)
        world.short.commit()
        assert due(world) == []
        pause = 0
        while not (taken := due(world)):
            world.later(seconds=5)
            pause += 5
        pauses.append(pause)
        (message,) = taken
    assert pauses == [5, 10, 20, 40, 80]
    world.later(hours=1)
    assert due(world)  # a lease that was never answered runs out
    world.now += DEADLINE + timedelta(seconds=1)
    assert due(world) == []


def test_a_delivered_message_does_not_come_again(world: World) -> None:
    world.add(CLIENT)
    world.tokens(CLIENT)
    end(world)
    (message,) = due(world)
    delivered(world.short, message)
    world.short.commit()
    world.later(hours=2)
    assert due(world) == []


def test_a_client_that_never_redeemed_its_code_is_not_told(world: World) -> None:
    world.add(CLIENT)
    code = world.code(CLIENT)
    assert end(world) == 0
    with pytest.raises(InvalidGrant):
        world.exchange(CLIENT, code)
