"""The OpenAPI description: what the routes say, plus the two shapes they all share, Report and Problem."""

from copy import deepcopy
from typing import Any

from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi

from api.problems import MEDIA_TYPE
from api.routes.verify import OPERATION, PATH
from keys.report import ArtifactKind, Changes, Cryptography, Outcome, Trust, Verdict

_TEXT = {"type": "string"}
_TIME = {"type": "string", "format": "date-time"}


def _object(required: str, properties: dict[str, Any]) -> dict[str, Any]:
    return {"type": "object", "required": required.split(), "properties": properties}


def _one_of(values: Any) -> dict[str, Any]:
    return {"type": "string", "enum": [value.value for value in values]}


PROBLEM = _object(
    "type status code title title_zh detail detail_zh",
    {
        "type": _TEXT,
        "status": {"type": "integer"},
        "code": _TEXT,
        "title": _TEXT,
        "title_zh": _TEXT,
        "detail": _TEXT,
        "detail_zh": _TEXT,
    },
)
CHECK = _object(
    "id outcome detail detail_zh",
    {"id": _TEXT, "outcome": _one_of(Outcome), "detail": _TEXT, "detail_zh": _TEXT},
)
SIGNATURE = _object(
    "field signer cryptography changes trust signed_at time_source level",
    {
        "field": _TEXT,
        "signer": _TEXT,
        "cryptography": _one_of(Cryptography),
        "changes": _one_of(Changes),
        "trust": _one_of(Trust),
        "signed_at": {"anyOf": [_TIME, {"type": "null"}]},
        "time_source": {"type": "string", "enum": ["timestamp", "claimed", "none"]},
        "level": _TEXT,
    },
)
REPORT = _object(
    "verdict kind as_of checks signatures license",
    {
        "verdict": _one_of(Verdict),
        "kind": _one_of(ArtifactKind),
        "as_of": _TIME,
        "checks": {"type": "array", "items": {"$ref": "#/components/schemas/Check"}},
        "signatures": {"type": "array", "items": {"$ref": "#/components/schemas/Signature"}},
        "license": {"anyOf": [{"type": "object"}, {"type": "null"}]},
    },
)
SCHEMAS = {"Report": REPORT, "Check": CHECK, "Signature": SIGNATURE, "Problem": PROBLEM}


def describe(app: FastAPI, *, url: str) -> dict[str, Any]:
    """Build the description once. The server address is the node's own, never the Host of a request."""
    if app.openapi_schema is None:
        description = get_openapi(
            title="信证 Xinzheng",
            version="1",
            description="Verify electronic licenses and seals; read the public data behind them.",
            routes=app.routes,
            servers=[{"url": url}],
        )
        description["paths"] = {PATH: {"post": deepcopy(dict(OPERATION))}, **description["paths"]}
        schemas = description.setdefault("components", {}).setdefault("schemas", {})
        for unused in ("HTTPValidationError", "ValidationError"):
            schemas.pop(unused, None)
        schemas.update(SCHEMAS)
        for path in description["paths"].values():
            for operation in path.values():
                operation["responses"].pop("422", None)
                operation["responses"]["default"] = {
                    "description": "Problem (RFC 9457)",
                    "content": {MEDIA_TYPE: {"schema": {"$ref": "#/components/schemas/Problem"}}},
                }
        app.openapi_schema = description
    return app.openapi_schema
