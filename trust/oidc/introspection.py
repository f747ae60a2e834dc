"""Introspection (RFC 7662; as a signed answer RFC 9701): a resource server asks about a token.

Only the resource server a token is for, or the client it was given to, learns anything; to everybody else it
is inactive, just as an unknown, expired or revoked one (§2.2).
"""

from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from keys.algorithms import Algorithm
from keys.jws import sign_compact
from trust.oauth_errors import InvalidClient, InvalidToken
from trust.oidc.access_token import live_grant, read_access_token
from trust.oidc.client_auth import Call, authenticate_client
from trust.oidc.clients import Client
from trust.oidc.grants import read_grant
from trust.oidc.handles import HandleKind
from trust.oidc.pairwise import subject_for
from trust.oidc.provider import Answer, Provider, SignedAnswer

MEDIA_TYPE = "application/token-introspection+jwt"
_TOLD = ("iss", "sub", "aud", "client_id", "iat", "exp", "jti", "scope", "cnf")
_TOLD_OF_PEOPLE = ("auth_time", "acr", "amr", "on_behalf_of")


def introspect(
    provider: Provider, session: Session, short: Session, call: Call, now: datetime
) -> Answer | SignedAnswer:
    """`{"active": false}` or what the token says. Raises: InvalidClient, InvalidRequest."""
    endpoint = provider.endpoints.introspect
    client = authenticate_client(provider, session, short, call, endpoint=endpoint, now=now)
    if client.public:
        raise InvalidClient()
    text = call.parameters.required("token")
    body = _access(provider, short, client, text, now) or _refresh(provider, short, client, text, now)
    if MEDIA_TYPE not in call.accept:
        return Answer(body or {"active": False})
    members = {
        "iss": provider.issuer,
        "aud": client.client_id,
        "iat": int(now.timestamp()),
        "token_introspection": body or {"active": False},
    }
    signed = sign_compact(members, signer=provider.signer(Algorithm.ES256), typ="token-introspection+jwt")
    return SignedAnswer(signed, MEDIA_TYPE)


def _access(
    provider: Provider, short: Session, client: Client, text: str, now: datetime
) -> dict[str, Any] | None:
    try:
        token = read_access_token(provider, text, now)
        if token.client_id != client.client_id and not token.audience & client.serves:
            return None
        live_grant(short, token)
    except InvalidToken:
        return None
    told = _TOLD + _TOLD_OF_PEOPLE
    members = {name: token.claims[name] for name in told if name in token.claims}
    return {"active": True, "token_type": "DPoP" if token.jkt else "Bearer", **members}


def _refresh(
    provider: Provider, short: Session, client: Client, text: str, now: datetime
) -> dict[str, Any] | None:
    """A refresh token is nobody's business but its client's."""
    handle = provider.secret.open(HandleKind.REFRESH, text)
    grant = read_grant(short, handle.row_id) if handle else None
    if handle is None or grant is None or grant.client_id != client.client_id:
        return None
    alive = grant.refresh_expires_at is not None and grant.refresh_expires_at > now
    if not alive or grant.revoked_at is not None or grant.code_used_at is None:
        return None
    if handle.serial not in (grant.refresh_serial, grant.refresh_used):
        return None
    return {
        "active": True,
        "iss": provider.issuer,
        "client_id": client.client_id,
        "sub": subject_for(provider, client, grant.person_id),
        "scope": grant.scope,
        "exp": int(grant.refresh_expires_at.timestamp()) if grant.refresh_expires_at else 0,
    }
