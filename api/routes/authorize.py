"""The endpoints of the OpenID Provider that a browser opens: authorize, and the questions on its way back.

Every page here works without script. A redirect to the application is 303 (RFC 9700 §4.12).
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from fastapi import APIRouter, Request, Response
from starlette.responses import RedirectResponse

from api.authorizing import Authorizing, Met
from api.browser import Browser, Browsers, read_fields
from api.headers import CONTENT_SECURITY_POLICY
from api.i18n import Words
from api.identity import Identity
from api.interaction import PATH, Visit, origin_of, read_visit
from api.logging_in import Login
from api.pages.page import Pages
from trust.oauth_errors import InvalidRequest
from trust.oidc.authorize import Interaction, Returned
from trust.oidc.parameters import read_form, read_parameters
from trust.oidc.steps import Step
from trust.persons.claims import CLAIMS, SENSITIVE

FORM = "application/x-www-form-urlencoded"


@dataclass(frozen=True, slots=True)
class AuthorizePages:
    """The pages, bound to one node's identity."""

    identity: Identity
    pages: Pages
    browsers: Browsers

    @property
    def authorizing(self) -> Authorizing:
        return Authorizing(self.identity)

    async def follow(self, request: Request, browser: Browser, met: Met, visit: Visit) -> Response:
        """Where an answer of the provider leads."""
        answer = met.answer
        if isinstance(answer, Returned):
            return self._back(request, answer)
        visit = Visit(answer.handle, visit.decision)
        return_to = visit.address(self.identity.authn, browser.value, self.identity.clock())
        if answer.step in (Step.LOGIN, Step.STEP_UP):
            known = met.login.person_id if met.login and answer.step is Step.STEP_UP else None
            return await self._log_in(request, browser, met, return_to, known)
        context = self._context(request, met, answer, return_to)
        response = self.pages.render(request, "interaction.html", context)
        return allow_target(self.browsers.remember(response, browser), answer.request.redirect_uri)

    async def decide(self, request: Request, browser: Browser, visit: Visit) -> Response:
        """What a person chose on a page."""
        fields = await read_fields(request)
        choice = fields.get("do")
        if choice == "agree":
            met = await self.authorizing.go_on(browser, visit)
            if isinstance(met.answer, Interaction) and met.answer.step is Step.CONSENT:
                await self.authorizing.agree(met, self._shown_text(request, met.answer))
                visit = visit.decided(agreed=True)
        elif choice == "decline":
            visit = visit.decided(agreed=False)
        elif choice == "stay":
            visit = visit.decided(account_chosen=True)
        elif choice == "act":
            visit = visit.decided(agent_chosen=True, acting_for=fields.get("for"))
        elif choice == "switch":
            met = await self.authorizing.go_on(browser, visit)
            decided = visit.decided(account_chosen=True)
            address = decided.address(self.identity.authn, browser.value, self.identity.clock())
            return await self._log_in(request, browser, met, address, None)
        else:
            raise InvalidRequest("The form has no choice.", "请作出选择。")
        return await self.follow(request, browser, await self.authorizing.go_on(browser, visit), visit)

    async def _log_in(
        self, request: Request, browser: Browser, met: Met, return_to: str, person_id: str | None
    ) -> Response:
        login = Login(self.identity)
        link = await login.begin(browser, wanted=met.wanted, return_to=return_to, person_id=person_id)
        response = RedirectResponse(f"/login/{link}{_language(request, met)}", 303)
        return self.browsers.remember(response, browser)

    def _back(self, request: Request, answer: Returned) -> Response:
        if answer.response_mode != "form_post":
            return RedirectResponse(answer.location, 303)
        context = {"address": answer.redirect_uri, "fields": answer.parameters}
        response = self.pages.render(request, "form_post.html", context)
        return allow_target(response, answer.redirect_uri)

    def _context(self, request: Request, met: Met, answer: Interaction, here: str) -> dict[str, Any]:
        words = self.pages.words(request)
        return {
            "step": answer.step.value,
            "here": here,
            "client": answer.request.client,
            "claims": titles_of(words, answer.request.released),
            "offline": "offline_access" in answer.request.scope,
            "agents": met.agents,
        }

    def _shown_text(self, request: Request, answer: Interaction) -> str:
        words = self.pages.words(request)
        lines = [words("consent.lead", client=answer.request.client.name)]
        return "\n".join([*lines, *(one["title"] for one in titles_of(words, answer.request.released))])


def authorize_router(pages: AuthorizePages) -> APIRouter:
    router = APIRouter(include_in_schema=False)

    @router.api_route("/oidc/authorize", methods=["GET", "POST"])
    async def authorize(request: Request) -> Response:
        browser = pages.browsers.read(request)
        body = read_form(await request.body()) if request.method == "POST" else ()
        parameters = read_parameters(read_form(request.scope["query_string"]), body)
        met = await pages.authorizing.arrive(browser, parameters)
        return await pages.follow(request, browser, met, Visit(""))

    @router.get(PATH)
    async def question(request: Request) -> Response:
        browser, visit = _visit(request)
        return await pages.follow(request, browser, await pages.authorizing.go_on(browser, visit), visit)

    @router.post(PATH)
    async def answer(request: Request) -> Response:
        pages.browsers.require_own_page(request)
        browser, visit = _visit(request)
        return await pages.decide(request, browser, visit)

    def _visit(request: Request) -> tuple[Browser, Visit]:
        browser = pages.browsers.read(request)
        now = pages.identity.clock()
        return browser, read_visit(dict(request.query_params), pages.identity.authn, browser.value, now)

    return router


def titles_of(words: Words, released: Iterable[str]) -> list[dict[str, Any]]:
    """What an application would get, in words; sensitive ones marked."""
    shown = []
    for name in sorted(released):
        claim = CLAIMS.get(name)
        if claim is not None:
            title = words.pick(claim.title, claim.title_en)
            shown.append({"title": title, "sensitive": name in SENSITIVE})
        elif name == "on_behalf_of":
            shown.append({"title": words("consent.on_behalf_of"), "sensitive": False})
    return shown


def allow_target(response: Response, uri: str | None) -> Response:
    """Browsers hold `form-action` against the redirects after a form, too: name the application's origin."""
    if uri:
        policy = CONTENT_SECURITY_POLICY.replace("form-action 'self'", f"form-action 'self' {origin_of(uri)}")
        response.headers["content-security-policy"] = policy
    return response


def _language(request: Request, met: Met) -> str:
    """ui_locales (OIDC Core §3.1.2.1), unless the person has chosen a language here."""
    if "lang" in request.cookies or not isinstance(met.answer, Interaction):
        return ""
    wished: Mapping[str, str] = {"en": "?lang=en", "zh": "?lang=zh"}
    return next((wished[tag[:2]] for tag in met.answer.request.ui_locales if tag[:2] in wished), "")
