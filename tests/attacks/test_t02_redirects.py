"""T2: an answer goes to a registered address, character for character, or nowhere."""

import pytest

from tests.attacks.redirect_corpus import LOOKALIKES, REGISTERED
from tests.unit.trust.oidc.world import REDIRECT, World, a_client, public_client
from trust.errors import ClientRefused
from trust.oauth_errors import InvalidClient, InvalidRequest, OAuthError
from trust.oidc.authorize import Returned
from trust.oidc.logout import read_logout
from trust.oidc.par import push
from trust.oidc.parameters import Parameters
from trust.oidc.policies import COMPAT, FAPI2, STANDARD
from trust.oidc.redirects import check_registered_uri, is_registered


def test_the_corpus_has_sixty_addresses_and_none_is_the_registered_one() -> None:
    assert len(set(LOOKALIKES)) >= 60
    assert REGISTERED == REDIRECT
    assert REGISTERED not in LOOKALIKES


@pytest.mark.parametrize("uri", LOOKALIKES)
def test_no_lookalike_is_taken_for_the_registered_address(uri: str) -> None:
    assert not is_registered(uri, [REGISTERED], native=False)
    assert not is_registered(uri, [REGISTERED], native=True)


def test_no_lookalike_ever_gets_an_answer_from_the_authorization_endpoint(world: World) -> None:
    clients = [world.add(a_client(policy)) for policy in (STANDARD, COMPAT)]
    for client in clients:
        for uri in LOOKALIKES:
            with pytest.raises(InvalidRequest):
                world.authorize(client, world.login(), redirect_uri=uri)


def test_fapi2_security_profile_id2_ensure_registered_redirect_uri(world: World) -> None:
    client = world.add(a_client(FAPI2))
    for uri in LOOKALIKES:
        with pytest.raises(InvalidRequest):
            world.run(push, world.call(client, world.request(client, redirect_uri=uri)))
    with pytest.raises(InvalidRequest):
        world.push(client, redirect_uri=None)


def test_an_unknown_client_gets_no_redirect_whatever_it_asks(world: World) -> None:
    with pytest.raises(InvalidClient):
        world.arrive(
            {"client_id": "nobody", "redirect_uri": REDIRECT, "response_type": "code"}, world.login()
        )


def test_an_error_before_the_address_is_known_to_be_good_goes_nowhere(world: World) -> None:
    client = world.add(a_client(STANDARD))
    with pytest.raises(OAuthError):
        world.arrive(world.request(client, redirect_uri="https://evil.example/", prompt="none"), None)


@pytest.mark.parametrize("uri", LOOKALIKES)
def test_logout_returns_to_registered_addresses_only(world: World, uri: str) -> None:
    client = world.add(a_client(STANDARD, post_logout_redirect_uris=(REGISTERED,)))
    asked = Parameters({"client_id": client.client_id, "post_logout_redirect_uri": uri})
    with pytest.raises(InvalidRequest):
        read_logout(world.provider, world.session, asked, None, world.now)


@pytest.mark.parametrize(
    ("uri", "fits"),
    [
        ("http://127.0.0.1:49152/cb", True),
        ("http://127.0.0.1/cb", True),
        ("http://127.0.0.1:49152/other", False),
        ("http://127.0.0.2:49152/cb", False),
        ("http://localhost:49152/cb", False),
        ("http://127.0.0.1:49152@evil.example/cb", False),
        ("https://127.0.0.1:49152/cb", False),
    ],
)
def test_only_the_port_of_a_loopback_address_is_free(world: World, uri: str, fits: bool) -> None:
    native = world.add(public_client(native=True, redirect_uris=("http://127.0.0.1/cb",)))
    if fits:
        assert isinstance(world.authorize(native, world.login(), redirect_uri=uri), Returned)
    else:
        with pytest.raises(InvalidRequest):
            world.authorize(native, world.login(), redirect_uri=uri)


@pytest.mark.parametrize(
    "uri",
    [
        "http://platform.example/cb",
        "https://*.platform.example/cb",
        "https://platform.example/cb#x",
        "https://user@platform.example/cb",
        "https://platform.example/a/../cb",
        "https://platform.example/a%2fcb",
        "https://platform.example\\cb",
        "javascript:alert(1)",
        "data:text/html,x",
        "https://",
        "https:///cb",
        "https://platform.example/" + "a" * 1100,
        "platform.example/cb",
        "https://平台.example/cb",
    ],
)
def test_a_doubtful_address_is_not_even_registered(uri: str) -> None:
    with pytest.raises(ClientRefused):
        check_registered_uri(uri, native=False)
