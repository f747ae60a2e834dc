"""The login pages: one step a page, works without script. The link in the address belongs to one browser."""

from dataclasses import dataclass

from fastapi import APIRouter, Request, Response
from starlette.responses import RedirectResponse

from api.authorizing import Authorizing
from api.browser import Browser, Browsers, read_fields
from api.identity import Identity
from api.interaction import PATH
from api.logging_in import Answered, LoggedIn, Login, More
from api.pages.page import Pages
from api.routes.authorize import allow_target
from trust.authn.errors import FlowRefused, LoginBusy, TooManyAttempts
from trust.authn.factors import AcrLevel, Factor
from trust.authn.login_flow import LoginFlow, StepKind, next_step
from trust.oidc.parameters import Parameters

CODES = {Factor.TOTP: "totp", Factor.RECOVERY_CODE: "recovery"}
HOME = "/me"


@dataclass(frozen=True, slots=True)
class LoginPages:
    """The pages, bound to one node's identity."""

    identity: Identity
    pages: Pages
    browsers: Browsers

    @property
    def login(self) -> Login:
        return Login(self.identity)

    async def show(
        self,
        request: Request,
        browser: Browser,
        link: str,
        *,
        error: str = "",
        name: str = "",
        status: int = 200,
    ) -> Response:
        flow = (await self.login.look(link, browser)).flow
        step = next_step(flow)
        if step.kind is not StepKind.OFFER:
            raise FlowRefused()
        asked = request.query_params.get("with", "")
        factors = [factor for factor in step.factors if factor in (Factor.PASSWORD, *CODES)]
        chosen = next((factor for factor in factors if factor == asked), factors[0] if factors else None)
        context = {
            "link": link,
            "factor": chosen.value if chosen else "",
            "others": [factor.value for factor in factors if factor is not chosen],
            "error": error,
            "name": name,
            "known": flow.person_id is not None,
        }
        response = self.pages.render(request, "login.html", context, status=status)
        return allow_target(self.browsers.remember(response, browser), await self._target(flow))

    async def answer(self, request: Request, browser: Browser, link: str) -> Response:
        fields = await read_fields(request)
        name = fields.get("name", "").strip()
        try:
            ended = await self._answered(browser, link, fields, name)
        except (TooManyAttempts, LoginBusy) as error:
            words = self.pages.words(request)
            shown = words.pick(error.detail_zh, error.detail)
            response = await self.show(request, browser, link, error=shown, name=name, status=503)
            response.headers["retry-after"] = str(getattr(error, "retry_after_s", 2))
            return response
        if isinstance(ended, LoggedIn):
            return self._entered(request, browser, ended)
        if isinstance(ended, More):
            return RedirectResponse(f"/login/{link}", 303)
        if ended.step.kind is StepKind.OVER:
            raise FlowRefused("Too many wrong answers; begin again.", "错误次数过多，请重新登录。")
        words = self.pages.words(request)
        return await self.show(request, browser, link, error=words("login.wrong"), name=name, status=422)

    async def _answered(self, browser: Browser, link: str, fields: Parameters, name: str) -> Answered:
        factor = fields.get("factor", "")
        typed = fields.get("typed", "")
        if factor == Factor.PASSWORD:
            return await self.login.answer_password(link, browser, name, typed)
        if factor in CODES:
            return await self.login.answer_code(link, browser, Factor(factor), typed)
        raise FlowRefused()

    def _entered(self, request: Request, browser: Browser, ended: LoggedIn) -> Response:
        if ended.kind is StepKind.FINISHED or not ended.return_to.startswith(PATH):
            response: Response = RedirectResponse(ended.return_to, 303)
        else:
            context = {"kind": ended.kind.value, "return_to": ended.return_to}
            response = self.pages.render(request, "lacking.html", context)
        return self.browsers.remember(response, browser, session=ended.cookie)

    async def _target(self, flow: LoginFlow) -> str | None:
        if not flow.return_to.startswith(PATH):
            return None
        return await Authorizing(self.identity).target_of(flow.return_to)


def login_router(pages: LoginPages) -> APIRouter:
    router = APIRouter(include_in_schema=False)

    @router.get("/login")
    async def begin(request: Request) -> Response:
        browser = pages.browsers.read(request)
        link = await pages.login.begin(browser, wanted=AcrLevel.L1, return_to=HOME)
        return pages.browsers.remember(RedirectResponse(f"/login/{link}", 303), browser)

    @router.get("/login/{link}")
    async def show(request: Request, link: str) -> Response:
        return await pages.show(request, pages.browsers.read(request), link)

    @router.post("/login/{link}")
    async def answer(request: Request, link: str) -> Response:
        pages.browsers.require_own_page(request)
        return await pages.answer(request, pages.browsers.read(request), link)

    return router
