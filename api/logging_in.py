"""A person logs in: the step machine of `trust.authn` over the two databases.

Every answer is admitted and counted, committed, then checked, then settled and committed, so that a try that
kills the worker has still been counted (T20). Passwords are hashed in a thread with no database held.
"""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from anyio import to_thread
from sqlalchemy.orm import Session

from api.browser import Browser
from api.identity import Identity
from trust.authn.accounts import (
    FoundPassword,
    find_password,
    find_password_of,
    name_index,
    person_subject,
    renew_password,
)
from trust.authn.attempts import AttemptPolicy, admit, settle
from trust.authn.enrolment import enrolled_factors
from trust.authn.errors import TooManyAttempts
from trust.authn.factors import AcrLevel, Factor
from trust.authn.flow_store import OpenFlow, advance_flow, begin_flow, finish_flow, open_flow
from trust.authn.login_flow import (
    LoginFlow,
    Step,
    StepKind,
    failed,
    next_step,
    passed,
    proof_so_far,
    require_offered,
)
from trust.authn.recovery import use_recovery_code
from trust.authn.session_store import current_session, raise_session, start_session
from trust.authn.sessions import CITIZEN_LIMITS
from trust.authn.totp import accept_totp
from trust.oidc.logout import end_session as end_provider_session
from trust.persons import levels, traces
from trust.persons.traces import Act, Actor, ActorKind

POLICY = AttemptPolicy()
LONGEST_NAME = 128


@dataclass(frozen=True, slots=True)
class Wrong:
    """The answer was not right; `step` is what to show now."""

    step: Step


@dataclass(frozen=True, slots=True)
class More:
    """Right, and something more is asked."""

    step: Step


@dataclass(frozen=True, slots=True)
class LoggedIn:
    """Somebody is logged in. kind: FINISHED, or what still lacks for the wanted level."""

    cookie: str
    person_id: str
    return_to: str
    kind: StepKind


Answered = Wrong | More | LoggedIn


@dataclass(frozen=True, slots=True)
class Login:
    """The service, bound to one node's identity."""

    identity: Identity

    async def begin(
        self, browser: Browser, *, wanted: AcrLevel, return_to: str, person_id: str | None = None
    ) -> str:
        """The link of a new login in this browser. person_id: only this person may answer (step-up)."""
        flow = LoginFlow(wanted, return_to, person_id)
        now = self.identity.clock()
        secret = self.identity.authn
        return await self.identity.state.run(
            lambda _durable, short: begin_flow(short, secret, browser.value, flow, now)
        )

    async def look(self, link: str, browser: Browser) -> OpenFlow:
        """Raises: FlowRefused."""
        now = self.identity.clock()
        return await self.identity.state.run(lambda _durable, short: self._open(short, link, browser, now))

    async def answer_password(self, link: str, browser: Browser, name: str, typed: str) -> Answered:
        """Raises: FlowRefused, TooManyAttempts, LoginBusy."""
        identity, now = self.identity, self.identity.clock()
        opened = await self._admit(link, browser, Factor.PASSWORD, name[:LONGEST_NAME], now)
        found, renewed, good = await to_thread.run_sync(
            self._check_password, opened.flow.person_id, name[:LONGEST_NAME], typed
        )
        person_id = found.person_id if good else None
        ended = await self._settle(opened, browser, Factor.PASSWORD, person_id, found.name_index, now)
        if renewed is not None and not isinstance(ended, Wrong):
            await to_thread.run_sync(self._renew, identity, found, renewed, now)
        return ended

    async def answer_code(self, link: str, browser: Browser, factor: Factor, typed: str) -> Answered:
        """A one-time or a recovery code of the person known by now. Raises: FlowRefused, TooManyAttempts."""
        now = self.identity.clock()
        opened = await self._admit(link, browser, factor, "", now)
        person_id = opened.flow.person_id
        good = person_id is not None and await to_thread.run_sync(
            self._check_code, person_id, factor, typed, now
        )
        subject = self._subject(opened.flow, factor, "")
        return await self._settle(opened, browser, factor, person_id if good else None, subject, now)

    def _open(self, short: Session, link: str, browser: Browser, now: datetime) -> OpenFlow:
        return open_flow(short, self.identity.authn, link, browser.value, now)

    def _subject(self, flow: LoginFlow, factor: Factor, name: str) -> bytes:
        cipher = self.identity.cipher
        if flow.person_id is not None:
            return person_subject(cipher, flow.person_id, factor)
        return name_index(cipher, name)

    async def _admit(self, link: str, browser: Browser, factor: Factor, name: str, now: datetime) -> OpenFlow:
        def work(_durable: Session, short: Session) -> tuple[OpenFlow, float]:
            opened = self._open(short, link, browser, now)
            require_offered(opened.flow, factor)
            subject = self._subject(opened.flow, factor, name)
            admitted = admit(short, POLICY, subject=subject, address=browser.address, now=now)
            return opened, -1.0 if admitted.allowed else admitted.retry_after.total_seconds()

        opened, wait_s = await self.identity.state.run(work)
        if wait_s >= 0:
            error = TooManyAttempts()
            error.retry_after_s = max(1, round(wait_s))  # type: ignore[attr-defined]
            raise error
        return opened

    def _check_password(
        self, person_id: str | None, name: str, typed: str
    ) -> tuple[FoundPassword, str | None, bool]:
        cipher = self.identity.cipher
        with self.identity.durable.reading() as session:
            if person_id is None:
                found = find_password(session, cipher, name)
            else:
                found = find_password_of(session, cipher, person_id)
        outcome = self.identity.hasher.check(found.stored, typed)
        return found, outcome.renewed, outcome.matches

    def _check_code(self, person_id: str, factor: Factor, typed: str, now: datetime) -> bool:
        with self.identity.durable.writing() as session:
            if factor is Factor.TOTP:
                code = typed.replace(" ", "")
                good = accept_totp(session, self.identity.cipher, person_id, code, now)
            else:
                good = use_recovery_code(session, person_id, typed, now)
            session.commit()
        return good

    @staticmethod
    def _renew(identity: Identity, found: FoundPassword, renewed: str, now: datetime) -> None:
        with identity.durable.writing() as session:
            renew_password(session, identity.cipher, found, renewed, now)
            session.commit()

    async def _settle(
        self,
        opened: OpenFlow,
        browser: Browser,
        factor: Factor,
        person_id: str | None,
        subject: bytes,
        now: datetime,
    ) -> Answered:
        def work(durable: Session, short: Session) -> Answered:
            known = person_id is not None and self._is_active(durable, person_id, now)
            settle(short, POLICY, subject=subject, good=known, now=now)
            if person_id is None or not known:
                flow = advance_flow(short, opened, failed(opened.flow)).flow
                return Wrong(next_step(flow))
            flow = passed(
                opened.flow,
                factor,
                person_id=person_id,
                enrolled=enrolled_factors(durable, person_id, now),
                person_level=AcrLevel(max(1, levels.assurance(durable, UUID(person_id), now))),
            )
            step = next_step(flow)
            if step.kind is StepKind.OFFER:
                advance_flow(short, opened, flow)
                return More(step)
            finish_flow(short, opened)
            return LoggedIn(
                self._enter(durable, short, browser, flow, now), person_id, flow.return_to, step.kind
            )

        ended = await self.identity.state.run(work)
        if isinstance(ended, LoggedIn):
            await to_thread.run_sync(self._trace, ended.person_id, now)
        return ended

    def _is_active(self, durable: Session, person_id: str, now: datetime) -> bool:
        return self.identity.provider.people.subject(durable, person_id, now) is not None

    def _enter(
        self, durable: Session, short: Session, browser: Browser, flow: LoginFlow, now: datetime
    ) -> str:
        """A new cookie value: of the same session for the same person, else of a new one (T15)."""
        proof = proof_so_far(flow, now)
        if proof is None or flow.person_id is None:
            raise ValueError("a login ended without a proof")
        before = current_session(short, browser.session, now)
        if before is not None and browser.session is not None and before.person_id == flow.person_id:
            raised = raise_session(short, browser.session, proof, limits=CITIZEN_LIMITS, now=now)
            if raised is not None:
                return raised.cookie
        if before is not None:
            end_provider_session(self.identity.provider, durable, short, before.sid, now)
        return start_session(
            short,
            person_id=flow.person_id,
            proof=proof,
            limits=CITIZEN_LIMITS,
            label=browser.label,
            now=now,
            replaces=browser.session,
        ).cookie

    def _trace(self, person_id: str, now: datetime) -> None:
        """The person sees every login in /me."""
        actor = Actor(ActorKind.SELF, person_id)
        with self.identity.durable.writing() as session:
            traces.record(session, UUID(person_id), act=Act.LOGIN, actor=actor, purpose="login", now=now)
            session.commit()
