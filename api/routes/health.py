"""/healthz, /readyz, /metrics: for the machines that watch this one. Numbers and our own words only."""

import json
from typing import Any

from fastapi import APIRouter, Response
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest
from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError

from api.observe import Metrics
from api.surface import Surface
from keys.errors import XinzhengError


def health_router(node: Surface, metrics: Metrics) -> APIRouter:
    router = APIRouter(tags=["health"], default_response_class=Response)

    @router.get("/healthz", summary="The process answers", responses=_answers("text/plain"))
    async def healthz() -> Response:
        return Response("ok\n", media_type="text/plain")

    @router.get(
        "/readyz",
        summary="The node can verify: database and trust snapshot are there",
        responses=_answers("application/json"),
    )
    def readyz() -> Response:
        found = {"database": _database(node), "snapshot": _snapshot(node)}
        ready = all(found.values())
        return Response(
            json.dumps({"ready": ready, **found}), 200 if ready else 503, media_type="application/json"
        )

    @router.get(
        "/metrics", summary="Counters of this worker, Prometheus text", responses=_answers("text/plain")
    )
    async def metrics_text() -> Response:
        return Response(generate_latest(metrics.registry), headers={"content-type": CONTENT_TYPE_LATEST})

    return router


def _answers(media_type: str) -> dict[int | str, dict[str, Any]]:
    return {200: {"description": "Answer", "content": {media_type: {}}}}


def _database(node: Surface) -> bool:
    try:
        with node.database.reading() as session:
            session.execute(text("SELECT 1"))
    except (SQLAlchemyError, XinzhengError):
        return False
    return True


def _snapshot(node: Surface) -> bool:
    try:
        node.snapshot()
    except (SQLAlchemyError, XinzhengError):
        return False
    return True
