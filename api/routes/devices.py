"""Letting a device in (RFC 8628 §3.3): a person types the code it shows, sees who asks, and decides."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from urllib.parse import urlencode

from fastapi import APIRouter, Request, Response
from sqlalchemy.orm import Session
from starlette.responses import RedirectResponse

from api.browser import Browser, Browsers, read_fields
from api.identity import Identity
from api.logging_in import Login
from api.pages.page import Pages
from api.routes.authorize import titles_of
from trust.authn.attempts import Rate, take
from trust.authn.csrf import check_form_token, form_token
from trust.authn.errors import TooManyAttempts
from trust.authn.factors import AcrLevel
from trust.authn.session_store import current_session
from trust.authn.sessions import LoginSession
from trust.oidc.device import WaitingDevice, approve_device, deny_device, find_device

PATH = "/oidc/device"
PURPOSE = "device"
TYPED = Rate("device-code", 10, timedelta(minutes=1))
"""Codes somebody may type; 20^8 of them exist (RFC 8628 §5.1)."""
LONGEST_CODE = 32


@dataclass(frozen=True, slots=True)
class Devices:
    """The page, bound to one node's identity."""

    identity: Identity
    pages: Pages
    browsers: Browsers

    async def show(self, request: Request, browser: Browser, typed: str, *, checked: bool) -> Response:
        """The field for the code; with a good code, who asks for what. checked: a person sent the code."""
        login, device = await self._find(browser, typed, count=checked)
        if login is None:
            return await self._log_in(browser, typed)
        now = self.identity.clock()
        words = self.pages.words(request)
        context: dict[str, Any] = {
            "token": form_token(self.identity.authn, binding=browser.value, purpose=PURPOSE, now=now),
            "typed": typed,
            "client": device.request.client.name if device else "",
            "claims": titles_of(words, device.request.released) if device else [],
            "error": words("device.unknown") if checked and device is None else "",
            "outcome": "",
        }
        status = 422 if context["error"] else 200
        response = self.pages.render(request, "device.html", context, status=status)
        return self.browsers.remember(response, browser)

    async def decide(self, request: Request, browser: Browser) -> Response:
        fields = await read_fields(request)
        now = self.identity.clock()
        token, typed = fields.get("t", ""), fields.get("user_code", "")[:LONGEST_CODE]
        check_form_token(self.identity.authn, token, binding=browser.value, purpose=PURPOSE, now=now)
        if fields.get("do") not in ("agree", "decline"):
            return await self.show(request, browser, typed, checked=True)
        agreed = fields["do"] == "agree"
        if not await self._decided(browser, typed, agreed=agreed):
            return await self.show(request, browser, typed, checked=True)
        context = {"outcome": "agreed" if agreed else "declined", "error": "", "client": ""}
        return self.pages.render(request, "device.html", context)

    async def _decided(self, browser: Browser, typed: str, *, agreed: bool) -> bool:
        """False when the device or the login is not there any more."""
        provider, now = self.identity.provider, self.identity.clock()

        def work(durable: Session, short: Session) -> bool:
            login = current_session(short, browser.session, now)
            device = find_device(provider, durable, short, typed, now)
            if login is None or device is None:
                return False
            if agreed:
                approve_device(provider, durable, short, device, login, now=now)
            else:
                deny_device(short, device)
            return True

        return await self.identity.state.run(work)

    async def _find(
        self, browser: Browser, typed: str, *, count: bool
    ) -> tuple[LoginSession | None, WaitingDevice | None]:
        provider, now = self.identity.provider, self.identity.clock()

        def work(
            durable: Session, short: Session
        ) -> tuple[LoginSession | None, WaitingDevice | None, timedelta | None]:
            login = current_session(short, browser.session, now)
            if login is None or not count:
                return login, None, None
            wait = take(short, TYPED, login.person_id.encode(), now)
            device = find_device(provider, durable, short, typed, now) if wait is None else None
            return login, device, wait

        login, device, wait = await self.identity.state.run(work)
        if wait is not None:
            raise TooManyAttempts()
        return login, device

    async def _log_in(self, browser: Browser, typed: str) -> Response:
        query = f"?{urlencode({'user_code': typed})}" if typed else ""
        login = Login(self.identity)
        link = await login.begin(browser, wanted=AcrLevel.L1, return_to=PATH + query)
        return self.browsers.remember(RedirectResponse(f"/login/{link}", 303), browser)


def devices_router(devices: Devices) -> APIRouter:
    router = APIRouter(include_in_schema=False)

    @router.get(PATH)
    async def show(request: Request, user_code: str = "") -> Response:
        browser = devices.browsers.read(request)
        return await devices.show(request, browser, user_code[:LONGEST_CODE], checked=False)

    @router.post(PATH)
    async def decide(request: Request) -> Response:
        devices.browsers.require_own_page(request)
        return await devices.decide(request, devices.browsers.read(request))

    return router
