"""Signed request objects (JAR, RFC 9101): what is inside counts, what stands beside it does not (§6.3).

Always signed, with an algorithm of the client's policy: `none` is refused, and so is anything encrypted (five
parts), so a wrapped unsigned object never comes near (T11, CVE-2026-9793). FAPI 2.0 Message Signing §5.3.1:
aud is the issuer, nbf at most 60 minutes ago, exp at most 60 minutes after nbf.
"""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any, NoReturn

from sqlalchemy.orm import Session

from keys.encoding import canonical_json
from keys.errors import XinzhengError
from keys.foreign import verify_foreign
from trust.oauth_errors import InvalidRequestObject, OAuthError
from trust.oidc.assertion import claims_of, client_keys
from trust.oidc.clients import Client
from trust.oidc.once import first_use
from trust.oidc.parameters import Parameters, read_parameters
from trust.oidc.provider import Provider

LONGEST = timedelta(minutes=60)
LEEWAY = timedelta(seconds=60)
_TYPES = frozenset({"oauth-authz-req+jwt", "JWT", None})
_TOKEN_CLAIMS = frozenset({"iss", "aud", "exp", "nbf", "iat", "jti", "sub"})
_FORBIDDEN = frozenset({"request", "request_uri"})


def unpack(
    provider: Provider, short: Session, client: Client, outer: Parameters, *, now: datetime
) -> Parameters:
    """The parameters inside the request object. Raises: InvalidRequestObject."""
    try:
        verified = verify_foreign(
            outer["request"],
            client_keys(provider, client),
            accepted=client.policy.signing_algorithms,
            typ=_TYPES,
        )
        claims = claims_of(verified.payload)
    except OAuthError:
        raise
    except XinzhengError as error:
        raise InvalidRequestObject(log_only=error.detail) from None
    _check_parties(provider, client, claims)
    _check_times(client, claims, now)
    if isinstance(claims.get("jti"), str) and not first_use(
        short, "request", client.client_id, claims["jti"], expires_at=now + 2 * LONGEST
    ):
        _refuse("The request object was used before.")
    return _parameters(claims)


def _check_parties(provider: Provider, client: Client, claims: Mapping[str, Any]) -> None:
    if _FORBIDDEN & claims.keys():
        _refuse("A request object holds no other request.")
    if claims.get("client_id") != client.client_id or claims.get("iss", client.client_id) != client.client_id:
        _refuse("The request object is of another application.")
    audience = claims.get("aud")
    named = audience if isinstance(audience, list) else [audience]
    if provider.issuer not in named and not (audience is None and not client.policy.request_object_times):
        _refuse("The request object is for another provider.")


def _check_times(client: Client, claims: Mapping[str, Any], now: datetime) -> None:
    moments = {name: claims[name] for name in ("exp", "nbf", "iat") if name in claims}
    if any(isinstance(value, bool) or not isinstance(value, int | float) for value in moments.values()):
        _refuse("The times of the request object are not numbers.")
    instant, leeway, longest = now.timestamp(), LEEWAY.total_seconds(), LONGEST.total_seconds()
    exp, nbf = moments.get("exp"), moments.get("nbf")
    if exp is not None and exp <= instant - 10:
        _refuse("The request object has expired.")
    if nbf is not None and nbf > instant + leeway:
        _refuse("The request object is not valid yet.")
    if not client.policy.request_object_times:
        return
    if exp is None or nbf is None:
        _refuse("The request object must have nbf and exp.")
    if nbf < instant - longest or exp - nbf > longest:
        _refuse("The request object may be 60 minutes old and live 60 minutes at most.")


def _parameters(claims: Mapping[str, Any]) -> Parameters:
    """Claims as parameters: numbers as digits, objects (`claims`) as JSON, `resource` as a list."""
    pairs: list[tuple[str, str]] = []
    for name, value in claims.items():
        if name in _TOKEN_CLAIMS or value is None:
            continue
        if isinstance(value, bool):
            _refuse("A member of the request object has the wrong type.")
        if name == "resource" and isinstance(value, list):
            pairs += [(name, str(one)) for one in value]
        elif isinstance(value, dict | list):
            pairs.append((name, canonical_json(value).decode("utf-8")))
        else:
            pairs.append((name, str(value)))
    try:
        return read_parameters(pairs)
    except OAuthError as error:
        raise InvalidRequestObject(error.detail, error.detail_zh) from None


def _refuse(detail: str) -> NoReturn:
    raise InvalidRequestObject(detail, "请求对象不可接受。")
