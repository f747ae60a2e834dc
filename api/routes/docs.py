"""/docs: the interface description as a page of ours (no script, no CDN), and /openapi.json for machines."""

import json
from typing import Any

from fastapi import APIRouter, FastAPI, Request, Response

from api.openapi import describe
from api.pages.page import Pages
from api.routes.publishing import published as answer

MAX_AGE_S = 300


def docs_router(app: FastAPI, pages: Pages, *, url: str) -> APIRouter:
    router = APIRouter(include_in_schema=False)

    @router.get("/openapi.json")
    def openapi(request: Request) -> Response:
        body = json.dumps(describe(app, url=url), ensure_ascii=False).encode()
        return answer(request, body, "application/json", max_age_s=MAX_AGE_S)

    @router.get("/docs")
    def docs(request: Request) -> Response:
        return pages.render(
            request, "docs.html", {"endpoints": endpoints_of(describe(app, url=url)), "url": url}
        )

    return router


def endpoints_of(description: dict[str, Any]) -> list[dict[str, Any]]:
    """The operations as the template lists them, in the order of the routes."""
    return [
        {
            "method": method.upper(),
            "path": path,
            "summary": operation.get("summary", ""),
            "parameters": operation.get("parameters", []),
            "bodies": sorted(operation.get("requestBody", {}).get("content", {})),
            "answers": [
                (status, ", ".join(answer.get("content", {})) or answer.get("description", ""))
                for status, answer in operation["responses"].items()
                if status != "default"
            ],
        }
        for path, item in description["paths"].items()
        for method, operation in item.items()
    ]
