"""RP-initiated logout (OpenID Connect RP-Initiated Logout 1.0). Anybody may send a browser here: we ask."""

from dataclasses import dataclass
from urllib.parse import urlencode

from fastapi import APIRouter, Request, Response
from sqlalchemy.orm import Session
from starlette.responses import RedirectResponse

from api.browser import Browser, Browsers, read_fields
from api.identity import Identity
from api.pages.page import Pages
from api.routes.authorize import allow_target
from trust.authn.csrf import check_form_token, form_token
from trust.authn.session_store import current_session
from trust.authn.session_store import end_session as end_login
from trust.oidc.logout import LogoutRequest, end_session, read_logout
from trust.oidc.parameters import Parameters, read_form, read_parameters

PURPOSE = "logout"
PATH = "/oidc/logout"
_KEPT = ("client_id", "post_logout_redirect_uri", "state", "id_token_hint")


@dataclass(frozen=True, slots=True)
class Leaving:
    """The logout pages, bound to one node's identity."""

    identity: Identity
    pages: Pages
    browsers: Browsers

    async def judge(self, browser: Browser, parameters: Parameters) -> LogoutRequest:
        """Raises: InvalidRequest, to be shown to the person."""
        provider, now = self.identity.provider, self.identity.clock()

        def work(durable: Session, short: Session) -> LogoutRequest:
            login = current_session(short, browser.session, now)
            return read_logout(provider, durable, parameters, login, now)

        return await self.identity.state.run(work)

    async def ask(self, request: Request, browser: Browser, parameters: Parameters) -> Response:
        judged = await self.judge(browser, parameters)
        if not judged.must_ask:
            return await self.leave(request, browser, judged.location)
        kept = {name: parameters[name] for name in _KEPT if name in parameters}
        now = self.identity.clock()
        context = {
            "here": f"{PATH}/confirm?{urlencode(kept)}",
            "token": form_token(self.identity.authn, binding=browser.value, purpose=PURPOSE, now=now),
            "client": judged.client.name if judged.client else "",
            "done": False,
        }
        response = self.pages.render(request, "logout.html", context)
        return allow_target(self.browsers.remember(response, browser), judged.location)

    async def leave(self, request: Request, browser: Browser, location: str | None) -> Response:
        """End the session, tell the applications concerned, and go where the request said."""
        provider, now = self.identity.provider, self.identity.clock()

        def work(durable: Session, short: Session) -> None:
            login = current_session(short, browser.session, now)
            if login is not None and browser.session is not None:
                end_session(provider, durable, short, login.sid, now)
                end_login(short, browser.session)

        await self.identity.state.run(work)
        response: Response
        if location is not None:
            response = RedirectResponse(location, 303)
        else:
            response = self.pages.render(request, "logout.html", {"done": True})
        return self.browsers.remember(response, browser, session="")

    def check_token(self, browser: Browser, token: str) -> None:
        now = self.identity.clock()
        check_form_token(self.identity.authn, token, binding=browser.value, purpose=PURPOSE, now=now)


def leaving_router(leaving: Leaving) -> APIRouter:
    router = APIRouter(include_in_schema=False)

    @router.api_route(PATH, methods=["GET", "POST"])
    async def logout(request: Request) -> Response:
        body = read_form(await request.body()) if request.method == "POST" else ()
        parameters = read_parameters(read_form(request.scope["query_string"]), body)
        return await leaving.ask(request, leaving.browsers.read(request), parameters)

    @router.post(f"{PATH}/confirm")
    async def confirm(request: Request) -> Response:
        leaving.browsers.require_own_page(request)
        browser = leaving.browsers.read(request)
        fields = await read_fields(request)
        leaving.check_token(browser, fields.get("t", ""))
        if fields.get("do") != "leave":
            return RedirectResponse("/", 303)
        judged = await leaving.judge(browser, read_parameters(read_form(request.scope["query_string"])))
        return await leaving.leave(request, browser, judged.location)

    return router
