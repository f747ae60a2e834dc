"""/status/*: status list tokens (draft-ietf-oauth-status-list §8), pre-signed, cacheable, readable from
anywhere.
"""

from fastapi import APIRouter, Request, Response
from starlette.exceptions import HTTPException

from api import published
from api.routes.publishing import published as answer
from api.surface import Surface
from keys.encoding import canonical_json
from licenses.status_token import MEDIA_TYPE

MAX_AGE_S = 300
"""A status may be this old in a cache; the token's own `ttl` says the same to its reader."""


def status_router(node: Surface) -> APIRouter:
    router = APIRouter(prefix="/status", tags=["status"], default_response_class=Response)

    @router.get(
        "/{list_id}",
        summary="The newest token of a status list",
        responses={200: {"description": "Token", "content": {MEDIA_TYPE: {"schema": {"type": "string"}}}}},
    )
    def status_list(request: Request, list_id: str) -> Response:
        if "time" in request.query_params:
            raise HTTPException(501)  # §8.4: a list of the past is asked for and we do not keep any
        with node.database.reading() as session:
            token = published.status_token(session, list_id)
        left_s = int((token.until - node.clock()).total_seconds())
        return answer(request, token.content, MEDIA_TYPE, max_age_s=max(0, min(MAX_AGE_S, left_s)))

    @router.get(
        "",
        summary="The addresses of all status lists",
        responses={200: {"description": "Lists", "content": {"application/json": {}}}},
    )
    def aggregation(request: Request) -> Response:
        with node.database.reading() as session:
            lists = [f"{node.config.url}/status/{one}" for one in published.status_list_ids(session)]
        body = canonical_json({"status_lists": lists})
        return answer(request, body, "application/json", max_age_s=MAX_AGE_S)

    return router
