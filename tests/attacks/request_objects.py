"""Request objects for the tests: good ones, and ones with any member changed."""

from typing import Any

from tests.unit.trust.oidc.tokens_of_clients import PrivateKey, signed, usual_algorithm, without_none
from tests.unit.trust.oidc.world import CLIENT_KEY, World
from trust.oidc.clients import Client


def request_object(
    world: World,
    client: Client,
    *,
    key: PrivateKey = CLIENT_KEY,
    header: dict[str, Any] | None = None,
    **changes: Any,
) -> str:
    """A signed request object; a change to None leaves the member out."""
    issued = int(world.now.timestamp())
    claims = {
        **world.request(client),
        "iss": client.client_id,
        "aud": world.provider.issuer,
        "nbf": issued,
        "exp": issued + 300,
        **changes,
    }
    head = {"alg": usual_algorithm(key), "typ": "oauth-authz-req+jwt", **(header or {})}
    return signed(head, without_none(claims), key)
