"""Client credentials, introspection, revocation, client authentication by secret."""

from dataclasses import replace
from typing import Any

import pytest

from tests.unit.trust.oidc.world import (
    DPOP_KEY,
    SECRET,
    World,
    a_client,
    basic,
    claims_in,
    header_in,
    public_client,
)
from trust.oauth_errors import (
    InvalidClient,
    InvalidGrant,
    InvalidRequest,
    InvalidScope,
    InvalidTarget,
    InvalidToken,
    UnauthorizedClient,
    UnsupportedGrantType,
)
from trust.oidc.client_auth import Call, new_secret
from trust.oidc.client_cache import CachedClients
from trust.oidc.introspection import MEDIA_TYPE, introspect
from trust.oidc.parameters import read_parameters
from trust.oidc.policies import FAPI2, STANDARD, AuthMethod
from trust.oidc.provider import SignedAnswer
from trust.oidc.revocation import revoke
from trust.oidc.store import change_client, delete_client, list_clients, read_client
from trust.oidc.token import token
from trust.oidc.userinfo import userinfo

CLIENT = a_client(STANDARD, resources=frozenset({"https://api.example"}))
MACHINE = {"grant_type": "client_credentials"}


def test_a_machine_gets_a_token_for_itself(world: World) -> None:
    world.add(CLIENT)
    body = world.token(CLIENT, MACHINE)
    claims = claims_in(body["access_token"])
    assert (claims["sub"], claims["client_id"], claims["scope"]) == (
        CLIENT.client_id,
        CLIENT.client_id,
        "licenses:read",
    )
    assert claims["aud"] == world.provider.issuer
    assert not {"auth_time", "acr", "gid", "cnf"} & claims.keys()
    assert "refresh_token" not in body
    aimed = world.token(CLIENT, {**MACHINE, "resource": "https://api.example"})
    assert claims_in(aimed["access_token"])["aud"] == "https://api.example"


@pytest.mark.parametrize(
    ("members", "error"),
    [
        ({"scope": "licenses:issue"}, InvalidScope),
        ({"scope": "openid"}, InvalidScope),
        ({"scope": "nonsense"}, InvalidScope),
        ({"resource": "https://other.example"}, InvalidTarget),
        ({"grant_type": "password"}, UnsupportedGrantType),
        ({"grant_type": "implicit"}, UnsupportedGrantType),
        ({"grant_type": ""}, InvalidRequest),
    ],
)
def test_a_machine_gets_no_more_than_it_may(
    world: World, members: dict[str, str], error: type[Exception]
) -> None:
    world.add(CLIENT)
    with pytest.raises(error):
        world.token(CLIENT, {**MACHINE, **members})


def test_a_client_uses_only_the_grants_it_registered(world: World) -> None:
    client = world.add(a_client(STANDARD, grant_types=frozenset({"authorization_code"})))
    with pytest.raises(UnauthorizedClient):
        world.token(client, MACHINE)


def test_a_secret_works_in_the_registered_way_only(world: World) -> None:
    world.add(a_client(STANDARD, auth_method=AuthMethod.CLIENT_SECRET_BASIC))
    good = Call(read_parameters(MACHINE.items()), authorization=basic("client-standard"))
    assert world.run(token, good).body["access_token"]
    bad: list[Call] = [
        Call(read_parameters(MACHINE.items()), authorization=text)
        for text in (
            basic("client-standard", "wrong"),
            basic("nobody"),
            "Basic !!!",
            "Basic eA==",
            "Bearer x",
            "Basic",
        )
    ]
    posted = {**MACHINE, "client_id": "client-standard", "client_secret": SECRET}
    bad.append(Call(read_parameters(posted.items())))
    bad.append(Call(read_parameters({**MACHINE, "client_id": "client-standard"}.items())))
    for call in bad:
        with pytest.raises(InvalidClient):
            world.run(token, call)
    twice = Call(read_parameters(posted.items()), authorization=basic("client-standard"))
    with pytest.raises(InvalidRequest):
        world.run(token, twice)


def test_two_secrets_work_while_one_is_replaced(world: World) -> None:
    text, digest = new_secret()
    client = world.add(a_client(STANDARD))
    changed = change_client(
        world.session, replace(client, secret_digests=(*client.secret_digests, digest)), world.now
    )
    world.session.commit()
    assert changed.version == 2
    assert world.token(client, MACHINE)
    assert world.token(client, {**MACHINE, "client_secret": text})


def test_a_disabled_client_gets_nothing_and_a_cached_one_not_for_long(world: World) -> None:
    client = world.add(CLIENT)
    world.provider = replace(world.provider, clients=CachedClients())
    assert world.token(client, MACHINE)
    change_client(world.session, replace(client, active=False), world.now)
    world.session.commit()
    assert world.token(client, MACHINE)
    world.later(seconds=5)
    with pytest.raises(InvalidClient):
        world.token(client, MACHINE)
    assert [held.client_id for held in list_clients(world.session, client.owner)] == [client.client_id]
    assert delete_client(world.session, client.client_id)
    assert read_client(world.session, client.client_id) is None


def look(world: World, asker: Any, text: str, accept: str = "") -> Any:
    return world.run(introspect, world.call(asker, {"token": text}, accept=accept))


def test_a_token_is_shown_to_its_client_and_to_the_resource_it_is_for(world: World) -> None:
    world.add(CLIENT)
    server = world.add(a_client(STANDARD, client_id="api", serves=frozenset({"https://api.example"})))
    other = world.add(a_client(STANDARD, client_id="other"))
    body = world.tokens(CLIENT, scope="openid", resource="https://api.example")
    for asker in (CLIENT, server):
        shown = look(world, asker, body["access_token"]).body
        assert shown["active"] is True
        assert {"acr", "auth_time", "sub", "scope", "exp"} <= shown.keys()
        assert "gid" not in shown
    assert look(world, other, body["access_token"]).body == {"active": False}
    assert look(world, CLIENT, body["refresh_token"]).body["active"] is True
    assert look(world, server, body["refresh_token"]).body == {"active": False}
    for text in ("x", "a.b.c", body["id_token"], body["access_token"] + "A"):
        assert look(world, CLIENT, text).body == {"active": False}
    world.later(seconds=300)
    assert look(world, CLIENT, body["access_token"]).body == {"active": False}


def test_introspection_can_be_signed(world: World) -> None:
    world.add(CLIENT)
    answer = look(world, CLIENT, world.token(CLIENT, MACHINE)["access_token"], MEDIA_TYPE)
    assert isinstance(answer, SignedAnswer)
    assert header_in(answer.token)["typ"] == "token-introspection+jwt"
    assert claims_in(answer.token)["token_introspection"]["active"] is True
    assert claims_in(answer.token)["aud"] == CLIENT.client_id


def test_a_public_client_may_not_introspect(world: World) -> None:
    client = world.add(public_client())
    with pytest.raises(InvalidClient):
        look(world, client, "x")


def test_revoking_a_refresh_token_takes_everything_along(world: World) -> None:
    world.add(CLIENT)
    body = world.tokens(CLIENT)
    world.run(revoke, world.call(CLIENT, {"token": body["refresh_token"], "token_type_hint": "access_token"}))
    assert look(world, CLIENT, body["access_token"]).body == {"active": False}
    with pytest.raises(InvalidGrant):
        world.refresh(CLIENT, body["refresh_token"])


def test_revoking_an_access_token_takes_it_alone(world: World) -> None:
    world.add(CLIENT)
    body = world.tokens(CLIENT)
    for _ in range(2):
        world.run(revoke, world.call(CLIENT, {"token": body["access_token"]}))
    with pytest.raises(InvalidToken):
        world.run(userinfo, Call(read_parameters([]), authorization=f"Bearer {body['access_token']}"))
    assert world.refresh(CLIENT, body["refresh_token"])["access_token"]


def test_nobody_revokes_what_is_not_his(world: World) -> None:
    world.add(CLIENT)
    thief = world.add(a_client(STANDARD, client_id="thief"))
    body = world.tokens(CLIENT)
    for text in (body["refresh_token"], body["access_token"], "x", body["id_token"]):
        assert world.run(revoke, world.call(thief, {"token": text})).body == {}
    assert look(world, CLIENT, body["access_token"]).body["active"] is True
    assert world.refresh(CLIENT, body["refresh_token"])


def test_a_fapi_machine_gets_a_bound_token(world: World) -> None:

    client = world.add(a_client(FAPI2))
    body = world.token(client, MACHINE, key=DPOP_KEY)
    assert body["token_type"] == "DPoP"
    assert claims_in(body["access_token"])["cnf"]["jkt"]
