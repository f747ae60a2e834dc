"""Asking another node: its report is passed on as it is, anything else is `unreachable`, never a verdict."""

import json
from datetime import UTC, datetime

import httpx
import pytest

from api.errors import Unreachable, WrongUsage
from api.remote import ask_node

REPORT: dict[str, object] = {
    "verdict": "valid",
    "kind": "pdf",
    "as_of": "x",
    "checks": [],
    "signatures": [],
    "license": None,
}


def answering(status: int, body: bytes) -> httpx.MockTransport:
    return httpx.MockTransport(lambda _request: httpx.Response(status, content=body))


def test_the_report_is_passed_on() -> None:
    seen: list[httpx.Request] = []

    def answer(request: httpx.Request) -> httpx.Response:
        seen.append(request)
        return httpx.Response(200, json={**REPORT, "more": 1})

    at = datetime(2026, 11, 22, 1, 2, 3, tzinfo=UTC)
    found = ask_node("https://zj.example/", b"%PDF-2.0", at=at, transport=httpx.MockTransport(answer))
    assert found == REPORT
    assert str(seen[0].url) == "https://zj.example/v1/verify?at=2026-11-22T01%3A02%3A03%2B00%3A00"
    assert seen[0].headers["content-type"] == "application/pdf"
    assert seen[0].content == b"%PDF-2.0"


@pytest.mark.parametrize(
    ("status", "body"),
    [
        (500, b"{}"),
        (200, b""),
        (200, b"<html>"),
        (200, b"[]"),
        (200, b'{"verdict":"valid"}'),
        (200, json.dumps({**REPORT, "verdict": "fine"}).encode()),
        (200, json.dumps({**REPORT, "checks": "many"}).encode()),
        (200, b"[" * 100_000),
        (413, json.dumps({"detail": "too large"}).encode()),
        (302, b""),
    ],
)
def test_what_is_no_report_is_no_verdict(status: int, body: bytes) -> None:
    with pytest.raises(Unreachable):
        ask_node("https://zj.example", b"x", at=None, transport=answering(status, body))


def test_a_redirect_is_not_followed() -> None:
    def answer(request: httpx.Request) -> httpx.Response:
        assert request.url.host == "zj.example"
        return httpx.Response(307, headers={"location": "https://evil.example/"})

    with pytest.raises(Unreachable):
        ask_node("https://zj.example", b"x", at=None, transport=httpx.MockTransport(answer))


def test_a_node_that_breaks_off_is_unreachable() -> None:
    def answer(_request: httpx.Request) -> httpx.Response:
        raise httpx.ReadError("gone")

    with pytest.raises(Unreachable):
        ask_node("https://zj.example", b"x", at=None, transport=httpx.MockTransport(answer))


@pytest.mark.parametrize("url", ["", "zj.example", "file:///etc/passwd", "https://[", "https://a:b"])
def test_an_address_that_is_none_is_wrong_usage(url: str) -> None:
    with pytest.raises(WrongUsage):
        ask_node(url, b"x", at=None, transport=answering(200, b""))
