"""The endpoints of the OpenID Provider that programs call. Pages are in `authorize.py`.

Plain ASGI on the hot path: a form in, one function of `trust.oidc` over the two databases, JSON out. State is
written by the group-committing writer, so what is answered is committed; a refusal that must leave a trace
(`Refused`) is committed first and answered after.
"""

import logging
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from functools import partial

from sqlalchemy.orm import Session
from starlette.routing import Route
from starlette.types import ASGIApp, Receive, Scope, Send

from api.headers import PUBLIC
from api.identity import Identity
from api.oauth_http import (
    NO_STORE,
    Refuse,
    Reply,
    read_call,
    refuse_at_resource,
    refuse_client,
    reply_json,
)
from keys.errors import XinzhengError
from trust.oauth_errors import OAuthError
from trust.oidc.client_auth import Call
from trust.oidc.codes import Refused
from trust.oidc.device import authorize_device
from trust.oidc.discovery import discovery_document, key_set
from trust.oidc.introspection import introspect
from trust.oidc.par import push
from trust.oidc.provider import Answer, Provider, SignedAnswer
from trust.oidc.revocation import revoke
from trust.oidc.token import token
from trust.oidc.userinfo import userinfo

refused = logging.getLogger("xinzheng.refused")
Ended = Answer | SignedAnswer | Refused
Endpoint = Callable[[Provider, Session, Session, Call, datetime], Ended]


@dataclass(frozen=True, slots=True)
class ClientEndpoint:
    """One endpoint as an ASGI application."""

    identity: Identity
    endpoint: Endpoint
    refuse: Refuse = refuse_client
    status: int = 200
    empty: bool = False
    """Answers nothing but the status (RFC 7009 §2.2)."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        call = None
        try:
            call = await read_call(scope, receive)
            reply = self._reply(await self.identity.state.run(partial(self._work, call)))
        except XinzhengError as error:
            reply = self._refusal(error, call)
        await reply(scope, receive, send)

    def _work(self, call: Call, durable: Session, short: Session) -> Ended:
        return self.endpoint(self.identity.provider, durable, short, call, self.identity.clock())

    def _reply(self, ended: Ended) -> Reply:
        if isinstance(ended, Refused):
            raise ended.error
        if isinstance(ended, SignedAnswer):
            headers = {**NO_STORE, "content-type": ended.media_type}
            return Reply(self.status, ended.token.encode("ascii"), headers)
        nonce = {} if ended.dpop_nonce is None else {"dpop-nonce": ended.dpop_nonce}
        return reply_json(None if self.empty else ended.body, status=self.status, headers=nonce)

    def _refusal(self, error: XinzhengError, call: Call | None) -> Reply:
        if error.log_only or not isinstance(error, OAuthError):
            refused.warning("%s: %s", error.code, error.log_only or type(error).__name__)
        return self.refuse(error, call)


def oidc_routes(identity: Identity, *, verified_claims: tuple[str, ...] = ()) -> list[Route]:
    """The routes, bound to one node's identity."""
    provider = identity.provider
    bind = partial(ClientEndpoint, identity)
    document = discovery_document(provider, verified_claims=verified_claims)

    async def discovery(scope: Scope, receive: Receive, send: Send) -> None:
        headers = {**PUBLIC, "cache-control": "public, max-age=300"}
        await reply_json(document, headers=headers)(scope, receive, send)

    async def jwks(scope: Scope, receive: Receive, send: Send) -> None:
        headers = {**PUBLIC, "cache-control": "public, max-age=300"}
        await reply_json(key_set(provider), headers=headers)(scope, receive, send)

    post, get = ["POST"], ["GET"]
    return [
        Route("/oidc/token", bind(token), methods=post),
        Route("/oidc/par", bind(push, status=201), methods=post),
        Route("/oidc/introspect", bind(introspect), methods=post),
        Route("/oidc/revoke", bind(revoke, empty=True), methods=post),
        Route("/oidc/device_authorization", bind(authorize_device), methods=post),
        Route("/oidc/userinfo", bind(userinfo, refuse=refuse_at_resource), methods=[*get, *post]),
        Route("/oidc/jwks", _Plain(jwks), methods=get),
        Route("/.well-known/openid-configuration", _Plain(discovery), methods=get),
        Route("/.well-known/oauth-authorization-server", _Plain(discovery), methods=get),
    ]


@dataclass(frozen=True, slots=True)
class _Plain:
    """Keeps the router from wrapping a plain ASGI function as a request handler."""

    app: ASGIApp

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        await self.app(scope, receive, send)
