"""The UserInfo endpoint (OIDC Core §5.3): GET or POST with an access token; JSON, or signed (§5.3.2)."""

from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from keys.jws import sign_compact
from trust.oauth_errors import InvalidToken
from trust.oidc.access_token import presented_token
from trust.oidc.client_auth import Call
from trust.oidc.pairwise import subject_for
from trust.oidc.provider import Answer, Provider, SignedAnswer
from trust.oidc.release import userinfo_claims

_OPENID = frozenset({"openid"})


def userinfo(
    provider: Provider, session: Session, short: Session, call: Call, now: datetime
) -> Answer | SignedAnswer:
    """The claims the token's grant releases. Raises: InvalidToken and others of `presented_token`."""
    url = provider.endpoints.userinfo
    token, grant = presented_token(
        provider, short, call, url=url, audience=provider.issuer, scope=_OPENID, now=now
    )
    client = provider.clients.find(session, token.client_id, now)
    subject = provider.people.subject(session, grant.person_id, now) if grant else None
    if grant is None or client is None or not client.active or subject is None:
        raise InvalidToken()
    members: dict[str, Any] = {
        **userinfo_claims(provider, subject, grant, now),
        "sub": subject_for(provider, client, grant.person_id),
    }
    if client.userinfo_algorithm is None:
        return Answer(members)
    members |= {"iss": provider.issuer, "aud": client.client_id, "iat": int(now.timestamp())}
    signer = provider.signer(client.userinfo_algorithm)
    return SignedAnswer(sign_compact(members, signer=signer, typ="JWT"), "application/jwt")
