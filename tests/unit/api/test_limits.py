"""Limits of the edge, from inside: octets counted as they arrive, slow senders, the gate to the documents."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

import pytest
from starlette.types import Message, Receive, Scope, Send

from api.limits import ARTIFACT_OCTETS, IN_FLIGHT_OCTETS, SMALL_OCTETS, BodyLimit, Gate
from api.refusals import BodyTooLarge, BodyTooSlow, QueueFull


async def read_all(_scope: Scope, receive: Receive, _send: Send) -> None:
    while (await receive()).get("more_body", False):
        pass


async def never(_message: Message) -> None:
    raise AssertionError("nothing is answered here")


def sender(*chunks: bytes) -> Callable[[], Awaitable[Message]]:
    waiting = list(chunks)

    async def receive() -> Message:
        chunk = waiting.pop(0)
        return {"type": "http.request", "body": chunk, "more_body": bool(waiting)}

    return receive


def scope(path: str, *headers: tuple[bytes, bytes], method: str = "POST") -> dict[str, Any]:
    return {"type": "http", "method": method, "path": path, "headers": list(headers)}


def run(path: str, *chunks: bytes, headers: tuple[tuple[bytes, bytes], ...] = ()) -> None:
    asyncio.run(BodyLimit(read_all)(scope(path, *headers), sender(*chunks), never))


def test_a_body_at_the_limit_passes_and_one_octet_more_does_not() -> None:
    run("/pki/timestamp", b"x" * SMALL_OCTETS)
    with pytest.raises(BodyTooLarge, match="64 KiB"):
        run("/pki/timestamp", b"x" * SMALL_OCTETS, b"x")


def test_a_declared_length_beyond_the_limit_is_refused_before_reading() -> None:
    declared = (b"content-length", str(ARTIFACT_OCTETS * 2).encode())
    with pytest.raises(BodyTooLarge, match="25 MiB"):
        run("/v1/verify", headers=(declared,))


def test_a_length_that_lies_does_not_help() -> None:
    with pytest.raises(BodyTooLarge):
        run("/pki/timestamp", *[b"x" * 40_000] * 2, headers=((b"content-length", b"10"),))


def test_octets_in_flight_are_given_back_even_after_a_refusal() -> None:
    limit = BodyLimit(read_all)
    with pytest.raises(BodyTooLarge):
        asyncio.run(limit(scope("/x"), sender(b"x" * (SMALL_OCTETS + 1)), never))
    assert limit.in_flight == 0


def test_too_many_octets_at_once_are_told_to_come_back() -> None:
    limit = BodyLimit(read_all)
    limit.in_flight = IN_FLIGHT_OCTETS
    with pytest.raises(QueueFull):
        asyncio.run(limit(scope("/v1/verify"), sender(b"x"), never))


def test_a_sender_that_pauses_too_long_is_given_up() -> None:
    async def silent() -> Message:
        await asyncio.Event().wait()
        raise AssertionError

    with pytest.raises(BodyTooSlow):
        asyncio.run(BodyLimit(read_all, pause_s=0.01)(scope("/v1/verify"), silent, never))


def test_a_sender_that_drips_forever_is_given_up() -> None:
    async def drip() -> Message:
        await asyncio.sleep(0.002)
        return {"type": "http.request", "body": b"x", "more_body": True}

    with pytest.raises(BodyTooSlow):
        asyncio.run(BodyLimit(read_all, total_s=0.03)(scope("/v1/verify"), drip, never))


def test_a_gate_runs_so_many_lets_so_many_wait_and_refuses_the_rest() -> None:
    async def story() -> tuple[int, int]:
        gate = Gate(running=2, waiting=1)
        done = asyncio.Event()
        inside = most = refusals = 0

        async def visit() -> None:
            nonlocal inside, most, refusals
            try:
                async with gate.turn():
                    inside += 1
                    most = max(most, inside)
                    await done.wait()
                    inside -= 1
            except QueueFull:
                refusals += 1
                done.set()

        await asyncio.gather(*(visit() for _ in range(4)))
        async with gate.turn():
            return most, refusals

    assert asyncio.run(story()) == (2, 1)
