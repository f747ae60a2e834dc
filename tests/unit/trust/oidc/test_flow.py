"""The whole way, from a pushed request to tokens, for a client of each policy."""

import hashlib

import pytest

from keys.encoding import b64url
from keys.jws import verify_compact
from tests.unit.trust.oidc.world import (
    ISSUER,
    REDIRECT,
    World,
    a_client,
    claims_in,
    header_in,
    public_client,
)
from trust.oidc.authorize import Returned
from trust.oidc.clients import Client
from trust.oidc.policies import COMPAT, FAPI2, STANDARD

CLIENTS = {
    "fapi2": a_client(FAPI2),
    "standard": a_client(STANDARD),
    "compat": a_client(COMPAT),
    "public": public_client(),
}


@pytest.mark.parametrize("client", CLIENTS.values(), ids=list(CLIENTS))
def test_a_client_of_each_policy_gets_its_tokens(world: World, client: Client) -> None:
    world.add(client)
    body = world.tokens(client)
    access, identity = claims_in(body["access_token"]), claims_in(body["id_token"])
    assert body["token_type"] == ("DPoP" if client.sender_constrained else "Bearer")
    assert header_in(body["access_token"])["typ"] == "at+jwt"
    assert header_in(body["id_token"])["alg"] == client.policy.id_token_algorithm.value
    assert identity["iss"] == access["iss"] == ISSUER
    assert identity["aud"] == access["client_id"] == client.client_id
    assert identity["sub"] == access["sub"] != "person-1"
    assert identity["nonce"] == "nonce-1"
    assert identity["at_hash"] == b64url(hashlib.sha256(body["access_token"].encode()).digest()[:16])
    assert ("cnf" in access) == client.sender_constrained
    assert access["exp"] - access["iat"] == body["expires_in"] == 300
    assert {"acr", "amr", "auth_time", "sid"} <= identity.keys()


@pytest.mark.parametrize("client", CLIENTS.values(), ids=list(CLIENTS))
def test_every_answer_of_the_authorization_endpoint_names_its_issuer(world: World, client: Client) -> None:
    world.add(client)
    good = world.authorize(client, world.login())
    bad = world.authorize(client, None, prompt="none")
    assert isinstance(good, Returned)
    assert isinstance(bad, Returned)
    assert good.parameters["iss"] == bad.parameters["iss"] == ISSUER
    assert good.parameters["state"] == bad.parameters["state"] == "state-1"
    assert bad.parameters["error"] == "login_required"
    assert good.location.startswith(f"{REDIRECT}?code=")


def test_our_tokens_verify_with_the_published_keys(world: World) -> None:
    client = world.add(a_client(STANDARD))
    body = world.tokens(client)
    for name, typ in (("access_token", "at+jwt"), ("id_token", "JWT")):
        key = world.provider.keyring.handle(header_in(body[name])["kid"])
        verify_compact(body[name], public_key=key.public_key, algorithm=key.algorithm, typ=typ)
