"""The authorization endpoint between browser and provider: sessions found, steps taken, consents written."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from urllib.parse import parse_qsl, urlsplit
from uuid import UUID

from anyio import to_thread
from sqlalchemy.orm import Session

from api.browser import Browser
from api.consenting import record_consent
from api.identity import Identity
from api.interaction import Visit
from trust.authn.factors import AcrLevel, level_of
from trust.authn.session_store import current_session, touch_session
from trust.authn.sessions import LoginSession
from trust.oauth_errors import OAuthError
from trust.oidc.authorize import (
    Arrival,
    AuthorizeAnswer,
    Continuation,
    Interaction,
    Returned,
    authorize,
    continue_authorize,
    waiting,
)
from trust.oidc.parameters import Parameters
from trust.oidc.people import AgentGrant
from trust.persons import traces
from trust.persons.traces import Act, Actor, ActorKind

Ask = Callable[[Session, Session, LoginSession | None, datetime], AuthorizeAnswer]


@dataclass(frozen=True, slots=True)
class Met:
    """What the provider answered, and who is there."""

    answer: AuthorizeAnswer
    login: LoginSession | None
    agents: tuple[AgentGrant, ...] = ()
    """For whom the person may act, when that is the question."""

    @property
    def wanted(self) -> AcrLevel:
        """The level a login must reach; without a wish, what a password gives."""
        asked = level_of(self.answer.acr) if isinstance(self.answer, Interaction) else None
        return max(asked or AcrLevel.L1, AcrLevel.L1)


@dataclass(frozen=True, slots=True)
class Authorizing:
    """The service, bound to one node's identity."""

    identity: Identity

    async def arrive(self, browser: Browser, parameters: Parameters) -> Met:
        """Raises: OAuthError, to be shown to the person."""
        provider = self.identity.provider

        def ask(
            durable: Session, short: Session, login: LoginSession | None, now: datetime
        ) -> AuthorizeAnswer:
            return authorize(provider, durable, short, Arrival(parameters, login), now)

        return await self._run(browser, ask)

    async def go_on(self, browser: Browser, visit: Visit) -> Met:
        """Raises: OAuthError, to be shown to the person."""
        provider = self.identity.provider

        def ask(
            durable: Session, short: Session, login: LoginSession | None, now: datetime
        ) -> AuthorizeAnswer:
            continuation = Continuation(visit.handle, login, visit.decision)
            return continue_authorize(provider, durable, short, continuation, now)

        return await self._run(browser, ask)

    async def agree(self, met: Met, text: str) -> None:
        """Write the consent to what `met` asks, and that the client will see it. text: what was shown."""
        if not isinstance(met.answer, Interaction) or met.login is None:
            raise ValueError("nothing to agree to")
        request, person_id = met.answer.request, UUID(met.login.person_id)
        names = request.released | ({"offline_access"} & set(request.scope))
        client_id = request.client.client_id
        now = self.identity.clock()

        def write() -> None:
            with self.identity.durable.writing() as session:
                record_consent(session, person_id, client_id, names, text=text, now=now)
                actor = Actor(ActorKind.CLIENT, client_id)
                traces.record(
                    session, person_id, act=Act.RELEASE, actor=actor, claims=names, purpose="login", now=now
                )
                session.commit()

        await to_thread.run_sync(write)

    async def target_of(self, return_to: str) -> str | None:
        """Where the request behind an interaction's address will lead; None when it is over."""
        handle = dict(parse_qsl(urlsplit(return_to).query)).get("i", "")
        provider, now = self.identity.provider, self.identity.clock()

        def work(durable: Session, short: Session) -> str | None:
            try:
                held = waiting(provider, short, handle, now)
            except OAuthError:
                return None
            client = provider.clients.find(durable, held.client_id, now)
            first = next(iter(client.redirect_uris), None) if client else None
            return held.parameters.get("redirect_uri", first)

        return await self.identity.state.run(work)

    async def _run(self, browser: Browser, ask: Ask) -> Met:
        now = self.identity.clock()
        provider = self.identity.provider

        def work(durable: Session, short: Session) -> Met:
            login = current_session(short, browser.session, now)
            if login is not None and browser.session is not None:
                touch_session(short, browser.session, login, now)
            answer = ask(durable, short, login, now)
            if isinstance(answer, Returned) or login is None:
                return Met(answer, login)
            subject = provider.people.subject(durable, login.person_id, now)
            return Met(answer, login, tuple(subject.grants(now)) if subject else ())

        return await self.identity.state.run(work)
