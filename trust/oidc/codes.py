"""Authorization codes (RFC 6749 §4.1.2): at most 60 seconds, one use, bound to client, address,
challenge, key.

Giving a code writes the grant; redeeming it is one UPDATE of that row, so of any number of parallel tries one
wins (T5). A code that comes twice revokes everything it gave: an outcome to keep although the request fails,
so it is returned, not raised.
"""

import hashlib
import hmac
import re
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from keys.encoding import b64url, canonical_json, uuid7
from trust.oauth_errors import AccessDenied, InvalidGrant, InvalidRequest, OAuthError
from trust.oidc.authorize_request import AuthorizeRequest, acr_reached
from trust.oidc.clients import REFRESH_TOKEN, Client
from trust.oidc.grants import Grant, insert_grant, read_grant, redeem, revoke_grant
from trust.oidc.handles import HandleKind
from trust.oidc.parameters import Parameters
from trust.oidc.people import LoginSession
from trust.oidc.policies import CODE_LIFE, REFRESH_LIFE
from trust.oidc.provider import Provider

SESSION_REFRESH_LIFE = timedelta(hours=12)
"""Refresh tokens without offline_access end with the session, and in any case after this."""
MARGIN = timedelta(minutes=5)
VERIFIER = re.compile(r"[A-Za-z0-9._~-]{43,128}")


@dataclass(frozen=True, slots=True)
class Refused:
    """A refusal whose effect must be committed: raise `error` only afterwards."""

    error: OAuthError


def give_code(
    provider: Provider,
    session: Session,
    short: Session,
    request: AuthorizeRequest,
    login: LoginSession,
    acting_for: str | None,
    now: datetime,
) -> str:
    """Write the grant and return its code. Raises: AccessDenied for a right to act that is not there."""
    grant = give_grant(provider, session, short, request, login, acting_for, now, code_life=CODE_LIFE)
    return provider.secret.mint(HandleKind.CODE, grant.id)


def give_grant(
    provider: Provider,
    session: Session,
    short: Session,
    request: AuthorizeRequest,
    login: LoginSession,
    acting_for: str | None,
    now: datetime,
    *,
    code_life: timedelta,
) -> Grant:
    """Write what a person granted, not yet redeemed. Raises: AccessDenied."""
    client = request.client
    offline = "offline_access" in request.scope
    refreshes = REFRESH_TOKEN in client.grant_types
    refresh_until = now + (REFRESH_LIFE if offline else SESSION_REFRESH_LIFE) if refreshes else None
    grant = Grant(
        id=uuid7(now),
        client_id=client.client_id,
        person_id=login.person_id,
        sid=login.sid,
        scope=" ".join(request.scope),
        resources=" ".join(request.resources),
        claims=request.claims.to_text(),
        on_behalf_of=_agent(provider, session, login.person_id, acting_for, now),
        acr=acr_reached(provider, request, login.acr) or login.acr,
        amr=" ".join(login.amr),
        auth_time=login.auth_time,
        nonce=request.nonce,
        redirect_uri=request.redirect_uri,
        redirect_uri_given=request.redirect_uri_given,
        code_challenge=request.code_challenge,
        dpop_jkt=request.dpop_jkt,
        offline=offline,
        code_expires_at=now + code_life,
        code_used_at=None,
        refresh_serial=1 if refreshes else None,
        refresh_used=None,
        refresh_expires_at=refresh_until,
        revoked_at=None,
        created_at=now,
        expires_at=(refresh_until or now + code_life) + client.policy.access_token_life + MARGIN,
    )
    insert_grant(short, grant)
    return grant


def redeem_code(
    provider: Provider,
    short: Session,
    client: Client,
    parameters: Parameters,
    *,
    jkt: str | None,
    now: datetime,
) -> Grant | Refused:
    """The grant behind a code. Raises: InvalidGrant, InvalidRequest; returns Refused when it came twice."""
    handle = provider.secret.open(HandleKind.CODE, parameters.required("code"))
    if handle is None:
        raise InvalidGrant()
    grant = redeem(short, handle.row_id, bind_to=jkt if client.public else None, now=now)
    if grant is None:
        return _used_before(short, client, read_grant(short, handle.row_id), now)
    if grant.client_id != client.client_id or grant.code_expires_at <= now:
        raise InvalidGrant()
    _check_redirect(grant, parameters.get("redirect_uri"))
    check_verifier(grant.code_challenge, parameters.get("code_verifier"))
    if grant.dpop_jkt is not None and grant.dpop_jkt != jkt:
        raise InvalidGrant("The code is bound to another key.", "授权码已绑定其他密钥。")
    return grant


def check_verifier(challenge: str | None, verifier: str | None) -> None:
    """RFC 7636 §4.6; a verifier without a challenge is a downgrade attack (RFC 9700 §4.8.2, T4)."""
    if challenge is None and verifier is None:
        return
    if challenge is None:
        raise InvalidGrant("A code_verifier came without a code_challenge.", "未使用 code_challenge。")
    if verifier is None:
        raise InvalidGrant("The code_verifier is missing.", "缺少 code_verifier。")
    if not VERIFIER.fullmatch(verifier):
        raise InvalidGrant("The code_verifier is not well formed.", "code_verifier 格式不正确。")
    computed = b64url(hashlib.sha256(verifier.encode("ascii")).digest())
    if not hmac.compare_digest(computed, challenge):
        raise InvalidGrant("The code_verifier does not fit.", "code_verifier 不匹配。")


def _check_redirect(grant: Grant, shown: str | None) -> None:
    """RFC 6749 §4.1.3: the same address again, when it was named in the request."""
    if shown is None and not grant.redirect_uri_given:
        return
    if shown is None:
        raise InvalidRequest("The parameter redirect_uri is missing.", "缺少参数 redirect_uri。")
    if shown != grant.redirect_uri:
        raise InvalidGrant("The redirect_uri is not that of the request.", "回调地址与请求不符。")


def _used_before(short: Session, client: Client, grant: Grant | None, now: datetime) -> Refused:
    """RFC 6749 §4.1.2, RFC 9700 §4.5: a code of this client that comes twice takes its tokens along."""
    if grant is not None and grant.client_id == client.client_id and grant.code_used_at is not None:
        revoke_grant(short, grant.id, now)
    return Refused(InvalidGrant())


def _agent(
    provider: Provider, session: Session, person_id: str, acting_for: str | None, now: datetime
) -> str | None:
    if acting_for is None:
        return None
    subject = provider.people.subject(session, person_id, now)
    for held in subject.grants(now) if subject else ():
        if held.grant_id == acting_for and held.until > now:
            return canonical_json(held.to_claim()).decode("utf-8")
    raise AccessDenied("This person may not act for that party.", "该用户无权代表该主体办理。")
