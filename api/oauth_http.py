"""OAuth over HTTP: a request read into a `Call`, answers and refusals written as their RFCs print them.

Clients do not read problems (RFC 9457): they read `error` (RFC 6749 §5.2), and at a resource the challenge in
WWW-Authenticate (RFC 6750 §3, RFC 9449 §7.1). Nothing here is ever cached.
"""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from starlette.types import Receive, Scope, Send

from api.problems import STATUS, headers_for, problem_of
from api.routes.verify import read_body
from keys.errors import Kind, XinzhengError
from trust.oauth_errors import (
    InsufficientScope,
    InsufficientUserAuthentication,
    InvalidClient,
    InvalidDpopProof,
    InvalidRequest,
    InvalidToken,
    OAuthError,
    ServerBusy,
    UseDpopNonce,
)
from trust.oidc.client_auth import Call
from trust.oidc.parameters import read_form, read_parameters

FORM = "application/x-www-form-urlencoded"
JSON = "application/json"
NO_STORE = {"cache-control": "no-store", "pragma": "no-cache"}
_ENCODER = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"))
_AT_RESOURCE = (InvalidToken, InsufficientUserAuthentication, InvalidDpopProof, UseDpopNonce)


@dataclass(frozen=True, slots=True)
class Reply:
    """What goes out."""

    status: int
    body: bytes
    headers: Mapping[str, str]

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        raw = [(name.encode(), value.encode("latin-1", "replace")) for name, value in self.headers.items()]
        raw.append((b"content-length", str(len(self.body)).encode()))
        await send({"type": "http.response.start", "status": self.status, "headers": raw})
        await send({"type": "http.response.body", "body": self.body})


def reply_json(
    body: Mapping[str, Any] | None, *, status: int = 200, headers: Mapping[str, str] | None = None
) -> Reply:
    content = b"" if body is None else _ENCODER.encode(body).encode()
    kind = {} if body is None else {"content-type": JSON}
    return Reply(status, content, {**NO_STORE, **kind, **(headers or {})})


async def read_call(scope: Scope, receive: Receive) -> Call:
    """A request with its form. Raises: InvalidRequest, BodyTooLarge, BodyTooSlow."""
    headers = scope["headers"]
    body = await read_body(receive) if scope["method"] == "POST" else b""
    media_type = first_header(headers, b"content-type").partition(";")[0].strip().lower()
    if body and media_type != FORM:
        raise InvalidRequest(f"The body must be {FORM}.", "请求体须为表单格式。")
    accept = first_header(headers, b"accept")
    return Call(
        parameters=read_parameters((), read_form(body)),
        authorization=one_header(headers, b"authorization"),
        dpop=tuple(value.decode("latin-1") for name, value in headers if name == b"dpop"),
        method=scope["method"],
        accept=accept,
    )


def first_header(headers: list[tuple[bytes, bytes]], wanted: bytes) -> str:
    return next((value.decode("latin-1") for name, value in headers if name == wanted), "")


def one_header(headers: list[tuple[bytes, bytes]], wanted: bytes) -> str | None:
    """Raises: InvalidRequest when it is there twice."""
    found = [value.decode("latin-1") for name, value in headers if name == wanted]
    if len(found) > 1:
        raise InvalidRequest("A header is given more than once.", "请求头重复。")
    return found[0] if found else None


Refuse = Callable[[XinzhengError, Call | None], Reply]


def refuse_client(error: XinzhengError, call: Call | None) -> Reply:
    """At endpoints that clients call (RFC 6749 §5.2): 401 for a client we do not believe, else 400."""
    headers = {}
    if isinstance(error, InvalidClient):
        status = 401
        if call is not None and call.authorization is not None:
            headers["www-authenticate"] = 'Basic realm="xinzheng", charset="UTF-8"'
    elif isinstance(error, ServerBusy) or not isinstance(error, OAuthError):
        status = STATUS[error.kind]
    else:
        status = 400
    return _refusal(error, status, headers)


def refuse_at_resource(error: XinzhengError, call: Call | None) -> Reply:
    """At a resource (RFC 6750 §3.1): a challenge that says what is wrong; nothing when no token came."""
    if not isinstance(error, OAuthError):
        return refuse_client(error, call)
    status = 401 if isinstance(error, _AT_RESOURCE) else 403 if isinstance(error, InsufficientScope) else 400
    presented = call is not None and (call.authorization or "access_token" in call.parameters)
    scheme = "DPoP" if _is_dpop(error, call) else "Bearer"
    said = [f'error="{error.code}"', f'error_description="{_ascii(error.detail)}"'] if presented else []
    if scheme == "DPoP":
        said.append('algs="ES256 PS256 EdDSA Ed25519"')
    challenge = f"{scheme} {', '.join(said)}".strip()
    return _refusal(error, status, {"www-authenticate": challenge} if status in (401, 403) else {})


def _is_dpop(error: OAuthError, call: Call | None) -> bool:
    proof_wrong = isinstance(error, InvalidDpopProof | UseDpopNonce)
    return proof_wrong or (call is not None and (call.authorization or "")[:5].lower() == "dpop ")


def _refusal(error: XinzhengError, status: int, headers: dict[str, str]) -> Reply:
    if isinstance(error, OAuthError):
        if error.dpop_nonce is not None:
            headers["dpop-nonce"] = error.dpop_nonce
        body = {"error": error.code, "error_description": _ascii(error.detail)}
    else:
        code = "server_error" if error.kind is Kind.INTERNAL else "invalid_request"
        code = "temporarily_unavailable" if error.kind is Kind.UNAVAILABLE else code
        body = {"error": code, "error_description": _ascii(problem_of(error).detail)}
    if status == 503:
        headers["retry-after"] = headers_for(problem_of(error), error).get("retry-after", "2")
    return reply_json(body, status=status, headers=headers)


def _ascii(text: str) -> str:
    """error_description may hold %x20-21 / %x23-5B / %x5D-7E only (RFC 6749 §5.2)."""
    return "".join(letter if " " <= letter <= "~" and letter not in '"\\' else "'" for letter in text)
