"""Reading our own access tokens back, at the node's resources and at introspection (RFC 9068 §4, RFC 6750).

The signature is verified with the key the header names, among ours only; type, issuer, audience and time are
checked. `is_withdrawn` asks what a signature cannot know: revoked itself, or with the grant it came from.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import bindparam, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from keys.errors import XinzhengError
from keys.jws import peek_header, verify_compact
from trust.oauth_errors import InsufficientScope, InvalidRequest, InvalidToken
from trust.oidc import short_models
from trust.oidc.assertion import claims_of
from trust.oidc.client_auth import Call
from trust.oidc.dpop import check_proof
from trust.oidc.grants import Grant, read_grant
from trust.oidc.provider import Provider
from trust.oidc.tokens import ACCESS_TOKEN_TYP
from trust.short_lived import SHORT_LIVED

_WITHDRAWN = SHORT_LIVED.tables[str(short_models.OidcWithdrawnToken.__tablename__)]
_IS_WITHDRAWN = select(_WITHDRAWN.c.jti).where(_WITHDRAWN.c.jti == bindparam("wanted"))
_WITHDRAW = {
    "sqlite": sqlite.insert(_WITHDRAWN).on_conflict_do_nothing(),
    "postgresql": postgresql.insert(_WITHDRAWN).on_conflict_do_nothing(),
}


@dataclass(frozen=True, slots=True)
class AccessToken:
    """An access token of ours whose signature, type, issuer and time are good."""

    claims: Mapping[str, Any]
    client_id: str
    scopes: frozenset[str]
    audience: frozenset[str]
    grant_id: UUID | None
    """None for a client acting for itself."""
    jkt: str | None
    jti: str
    expires_at: datetime


def read_access_token(provider: Provider, token: str, now: datetime) -> AccessToken:
    """Raises: InvalidToken, with the same words whatever is wrong."""
    try:
        kid = peek_header(token).get("kid")
        key = provider.keyring.handle(kid if isinstance(kid, str) else "")
        if key not in provider.published_keys():
            raise InvalidToken()
        verified = verify_compact(
            token, public_key=key.public_key, algorithm=key.algorithm, typ=ACCESS_TOKEN_TYP
        )
        claims = claims_of(verified.payload)
    except XinzhengError as error:
        raise InvalidToken(log_only=error.detail) from None
    if claims.get("iss") != provider.issuer or claims["exp"] <= now.timestamp():
        raise InvalidToken()
    audience = claims["aud"]
    return AccessToken(
        claims=claims,
        client_id=claims["client_id"],
        scopes=frozenset(claims["scope"].split()),
        audience=frozenset([audience] if isinstance(audience, str) else audience),
        grant_id=UUID(hex=claims["gid"]) if "gid" in claims else None,
        jkt=claims.get("cnf", {}).get("jkt"),
        jti=claims["jti"],
        expires_at=datetime.fromtimestamp(claims["exp"], now.tzinfo),
    )


def live_grant(short: Session, token: AccessToken) -> Grant | None:
    """The grant behind a token of a person. Raises: InvalidToken when token or grant was revoked."""
    if short.connection().execute(_IS_WITHDRAWN, {"wanted": token.jti}).first() is not None:
        raise InvalidToken()
    if token.grant_id is None:
        return None
    grant = read_grant(short, token.grant_id)
    if grant is None or grant.revoked_at is not None:
        raise InvalidToken()
    return grant


def withdraw(short: Session, token: AccessToken) -> None:
    """This one token stops counting, wherever the node is asked."""
    connection = short.connection()
    row = {"jti": token.jti, "expires_at": token.expires_at}
    connection.execute(_WITHDRAW[connection.dialect.name], row)


def presented_token(
    provider: Provider,
    short: Session,
    call: Call,
    *,
    url: str,
    audience: str,
    scope: frozenset[str],
    now: datetime,
) -> tuple[AccessToken, Grant | None]:
    """The token of a request to a resource of this node: Bearer or DPoP, bound, live, for this, with `scope`.

    url: the resource as published, for the proof. Raises: InvalidToken, InvalidDpopProof, UseDpopNonce,
    InsufficientScope, InvalidRequest.
    """
    scheme, text = _presented(call)
    token = read_access_token(provider, text, now)
    if audience not in token.audience:
        raise InvalidToken("The token is for another resource.", "令牌不适用于该资源。")
    if (token.jkt is not None) != (scheme == "dpop"):
        raise InvalidToken("The token was presented in the wrong way.", "令牌出示方式不正确。")
    if scheme == "dpop":
        jkt = check_proof(
            provider,
            short,
            call.dpop,
            method=call.method,
            url=url,
            nonce_required=False,
            now=now,
            access_token=text,
        )
        if jkt is None or jkt != token.jkt:
            raise InvalidToken("The token is bound to another key.", "令牌已绑定其他密钥。")
    grant = live_grant(short, token)
    if not scope <= token.scopes:
        raise InsufficientScope()
    return token, grant


def _presented(call: Call) -> tuple[str, str]:
    """RFC 6750 §2: the header or, for Bearer in a form, the body; never both, never the query."""
    posted = call.parameters.get("access_token")
    if call.authorization is None:
        if posted is None:
            raise InvalidToken("A token is needed.", "需要访问令牌。")
        return "bearer", posted
    if posted is not None:
        raise InvalidRequest("The token is given in two places.", "令牌出现在两处。")
    scheme, _, text = call.authorization.partition(" ")
    if scheme.lower() not in ("bearer", "dpop") or not text.strip():
        raise InvalidToken("A token is needed.", "需要访问令牌。")
    return scheme.lower(), text.strip()
