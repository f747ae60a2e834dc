"""`/me`: the person's own account. Every form carries a token of this session; no GET changes anything."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from anyio import to_thread
from fastapi import APIRouter, Request, Response
from sqlalchemy.orm import Session
from starlette.responses import RedirectResponse

from api.browser import Browser, Browsers, read_fields
from api.identity import Identity
from api.pages.account import Account, account_context, read_account
from api.pages.page import Pages
from keys.errors import MalformedInput
from trust.authn.csrf import check_form_token, form_token
from trust.authn.errors import FormRefused, SessionMissing
from trust.authn.session_store import current_session, end_session_named
from trust.authn.sessions import LoginSession
from trust.oidc.grants import revoke_grants_of
from trust.oidc.logout import end_session
from trust.persons import consents, delegation
from trust.persons.matters import built_in_matters

PATH = "/me"
PURPOSE = "account"
Durable = Callable[[Session, UUID, UUID, datetime], str | None]
"""Changes what lasts; answers the client whose tokens must die, if one must."""


def _withdraw(session: Session, person_id: UUID, consent_id: UUID, now: datetime) -> str | None:
    return consents.withdraw(session, consent_id, person_id, now).client_id


def _confirm(session: Session, person_id: UUID, grant_id: UUID, now: datetime) -> None:
    delegation.confirm(session, grant_id, person_id, built_in_matters(), now)


def _decline(session: Session, person_id: UUID, grant_id: UUID, now: datetime) -> None:
    delegation.decline(session, grant_id, person_id, now)


def _end(session: Session, person_id: UUID, grant_id: UUID, now: datetime) -> None:
    delegation.end(session, grant_id, person_id, now)


CHANGES: Mapping[str, Durable] = {
    "withdraw": _withdraw,
    "confirm": _confirm,
    "decline": _decline,
    "end_grant": _end,
}


@dataclass(frozen=True, slots=True)
class AccountPages:
    """The page, bound to one node's identity."""

    identity: Identity
    pages: Pages
    browsers: Browsers

    async def show(self, request: Request, browser: Browser) -> Response:
        now = self.identity.clock()

        def work(durable: Session, short: Session) -> Account | None:
            return read_account(self.identity, durable, short, browser.session, now)

        account = await self.identity.state.run(work)
        if account is None or browser.session is None:
            return RedirectResponse("/login", 303)
        context = account_context(account, self.pages.words(request))
        token = form_token(self.identity.authn, binding=browser.session, purpose=PURPOSE, now=now)
        return self.pages.render(request, "me.html", {**context, "token": token})

    async def change(self, request: Request, browser: Browser) -> Response:
        fields = await read_fields(request)
        now = self.identity.clock()
        token, wanted = fields.get("t", ""), fields.get("do", "")
        check_form_token(self.identity.authn, token, binding=browser.session or "", purpose=PURPOSE, now=now)
        login = await self.identity.state.run(
            lambda _durable, short: current_session(short, browser.session, now)
        )
        if login is None:
            return RedirectResponse("/login", 303)
        if wanted == "end_session":
            await self._end_session(login, fields.get("what", ""), now)
        elif wanted in CHANGES:
            await self._change(CHANGES[wanted], login, _identifier(fields.get("what", "")), now)
        else:
            raise FormRefused()
        return RedirectResponse(PATH, 303)

    async def _end_session(self, login: LoginSession, sid: str, now: datetime) -> None:
        """One of the person's own; the applications used in it are told. Raises: SessionMissing."""

        def work(durable: Session, short: Session) -> None:
            if not end_session_named(short, login.person_id, sid):
                raise SessionMissing()
            end_session(self.identity.provider, durable, short, sid, now)

        await self.identity.state.run(work)

    async def _change(self, change: Durable, login: LoginSession, what: UUID, now: datetime) -> None:
        person_id = UUID(login.person_id)

        def write() -> str | None:
            with self.identity.durable.writing() as session:
                client_id = change(session, person_id, what, now)
                session.commit()
                return client_id

        client_id = await to_thread.run_sync(write)
        if client_id is not None:
            await self.identity.state.run(
                lambda _durable, short: revoke_grants_of(
                    short, person_id=login.person_id, client_id=client_id, now=now
                )
            )


def account_router(account: AccountPages) -> APIRouter:
    router = APIRouter(include_in_schema=False)

    @router.get(PATH)
    async def show(request: Request) -> Response:
        return await account.show(request, account.browsers.read(request))

    @router.post(PATH)
    async def change(request: Request) -> Response:
        account.browsers.require_own_page(request)
        return await account.change(request, account.browsers.read(request))

    return router


def _identifier(text: str) -> UUID:
    try:
        return UUID(text)
    except ValueError:
        raise MalformedInput("This is not an identifier.", "标识格式不正确。") from None
