"""private_key_jwt (OIDC Core §9, RFC 7523 §3): the client proves itself by a token it signs.

FAPI 2.0 §5.3.2.1: iss = sub = client_id; aud is the issuer, one string; exp is required and not far; an `iat`
or `nbf` up to 10 seconds ahead is taken, beyond 60 seconds refused; jti counts once until exp (T8).
"""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any, NoReturn

from sqlalchemy.orm import Session

from keys.encoding import parse_json, unb64url
from keys.errors import XinzhengError
from keys.foreign import ForeignKey, read_foreign_keys, verify_foreign
from keys.jws import MAX_TOKEN_BYTES
from trust.oauth_errors import InvalidClient
from trust.oidc.clients import Client
from trust.oidc.once import first_use
from trust.oidc.provider import Provider

ASSERTION_TYPE = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
LONGEST_LIFE = timedelta(minutes=60)
AHEAD = timedelta(seconds=60)
LATE = timedelta(seconds=10)
_TYPES = frozenset({"JWT", "client-authentication+jwt", None})


def claims_of(payload: bytes) -> Mapping[str, Any]:
    """The claims of a verified token. Raises: MalformedInput."""
    members = parse_json(payload, max_bytes=MAX_TOKEN_BYTES, max_depth=16)
    return members if isinstance(members, dict) else {}


def unverified_subject(assertion: str) -> str:
    """The client an assertion says it is of, to find its keys; "" when it says none. Nothing is verified."""
    try:
        return str(claims_of(unb64url(assertion.split(".")[1])).get("sub", ""))
    except (XinzhengError, IndexError):
        return ""


def check_assertion(
    provider: Provider, short: Session, client: Client, assertion: str, *, endpoint: str, now: datetime
) -> None:
    """Raises: InvalidClient, with the same words for every fault of key or signature."""
    try:
        verified = verify_foreign(
            assertion, client_keys(provider, client), accepted=client.policy.signing_algorithms, typ=_TYPES
        )
        claims = claims_of(verified.payload)
    except XinzhengError as error:
        raise InvalidClient(log_only=error.detail) from None
    if claims.get("iss") != client.client_id or claims.get("sub") != client.client_id:
        _refuse("The assertion must have iss and sub equal to client_id.")
    _check_audience(provider, client, claims.get("aud"), endpoint)
    expires_at = _check_times(claims, now)
    jti = claims.get("jti")
    if not isinstance(jti, str) or not 0 < len(jti) <= 256:
        _refuse("The assertion has no usable jti.")
    if not first_use(short, "assertion", client.client_id, jti, expires_at=expires_at + LATE):
        _refuse("The assertion was used before.")


def client_keys(provider: Provider, client: Client) -> tuple[ForeignKey, ...]:
    """The registered keys, or those at jwks_uri through the node's guarded fetch. Raises: XinzhengError."""
    if client.jwks_uri is None:
        return client.keys
    if provider.fetch_json is None:
        raise InvalidClient(log_only="jwks_uri cannot be fetched here")
    return read_foreign_keys(provider.fetch_json(client.jwks_uri))


def _check_audience(provider: Provider, client: Client, audience: Any, endpoint: str) -> None:
    if audience == provider.issuer:
        return
    if not client.policy.only_issuer_audience:
        known = {provider.issuer, provider.endpoints.token, endpoint}
        named = audience if isinstance(audience, list) else [audience]
        if all(isinstance(one, str) for one in named) and known & set(named):
            return
    _refuse("The assertion must have the issuer as its only aud, as a string.")


def _check_times(claims: Mapping[str, Any], now: datetime) -> datetime:
    moments = {name: claims[name] for name in ("exp", "nbf", "iat") if name in claims}
    if any(isinstance(value, bool) or not isinstance(value, int | float) for value in moments.values()):
        _refuse("The times of the assertion are not numbers.")
    instant = now.timestamp()
    exp = moments.get("exp")
    if exp is None or exp <= instant - LATE.total_seconds():
        _refuse("The assertion has expired or has no exp.")
    if exp > (now + LONGEST_LIFE + AHEAD).timestamp():
        _refuse("The assertion lives too long.")
    if any(moments.get(name, 0) > instant + AHEAD.total_seconds() for name in ("nbf", "iat")):
        _refuse("The assertion comes from the future.")
    return datetime.fromtimestamp(exp, now.tzinfo)


def _refuse(detail: str) -> NoReturn:
    raise InvalidClient(detail, "应用身份断言不可接受。")
