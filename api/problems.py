"""From an error to an HTTP answer: the only such mapping in the project (RFC 9457 problem details).

Inside, errors know a `Kind` and no HTTP; here each kind gets its status. What HTTP itself refuses (no such
address, wrong method, wrong media type) has its own small table. An exception nobody foresaw becomes a 500
that says nothing.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from starlette.responses import Response

from keys.errors import Kind, XinzhengError

MEDIA_TYPE = "application/problem+json"

STATUS: Mapping[Kind, int] = MappingProxyType(
    {
        Kind.MALFORMED: 400,
        Kind.UNAUTHENTICATED: 401,
        Kind.FORBIDDEN: 403,
        Kind.NOT_FOUND: 404,
        Kind.CONFLICT: 409,
        Kind.TOO_LARGE: 413,
        Kind.REFUSED: 422,
        Kind.UNTRUSTED: 422,
        Kind.INTERNAL: 500,
        Kind.UNAVAILABLE: 503,
    }
)
RETRY_AFTER_S = 2
"""Said with every 503 whose error names no time of its own (RFC 9110 §10.2.3)."""


@dataclass(frozen=True, slots=True)
class Problem:
    """One problem as it is shown: RFC 9457 §3, with our `code` and the Chinese twins as extension members."""

    status: int
    code: str
    title: str
    title_zh: str
    detail: str
    detail_zh: str

    def to_json(self) -> dict[str, str | int]:
        return {
            "type": f"urn:xinzheng:problem:{self.code}",
            "status": self.status,
            "code": self.code,
            "title": self.title,
            "title_zh": self.title_zh,
            "detail": self.detail,
            "detail_zh": self.detail_zh,
        }


def _plain(status: int, code: str, title: str, title_zh: str) -> Problem:
    return Problem(status, code, title, title_zh, title, title_zh)


BLANK = _plain(500, XinzhengError.code, XinzhengError.title, XinzhengError.title_zh)
"""The answer to everything unforeseen: it names nothing of the inside."""

PROTOCOL: Mapping[int, Problem] = MappingProxyType(
    {
        400: _plain(400, "bad_request", "The request cannot be read", "请求无法读取"),
        404: _plain(404, "no_such_address", "There is nothing at this address", "该地址没有内容"),
        405: _plain(405, "wrong_method", "This address does not take this method", "该地址不支持此操作方式"),
        406: _plain(
            406, "not_acceptable", "No form of the answer fits what was asked for", "无法提供所要求的格式"
        ),
        415: _plain(415, "unsupported_media_type", "This media type is not taken here", "不支持该内容类型"),
        422: _plain(422, "unprocessable", "The request does not fit its schema", "请求不符合格式要求"),
        501: _plain(501, "not_implemented", "This node does not offer this", "本节点不提供该功能"),
    }
)
"""What HTTP refuses by itself, by status. Any other status is answered with `BLANK`."""


def problem_of(error: XinzhengError) -> Problem:
    """The problem for one of our errors. An internal one keeps its code and shows only the general words."""
    status = STATUS[error.kind]
    if error.kind is Kind.INTERNAL:
        return _plain(status, error.code, XinzhengError.title, XinzhengError.title_zh)
    return Problem(status, error.code, error.title, error.title_zh, error.detail, error.detail_zh)


def protocol_problem(status: int, detail: str = "", detail_zh: str = "") -> Problem:
    """The problem for a bare HTTP status, with words of the route where it has any."""
    known = PROTOCOL.get(status, BLANK)
    return Problem(
        known.status,
        known.code,
        known.title,
        known.title_zh,
        detail or known.detail,
        detail_zh or known.detail_zh,
    )


def headers_for(problem: Problem, error: BaseException | None = None) -> dict[str, str]:
    """Headers that a problem carries: when to come back, and that nobody may keep it."""
    headers = {"cache-control": "no-store"}
    if problem.status == 503:
        headers["retry-after"] = str(getattr(error, "retry_after_s", RETRY_AFTER_S))
    return headers


def problem_response(problem: Problem, headers: Mapping[str, str] = MappingProxyType({})) -> Response:
    """The problem as `application/problem+json`."""
    body = json.dumps(problem.to_json(), ensure_ascii=False, separators=(",", ":")).encode()
    return Response(body, problem.status, {**headers_for(problem), **headers}, MEDIA_TYPE)
