"""An authorization request that passed its rules, read once into a frozen value."""

from dataclasses import dataclass
from uuid import UUID

from trust.oidc.authorize_checks import Asked, check_redirect
from trust.oidc.claims_request import ClaimsRequest, parse_claims
from trust.oidc.clients import Client
from trust.oidc.parameters import Parameters
from trust.oidc.provider import Provider
from trust.oidc.release import released_names


@dataclass(frozen=True, slots=True)
class AuthorizeRequest:
    """What a client asks of a person (OIDC Core §3.1.2.1)."""

    client: Client
    redirect_uri: str
    redirect_uri_given: bool
    response_mode: str
    scope: tuple[str, ...]
    resources: tuple[str, ...]
    state: str | None
    nonce: str | None
    prompt: frozenset[str]
    max_age: int | None
    acr_values: tuple[str, ...]
    """Known ones only, in the order of the client's wish."""
    acr_demanded: tuple[str, ...]
    claims: ClaimsRequest
    released: frozenset[str]
    """Every claim the client would get: what the person is asked to agree to."""
    code_challenge: str | None
    dpop_jkt: str | None
    login_hint: str | None
    id_token_hint: str | None
    ui_locales: tuple[str, ...]
    parameters: Parameters
    held_id: UUID | None
    """The stored request behind it, if there is one."""


def read_request(
    asked: Asked, *, held_id: UUID | None = None, dpop_jkt: str | None = None
) -> AuthorizeRequest:
    """The value of a request that `check_request` let pass."""
    redirect_uri = check_redirect(asked.client, asked.parameters, required=False)
    return _read(asked, redirect_uri, held_id=held_id, dpop_jkt=dpop_jkt)


def read_device_request(asked: Asked) -> AuthorizeRequest:
    """The same of a device (RFC 8628), which has no address to return to."""
    return _read(asked, "", held_id=None, dpop_jkt=None)


def _read(asked: Asked, redirect_uri: str, *, held_id: UUID | None, dpop_jkt: str | None) -> AuthorizeRequest:
    parameters, client, provider = asked.parameters, asked.client, asked.provider
    claims = parse_claims(parameters.get("claims"))
    scope = parameters.words("scope")
    demanded = tuple(value for value in claims.demanded("acr") if value in provider.acr_values)
    wished = parameters.words("acr_values") or claims.wished("acr") or client.default_acr_values
    max_age = parameters.get("max_age")
    return AuthorizeRequest(
        client=client,
        redirect_uri=redirect_uri,
        redirect_uri_given="redirect_uri" in parameters,
        response_mode=parameters.get("response_mode", "query"),
        scope=scope,
        resources=parameters.every("resource"),
        state=parameters.get("state"),
        nonce=parameters.get("nonce"),
        prompt=frozenset(parameters.words("prompt")),
        max_age=int(max_age) if max_age is not None else client.default_max_age,
        acr_values=demanded or tuple(value for value in wished if value in provider.acr_values),
        acr_demanded=demanded,
        claims=claims,
        released=released_names(provider, frozenset(scope), claims),
        code_challenge=parameters.get("code_challenge"),
        dpop_jkt=dpop_jkt or parameters.get("dpop_jkt"),
        login_hint=parameters.get("login_hint"),
        id_token_hint=parameters.get("id_token_hint"),
        ui_locales=parameters.words("ui_locales"),
        parameters=parameters,
        held_id=held_id,
    )


def acr_reached(provider: Provider, request: AuthorizeRequest, session_acr: str) -> str | None:
    """The acr the token may state: the strongest asked for that the session reaches, or None when it
    falls short.

    A stronger session fulfils a weaker wish and states the wish (clients compare strings); asked for nothing,
    the session's own acr.
    """
    rank = {value: place for place, value in enumerate(provider.acr_values)}
    reached = rank.get(session_acr, -1)
    if not request.acr_values:
        return session_acr
    fulfilled = [value for value in request.acr_values if rank[value] <= reached]
    return max(fulfilled, key=rank.__getitem__) if fulfilled else None


def acr_needed(provider: Provider, request: AuthorizeRequest) -> str:
    """The weakest acr that fulfils the request."""
    rank = {value: place for place, value in enumerate(provider.acr_values)}
    return min(request.acr_values, key=rank.__getitem__, default=provider.acr_values[0])
