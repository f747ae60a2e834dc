"""T4 PKCE downgrade: S256, for everybody but the old software of the compat policy, and never half of it."""

import pytest

from tests.unit.trust.oidc.world import REDIRECT, VERIFIER, World, a_client, challenge, public_client
from trust.oauth_errors import InvalidGrant, InvalidRequest
from trust.oidc.authorize import Returned
from trust.oidc.clients import Client
from trust.oidc.policies import COMPAT, FAPI2, STANDARD, AuthMethod

CLIENTS = [a_client(FAPI2), a_client(STANDARD), public_client()]


def refused(world: World, client: Client, **changes: str | None) -> None:
    """Refused at PAR as an error, at the authorization endpoint as an answer with `error`."""
    if client.policy.pushed_only:
        with pytest.raises(InvalidRequest):
            world.push(client, **changes)
        return
    answer = world.authorize(client, world.login(), **changes)
    assert isinstance(answer, Returned)
    assert answer.parameters["error"] == "invalid_request"


@pytest.mark.parametrize("client", CLIENTS, ids=lambda client: client.client_id)
def test_pkce_missing_par_ensure_pkce_required(world: World, client: Client) -> None:
    refused(world, world.add(client), code_challenge=None, code_challenge_method=None)


@pytest.mark.parametrize("client", [*CLIENTS, a_client(COMPAT)], ids=lambda client: client.client_id)
def test_pkce_plain_par_ensure_plain_pkce_rejected(world: World, client: Client) -> None:
    world.add(client)
    for method in ("plain", None, "s256", "S512", "none"):
        refused(world, client, code_challenge=VERIFIER, code_challenge_method=method)


@pytest.mark.parametrize("client", CLIENTS, ids=lambda client: client.client_id)
def test_pkce_short(world: World, client: Client) -> None:
    world.add(client)
    refused(world, client, code_challenge="short")
    for verifier in ("v" * 42, "v" * 129, "v" * 42 + "!", "v" * 42 + "\u0430"):
        with pytest.raises(InvalidGrant):
            world.exchange(
                client, world.code(client, code_challenge=challenge(verifier)), code_verifier=verifier
            )


@pytest.mark.parametrize("client", CLIENTS, ids=lambda client: client.client_id)
def test_pkce_wrong_par_incorrect_pkce_code_verifier_rejected(world: World, client: Client) -> None:
    world.add(client)
    with pytest.raises(InvalidGrant):
        world.exchange(client, world.code(client), code_verifier="w" * 43)


@pytest.mark.parametrize("client", CLIENTS, ids=lambda client: client.client_id)
def test_pkce_par_ensure_pkce_code_verifier_required(world: World, client: Client) -> None:
    world.add(client)
    with pytest.raises(InvalidGrant):
        world.exchange(client, world.code(client), code_verifier=None)


def test_pkce_verifier_without_challenge(world: World) -> None:
    client = world.add(a_client(COMPAT))
    code = world.code(client, code_challenge=None, code_challenge_method=None)
    with pytest.raises(InvalidGrant):
        world.exchange(client, code)
    assert world.exchange(client, code, code_verifier=None)["access_token"]


def test_a_public_client_needs_pkce_under_every_policy(world: World) -> None:
    grants = frozenset({"authorization_code"})
    client = world.add(a_client(COMPAT, auth_method=AuthMethod.NONE, grant_types=grants))
    answer = world.authorize(client, world.login(), code_challenge=None, code_challenge_method=None)
    assert isinstance(answer, Returned)
    assert answer.parameters["error"] == "invalid_request"
    assert answer.redirect_uri == REDIRECT
