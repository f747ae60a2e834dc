"""Dynamic registration (RFC 7591, OIDC Registration) behind an initial access token, and its management
(RFC 7592).

The initial token says whose clients these are, under which policy, with which scopes at most, and how
many. The answer holds the secret, once, and a registration token that opens this one client.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from keys.errors import XinzhengError
from trust.errors import ClientRefused
from trust.oauth_errors import InvalidClientMetadata, InvalidRedirectUri, InvalidToken
from trust.oidc.client_auth import new_secret
from trust.oidc.clients import Client
from trust.oidc.handles import HandleKind
from trust.oidc.policies import POLICIES, AuthMethod
from trust.oidc.provider import Answer, Provider
from trust.oidc.registration_metadata import client_of_metadata, metadata_of_client
from trust.oidc.store import (
    change_client,
    client_row_id,
    delete_client,
    insert_client,
    new_client_id,
    read_client,
    use_initial_access,
)

_BY_SECRET = (AuthMethod.CLIENT_SECRET_BASIC, AuthMethod.CLIENT_SECRET_POST)


@dataclass(frozen=True, slots=True)
class Registration:
    """A request to the registration endpoint; `client_id` from the address when one client is meant."""

    authorization: str | None
    metadata: Mapping[str, Any] | None = None
    """The parsed JSON body."""
    client_id: str | None = None


def register(provider: Provider, session: Session, asked: Registration, now: datetime) -> Answer:
    """Answer 201 with the client. Raises: InvalidToken, InvalidClientMetadata, InvalidRedirectUri."""
    handle = provider.secret.open(HandleKind.INITIAL, _bearer(asked))
    permitted = use_initial_access(session, handle.row_id, now) if handle else None
    if permitted is None:
        raise InvalidToken()
    client = client_of_metadata(
        asked.metadata or {},
        client_id=new_client_id(),
        owner=permitted.owner,
        policy=POLICIES[permitted.policy],
        scopes=permitted.scopes,
    )
    secret: str | None = None
    if client.auth_method in _BY_SECRET:
        secret, digest = new_secret()
        client = replace(client, secret_digests=(digest,))
    _check_sector(provider, client)
    try:
        insert_client(session, client, now, local_names=provider.local_names)
    except ClientRefused as error:
        raise _as_protocol(error) from None
    return Answer(_body(provider, session, client, secret, now))


def read_registration(provider: Provider, session: Session, asked: Registration) -> Answer:
    """RFC 7592 §2.1. Raises: InvalidToken."""
    return Answer(_body(provider, session, _own(provider, session, asked), None, None))


def update_registration(provider: Provider, session: Session, asked: Registration, now: datetime) -> Answer:
    """RFC 7592 §2.2: the description is replaced; owner, policy and rights stay. Raises: as `register`."""
    client = _own(provider, session, asked)
    metadata = dict(asked.metadata or {})
    if metadata.pop("client_id", client.client_id) != client.client_id:
        raise InvalidClientMetadata("The client_id does not change.", "client_id 不可更改。")
    described = client_of_metadata(
        metadata,
        client_id=client.client_id,
        owner=client.owner,
        policy=client.policy,
        scopes=client.scopes,
    )
    kept = replace(
        described,
        resources=client.resources,
        serves=client.serves,
        first_party=client.first_party,
        active=client.active,
        version=client.version,
        secret_digests=client.secret_digests if described.auth_method in _BY_SECRET else (),
    )
    _check_sector(provider, kept)
    try:
        changed = change_client(session, kept, now, local_names=provider.local_names)
    except ClientRefused as error:
        raise _as_protocol(error) from None
    return Answer(_body(provider, session, changed, None, None))


def delete_registration(provider: Provider, session: Session, asked: Registration) -> None:
    """RFC 7592 §2.3: answer 204. Raises: InvalidToken."""
    delete_client(session, _own(provider, session, asked).client_id)


def _own(provider: Provider, session: Session, asked: Registration) -> Client:
    """The client its registration token opens; a token for another client opens nothing."""
    handle = provider.secret.open(HandleKind.REGISTRATION, _bearer(asked))
    client_id = asked.client_id or ""
    if handle is None or client_row_id(session, client_id) != handle.row_id:
        raise InvalidToken()
    client = read_client(session, client_id)
    if client is None or not client.active:
        raise InvalidToken()
    return client


def _bearer(asked: Registration) -> str:
    scheme, _, text = (asked.authorization or "").partition(" ")
    if scheme.lower() != "bearer":
        raise InvalidToken("An access token for registration is needed.", "注册应用须提供访问令牌。")
    return text.strip()


def _check_sector(provider: Provider, client: Client) -> None:
    """OIDC Registration §5: the document at sector_identifier_uri lists every redirect address."""
    if client.sector_identifier_uri is None:
        return
    if provider.fetch_json is None:
        raise InvalidClientMetadata(
            "sector_identifier_uri is not taken here.", "不支持 sector_identifier_uri。"
        )
    try:
        listed = provider.fetch_json(client.sector_identifier_uri)
    except XinzhengError as error:
        raise InvalidClientMetadata(log_only=error.detail) from None
    if not isinstance(listed, list) or not set(client.redirect_uris) <= {str(one) for one in listed}:
        raise InvalidClientMetadata(
            "The sector_identifier_uri does not list every redirect address.",
            "sector_identifier_uri 未列出全部回调地址。",
        )


def _as_protocol(error: ClientRefused) -> XinzhengError:
    if "redirect address must" in error.detail:
        return InvalidRedirectUri(error.detail, error.detail_zh)
    return InvalidClientMetadata(error.detail, error.detail_zh)


def _body(
    provider: Provider, session: Session, client: Client, secret: str | None, issued: datetime | None
) -> dict[str, Any]:
    row_id = client_row_id(session, client.client_id)
    body = metadata_of_client(client)
    if row_id is not None:
        body["registration_access_token"] = provider.secret.mint(HandleKind.REGISTRATION, row_id)
    body["registration_client_uri"] = f"{provider.endpoints.register}/{client.client_id}"
    if issued is not None:
        body["client_id_issued_at"] = int(issued.timestamp())
    if secret is not None:
        body |= {"client_secret": secret, "client_secret_expires_at": 0}
    return body
