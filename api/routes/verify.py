"""POST /v1/verify: any artifact, one report. The hot path of a node: no schema layer, no database, no
script.

The answer is a report for every body that is accepted; problems are only for size, media type, a missing
part and a full queue. What is verified is dropped when the answer is sent.
"""

import json
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from fastapi import APIRouter, Request, Response
from starlette.exceptions import HTTPException

from api.multipart import media_type_of, parse_form
from api.refusals import MalformedParameter, MissingPart
from api.verifying import Verifier
from keys.report import Report

ANY = "application/octet-stream"
RAW_TYPES = frozenset({"application/pdf", "application/dc+sd-jwt", "text/plain", ANY})
FORM = "multipart/form-data"
TAKEN = ", ".join(sorted({*RAW_TYPES, FORM}))

_BINARY: Mapping[str, Any] = {"schema": {"type": "string", "format": "binary"}}
_TEXT: Mapping[str, Any] = {"schema": {"type": "string", "minLength": 1, "maxLength": 65536}}
REQUEST_BODY: Mapping[str, Any] = {
    "required": True,
    "content": {
        "application/pdf": _BINARY,
        "application/dc+sd-jwt": _TEXT,
        "text/plain": _TEXT,
        ANY: _BINARY,
        FORM: {
            "schema": {
                "type": "object",
                "required": ["file"],
                "properties": {"file": {"type": "string", "format": "binary"}},
            }
        },
    },
}


def verify_router(verifier: Verifier) -> APIRouter:
    """The route, bound to one verifier."""
    router = APIRouter(tags=["verify"], default_response_class=Response)

    @router.post(
        "/v1/verify",
        summary="Verify a PDF, a credential, the address in a printed QR code, or a license number",
        openapi_extra={
            "requestBody": dict(REQUEST_BODY),
            "parameters": [
                {
                    "name": "at",
                    "in": "query",
                    "required": False,
                    "description": "Judge as of this moment instead of now (RFC 3339 with a zone)",
                    "schema": {"type": "string", "format": "date-time"},
                }
            ],
        },
        responses={
            200: {
                "description": "The report",
                "content": {"application/json": {"schema": {"$ref": "#/components/schemas/Report"}}},
            }
        },
    )
    async def verify_artifact(request: Request) -> Response:
        artifact, media_type = await artifact_of(request)
        report = await verifier.report(artifact, media_type=media_type, at=moment_of(request))
        return report_response(report)

    return router


async def artifact_of(request: Request) -> tuple[bytes, str | None]:
    """The artifact and its media type, None when it is to be found out.

    Raises MissingPart, MalformedForm, BodyTooLarge, and HTTPException 415.
    """
    content_type = request.headers.get("content-type", ANY)
    media_type = media_type_of(content_type)
    if media_type != FORM and media_type not in RAW_TYPES:
        raise HTTPException(415, headers={"accept": TAKEN})
    body = await request.body()
    if media_type == FORM:
        files = [part for part in parse_form(body, content_type) if part.filename is not None]
        if len(files) != 1:
            raise MissingPart("Send exactly one file in the form", "表单中应当恰好有一个文件")
        body, media_type = files[0].content, files[0].media_type
    if not body:
        raise MissingPart()
    return body, media_type if media_type in RAW_TYPES and media_type != ANY else None


def moment_of(request: Request) -> datetime | None:
    """The `at` parameter. Raises MalformedParameter unless it is absent or an RFC 3339 time with a zone."""
    given = request.query_params.getlist("at")
    if not given:
        return None
    try:
        (text,) = given
        moment = datetime.fromisoformat(text)
        if moment.tzinfo is None or "T" not in text.upper():
            raise ValueError("no zone, or no time")
    except ValueError as error:
        raise MalformedParameter(
            "`at` must be one time such as 2026-11-22T09:41:00Z",
            "参数 at 应为一个时间，如 2026-11-22T09:41:00Z",
        ) from error
    return moment


def report_response(report: Report) -> Response:
    """The report as JSON. `json` beats a schema layer here; nothing in a report needs one."""
    body = json.dumps(report.to_json(), ensure_ascii=False, separators=(",", ":"))
    return Response(body.encode(), media_type="application/json")
