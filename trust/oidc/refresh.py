"""Refresh tokens (RFC 6749 §6, RFC 9700 §4.14): bound to their sender, or rotated.

Confidential clients: bound to the client's own authentication, never rotated (FAPI 2.0 §5.3.2.1). Public
clients: bound to their key if they use DPoP, and rotated at every use. The token used last may come again
from a client that never got the answer; each time it gets a new one. Once a newer one is used, an older
one is a stolen one and the whole family ends (T6): an outcome to keep, so it is returned, not raised.
"""

from dataclasses import replace
from datetime import datetime
from uuid import UUID

from sqlalchemy.orm import Session

from trust.oauth_errors import InvalidGrant, InvalidScope
from trust.oidc.clients import Client
from trust.oidc.codes import Refused
from trust.oidc.grants import Grant, read_grant, revoke_grant, rotate
from trust.oidc.handles import Handle, HandleKind
from trust.oidc.parameters import Parameters
from trust.oidc.provider import Provider

_RACES = 16


def redeem_refresh(
    provider: Provider,
    session: Session,
    short: Session,
    client: Client,
    parameters: Parameters,
    *,
    jkt: str | None,
    now: datetime,
) -> Grant | Refused:
    """The grant behind a refresh token, with the serial of the token to give. Raises: InvalidGrant."""
    handle = provider.secret.open(HandleKind.REFRESH, parameters.required("refresh_token"))
    if handle is None:
        raise InvalidGrant()
    grant = _usable(short, handle.row_id, client, jkt, now)
    if provider.people.subject(session, grant.person_id, now) is None:
        raise InvalidGrant("The account is closed or locked.", "账号已注销或锁定。")
    if not client.public:
        if handle.serial != grant.refresh_serial:
            raise InvalidGrant()
        return grant
    return _rotated(short, handle, grant, now)


def narrowed_scope(grant: Grant, parameters: Parameters) -> tuple[str, ...]:
    """RFC 6749 §6: the scope may become smaller, never larger. Raises: InvalidScope."""
    asked = parameters.words("scope")
    if not set(asked) <= grant.scopes:
        raise InvalidScope()
    return asked or tuple(grant.scope.split())


def _usable(short: Session, grant_id: UUID, client: Client, jkt: str | None, now: datetime) -> Grant:
    grant = read_grant(short, grant_id)
    if grant is None or grant.client_id != client.client_id or grant.revoked_at is not None:
        raise InvalidGrant()
    if grant.code_used_at is None or grant.refresh_expires_at is None or grant.refresh_expires_at <= now:
        raise InvalidGrant()
    if client.public and grant.dpop_jkt is not None and grant.dpop_jkt != jkt:
        raise InvalidGrant("The refresh token is bound to another key.", "刷新令牌已绑定其他密钥。")
    return grant


def _rotated(short: Session, handle: Handle, grant: Grant, now: datetime) -> Grant | Refused:
    held: Grant | None = grant
    for _ in range(_RACES):  # a parallel request may have rotated in between; then this one is a retry
        if held is None or held.revoked_at is not None or held.refresh_serial is None:
            raise InvalidGrant()
        if handle.serial not in (held.refresh_serial, held.refresh_used):
            revoke_grant(short, held.id, now)
            return Refused(InvalidGrant())
        following = held.refresh_serial + 1
        if rotate(short, held.id, given_last=held.refresh_serial, used=handle.serial, following=following):
            return replace(held, refresh_serial=following)
        held = read_grant(short, held.id)
    raise InvalidGrant()
