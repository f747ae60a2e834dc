"""The authorization endpoint (OIDC Core §3.1.2, RFC 9126 §4, RFC 9207).

    authorize          a browser arrives with a request; there may be a login session already
    continue_authorize the person has done what a page asked for

Both answer `Returned` (send the browser back to the client) or `Interaction` (show a page, then continue). An
`OAuthError` that is raised is shown to the person: the client, its address or the reference were not good
enough to send anything anywhere. The caller commits both sessions in every case but a raised error.
"""

from dataclasses import dataclass
from datetime import datetime
from urllib.parse import urlencode
from uuid import UUID

from sqlalchemy.orm import Session

from trust.oauth_errors import (
    AccessDenied,
    InvalidClient,
    InvalidRequest,
    InvalidRequestUri,
    OAuthError,
    RequestUriNotSupported,
)
from trust.oidc.authorize_checks import Asked, check_redirect, check_request
from trust.oidc.authorize_request import AuthorizeRequest, acr_needed, read_request
from trust.oidc.clients import Client
from trust.oidc.codes import give_code
from trust.oidc.handles import HandleKind
from trust.oidc.par import REFERENCE
from trust.oidc.parameters import Parameters
from trust.oidc.people import LoginSession
from trust.oidc.provider import Provider
from trust.oidc.redirects import with_parameters
from trust.oidc.request_object import unpack
from trust.oidc.requests import HeldRequest, hold_opened, open_held, read_held, use_held
from trust.oidc.steps import Decision, Situation, Step, next_step

_UNDECIDED = Decision()


@dataclass(frozen=True, slots=True)
class Arrival:
    """A request to the authorization endpoint, GET or POST."""

    parameters: Parameters
    login: LoginSession | None


@dataclass(frozen=True, slots=True)
class Continuation:
    """A person comes back from a page. The caller has checked that it is the same browser (T15)."""

    interaction: str
    login: LoginSession | None
    decision: Decision = _UNDECIDED


@dataclass(frozen=True, slots=True)
class Returned:
    """Send the browser to the client: 303 to `location`, or for form_post a page that posts `parameters`."""

    redirect_uri: str
    parameters: dict[str, str]
    response_mode: str

    @property
    def location(self) -> str:
        if self.response_mode == "fragment":
            return f"{self.redirect_uri}#{urlencode(self.parameters)}"
        return with_parameters(self.redirect_uri, self.parameters)


@dataclass(frozen=True, slots=True)
class Interaction:
    """Show a page. `handle` goes into its form and comes back in a `Continuation`."""

    handle: str
    step: Step
    request: AuthorizeRequest
    acr: str
    """What the login must reach, at least."""


AuthorizeAnswer = Returned | Interaction


def authorize(
    provider: Provider, session: Session, short: Session, arrival: Arrival, now: datetime
) -> AuthorizeAnswer:
    """A browser arrives. Raises: OAuthError, to be shown to the person."""
    outer = arrival.parameters
    client = _client(provider, session, outer.required("client_id"), now)
    held = _held(provider, short, client, outer, now) if "request_uri" in outer else None
    parameters = held.parameters if held else outer
    signed = held is not None and "request" in held.parameters
    if held is None and "request" in outer:
        parameters, signed = unpack(provider, short, client, outer, now=now), True
    redirect_uri = check_redirect(client, parameters, required=client.policy.pushed_only)
    asked = Asked(provider, client, parameters, pushed=held is not None, signed=signed or held is not None)
    try:
        check_request(asked)
        request = read_request(
            asked, held_id=held.id if held else None, dpop_jkt=held.dpop_jkt if held else None
        )
        opened_at = held.opened_at if held else None
        situation = Situation(provider, session, request, arrival.login, opened_at, _UNDECIDED, now)
        return _proceed(short, situation)
    except OAuthError as error:
        if held is not None:
            _use(short, held.id, now)
        return _refusal(provider, redirect_uri, parameters, error)


def continue_authorize(
    provider: Provider, session: Session, short: Session, continuation: Continuation, now: datetime
) -> AuthorizeAnswer:
    """The person comes back from a page. Raises: OAuthError, to be shown to the person."""
    held = waiting(provider, short, continuation.interaction, now)
    client = _client(provider, session, held.client_id, now)
    asked = Asked(provider, client, held.parameters, pushed=held.pushed_until is not None, signed=True)
    try:
        request = read_request(asked, held_id=held.id, dpop_jkt=held.dpop_jkt)
        if continuation.decision.agreed is False:
            raise AccessDenied()
        situation = Situation(
            provider, session, request, continuation.login, held.opened_at, continuation.decision, now
        )
        return _proceed(short, situation)
    except OAuthError as error:
        redirect_uri = check_redirect(client, held.parameters, required=False)
        _use(short, held.id, now)
        return _refusal(provider, redirect_uri, held.parameters, error)


def waiting(provider: Provider, short: Session, interaction: str, now: datetime) -> HeldRequest:
    """The request a page belongs to. Raises: InvalidRequestUri when it is unknown, over or answered."""
    handle = provider.secret.open(HandleKind.INTERACTION, interaction)
    held = read_held(short, handle.row_id) if handle else None
    if held is None or held.opened_at is None or held.used_at is not None or held.expires_at <= now:
        raise InvalidRequestUri(
            "This login has ended; start again from the application.", "本次登录已结束，请从应用重新发起。"
        )
    return held


def _proceed(short: Session, at: Situation) -> AuthorizeAnswer:
    step = next_step(at)
    request, provider = at.request, at.provider
    if step is None and at.login is not None:
        code = give_code(provider, at.session, short, request, at.login, at.decision.acting_for, at.now)
        if request.held_id is not None:
            _use(short, request.held_id, at.now)  # of two browsers one wins; the other's code is rolled back
        return _returned(provider, request.redirect_uri, request.parameters, {"code": code})
    held_id = request.held_id
    if held_id is None:
        held_id = hold_opened(short, request.client.client_id, request.parameters, now=at.now)
    elif at.opened_at is None:
        open_held(short, held_id, at.now)
    handle = provider.secret.mint(HandleKind.INTERACTION, held_id)
    return Interaction(handle, step or Step.LOGIN, request, acr_needed(provider, request))


def _client(provider: Provider, session: Session, client_id: str, now: datetime) -> Client:
    client = provider.clients.find(session, client_id, now)
    if client is None or not client.active:
        raise InvalidClient("The application is not known here.", "该应用未在此登记。")
    return client


def _held(
    provider: Provider, short: Session, client: Client, outer: Parameters, now: datetime
) -> HeldRequest:
    """RFC 9126 §4: the reference belongs to this client, is not expired and not used (T14)."""
    if "request" in outer:
        raise InvalidRequest("Give either request or request_uri.", "request 与 request_uri 只能择一。")
    reference = outer["request_uri"]
    if not reference.startswith(REFERENCE):
        raise RequestUriNotSupported()
    handle = provider.secret.open(HandleKind.PUSHED, reference.removeprefix(REFERENCE))
    held = read_held(short, handle.row_id) if handle else None
    if held is None or held.client_id != client.client_id or held.used_at is not None:
        raise InvalidRequestUri()
    if held.pushed_until is None or held.pushed_until <= now:
        raise InvalidRequestUri()
    return held


def _use(short: Session, held_id: UUID, now: datetime) -> None:
    if not use_held(short, held_id, now):
        raise InvalidRequestUri()


def _refusal(provider: Provider, redirect_uri: str, parameters: Parameters, error: OAuthError) -> Returned:
    members = {"error": error.code, "error_description": error.detail}
    return _returned(provider, redirect_uri, parameters, members)


def _returned(
    provider: Provider, redirect_uri: str, parameters: Parameters, members: dict[str, str]
) -> Returned:
    """Every answer names its issuer (RFC 9207 §2, T1)."""
    mode = parameters.get("response_mode", "query")
    state = {"state": parameters["state"]} if "state" in parameters else {}
    return Returned(
        redirect_uri,
        {**members, **state, "iss": provider.issuer},
        mode if mode in ("form_post", "fragment") else "query",
    )
