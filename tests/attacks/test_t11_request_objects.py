"""T11 and the request object rows of the FAPI 2.0 Message Signing profile: signed by this client, for us,
now."""

from typing import Any

import pytest

from keys.encoding import b64url
from tests.attacks.request_objects import request_object
from tests.unit.trust.oidc.tokens_of_clients import signed
from tests.unit.trust.oidc.world import CLIENT_KEY, ISSUER, OTHER_KEY, RSA_KEY, World, a_client
from trust.oauth_errors import InvalidRequest, InvalidRequestObject, OAuthError
from trust.oidc.authorize import Returned
from trust.oidc.par import push
from trust.oidc.policies import COMPAT, FAPI2, STANDARD, AuthMethod

CLIENT = a_client(FAPI2)


def push_object(world: World, text: str, **beside: str) -> Any:
    return world.run(push, world.call(CLIENT, {"request": text, **beside}))


def test_a_signed_request_is_taken_and_only_its_members_count(world: World) -> None:
    world.add(CLIENT)
    text = request_object(world, CLIENT, state="inside", max_age=60, claims={"userinfo": {"name": None}})
    reference = push_object(world, text, state="outside", prompt="none").body["request_uri"]
    answer = world.arrive({"client_id": CLIENT.client_id, "request_uri": reference}, world.login())
    assert isinstance(answer, Returned)
    assert answer.parameters["state"] == "inside"


HOUR = 3600
FAULTS: dict[str, dict[str, Any]] = {
    "with_bad_aud_fails": {"aud": "https://evil.example"},
    "without_aud_fails": {"aud": None},
    "without_exp_fails": {"exp": None},
    "without_nbf_fails": {"nbf": None},
    "of_another_client_fails": {"client_id": "other"},
    "without_client_id_fails": {"client_id": None},
    "of_another_issuer_fails": {"iss": "other"},
    "invalid_signature_fails": {"key": OTHER_KEY},
    "of_an_unregistered_rsa_key_fails": {"key": RSA_KEY},
    "signature_algorithm_is_not_none": {"header": {"alg": "none"}},
    "signature_algorithm_is_not_symmetric": {"header": {"alg": "HS256"}},
    "of_another_type_fails": {"header": {"typ": "at+jwt"}},
    "with_a_request_inside_fails": {"request": "x"},
    "with_a_request_uri_inside_fails": {"request_uri": "urn:x"},
    "with_a_true_parameter_fails": {"scope": True},
    "with_unknown_crit_fails": {"header": {"crit": ["x"], "x": 1}},
    "with_jku_fails": {"header": {"jku": "https://evil.example/jwks"}},
}


@pytest.mark.parametrize("name", FAULTS)
def test_ensure_request_object(world: World, name: str) -> None:
    world.add(CLIENT)
    with pytest.raises(InvalidRequestObject):
        push_object(world, request_object(world, CLIENT, **FAULTS[name]))


def test_ensure_request_object_with_exp_over_60_fails(world: World) -> None:
    world.add(CLIENT)
    issued = int(world.now.timestamp())
    with pytest.raises(InvalidRequestObject):
        push_object(world, request_object(world, CLIENT, exp=issued + HOUR + 1))
    with pytest.raises(InvalidRequestObject):
        push_object(world, request_object(world, CLIENT, exp=issued - 11))


def test_ensure_request_object_with_nbf_over_60_fails(world: World) -> None:
    world.add(CLIENT)
    issued = int(world.now.timestamp())
    for nbf in (issued - HOUR - 1, issued + 61):
        with pytest.raises(InvalidRequestObject):
            push_object(world, request_object(world, CLIENT, nbf=nbf))


def test_ensure_request_object_without_redirect_uri_fails(world: World) -> None:
    world.add(CLIENT)
    with pytest.raises(InvalidRequest):
        push_object(world, request_object(world, CLIENT, redirect_uri=None))


def test_a_request_object_is_good_once_when_it_has_a_jti(world: World) -> None:
    world.add(CLIENT)
    text = request_object(world, CLIENT, jti="once")
    assert push_object(world, text)
    with pytest.raises(InvalidRequestObject):
        push_object(world, text)


def test_an_unsigned_request_wrapped_in_encryption_is_refused(world: World) -> None:
    """CVE-2026-9793: what an encrypted object holds may be plain JSON. Encrypted objects are not taken at
    all."""
    world.add(CLIENT)
    header = b64url(b'{"alg":"RSA-OAEP-256","enc":"A256GCM","cty":"json"}')
    plain = b64url(b'{"client_id":"client-fapi2","response_type":"code"}')
    nested = signed({"alg": "ES256", "cty": "JWT"}, request_object(world, CLIENT).encode(), CLIENT_KEY)
    for text in (
        f"{header}.AA.AA.{plain}.AA",
        f"{header}.AA.AA.AA.AA",
        f".{plain}.",
        nested,
        plain,
        "{}",
        "x" * 16_000,
    ):
        with pytest.raises(OAuthError):
            push_object(world, text)


def test_a_client_that_registered_signed_requests_gets_no_unsigned_one_accepted(world: World) -> None:
    client = world.add(a_client(FAPI2, signed_requests_only=True))
    with pytest.raises(InvalidRequest):
        world.push(client)
    sent = world.call(client, {"request": request_object(world, client)})
    assert world.run(push, sent).body["request_uri"]


def test_old_software_may_leave_the_times_out(world: World) -> None:
    client = world.add(a_client(COMPAT, auth_method=AuthMethod.PRIVATE_KEY_JWT))
    text = request_object(world, client, nbf=None, exp=None, aud=[ISSUER, "https://x.example"])
    answer = world.arrive({**world.request(client), "request": text}, world.login())
    assert isinstance(answer, Returned)
    assert "code" in answer.parameters


def test_a_fault_in_a_request_object_in_the_browser_goes_nowhere(world: World) -> None:
    client = world.add(a_client(STANDARD, auth_method=AuthMethod.PRIVATE_KEY_JWT))
    text = request_object(world, client, key=OTHER_KEY)
    with pytest.raises(InvalidRequestObject):
        world.arrive({**world.request(client), "request": text}, world.login())
