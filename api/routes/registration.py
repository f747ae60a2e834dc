"""Dynamic client registration (RFC 7591), its management (RFC 7592). Clients are durable: threads write."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Any

from anyio import to_thread
from sqlalchemy.orm import Session
from starlette.routing import Route
from starlette.types import Receive, Scope, Send

from api.identity import Identity
from api.oauth_http import JSON, Reply, first_header, one_header, refuse_at_resource, reply_json
from api.routes.verify import read_body
from keys.encoding import parse_json
from keys.errors import MalformedInput, XinzhengError
from trust.oauth_errors import InvalidClientMetadata
from trust.oidc.provider import Answer
from trust.oidc.registration import (
    Registration,
    delete_registration,
    read_registration,
    register,
    update_registration,
)

LARGEST = 64 * 1024
Work = Callable[[Session, Registration], Answer | None]


@dataclass(frozen=True, slots=True)
class RegistrationEndpoint:
    """POST makes a client; GET, PUT and DELETE at its own address read, replace and end it."""

    identity: Identity

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        try:
            asked = await _read(scope, receive)
            answer = await to_thread.run_sync(partial(self._write, scope["method"], asked))
            if asked.client_id is not None and scope["method"] != "GET":
                self.identity.forget_client(asked.client_id)
            reply = _reply(scope["method"], answer)
        except XinzhengError as error:
            reply = refuse_at_resource(error, None)
        await reply(scope, receive, send)

    def _write(self, method: str, asked: Registration) -> Answer | None:
        provider, now = self.identity.provider, self.identity.clock()
        works: dict[str, Work] = {
            "POST": lambda session, one: register(provider, session, one, now),
            "GET": lambda session, one: read_registration(provider, session, one),
            "PUT": lambda session, one: update_registration(provider, session, one, now),
            "DELETE": lambda session, one: delete_registration(provider, session, one),
        }
        with self.identity.durable.writing() as session:
            answer = works[method](session, asked)
            session.commit()
            return answer


def registration_routes(identity: Identity) -> list[Route]:
    endpoint = RegistrationEndpoint(identity)
    return [
        Route("/oidc/register", endpoint, methods=["POST"]),
        Route("/oidc/register/{client_id}", endpoint, methods=["GET", "PUT", "DELETE"]),
    ]


async def _read(scope: Scope, receive: Receive) -> Registration:
    headers = scope["headers"]
    metadata: Any = None
    if scope["method"] in ("POST", "PUT"):
        body = await read_body(receive)
        if first_header(headers, b"content-type").partition(";")[0].strip().lower() != JSON:
            raise InvalidClientMetadata("The body must be JSON.", "请求体须为 JSON。")
        try:
            metadata = parse_json(body, max_bytes=LARGEST)
        except MalformedInput as error:
            raise InvalidClientMetadata(log_only=error.detail) from None
        if not isinstance(metadata, dict):
            raise InvalidClientMetadata("The body must be a JSON object.", "请求体须为 JSON 对象。")
    client_id = scope["path_params"].get("client_id")
    return Registration(one_header(headers, b"authorization"), metadata, client_id)


def _reply(method: str, answer: Answer | None) -> Reply:
    if answer is None:
        return reply_json(None, status=204)
    return reply_json(answer.body, status=201 if method == "POST" else 200)
