"""T8 client assertions: of this client, for this issuer alone, once, for a short time."""

from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric import ed25519

from keys.jwk import public_jwk
from tests.unit.trust.oidc.tokens_of_clients import assertion
from tests.unit.trust.oidc.world import CLIENT_KEY, ISSUER, OTHER_KEY, RSA_KEY, World, a_client
from trust.oauth_errors import InvalidClient, InvalidRequest, OAuthError
from trust.oidc.assertion import ASSERTION_TYPE
from trust.oidc.client_auth import Call
from trust.oidc.introspection import introspect
from trust.oidc.par import push
from trust.oidc.parameters import read_parameters
from trust.oidc.policies import COMPAT, FAPI2, STANDARD, AuthMethod, Policy
from trust.oidc.revocation import revoke
from trust.oidc.token import token

CLIENT = a_client(FAPI2)


def send(world: World, made: str, endpoint: Any = push, **more: str) -> Any:
    members = {
        **world.request(CLIENT),
        "client_assertion_type": ASSERTION_TYPE,
        "client_assertion": made,
        **more,
    }
    return world.run(endpoint, Call(read_parameters(members.items())))


def made(world: World, **changes: Any) -> str:
    values = {"audience": ISSUER, "now": world.now, "key": CLIENT_KEY, **changes}
    return assertion(CLIENT.client_id, **values)


def test_a_good_assertion_is_taken_once(world: World) -> None:
    world.add(CLIENT)
    good = made(world)
    assert send(world, good).body["request_uri"]
    with pytest.raises(InvalidClient):
        send(world, good)
    with pytest.raises(InvalidClient):
        send(world, good, revoke, token="x")
    with pytest.raises(InvalidClient):
        send(world, good, introspect, token="x")


AUDIENCES: dict[str, Any] = {
    "par_endpoint_as_audience_fails": f"{ISSUER}/oidc/par",
    "token_endpoint_as_audience_fails": f"{ISSUER}/oidc/token",
    "array_as_audience_fails": [ISSUER],
    "array_with_others_as_audience_fails": [ISSUER, f"{ISSUER}/oidc/token"],
    "wrong_aud_fails": "https://evil.example",
    "no_aud_fails": None,
    "trailing_slash_fails": ISSUER + "/",
    "other_case_fails": ISSUER.upper(),
}


@pytest.mark.parametrize("name", AUDIENCES)
@pytest.mark.parametrize("policy", [FAPI2, STANDARD], ids=lambda policy: policy.name)
def test_ensure_client_assertion_with_wrong_aud_fails(world: World, policy: Policy, name: str) -> None:
    world.add(a_client(policy, auth_method=AuthMethod.PRIVATE_KEY_JWT, client_id=CLIENT.client_id))
    with pytest.raises(InvalidClient):
        send(world, made(world, audience=AUDIENCES[name]))


def test_old_software_may_name_the_endpoint(world: World) -> None:
    world.add(a_client(COMPAT, auth_method=AuthMethod.PRIVATE_KEY_JWT, client_id=CLIENT.client_id))
    for audience in (ISSUER, f"{ISSUER}/oidc/token", f"{ISSUER}/oidc/par", [ISSUER, "https://x.example"]):
        assert send(world, made(world, audience=audience)).body["request_uri"]
    with pytest.raises(InvalidClient):
        send(world, made(world, audience="https://evil.example"))


WRONG: dict[str, dict[str, Any]] = {
    "no sub": {"sub": None},
    "another sub": {"sub": "other"},
    "no iss": {"iss": None},
    "another iss": {"iss": "other"},
    "no exp": {"exp": None},
    "exp is text": {"exp": "soon"},
    "exp is true": {"exp": True},
    "no jti": {"jti": None},
    "jti is a number": {"jti": 1},
    "jti is long": {"jti": "x" * 300},
    "nbf in the future": {"nbf": 4_000_000_000},
    "iat in the future": {"iat": 4_000_000_000},
    "lives for ever": {"exp": 4_000_000_000},
    "another key": {"key": OTHER_KEY},
    "an RSA key that is not registered": {"key": RSA_KEY},
    "alg none": {"alg": "none"},
    "symmetric": {"alg": "HS256"},
    "typ of an access token": {"typ": "at+jwt"},
    "typ of a proof": {"typ": "dpop+jwt"},
    "typ of a logout token": {"typ": "logout+jwt"},
    "unknown kid": {"kid": "k2"},
}


@pytest.mark.parametrize("fault", WRONG)
def test_an_assertion_with_one_fault_is_refused(world: World, fault: str) -> None:
    world.add(CLIENT)
    with pytest.raises(InvalidClient):
        send(world, made(world, **WRONG[fault]), client_id=CLIENT.client_id)


def test_ensure_client_assertion_with_no_sub_fails(world: World) -> None:
    world.add(CLIENT)
    with pytest.raises(InvalidClient):
        send(world, made(world, sub=None))


def test_ensure_client_assertion_with_exp_is_5_minutes_in_past_fails(world: World) -> None:
    world.add(CLIENT)
    with pytest.raises(InvalidClient):
        send(world, made(world, exp=int(world.now.timestamp()) - 300))


@pytest.mark.parametrize(("ahead", "fine"), [(0, True), (10, True), (59, True), (61, False), (300, False)])
def test_a_clock_up_to_ten_seconds_ahead_is_forgiven_and_one_beyond_sixty_is_not(
    world: World, ahead: int, fine: bool
) -> None:
    world.add(CLIENT)
    moment = int(world.now.timestamp()) + ahead
    sent = made(world, nbf=moment, iat=moment, exp=moment + 60)
    if fine:
        assert send(world, sent).body
    else:
        with pytest.raises(InvalidClient):
            send(world, sent)


def test_ensure_signed_client_assertion_with_rs256_fails(world: World) -> None:
    jwks = {"keys": [public_jwk(CLIENT_KEY.public_key(), kid="k1"), rsa_jwk()]}
    world.add(a_client(FAPI2, jwks=jwks))
    assert send(world, made(world, key=RSA_KEY, alg="PS256")).body
    with pytest.raises(InvalidClient):
        send(world, made(world, key=RSA_KEY, alg="RS256"))


def test_the_standard_policy_takes_rs256_and_eddsa_from_registered_keys(world: World) -> None:
    edwards = ed25519.Ed25519PrivateKey.generate()
    jwks = {"keys": [rsa_jwk(), public_jwk(edwards.public_key(), kid="e")]}
    world.add(
        a_client(STANDARD, auth_method=AuthMethod.PRIVATE_KEY_JWT, jwks=jwks, client_id=CLIENT.client_id)
    )
    for key, alg in ((RSA_KEY, "RS256"), (RSA_KEY, "PS256"), (edwards, "EdDSA"), (edwards, "Ed25519")):
        assert send(world, made(world, key=key, alg=alg)).body


def test_a_key_marked_for_one_algorithm_signs_with_no_other(world: World) -> None:
    jwks = {"keys": [{**rsa_jwk(), "alg": "PS256"}]}
    world.add(
        a_client(STANDARD, auth_method=AuthMethod.PRIVATE_KEY_JWT, jwks=jwks, client_id=CLIENT.client_id)
    )
    with pytest.raises(InvalidClient):
        send(world, made(world, key=RSA_KEY, alg="RS256"))


def test_ensure_client_id_in_token_endpoint(world: World) -> None:
    """A client_id beside the assertion must be its own; without one the assertion says who it is."""
    world.add(CLIENT)
    world.add(a_client(FAPI2, client_id="other"))
    with pytest.raises(OAuthError):
        send(world, made(world), token, client_id="other", grant_type="client_credentials")
    members = {"client_assertion_type": ASSERTION_TYPE, "client_assertion": made(world), "token": "x"}
    assert world.run(revoke, Call(read_parameters(members.items()))).body == {}


def test_no_two_ways_of_authentication_at_once(world: World) -> None:
    world.add(CLIENT)
    with pytest.raises(InvalidRequest):
        send(world, made(world), client_secret="x")


def test_the_type_of_the_assertion_is_required(world: World) -> None:
    world.add(CLIENT)
    with pytest.raises(InvalidClient):
        send(
            world,
            made(world),
            client_assertion_type="urn:ietf:params:oauth:client-assertion-type:saml2-bearer",
        )


@pytest.mark.parametrize("garbage", ["", "x", "a.b.c", "." * 3000, "e30.e30.", "e30.W10.AA", "é"])
def test_garbage_is_no_assertion(world: World, garbage: str) -> None:
    world.add(CLIENT)
    with pytest.raises(OAuthError):
        send(world, garbage, client_id=CLIENT.client_id)


def rsa_jwk() -> dict[str, str]:
    held = public_jwk(RSA_KEY.public_key(), kid="r1")
    return {name: value for name, value in held.items() if name != "alg"}
