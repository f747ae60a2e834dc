"""What a browser brings: cookies, its address, a form that must come from our own page (T15, T16).

Cookies carry the `__Host-` prefix on https, which ties them to this host, to https and to the whole path. On
`http://*.localhost` (for trying things out) browsers accept no such cookie, so the bare name is used there.
"""

import ipaddress
from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import urlsplit

from starlette.requests import Request
from starlette.responses import Response

from trust.authn.errors import FormRefused
from trust.authn.flow_store import BROWSER_COOKIE, new_browser_value
from trust.authn.sessions import COOKIE
from trust.oidc.parameters import Parameters, read_form, read_parameters

BROWSER_LIFE_S = 12 * 3600
_PREFIX = "__Host-"


@dataclass(frozen=True, slots=True)
class Browser:
    """One browser as it came."""

    value: str
    """Random value that ties logins to it; new when it had none."""
    is_new: bool
    session: str | None
    address: str
    label: str
    """What the person recognizes it by; never an address."""


class Browsers:
    """Reads and writes the two cookies of identity."""

    def __init__(self, issuer: str) -> None:
        self._https = issuer.startswith("https://")
        self._origin = "{0.scheme}://{0.netloc}".format(urlsplit(issuer))
        self.session_cookie = COOKIE if self._https else COOKIE.removeprefix(_PREFIX)
        self.browser_cookie = BROWSER_COOKIE if self._https else BROWSER_COOKIE.removeprefix(_PREFIX)

    def read(self, request: Request) -> Browser:
        held = request.cookies.get(self.browser_cookie, "")
        known = 32 <= len(held) <= 64 and held.isascii()
        return Browser(
            value=held if known else new_browser_value(),
            is_new=not known,
            session=request.cookies.get(self.session_cookie),
            address=network_of(request.client.host if request.client else ""),
            label=kind_of(request.headers.get("user-agent", "")),
        )

    def remember(self, response: Response, browser: Browser, *, session: str | None = None) -> Response:
        """Set what changed. session: a new cookie value, "" to forget it, None to leave it."""
        if browser.is_new:
            self._set(response, self.browser_cookie, browser.value, BROWSER_LIFE_S)
        if session:
            self._set(response, self.session_cookie, session, None)
        elif session == "":
            response.delete_cookie(
                self.session_cookie, path="/", secure=self._https, httponly=True, samesite="lax"
            )
        return response

    def require_own_page(self, request: Request) -> None:
        """A form posted from another site is refused before it is read. Raises: FormRefused."""
        site = request.headers.get("sec-fetch-site")
        origin = request.headers.get("origin")
        if site not in (None, "same-origin", "none") or origin not in (None, "null", self._origin):
            raise FormRefused()

    def _set(self, response: Response, name: str, value: str, max_age: int | None) -> None:
        response.set_cookie(
            name, value, max_age=max_age, path="/", secure=self._https, httponly=True, samesite="lax"
        )


async def read_fields(request: Request) -> Parameters:
    """The fields of a posted form, by the same rules as OAuth parameters. Raises: InvalidRequest."""
    return read_parameters((), read_form(await request.body()))


def network_of(host: str) -> str:
    """The address attempts are counted by: of IPv6 the /64, which one household or machine has whole."""
    try:
        address = ipaddress.ip_address(host)
    except ValueError:
        return "unknown"
    if address.version == 4:
        return str(address)
    return str(ipaddress.ip_network((address, 64), strict=False).network_address)


_KINDS: Mapping[str, str] = {
    "MicroMessenger": "WeChat",
    "Edg/": "Edge",
    "Firefox/": "Firefox",
    "Chrome/": "Chrome",
    "Safari/": "Safari",
}
_SYSTEMS: Mapping[str, str] = {
    "HarmonyOS": "HarmonyOS",
    "Android": "Android",
    "iPhone": "iPhone",
    "iPad": "iPad",
    "Windows": "Windows",
    "Mac OS": "macOS",
    "Linux": "Linux",
}


def kind_of(user_agent: str) -> str:
    """`Chrome · Windows`, from a closed list of words."""
    found = [
        next((name for mark, name in table.items() if mark in user_agent), "") for table in (_KINDS, _SYSTEMS)
    ]
    return " · ".join(word for word in found if word) or "?"
