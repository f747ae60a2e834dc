"""Client authentication at the endpoints that clients call directly (RFC 6749 §2.3, OIDC Core §9).

Exactly one method a request, and the one registered for the client. Secrets are 256 random bits made here, so
their SHA-256 is what is stored: a slow hash protects words that people choose, not these. An unknown
client and a wrong secret get the same answer.
"""

import base64
import binascii
import hashlib
import hmac
import secrets
from dataclasses import dataclass
from datetime import datetime
from urllib.parse import unquote_plus

from sqlalchemy.orm import Session

from keys.encoding import b64url
from trust.oauth_errors import InvalidClient, InvalidRequest
from trust.oidc.assertion import ASSERTION_TYPE, check_assertion, unverified_subject
from trust.oidc.clients import Client
from trust.oidc.parameters import Parameters
from trust.oidc.policies import AuthMethod
from trust.oidc.provider import Provider

SECRET_OCTETS = 32
LONGEST_CLIENT_ID = 128


@dataclass(frozen=True, slots=True)
class Call:
    """A request to an endpoint, as far as the provider needs it."""

    parameters: Parameters
    authorization: str | None = None
    """The Authorization header."""
    dpop: tuple[str, ...] = ()
    """Every DPoP header of the request."""
    method: str = "POST"
    accept: str = ""


@dataclass(frozen=True, slots=True)
class _Credentials:
    method: AuthMethod
    client_id: str
    secret: str = ""


def new_secret() -> tuple[str, bytes]:
    """A client secret and the digest to store. The secret is shown once."""
    text = b64url(secrets.token_bytes(SECRET_OCTETS))
    return text, secret_digest(text)


def secret_digest(text: str) -> bytes:
    return hashlib.sha256(text.encode("utf-8")).digest()


def authenticate_client(
    provider: Provider, session: Session, short: Session, call: Call, *, endpoint: str, now: datetime
) -> Client:
    """The client that sent this. Raises: InvalidClient; InvalidRequest for two methods at once."""
    shown = _credentials(call)
    client = provider.clients.find(session, shown.client_id, now) if shown.client_id else None
    if client is None or not client.active or client.auth_method is not shown.method:
        raise InvalidClient()
    if shown.method is AuthMethod.PRIVATE_KEY_JWT:
        made = call.parameters.get("client_assertion", "")
        check_assertion(provider, short, client, made, endpoint=endpoint, now=now)
    elif shown.method is not AuthMethod.NONE and not _secret_fits(client, shown.secret):
        raise InvalidClient()
    named = call.parameters.get("client_id")
    if named is not None and named != client.client_id:
        raise InvalidClient("The client_id is not that of the credentials.", "client_id 与凭证不符。")
    return client


def _credentials(call: Call) -> _Credentials:
    parameters = call.parameters
    basic = call.authorization is not None and call.authorization[:6].lower() == "basic "
    assertion = "client_assertion" in parameters or "client_assertion_type" in parameters
    posted = "client_secret" in parameters
    if basic + assertion + posted > 1:
        raise InvalidRequest(
            "The application must authenticate in exactly one way.", "应用只能使用一种身份验证方式。"
        )
    if basic:
        return _basic(call.authorization or "")
    client_id = parameters.get("client_id", "")
    if assertion:
        if parameters.get("client_assertion_type") != ASSERTION_TYPE:
            raise InvalidClient("The client_assertion_type is not known.", "不支持的断言类型。")
        said = unverified_subject(parameters.get("client_assertion", ""))
        return _Credentials(AuthMethod.PRIVATE_KEY_JWT, client_id or said[:LONGEST_CLIENT_ID])
    if posted:
        return _Credentials(AuthMethod.CLIENT_SECRET_POST, client_id, parameters["client_secret"])
    return _Credentials(AuthMethod.NONE, client_id)


def _basic(header: str) -> _Credentials:
    """RFC 6749 §2.3.1: both halves are form-encoded before base64."""
    try:
        decoded = base64.b64decode(header[6:].strip(), validate=True).decode("utf-8")
    except (binascii.Error, ValueError):
        raise InvalidClient() from None
    client_id, colon, secret = decoded.partition(":")
    if not colon or len(decoded) > 1024:
        raise InvalidClient()
    return _Credentials(AuthMethod.CLIENT_SECRET_BASIC, unquote_plus(client_id), unquote_plus(secret))


def _secret_fits(client: Client, shown: str) -> bool:
    digest = secret_digest(shown)
    # every digest is compared, so that the time does not tell which of two secrets was meant
    return any([hmac.compare_digest(digest, held) for held in client.secret_digests])
