"""The two tokens the provider signs: ID token (OIDC Core §2) and JWT access token (RFC 9068).

Both are signed with a standing login key, ES256 or RS256. `sub` is the human as this client sees one; the
company a person acts for stands in `on_behalf_of`. An access token can be verified offline; `gid` names the
grant it came from, so that the node itself can see whether that was revoked.
"""

import hashlib
import secrets
from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from keys.algorithms import Algorithm
from keys.encoding import b64url
from keys.jws import sign_compact
from trust.oidc.clients import Client
from trust.oidc.grants import Grant
from trust.oidc.pairwise import session_for, subject_for
from trust.oidc.policies import ID_TOKEN_LIFE
from trust.oidc.provider import Provider
from trust.oidc.release import on_behalf_of

ACCESS_TOKEN_TYP = "at+jwt"  # noqa: S105 - a type, not a password
ID_TOKEN_TYP = "JWT"  # noqa: S105 - a type, not a password


def make_access_token(
    provider: Provider,
    client: Client,
    *,
    scope: Iterable[str],
    resources: Iterable[str],
    jkt: str | None,
    now: datetime,
    grant: Grant | None = None,
) -> str:
    """An access token for a client itself (no grant) or for what a person granted."""
    issued = int(now.timestamp())
    scopes = tuple(scope)
    claims: dict[str, Any] = {
        "iss": provider.issuer,
        "sub": client.client_id if grant is None else subject_for(provider, client, grant.person_id),
        "aud": audience(provider, scopes, resources),
        "client_id": client.client_id,
        "iat": issued,
        "exp": issued + int(client.policy.access_token_life.total_seconds()),
        "jti": b64url(secrets.token_bytes(16)),
        "scope": " ".join(scopes),
    }
    if jkt is not None:
        claims["cnf"] = {"jkt": jkt}
    if grant is not None:
        claims |= _authentication(grant) | on_behalf_of(grant) | {"gid": grant.id.hex}
    return sign_compact(claims, signer=provider.signer(Algorithm.ES256), typ=ACCESS_TOKEN_TYP)


def make_id_token(
    provider: Provider,
    client: Client,
    grant: Grant,
    *,
    access_token: str,
    claims: Mapping[str, Any],
    now: datetime,
    first: bool,
) -> str:
    """An ID token. first: at the exchange of the code, where the nonce belongs (OIDC Core §12.2)."""
    issued = int(now.timestamp())
    members: dict[str, Any] = {
        **claims,
        "iss": provider.issuer,
        "sub": subject_for(provider, client, grant.person_id),
        "aud": client.client_id,
        "iat": issued,
        "exp": issued + int(ID_TOKEN_LIFE.total_seconds()),
        "at_hash": half_hash(access_token),
        **_authentication(grant),
    }
    if first and grant.nonce is not None:
        members["nonce"] = grant.nonce
    if grant.sid is not None:
        members["sid"] = session_for(provider, client, grant.sid)
    return sign_compact(members, signer=provider.signer(client.id_token_algorithm), typ=ID_TOKEN_TYP)


def audience(provider: Provider, scopes: Iterable[str], resources: Iterable[str]) -> str | list[str]:
    """RFC 9068 §3: the resources asked for; the issuer too where the token opens the UserInfo endpoint."""
    named = list(resources)
    if not named or "openid" in scopes:
        named.append(provider.issuer)
    return named[0] if len(named) == 1 else named


def half_hash(text: str) -> str:
    """at_hash (OIDC Core §3.1.3.6): the left half of SHA-256, for ES256 and RS256 alike."""
    return b64url(hashlib.sha256(text.encode("ascii")).digest()[:16])


def _authentication(grant: Grant) -> dict[str, Any]:
    return {
        "auth_time": int(grant.auth_time.timestamp()),
        "acr": grant.acr,
        "amr": grant.amr.split(),
    }
