"""Revocation (RFC 7009): a client gives back its own token. Anything that is not its own is answered alike.

A refresh token takes the whole grant along, access tokens included (§2.1); an access token goes alone.
"""

from datetime import datetime

from sqlalchemy.orm import Session

from trust.oauth_errors import InvalidToken
from trust.oidc.access_token import read_access_token, withdraw
from trust.oidc.client_auth import Call, authenticate_client
from trust.oidc.grants import read_grant, revoke_grant
from trust.oidc.handles import HandleKind
from trust.oidc.provider import Answer, Provider


def revoke(provider: Provider, session: Session, short: Session, call: Call, now: datetime) -> Answer:
    """Answer 200 with nothing in it, whether there was a token or not (§2.2). Raises: InvalidClient."""
    endpoint = provider.endpoints.revoke
    client = authenticate_client(provider, session, short, call, endpoint=endpoint, now=now)
    text = call.parameters.required("token")
    handle = provider.secret.open(HandleKind.REFRESH, text)
    if handle is not None:
        grant = read_grant(short, handle.row_id)
        if grant is not None and grant.client_id == client.client_id:
            revoke_grant(short, grant.id, now)
        return Answer({})
    try:
        token = read_access_token(provider, text, now)
    except InvalidToken:
        return Answer({})
    if token.client_id == client.client_id:
        withdraw(short, token)
    return Answer({})
