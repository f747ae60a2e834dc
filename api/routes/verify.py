"""POST /v1/verify: any artifact, one report. The hot path of a node (DESIGN §8).

Plain ASGI: a request is a few headers and a body here, an answer two messages. A schema layer would cost as
much again as verifying a credential does; `api.openapi` describes the route by hand instead.

The answer is a report for every body that is accepted; problems are only for size, media type, a missing
part and a full queue. What is verified is dropped when the answer is sent.
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from urllib.parse import parse_qs

import orjson
from starlette.exceptions import HTTPException
from starlette.routing import Route
from starlette.types import Receive, Scope, Send

from api.multipart import media_type_of, parse_form
from api.refusals import MalformedParameter, MissingPart
from api.verifying import Verifier

PATH = "/v1/verify"
ANY = "application/octet-stream"
XML = "application/xml"
"""The report of ETSI TS 119 102-2, for PDF documents."""
RAW_TYPES = frozenset({"application/pdf", "application/dc+sd-jwt", "text/plain", ANY})
FORM = "multipart/form-data"
TAKEN = ", ".join(sorted({*RAW_TYPES, FORM}))
LONGEST_QUERY = 256


class VerifyEndpoint:
    """The ASGI application behind the route."""

    def __init__(self, verifier: Verifier) -> None:
        self._verifier = verifier

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        artifact, media_type = await read_artifact(scope, receive)
        at = moment_of(scope["query_string"]) if scope["query_string"] else None
        written_as = b"application/json"
        if wants_xml(scope):
            examined = await self._verifier.examine(artifact, media_type=media_type, at=at)
            if examined.findings is None:
                raise HTTPException(406)
            body, written_as = self._verifier.machine_report(examined.findings), XML.encode()
        else:
            report = await self._verifier.report(artifact, media_type=media_type, at=at)
            body = orjson.dumps(report.to_json())
        headers = [(b"content-type", written_as), (b"content-length", str(len(body)).encode())]
        await send({"type": "http.response.start", "status": 200, "headers": headers})
        await send({"type": "http.response.body", "body": body})


def verify_route(verifier: Verifier) -> Route:
    """The route, bound to one verifier. Put it first: it is asked for most."""
    return Route(PATH, VerifyEndpoint(verifier), methods=["POST"])


def wants_xml(scope: Scope) -> bool:
    """Whether the asker names the machine report of ETSI TS 119 102-2 first."""
    accept = next((value for name, value in scope["headers"] if name == b"accept"), b"")
    first: bytes = accept.split(b",", 1)[0].split(b";", 1)[0].strip().lower()
    return first == XML.encode()


async def read_artifact(scope: Scope, receive: Receive) -> tuple[bytes, str | None]:
    """The artifact and its media type, None when it is to be found out.

    Raises MissingPart, MalformedForm, BodyTooLarge, BodyTooSlow, and HTTPException 415.
    """
    content_type = next((value for name, value in scope["headers"] if name == b"content-type"), ANY.encode())
    given = content_type.decode("latin-1")
    media_type = media_type_of(given)
    if media_type != FORM and media_type not in RAW_TYPES:
        raise HTTPException(415, headers={"accept": TAKEN})
    body = await read_body(receive)
    if media_type == FORM:
        files = [part for part in parse_form(body, given) if part.filename is not None]
        if len(files) != 1:
            raise MissingPart("Send exactly one file in the form", "表单中应当恰好有一个文件")
        body, media_type = files[0].content, files[0].media_type
    if not body:
        raise MissingPart()
    return body, media_type if media_type in RAW_TYPES and media_type != ANY else None


async def read_body(receive: Receive) -> bytes:
    """The whole body; its size was limited on the way. Raises MissingPart when the sender went away."""
    message = await receive()
    if message["type"] == "http.request" and not message.get("more_body", False):
        return bytes(message.get("body", b""))
    chunks = [message.get("body", b"")]
    while message.get("more_body", False):
        message = await receive()
        chunks.append(message.get("body", b""))
    if message["type"] == "http.disconnect":
        raise MissingPart()
    return b"".join(chunks)


def moment_of(query: bytes) -> datetime | None:
    """The `at` parameter. Raises MalformedParameter unless it is absent or one RFC 3339 time with a zone."""
    given = parse_qs(query[:LONGEST_QUERY].decode("latin-1"), keep_blank_values=True).get("at")
    if given is None:
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


_BINARY: Mapping[str, Any] = {"schema": {"type": "string", "format": "binary"}}
_TEXT: Mapping[str, Any] = {"schema": {"type": "string", "minLength": 1, "maxLength": 65536}}
_FILE: Mapping[str, Any] = {
    "schema": {
        "type": "object",
        "required": ["file"],
        "properties": {"file": {"type": "string", "format": "binary"}},
    }
}
OPERATION: Mapping[str, Any] = {
    "tags": ["verify"],
    "summary": "Verify a PDF, a credential, the address in a printed QR code, or a license number",
    "operationId": "verify",
    "parameters": [
        {
            "name": "at",
            "in": "query",
            "required": False,
            "description": "Judge as of this moment instead of now (RFC 3339 with a zone)",
            "schema": {"type": "string", "format": "date-time"},
        }
    ],
    "requestBody": {
        "required": True,
        "content": {
            "application/pdf": _BINARY,
            "application/dc+sd-jwt": _TEXT,
            "text/plain": _TEXT,
            ANY: _BINARY,
            FORM: _FILE,
        },
    },
    "responses": {
        "200": {
            "description": "The report",
            "content": {
                "application/json": {"schema": {"$ref": "#/components/schemas/Report"}},
                XML: {"schema": {"type": "string", "description": "ETSI TS 119 102-2, for a PDF"}},
            },
        }
    },
}
"""This route in the words of OpenAPI 3.1."""
