"""Which claims of a person go where: by scope, by the claims parameter, verified or not (OIDC Core §5.4,
§5.5)."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from keys.encoding import parse_json
from trust.oidc.claims_request import LARGEST, ClaimsRequest, parse_claims, verified_requests
from trust.oidc.grants import Grant
from trust.oidc.people import Subject
from trust.oidc.provider import Provider
from trust.oidc.verified_claims import select_verified

PROTOCOL_CLAIMS = frozenset(
    {"iss", "sub", "aud", "exp", "nbf", "iat", "jti", "auth_time", "nonce", "acr", "amr", "azp", "at_hash"}
    | {"c_hash", "sid", "cnf", "on_behalf_of", "client_id"}
)
"""Set by the provider alone; a claims request never overwrites them."""


def released_names(provider: Provider, scopes: frozenset[str], claims: ClaimsRequest) -> frozenset[str]:
    """Every claim that a request would release: what a person is asked to agree to."""
    by_scope = {name for scope in scopes for name in provider.scopes.get(scope, ())}
    return frozenset((by_scope | claims.names) - (PROTOCOL_CLAIMS - {"on_behalf_of"}))


def id_token_claims(subject: Subject, grant: Grant, now: datetime) -> dict[str, Any]:
    """Those asked for by the claims parameter; scopes release at the UserInfo endpoint (§5.4)."""
    place = parse_claims(grant.claims).id_token
    return _claims(subject, frozenset(place), place, now) | on_behalf_of(grant)


def userinfo_claims(provider: Provider, subject: Subject, grant: Grant, now: datetime) -> dict[str, Any]:
    place = parse_claims(grant.claims).userinfo
    by_scope = {name for scope in grant.scopes for name in provider.scopes.get(scope, ())}
    return _claims(subject, frozenset(place) | by_scope, place, now) | on_behalf_of(grant)


def on_behalf_of(grant: Grant) -> dict[str, Any]:
    """For whom the person acts; `sub` is always the human."""
    if grant.on_behalf_of is None:
        return {}
    return {"on_behalf_of": parse_json(grant.on_behalf_of, max_bytes=LARGEST)}


def _claims(
    subject: Subject, names: frozenset[str], place: Mapping[str, Any], now: datetime
) -> dict[str, Any]:
    plain = names - PROTOCOL_CLAIMS - {"verified_claims"}
    found = dict(subject.claims(plain)) if plain else {}
    members = {name: value for name, value in found.items() if name in plain}
    verified = [select_verified(subject, request, now) for request in verified_requests(place)]
    given = [one for one in verified if one is not None]
    if given:
        members["verified_claims"] = given if isinstance(place["verified_claims"], list) else given[0]
    return members
