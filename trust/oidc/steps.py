"""What a person must still do before a code is given: ordered questions, each a small function (OIDC Core
§3.1.2.3).

With `prompt=none` the first open question becomes its error; otherwise it becomes a page.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from types import MappingProxyType

from sqlalchemy.orm import Session

from trust.oauth_errors import (
    AccountSelectionRequired,
    ConsentRequired,
    InteractionRequired,
    LoginRequired,
    OAuthError,
)
from trust.oidc.authorize_request import AuthorizeRequest, acr_reached
from trust.oidc.hints import hinted_subject
from trust.oidc.pairwise import subject_for
from trust.oidc.people import LoginSession
from trust.oidc.provider import Provider


class Step(StrEnum):
    """The page a person needs next."""

    LOGIN = "login"
    SELECT_ACCOUNT = "select_account"
    STEP_UP = "step_up"
    CHOOSE_AGENT = "choose_agent"
    CONSENT = "consent"


@dataclass(frozen=True, slots=True)
class Decision:
    """What a person decided on the pages so far."""

    agreed: bool | None = None
    """True: consented, and the ledger has it; False: refused."""
    account_chosen: bool = False
    agent_chosen: bool = False
    acting_for: str | None = None
    """The grant_id of an `AgentGrant`; None with agent_chosen: acts for himself."""


@dataclass(frozen=True, slots=True)
class Situation:
    """Everything the questions look at."""

    provider: Provider
    session: Session
    request: AuthorizeRequest
    login: LoginSession | None
    opened_at: datetime | None
    decision: Decision
    now: datetime


def needs_login(at: Situation) -> bool:
    """Nobody is there; or prompt=login, max_age, id_token_hint or a demanded sub want another login."""
    if at.login is None:
        return True
    if "login" in at.request.prompt and (at.opened_at is None or at.login.auth_time < at.opened_at):
        return True
    age = (at.now - at.login.auth_time).total_seconds()
    fresh = at.opened_at is not None and at.login.auth_time >= at.opened_at
    if at.request.max_age is not None and age > at.request.max_age and not fresh:
        return True
    subject = subject_for(at.provider, at.request.client, at.login.person_id)
    if at.request.id_token_hint is not None and subject != hinted_subject(at.provider, at.request):
        return True
    demanded = at.request.claims.demanded("sub")
    return bool(demanded) and subject not in demanded


def needs_account_choice(at: Situation) -> bool:
    """prompt=select_account."""
    return "select_account" in at.request.prompt and not at.decision.account_chosen


def needs_step_up(at: Situation) -> bool:
    """The assurance asked for is above that of the session (acr_values; RFC 9470 §4)."""
    return at.login is not None and acr_reached(at.provider, at.request, at.login.acr) is None


def needs_agent_choice(at: Situation) -> bool:
    """Scope `agent`: for whom does the person act? (经办人)"""
    return "agent" in at.request.scope and not at.decision.agent_chosen


def needs_consent(at: Situation) -> bool:
    """prompt=consent, or the ledger does not cover what would be released."""
    if at.decision.agreed is not None:
        return False
    if "consent" in at.request.prompt:
        return True
    if at.request.client.first_party or at.login is None:
        return False
    names = at.request.released | ({"offline_access"} & set(at.request.scope))
    client_id = at.request.client.client_id
    return not at.provider.consents.covers(at.session, at.login.person_id, client_id, names)


STEPS: tuple[tuple[Step, Callable[[Situation], bool]], ...] = (
    (Step.LOGIN, needs_login),
    (Step.SELECT_ACCOUNT, needs_account_choice),
    (Step.STEP_UP, needs_step_up),
    (Step.CHOOSE_AGENT, needs_agent_choice),
    (Step.CONSENT, needs_consent),
)
WITHOUT_PAGE: Mapping[Step, type[OAuthError]] = MappingProxyType(
    {
        Step.LOGIN: LoginRequired,
        Step.SELECT_ACCOUNT: AccountSelectionRequired,
        Step.STEP_UP: InteractionRequired,
        Step.CHOOSE_AGENT: InteractionRequired,
        Step.CONSENT: ConsentRequired,
    }
)


def next_step(at: Situation) -> Step | None:
    """The first open question, or None. Raises: its error when the request allows no page."""
    for step, is_open in STEPS:
        if is_open(at):
            if "none" in at.request.prompt:
                raise WITHOUT_PAGE[step]()
            return step
    return None
