"""RP-initiated logout (OpenID Connect RP-Initiated Logout 1.0) and what ends with a session.

`read_logout` judges the request; the page asks the person unless the hint is of this very session. Then
`end_session` revokes what was given without offline_access and queues a message to every client concerned
(`backchannel.py`). The login session itself is ended by its owner, in the same transaction.
"""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from trust.oauth_errors import InvalidRequest
from trust.oidc.backchannel import queue_message
from trust.oidc.clients import Client
from trust.oidc.grants import grants_of_session, revoke_session_grants
from trust.oidc.hints import read_hint
from trust.oidc.pairwise import session_for, subject_for
from trust.oidc.parameters import Parameters
from trust.oidc.people import LoginSession
from trust.oidc.provider import Provider
from trust.oidc.redirects import is_registered, with_parameters


@dataclass(frozen=True, slots=True)
class LogoutRequest:
    """A judged logout request."""

    client: Client | None
    must_ask: bool
    """Whether the person must confirm: anybody can send a browser here (T16)."""
    location: str | None
    """Where the browser goes afterwards; None: a page of ours."""
    ui_locales: tuple[str, ...]


def read_logout(
    provider: Provider,
    session: Session,
    parameters: Parameters,
    login: LoginSession | None,
    now: datetime,
) -> LogoutRequest:
    """Raises: InvalidRequest, to be shown to the person: a hint not ours, or an address not registered."""
    hint = read_hint(provider, parameters["id_token_hint"]) if "id_token_hint" in parameters else None
    if hint is None and "id_token_hint" in parameters:
        raise InvalidRequest("The id_token_hint is not of this provider.", "id_token_hint 不是本平台签发。")
    named = parameters.get("client_id") or (hint or {}).get("aud")
    if hint is not None and named != hint.get("aud"):
        raise InvalidRequest("The id_token_hint is of another application.", "id_token_hint 属于其他应用。")
    client = provider.clients.find(session, named, now) if isinstance(named, str) else None
    location = _location(client, parameters)
    same = (
        login is not None
        and client is not None
        and hint is not None
        and hint.get("sid") == session_for(provider, client, login.sid)
    )
    return LogoutRequest(client, login is not None and not same, location, parameters.words("ui_locales"))


def end_session(provider: Provider, session: Session, short: Session, sid: str, now: datetime) -> int:
    """Tell the clients of a login session and revoke what ends with it; how many clients are told."""
    told: set[str] = set()
    for grant in grants_of_session(short, sid):
        if grant.client_id in told or grant.code_used_at is None:
            continue
        client = provider.clients.find(session, grant.client_id, now)
        if client is None or client.backchannel_logout_uri is None:
            continue
        told.add(grant.client_id)
        queue_message(
            short,
            client_id=client.client_id,
            uri=client.backchannel_logout_uri,
            subject=subject_for(provider, client, grant.person_id),
            sid=session_for(provider, client, sid),
            now=now,
        )
    revoke_session_grants(short, sid, now)
    return len(told)


def _location(client: Client | None, parameters: Parameters) -> str | None:
    uri = parameters.get("post_logout_redirect_uri")
    if uri is None:
        return None
    if client is None or not is_registered(uri, client.post_logout_redirect_uris, native=client.native):
        raise InvalidRequest(
            "The post_logout_redirect_uri is not registered for this application.",
            "退出后的返回地址未在该应用登记。",
        )
    return with_parameters(uri, {"state": parameters["state"]}) if "state" in parameters else uri
