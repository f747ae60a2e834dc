"""The HTTP surface of one node: `create_app(node)`. There is no global app; two nodes in one process do not
meet.

From the outside in: headers on everything, HEAD as GET, counting and the blank 500, limits on bodies,
routes. All middleware is plain ASGI: it neither buffers an answer nor starts a task for each request.
"""

import logging
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager, nullcontext
from threading import Thread

from fastapi import FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException

from api.assets import FOREVER, load_assets
from api.browser import Browsers
from api.headers import HeadAsGet, SecurityHeaders
from api.i18n import Words, load_messages
from api.limits import BodyLimit
from api.observe import Metrics, Observed
from api.pages.page import Pages
from api.problems import Problem, headers_for, problem_of, problem_response, protocol_problem
from api.routes.account import AccountPages, account_router
from api.routes.authorize import AuthorizePages, authorize_router
from api.routes.devices import Devices, devices_router
from api.routes.docs import docs_router
from api.routes.health import health_router
from api.routes.leaving import Leaving, leaving_router
from api.routes.log import log_router
from api.routes.login import LoginPages, login_router
from api.routes.oidc import oidc_routes
from api.routes.pages import pages_router
from api.routes.pki import pki_router
from api.routes.registration import registration_routes
from api.routes.status import status_router
from api.routes.trust import trust_router
from api.routes.verify import verify_route
from api.surface import Surface
from api.verifying import Verifier
from keys.errors import XinzhengError

refused = logging.getLogger("xinzheng.refused")


Alive = Callable[[], AbstractAsyncContextManager[None]]


def create_app(node: Surface, *, demo: bool = False, alive: Alive = nullcontext) -> FastAPI:
    """Wire the surface.

    demo: put a line on every page that says the data is made up.
    alive: what else lives as long as the app does (the background work of a worker).
    """
    url = node.config.url
    https = url.startswith("https://")
    metrics = Metrics()
    assets = load_assets()
    pages = Pages(table=load_messages(), assets=assets, node_name=node.config.name, https=https, demo=demo)
    verifier = Verifier.of(node, metrics)

    @asynccontextmanager
    async def lifespan(_app: FastAPI) -> AsyncIterator[None]:
        async with alive():
            Thread(target=verifier.warm, name="warm", daemon=True).start()
            yield
            verifier.close()

    app = FastAPI(
        lifespan=lifespan,
        title="信证 Xinzheng",
        openapi_url=None,
        docs_url=None,
        redoc_url=None,
        redirect_slashes=False,  # a redirect would repeat the Host header of the request
        telemetry={"tracing": False, "metrics": False, "logs": False},  # it would record raw paths
    )
    app.add_middleware(BodyLimit)
    app.add_middleware(Observed, metrics=metrics)
    app.add_middleware(HeadAsGet)
    app.add_middleware(SecurityHeaders, https=https)
    identity, browsers = node.identity, Browsers(url)
    app.router.routes[:0] = [verify_route(verifier), *oidc_routes(identity), *registration_routes(identity)]
    for router in (
        pki_router(node),
        status_router(node),
        trust_router(node),
        log_router(node),
        health_router(node, metrics),
        pages_router(node, verifier, pages),
        docs_router(app, pages, url=url),
        authorize_router(AuthorizePages(identity, pages, browsers)),
        login_router(LoginPages(identity, pages, browsers)),
        account_router(AccountPages(identity, pages, browsers)),
        leaving_router(Leaving(identity, pages, browsers)),
        devices_router(Devices(identity, pages, browsers)),
    ):
        app.include_router(router)

    @app.get("/static/{name}", include_in_schema=False)
    async def static(name: str) -> Response:
        asset = assets.by_address.get(name)
        if asset is None:
            raise HTTPException(404)
        headers = {"cache-control": FOREVER}
        return Response(asset.content, headers=headers, media_type=asset.media_type)

    _answer_errors(app, pages)
    app.state.verifier = verifier
    return app


def _answer_errors(app: FastAPI, pages: Pages) -> None:
    """Errors become problems, or a page where a person is looking at one."""

    def answer(request: Request, problem: Problem, error: Exception) -> Response:
        headers = {**headers_for(problem, error), **(getattr(error, "headers", None) or {})}
        if not _person(request):
            return problem_response(problem, headers)
        context = _notice(problem, pages.words(request))
        response = pages.render(request, "notice.html", context, status=problem.status)
        response.headers.update(headers)
        return response

    @app.exception_handler(XinzhengError)
    async def ours(request: Request, error: XinzhengError) -> Response:
        if error.log_only:
            refused.warning("%s: %s", error.code, error.log_only)
        return answer(request, problem_of(error), error)

    @app.exception_handler(HTTPException)
    async def protocol(request: Request, error: HTTPException) -> Response:
        return answer(request, protocol_problem(error.status_code), error)

    @app.exception_handler(RequestValidationError)
    async def malformed(request: Request, error: RequestValidationError) -> Response:
        return answer(request, protocol_problem(422), error)


def _person(request: Request) -> bool:
    """Whether the answer is for a browser: it asks for HTML by name. Programs get problems."""
    return "text/html" in request.headers.get("accept", "")


def _notice(problem: Problem, words: Words) -> dict[str, object]:
    heading = (
        f"problem.title_{problem.status}" if problem.status in (404, 500, 503) else "problem.title_other"
    )
    text = (
        words(f"problem.text_{problem.status}")
        if problem.code == "no_such_address" or problem.status == 500
        else ""
    )
    lines = [text or words.pick(problem.detail_zh, problem.detail)]
    return {"heading": words(heading), "lines": lines, "code": problem.code}
