"""How much, how long and how many: the limits of the HTTP edge (reliability T24, T37; ASVS 5.0 §15.2.1).

Three limits stand here, each small and each with its own refusal:

- `BodyLimit`  how many octets a request may carry, by path, counted as they arrive (a length header may lie);
- `BodyLimit`  how long the sender may pause and how long the whole body may take;
- `Gate`       how many documents are verified at once, and how many may wait (more are told to come back).
"""

import asyncio
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from types import MappingProxyType
from typing import TypeVar

from anyio import to_thread
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from api.refusals import BodyTooLarge, BodyTooSlow, QueueFull

T = TypeVar("T")

MIB = 1024 * 1024
ARTIFACT_OCTETS = 25 * MIB
"""The largest document that is verified over HTTP."""
FORM_OVERHEAD_OCTETS = 64 * 1024
"""Boundaries, part headers and the language field around a document in a form."""
SMALL_OCTETS = 64 * 1024
"""Everything else, a time-stamp request included."""
PAUSE_S = 20.0
TOTAL_S = 300.0
BODY_OCTETS: Mapping[str, int] = MappingProxyType(
    {"/v1/verify": ARTIFACT_OCTETS + FORM_OVERHEAD_OCTETS, "/verify": ARTIFACT_OCTETS + FORM_OVERHEAD_OCTETS}
)
IN_FLIGHT_OCTETS = 128 * MIB
"""All large bodies of one worker together; a worker must not grow without end (DESIGN §8)."""


def too_large(limit: int) -> BodyTooLarge:
    """The refusal, in words that name the limit."""
    size, unit = (limit // MIB, "MiB") if limit >= MIB else (limit // 1024, "KiB")
    return BodyTooLarge(
        f"What was sent is larger than {size} {unit}, the most this address takes",
        f"提交的内容超过 {size} {unit}，超出本地址可接受的大小",
    )


class BodyLimit:
    """ASGI middleware that counts a body while it arrives and gives up on slow or endless ones."""

    def __init__(self, app: ASGIApp, *, pause_s: float = PAUSE_S, total_s: float = TOTAL_S) -> None:
        self.app = app
        self.pause_s = pause_s
        self.total_s = total_s
        self.in_flight = 0

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or scope["method"] in ("GET", "HEAD", "OPTIONS"):
            await self.app(scope, receive, send)
            return
        limit = BODY_OCTETS.get(scope["path"], SMALL_OCTETS)
        counted = _CountedBody(self, scope, receive, limit)
        try:
            await self.app(scope, counted.receive, send)
        finally:
            self.in_flight -= counted.octets


class _CountedBody:
    __slots__ = ("_deadline", "_declared", "_inner", "_limit", "_owner", "octets")

    def __init__(self, owner: BodyLimit, scope: Scope, receive: Receive, limit: int) -> None:
        self._owner = owner
        self._inner = receive
        self._limit = limit
        self._declared = _content_length(scope)
        self._deadline: float | None = None
        self.octets = 0

    async def receive(self) -> Message:
        if self._declared > self._limit:
            raise too_large(self._limit)
        message = await self._next(asyncio.get_running_loop())
        if message["type"] == "http.request":
            self._count(len(message.get("body", b"")))
        return message

    async def _next(self, loop: asyncio.AbstractEventLoop) -> Message:
        now = loop.time()
        if self._deadline is None:
            self._deadline = now + self._owner.total_s
        until = min(now + self._owner.pause_s, self._deadline)
        try:
            async with asyncio.timeout_at(until):
                return await self._inner()
        except TimeoutError as error:
            raise BodyTooSlow() from error

    def _count(self, octets: int) -> None:
        self.octets += octets
        self._owner.in_flight += octets
        if self.octets > self._limit:
            raise too_large(self._limit)
        if self._owner.in_flight > IN_FLIGHT_OCTETS:
            raise QueueFull()


def _content_length(scope: Scope) -> int:
    for name, value in scope["headers"]:
        if name == b"content-length":
            return int(value) if value.isdigit() and len(value) < 20 else 0
    return 0


class Gate:
    """At most `running` at once and `waiting` in line; one more is told to come back later."""

    def __init__(self, *, running: int, waiting: int) -> None:
        self._places = running + waiting
        self._taken = 0
        self._turn = asyncio.Semaphore(running)

    @asynccontextmanager
    async def turn(self) -> AsyncIterator[None]:
        """Wait for a turn. Raises QueueFull when the line is full."""
        if self._taken >= self._places:
            raise QueueFull()
        self._taken += 1
        try:
            async with self._turn:
                yield
        finally:
            self._taken -= 1

    async def in_thread(self, work: Callable[[], T]) -> T:
        """Run blocking work in a thread when its turn comes. Raises QueueFull."""
        async with self.turn():
            return await to_thread.run_sync(work)
