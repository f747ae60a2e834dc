"""Dynamic registration behind an initial access token, and its management."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from keys.jwk import public_jwk
from tests.unit.trust.oidc.world import CLIENT_KEY, REDIRECT, World
from trust.oauth_errors import InvalidClientMetadata, InvalidRedirectUri, InvalidToken, OAuthError
from trust.oidc.handles import HandleKind
from trust.oidc.policies import FAPI2, STANDARD
from trust.oidc.registration import (
    Registration,
    delete_registration,
    read_registration,
    register,
    update_registration,
)
from trust.oidc.registration_metadata import client_of_metadata
from trust.oidc.store import insert_initial_access, read_client

GOOD: dict[str, Any] = {"redirect_uris": [REDIRECT], "client_name": "一网通办"}


def initial(world: World, policy: str = "standard", uses: int = 2) -> str:
    row_id = insert_initial_access(
        world.session,
        owner="91350100M000100Y43",
        policy=policy,
        scopes=["openid", "profile"],
        uses=uses,
        life=timedelta(days=1),
        now=world.now,
    )
    world.session.commit()
    return "Bearer " + world.provider.secret.mint(HandleKind.INITIAL, row_id)


def send(world: World, authorization: str | None, metadata: dict[str, Any]) -> dict[str, Any]:
    answer = register(world.provider, world.session, Registration(authorization, metadata), world.now)
    world.session.commit()
    return dict(answer.body)


def test_a_client_registers_and_its_secret_works(world: World) -> None:
    body = send(
        world, initial(world), {**GOOD, "scope": "openid phone", "grant_types": ["authorization_code"]}
    )
    assert body["scope"] == "openid"  # not more than the initial token allows
    assert body["client_secret_expires_at"] == 0
    client = read_client(world.session, body["client_id"])
    assert client is not None
    assert (client.owner, client.policy.name, client.first_party) == ("91350100M000100Y43", "standard", False)
    posted = replace(client, auth_method=client.auth_method)
    assert posted.secret_digests
    assert body["client_secret"] not in repr(client)


def test_the_initial_token_is_needed_and_used_up(world: World) -> None:
    token = initial(world, uses=1)
    assert send(world, token, GOOD)
    for wrong in (token, None, "Bearer x", "Basic x", token + "A"):
        with pytest.raises(InvalidToken):
            send(world, wrong, GOOD)
    late = initial(world)
    world.later(days=1)
    with pytest.raises(InvalidToken):
        send(world, late, GOOD)


def test_a_client_cannot_give_itself_what_only_an_operator_gives(world: World) -> None:
    """T31: members that are not on the list are ignored."""
    greedy = {
        **GOOD,
        "first_party": True,
        "policy": "compat",
        "owner": "x",
        "serves": ["https://api.example"],
        "resources": ["https://api.example"],
        "client_id": "admin",
        "client_secret": "mine",
        "version": 9,
    }
    client = read_client(world.session, send(world, initial(world), greedy)["client_id"])
    assert client is not None
    assert not client.first_party
    assert client.policy is STANDARD
    assert client.serves == client.resources == frozenset()
    assert client.owner == "91350100M000100Y43"


BAD: dict[str, dict[str, Any]] = {
    "implicit response type": {"response_types": ["token"]},
    "password grant": {"grant_types": ["password"]},
    "unknown method": {"token_endpoint_auth_method": "tls_client_auth"},
    "key without keys": {"token_endpoint_auth_method": "private_key_jwt"},
    "private key": {
        "token_endpoint_auth_method": "private_key_jwt",
        "jwks": {"keys": [{"kty": "oct", "k": "AA"}]},
    },
    "name is a number": {"client_name": 7},
    "flag is text": {"dpop_bound_access_tokens": "yes"},
    "plain http logo": {"logo_uri": "http://platform.example/logo.png"},
    "script logo": {"logo_uri": "javascript:alert(1)"},
    "unknown subject type": {"subject_type": "secret"},
    "symmetric ID token": {"id_token_signed_response_alg": "HS256"},
    "unsigned ID token": {"id_token_signed_response_alg": "none"},
    "negative max_age": {"default_max_age": -1},
    "several hosts": {"redirect_uris": [REDIRECT, "https://other.example/cb"]},
    "sector that cannot be fetched": {"sector_identifier_uri": "https://platform.example/sector"},
    "back channel over http": {"backchannel_logout_uri": "http://platform.example/out"},
}


@pytest.mark.parametrize("name", BAD)
def test_a_description_with_one_fault_is_refused_and_uses_nothing_up(world: World, name: str) -> None:
    token = initial(world, uses=1)
    with pytest.raises((InvalidClientMetadata, InvalidRedirectUri)):
        send(world, token, {**GOOD, **BAD[name]})
    world.session.rollback()
    assert send(world, token, GOOD)


@pytest.mark.parametrize(
    "uris", [["http://platform.example/cb"], ["javascript:alert(1)"], [7], "x", [REDIRECT + "#f"]]
)
def test_a_bad_redirect_address_is_named_as_such(world: World, uris: Any) -> None:
    with pytest.raises(InvalidRedirectUri):
        send(world, initial(world), {"redirect_uris": uris})


def test_a_sector_document_must_list_every_address(world: World) -> None:
    two = [REDIRECT, "https://other.example/cb"]
    sector = {"redirect_uris": two, "sector_identifier_uri": "https://platform.example/sector"}
    world.provider = replace(world.provider, fetch_json=lambda uri: two)
    assert send(world, initial(world), sector)
    world.provider = replace(world.provider, fetch_json=lambda uri: two[:1])
    with pytest.raises(InvalidClientMetadata):
        send(world, initial(world), sector)


def test_a_strict_client_registers_its_keys(world: World) -> None:
    jwks = {"keys": [public_jwk(CLIENT_KEY.public_key(), kid="k1")]}
    body = send(world, initial(world, "fapi2"), {**GOOD, "jwks": jwks})
    assert body["token_endpoint_auth_method"] == "private_key_jwt"
    assert body["require_pushed_authorization_requests"] is True
    assert body["dpop_bound_access_tokens"] is True
    assert "client_secret" not in body
    with pytest.raises(InvalidClientMetadata):
        send(world, initial(world, "fapi2"), {**GOOD, "token_endpoint_auth_method": "client_secret_basic"})


def test_a_client_reads_changes_and_deletes_itself_and_no_other(world: World) -> None:
    body, other = (send(world, initial(world), GOOD) for _ in range(2))
    own = Registration("Bearer " + body["registration_access_token"], client_id=body["client_id"])
    assert read_registration(world.provider, world.session, own).body["redirect_uris"] == [REDIRECT]
    changed = replace(own, metadata={**GOOD, "client_id": body["client_id"], "client_name": "新名称"})
    assert (
        update_registration(world.provider, world.session, changed, world.now).body["client_name"] == "新名称"
    )
    client = read_client(world.session, body["client_id"])
    assert client is not None
    assert client.secret_digests
    for wrong in (
        replace(own, client_id=other["client_id"]),
        replace(own, client_id=None),
        replace(own, authorization=None),
        replace(own, authorization="Bearer x"),
    ):
        with pytest.raises(InvalidToken):
            read_registration(world.provider, world.session, wrong)
    renamed = replace(own, metadata={**GOOD, "client_id": "other"})
    with pytest.raises(InvalidClientMetadata):
        update_registration(world.provider, world.session, renamed, world.now)
    delete_registration(world.provider, world.session, own)
    with pytest.raises(InvalidToken):
        read_registration(world.provider, world.session, own)
    assert read_client(world.session, other["client_id"]) is not None


JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-5, 5) | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner, max_size=3),
    max_leaves=6,
)
MEMBERS = [
    "redirect_uris",
    "jwks",
    "scope",
    "grant_types",
    "default_max_age",
    "client_name",
    "logo_uri",
    "application_type",
    "default_acr_values",
    "require_signed_request_object",
    "response_types",
]


@settings(max_examples=100, deadline=None)
@given(st.dictionaries(st.sampled_from(MEMBERS), JSON))
def test_any_metadata_is_read_or_refused(metadata: dict[str, Any]) -> None:
    try:
        client_of_metadata(metadata, client_id="c", owner="o", policy=FAPI2, scopes=frozenset({"openid"}))
    except OAuthError:
        pass
