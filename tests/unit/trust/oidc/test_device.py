"""Device flow (RFC 8628): a terminal shows a code, a person lets it in from elsewhere."""

from typing import Any

import pytest

from tests.unit.trust.oidc.world import DPOP_KEY, World, a_client, claims_in, public_client
from trust.oauth_errors import (
    AccessDenied,
    AuthorizationPending,
    ExpiredDeviceCode,
    InvalidGrant,
    InvalidRequest,
    InvalidScope,
    SlowDown,
    UnauthorizedClient,
)
from trust.oidc.clients import DEVICE_CODE, Client
from trust.oidc.device import WaitingDevice, approve_device, authorize_device, deny_device, find_device
from trust.oidc.policies import FAPI2, STANDARD

CLIENT = a_client(STANDARD)


def start(world: World, client: Client = CLIENT, **members: str) -> dict[str, Any]:
    asked = {"scope": "openid profile", **members}
    return dict(world.run(authorize_device, world.call(client, asked)).body)


def found(world: World, typed: str) -> WaitingDevice:
    device = find_device(world.provider, world.session, world.short, typed, world.now)
    assert device is not None
    return device


def approve(world: World, typed: str) -> None:
    approve_device(
        world.provider, world.session, world.short, found(world, typed), world.login(), now=world.now
    )
    world.short.commit()


def poll(world: World, started: dict[str, Any], client: Client = CLIENT, **more: Any) -> dict[str, Any]:
    return world.token(client, {"grant_type": DEVICE_CODE, "device_code": started["device_code"]}, **more)


def test_a_device_is_let_in_and_gets_its_tokens_once(world: World) -> None:
    world.add(CLIENT)
    started = start(world)
    assert started["verification_uri"].startswith(world.provider.issuer)
    with pytest.raises(AuthorizationPending):
        poll(world, started)
    approve(world, started["user_code"].lower().replace("-", " "))
    world.later(seconds=5)
    body = poll(world, started)
    assert claims_in(body["id_token"])["aud"] == CLIENT.client_id
    assert body["scope"] == "openid profile"
    with pytest.raises(InvalidGrant):
        poll(world, started)


def test_a_device_that_asks_too_often_is_slowed_down(world: World) -> None:
    world.add(CLIENT)
    started = start(world)
    with pytest.raises(AuthorizationPending):
        poll(world, started)
    world.later(seconds=4)
    with pytest.raises(SlowDown):
        poll(world, started)
    world.later(seconds=6)
    with pytest.raises(SlowDown):
        poll(world, started)
    world.later(seconds=15)
    with pytest.raises(AuthorizationPending):
        poll(world, started)


def test_a_device_that_is_refused_late_or_of_another_client_gets_nothing(world: World) -> None:
    world.add(CLIENT)
    other = world.add(a_client(STANDARD, client_id="other"))
    started = start(world)
    with pytest.raises(InvalidGrant):
        poll(world, started, other)
    deny_device(world.short, found(world, started["user_code"]))
    world.short.commit()
    with pytest.raises(AccessDenied):
        poll(world, started)
    late = start(world)
    world.later(minutes=10)
    assert find_device(world.provider, world.session, world.short, late["user_code"], world.now) is None
    with pytest.raises(ExpiredDeviceCode):
        poll(world, late)


def test_two_people_cannot_decide_on_one_device(world: World) -> None:
    world.add(CLIENT)
    started = start(world)
    device = found(world, started["user_code"])
    approve(world, started["user_code"])
    with pytest.raises(InvalidRequest):
        deny_device(world.short, device)
    assert find_device(world.provider, world.session, world.short, started["user_code"], world.now) is None


def test_only_registered_clients_and_scopes_start_a_device(world: World) -> None:
    world.add(CLIENT)
    with pytest.raises(InvalidScope):
        start(world, scope="nonsense")
    plain = world.add(a_client(STANDARD, client_id="plain", grant_types=frozenset({"authorization_code"})))
    with pytest.raises(UnauthorizedClient):
        start(world, plain)


@pytest.mark.parametrize("client", [a_client(FAPI2), public_client()], ids=["fapi2", "public"])
def test_devices_of_other_policies(world: World, client: Client) -> None:
    world.add(client)
    started = start(world, client)
    approve(world, started["user_code"])
    assert poll(world, started, client, key=DPOP_KEY)["token_type"] == "DPoP"


@pytest.mark.parametrize("typed", ["", "AAAA-AAAA", "x", "%", "' OR 1=1", "💥"])
def test_a_wrong_user_code_finds_nothing(world: World, typed: str) -> None:
    world.add(CLIENT)
    start(world)
    assert find_device(world.provider, world.session, world.short, typed, world.now) is None
