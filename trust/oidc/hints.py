"""id_token_hint: an ID token of ours shown back to us, perhaps long expired (OIDC Core §3.1.2.1)."""

from collections.abc import Mapping
from typing import Any

from keys.errors import XinzhengError
from keys.jws import peek_header, verify_compact
from trust.oidc.assertion import claims_of
from trust.oidc.authorize_request import AuthorizeRequest
from trust.oidc.provider import Provider
from trust.oidc.tokens import ID_TOKEN_TYP


def read_hint(provider: Provider, token: str) -> Mapping[str, Any] | None:
    """The claims of an ID token we signed, whenever that was; None for anything else."""
    try:
        kid = peek_header(token).get("kid")
        key = provider.keyring.handle(kid if isinstance(kid, str) else "")
        if key not in provider.published_keys():
            return None
        verified = verify_compact(token, public_key=key.public_key, algorithm=key.algorithm, typ=ID_TOKEN_TYP)
        claims = claims_of(verified.payload)
    except XinzhengError:
        return None
    return claims if claims.get("iss") == provider.issuer else None


def hinted_subject(provider: Provider, request: AuthorizeRequest) -> str | None:
    """The subject named by the request's hint; None when the hint is not ours or of another client."""
    claims = read_hint(provider, request.id_token_hint or "")
    if claims is None or claims.get("aud") != request.client.client_id:
        return None
    subject = claims.get("sub")
    return subject if isinstance(subject, str) else None
