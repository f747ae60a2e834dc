"""Client credentials (RFC 6749 §4.4): a program that acts for itself, with the scopes of the node's own
API."""

from trust.oauth_errors import InvalidScope, InvalidTarget
from trust.oidc.clients import Client
from trust.oidc.parameters import Parameters
from trust.oidc.provider import Provider


def machine_rights(
    provider: Provider, client: Client, parameters: Parameters
) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Scope and resources of the token; without a scope asked for, everything the client may have.

    Scopes that release a person's claims mean nothing here. Raises: InvalidScope, InvalidTarget.
    """
    allowed = client.scopes & provider.machine_scopes
    scope = parameters.words("scope") or tuple(sorted(allowed))
    if not set(scope) <= allowed:
        raise InvalidScope()
    resources = parameters.every("resource")
    if not set(resources) <= client.resources:
        raise InvalidTarget()
    return scope, resources
