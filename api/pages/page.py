"""What every page needs: its language, its type size, its links, and the templates (Jinja2, escaping always
on).
"""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from starlette.requests import Request
from starlette.responses import HTMLResponse

from api.assets import Assets
from api.i18n import Language, Table, Words

TEMPLATES = Path(__file__).parent.parent / "templates"
A_YEAR_S = 365 * 24 * 3600
LARGE = "large"
NORMAL = "normal"


@dataclass(frozen=True, slots=True)
class Page:
    """One request for a page, as its template sees it."""

    language: Language
    large: bool
    path: str
    """The route's template, to mark where one is; never the path, which may hold a secret."""
    node_name: str
    demo: bool
    changed: bool
    """Whether the address asked for another language or size, so that cookies are to be set."""

    @property
    def switch_language(self) -> str:
        return f"?lang={self.language.other}"

    @property
    def switch_size(self) -> str:
        return f"?type={NORMAL if self.large else LARGE}"

    @property
    def here(self) -> str:
        """Where a form posts to. It says the language, so that pages work without cookies too."""
        return f"{self.path}?lang={self.language}" + (f"&type={LARGE}" if self.large else "")


class Pages:
    """Renders templates. Made once; holds no state of a request."""

    def __init__(
        self, *, table: Table, assets: Assets, node_name: str, https: bool, demo: bool = False
    ) -> None:
        self._words = {language: Words(language, table) for language in Language}
        self._node_name = node_name
        self._https = https
        self._demo = demo
        self._templates = Environment(
            loader=FileSystemLoader(TEMPLATES),
            autoescape=True,
            undefined=StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
        )
        self._templates.globals["asset"] = assets.address

    def page(self, request: Request) -> Page:
        """Language and size: the address first, then the cookie, then Chinese and normal."""
        asked_language = request.query_params.get("lang", "")
        asked_size = request.query_params.get("type", "")
        language = asked_language or request.cookies.get("lang", "")
        size = asked_size or request.cookies.get("type", "")
        return Page(
            language=Language.EN if language == Language.EN else Language.ZH,
            large=size == LARGE,
            path=getattr(request.scope.get("route"), "path", ""),
            node_name=self._node_name,
            demo=self._demo,
            changed=bool(asked_language or asked_size),
        )

    def words(self, request: Request) -> Words:
        return self._words[self.page(request).language]

    def render(
        self, request: Request, template: str, context: Mapping[str, Any], *, status: int = 200
    ) -> HTMLResponse:
        """The page. `context` may not use the names `t` and `page`."""
        page = self.page(request)
        html = self._templates.get_template(template).render(
            **context, t=self._words[page.language], page=page
        )
        response = HTMLResponse(html, status)
        response.headers["content-language"] = page.language.tag
        if page.changed:
            self._remember(response, page)
        return response

    def _remember(self, response: HTMLResponse, page: Page) -> None:
        choices = {"lang": page.language.value, "type": LARGE if page.large else NORMAL}
        for name, value in choices.items():
            response.set_cookie(
                name, value, max_age=A_YEAR_S, httponly=True, samesite="lax", secure=self._https
            )
