"""T12: a kid is a plain name, looked up among known keys; no header makes the provider fetch or trust
anything."""

from dataclasses import replace
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric import ed25519

from keys.jwk import public_jwk
from tests.attacks.request_objects import request_object
from tests.attacks.test_t08_assertions import send
from tests.unit.trust.oidc.tokens_of_clients import assertion, signed
from tests.unit.trust.oidc.world import CLIENT_KEY, ISSUER, OTHER_KEY, World, a_client, claims_in, header_in
from trust.oauth_errors import InvalidClient, InvalidRequestObject, InvalidToken
from trust.oidc.access_token import read_access_token
from trust.oidc.hints import read_hint
from trust.oidc.par import push
from trust.oidc.policies import FAPI2, STANDARD, AuthMethod

NAMES: list[Any] = [
    "../../dev/null",
    "' OR 1=1 --",
    "a\x00b",
    "k" * 10_000,
    "",
    "k1/../k1",
    7,
    None,
    ["k1"],
    {"a": 1},
]
POINTERS: dict[str, Any] = {
    "jku": "https://canary.example/jwks",
    "x5u": "https://canary.example/x5u",
    "jwk": public_jwk(OTHER_KEY.public_key()),
}


class Canary:
    """Counts what the provider fetches."""

    def __init__(self) -> None:
        self.asked: list[str] = []

    def __call__(self, uri: str) -> Any:
        self.asked.append(uri)
        return {"keys": [public_jwk(OTHER_KEY.public_key(), kid="k1")]}


@pytest.mark.parametrize("kid", [name for name in NAMES if name is not None], ids=range(len(NAMES) - 1))
def test_a_strange_kid_finds_no_key(world: World, kid: Any) -> None:
    client = world.add(a_client(FAPI2))
    header = {"alg": "ES256", "typ": "JWT", "kid": kid}
    good = assertion(client.client_id, CLIENT_KEY, audience=ISSUER, now=world.now)
    with pytest.raises(InvalidClient):
        send(world, signed(header, claims_in(good), CLIENT_KEY))
    text = world.tokens(client)["access_token"]
    with pytest.raises(InvalidToken):
        read_access_token(
            world.provider, signed({**header_in(text), "kid": kid}, claims_in(text), CLIENT_KEY), world.now
        )


@pytest.mark.parametrize("name", POINTERS)
def test_a_pointer_to_a_key_is_refused_and_never_followed(world: World, name: str) -> None:
    canary = Canary()
    world.provider = replace(world.provider, fetch_json=canary)
    client = world.add(a_client(FAPI2))
    good = assertion(client.client_id, CLIENT_KEY, audience=ISSUER, now=world.now)
    header = {"alg": "ES256", "typ": "JWT", name: POINTERS[name]}
    with pytest.raises(InvalidClient):
        send(world, signed(header, claims_in(good), OTHER_KEY))
    asked = {"request": request_object(world, client, key=OTHER_KEY, header={name: POINTERS[name]})}
    with pytest.raises(InvalidRequestObject):
        world.run(push, world.call(client, asked))
    text = world.tokens(client)["access_token"]
    for typ in ("at+jwt", "JWT"):
        forged = signed({"alg": "ES256", "typ": typ, name: POINTERS[name]}, claims_in(text), OTHER_KEY)
        with pytest.raises(InvalidToken):
            read_access_token(world.provider, forged, world.now)
        assert read_hint(world.provider, forged) is None
    assert canary.asked == []


def test_keys_are_fetched_from_the_registered_address_only(world: World) -> None:
    canary = Canary()
    world.provider = replace(world.provider, fetch_json=canary)
    registered = "https://platform.example/jwks"
    client = world.add(a_client(FAPI2, jwks=None, jwks_uri=registered))
    made = assertion(client.client_id, OTHER_KEY, audience=ISSUER, now=world.now, kid="k1")
    assert send(world, made).body["request_uri"]
    assert set(canary.asked) == {registered}


def test_two_keys_of_one_name_are_told_apart_by_their_kind(world: World) -> None:
    edwards = ed25519.Ed25519PrivateKey.generate()
    jwks = {
        "keys": [
            {"kty": "RSA", "use": "enc", "kid": "k1", "n": "AQAB", "e": "AQAB"},
            public_jwk(edwards.public_key(), kid="k1"),
            public_jwk(CLIENT_KEY.public_key(), kid="k1"),
        ]
    }
    client = world.add(
        a_client(STANDARD, auth_method=AuthMethod.PRIVATE_KEY_JWT, jwks=jwks, client_id="client-fapi2")
    )
    for key in (edwards, CLIENT_KEY):
        assert send(world, assertion(client.client_id, key, audience=ISSUER, now=world.now, kid="k1")).body
