"""Pushed authorization requests (RFC 9126): the request comes from the client itself, authenticated, and is
checked now; the browser carries a reference that is good once, for 60 seconds, for this client (T14).

A DPoP proof beside it, or `dpop_jkt` in it, binds the code to that key (RFC 9449 §10.1).
"""

from datetime import datetime

from sqlalchemy.orm import Session

from trust.oauth_errors import InvalidClient, InvalidRequest, OAuthError
from trust.oidc.authorize_checks import Asked, check_redirect, check_request
from trust.oidc.client_auth import Call, authenticate_client
from trust.oidc.dpop import check_proof
from trust.oidc.dpop_nonce import make_nonce
from trust.oidc.handles import HandleKind
from trust.oidc.policies import REQUEST_URI_LIFE
from trust.oidc.provider import Answer, Provider
from trust.oidc.request_object import unpack
from trust.oidc.requests import hold_pushed

REFERENCE = "urn:ietf:params:oauth:request_uri:"
_AUTHENTICATION = ("client_secret", "client_assertion", "client_assertion_type")


def push(provider: Provider, session: Session, short: Session, call: Call, now: datetime) -> Answer:
    """Answer 201 with `request_uri` and `expires_in`. Raises: OAuthError."""
    endpoint = provider.endpoints.par
    client = authenticate_client(provider, session, short, call, endpoint=endpoint, now=now)
    if client.public and client.policy.pushed_only:
        raise InvalidClient()
    outer = call.parameters.without(*_AUTHENTICATION)
    if "request_uri" in outer:
        raise InvalidRequest("A pushed request holds no request_uri.", "推送请求不得包含 request_uri。")
    parameters = unpack(provider, short, client, outer, now=now) if "request" in outer else outer
    check_redirect(client, parameters, required=client.policy.pushed_only)
    check_request(Asked(provider, client, parameters, pushed=True, signed="request" in outer))
    jkt = check_proof(
        provider,
        short,
        call.dpop,
        method="POST",
        url=endpoint,
        nonce_required=client.policy.dpop_nonce,
        now=now,
    )
    named = parameters.get("dpop_jkt")
    if jkt is not None and named is not None and named != jkt:
        raise _mismatch()
    held_id = hold_pushed(short, client.client_id, parameters, dpop_jkt=jkt or named, now=now)
    reference = REFERENCE + provider.secret.mint(HandleKind.PUSHED, held_id)
    body = {"request_uri": reference, "expires_in": int(REQUEST_URI_LIFE.total_seconds())}
    return Answer(body, make_nonce(provider.secret, now) if call.dpop else None)


def _mismatch() -> OAuthError:
    return InvalidRequest("The dpop_jkt is not that of the proof.", "dpop_jkt 与持有证明不符。")
