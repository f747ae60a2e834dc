"""The token endpoint (RFC 6749 §3.2): authenticate the client, prove its key, then one function a grant type.

A `Refused` must be committed before its error is answered (a code or refresh token that came twice, a device
that polls too fast). Everything that is raised leaves nothing behind.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from types import MappingProxyType
from typing import Any

from sqlalchemy.orm import Session

from trust.oauth_errors import InvalidDpopProof, UnauthorizedClient, UnsupportedGrantType
from trust.oidc.client_auth import Call, authenticate_client
from trust.oidc.clients import AUTHORIZATION_CODE, CLIENT_CREDENTIALS, DEVICE_CODE, REFRESH_TOKEN, Client
from trust.oidc.codes import Refused, redeem_code
from trust.oidc.device import redeem_device
from trust.oidc.dpop import check_proof
from trust.oidc.dpop_nonce import make_nonce
from trust.oidc.grants import Grant
from trust.oidc.handles import HandleKind
from trust.oidc.machine import machine_rights
from trust.oidc.parameters import Parameters
from trust.oidc.provider import Answer, Provider
from trust.oidc.refresh import narrowed_scope, redeem_refresh
from trust.oidc.release import id_token_claims
from trust.oidc.tokens import make_access_token, make_id_token


@dataclass(frozen=True, slots=True)
class Exchange:
    """One authenticated request for tokens."""

    provider: Provider
    session: Session
    short: Session
    client: Client
    parameters: Parameters
    jkt: str | None
    now: datetime


Body = dict[str, Any]


def token(
    provider: Provider, session: Session, short: Session, call: Call, now: datetime
) -> Answer | Refused:
    """Answer tokens. Raises: OAuthError."""
    grant_type = call.parameters.required("grant_type")
    exchange_of = _GRANTS.get(grant_type)
    endpoint = provider.endpoints.token
    client = authenticate_client(provider, session, short, call, endpoint=endpoint, now=now)
    if exchange_of is None:
        raise UnsupportedGrantType()
    if grant_type not in client.grant_types:
        raise UnauthorizedClient()
    jkt = check_proof(
        provider,
        short,
        call.dpop,
        method="POST",
        url=endpoint,
        nonce_required=client.policy.dpop_nonce,
        now=now,
    )
    if jkt is None and client.sender_constrained:
        raise InvalidDpopProof("This application must prove possession of a key.", "该应用须提供持有证明。")
    body = exchange_of(Exchange(provider, session, short, client, call.parameters, jkt, now))
    if isinstance(body, Refused):
        return body
    return Answer(body, make_nonce(provider.secret, now) if jkt is not None else None)


def _by_code(asked: Exchange) -> Body | Refused:
    grant = redeem_code(
        asked.provider, asked.short, asked.client, asked.parameters, jkt=asked.jkt, now=asked.now
    )
    return (
        grant if isinstance(grant, Refused) else _tokens(asked, grant, tuple(grant.scope.split()), first=True)
    )


def _by_refresh(asked: Exchange) -> Body | Refused:
    grant = redeem_refresh(
        asked.provider,
        asked.session,
        asked.short,
        asked.client,
        asked.parameters,
        jkt=asked.jkt,
        now=asked.now,
    )
    if isinstance(grant, Refused):
        return grant
    return _tokens(asked, grant, narrowed_scope(grant, asked.parameters), first=False)


def _by_device(asked: Exchange) -> Body | Refused:
    grant = redeem_device(
        asked.provider, asked.short, asked.client, asked.parameters, jkt=asked.jkt, now=asked.now
    )
    return (
        grant if isinstance(grant, Refused) else _tokens(asked, grant, tuple(grant.scope.split()), first=True)
    )


def _by_itself(asked: Exchange) -> Body:
    scope, resources = machine_rights(asked.provider, asked.client, asked.parameters)
    access_token = make_access_token(
        asked.provider, asked.client, scope=scope, resources=resources, jkt=asked.jkt, now=asked.now
    )
    return _body(asked, access_token, scope)


def _tokens(asked: Exchange, grant: Grant, scope: tuple[str, ...], *, first: bool) -> Body:
    access_token = make_access_token(
        asked.provider,
        asked.client,
        scope=scope,
        resources=grant.resources.split(),
        jkt=asked.jkt,
        now=asked.now,
        grant=grant,
    )
    body = _body(asked, access_token, scope)
    if grant.refresh_serial is not None:
        serial = grant.refresh_serial
        body["refresh_token"] = asked.provider.secret.mint(HandleKind.REFRESH, grant.id, serial)
    if "openid" in scope:
        body["id_token"] = make_id_token(
            asked.provider,
            asked.client,
            grant,
            access_token=access_token,
            claims=_claims(asked, grant),
            now=asked.now,
            first=first,
        )
    return body


def _claims(asked: Exchange, grant: Grant) -> Mapping[str, Any]:
    """No person is read when nothing of a person is asked for in the ID token."""
    if grant.claims is None and grant.on_behalf_of is None:
        return {}
    subject = asked.provider.people.subject(asked.session, grant.person_id, asked.now)
    return {} if subject is None else id_token_claims(subject, grant, asked.now)


def _body(asked: Exchange, access_token: str, scope: tuple[str, ...]) -> Body:
    return {
        "access_token": access_token,
        "token_type": "Bearer" if asked.jkt is None else "DPoP",
        "expires_in": int(asked.client.policy.access_token_life.total_seconds()),
        "scope": " ".join(scope),
    }


_GRANTS: Mapping[str, Callable[[Exchange], Body | Refused]] = MappingProxyType(
    {
        AUTHORIZATION_CODE: _by_code,
        REFRESH_TOKEN: _by_refresh,
        CLIENT_CREDENTIALS: _by_itself,
        DEVICE_CODE: _by_device,
    }
)
