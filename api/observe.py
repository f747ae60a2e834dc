"""What is told about requests: one structured line each, and counters. Never personal data.

The line names the route's *template* (`/l/{secret}`), never the path: a path may hold the secret of a
printed QR code or a license number. There is no address of the caller, no query, no user agent in it. An
exception nobody foresaw is logged by its class and the places it passed; its message is withheld, since it
may quote the input.
"""

import itertools
import json
import logging
import secrets
import time
import traceback
from dataclasses import dataclass, field

import orjson
from prometheus_client import CollectorRegistry, Counter, Histogram
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from api.problems import BLANK, problem_response
from keys.report import Report

access = logging.getLogger("xinzheng.access")
faults = logging.getLogger("xinzheng.fault")

SECONDS = (0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0)
METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})
"""Any other word is the caller's own and is counted as OTHER: labels must not grow with what is sent."""
UNMATCHED = "unmatched"
"""Stands for every address we do not have: the address is the caller's text and stays out of the log."""


@dataclass(frozen=True, slots=True)
class Metrics:
    """Counters of one worker, in a registry of their own (two apps in one process do not share them)."""

    registry: CollectorRegistry = field(default_factory=CollectorRegistry)
    requests: Counter = field(init=False)
    seconds: Histogram = field(init=False)
    verdicts: Counter = field(init=False)
    _cells: dict[tuple[str, ...], tuple[Counter, Histogram]] = field(default_factory=dict)
    """Labelled children by labels: looking one up in the library costs more than counting."""
    _verdicts: dict[tuple[str, str], Counter] = field(default_factory=dict)

    def __post_init__(self) -> None:
        made = {
            "requests": Counter(
                "xinzheng_requests", "Answers", ("method", "route", "status"), registry=self.registry
            ),
            "seconds": Histogram(
                "xinzheng_request_seconds", "Duration", ("route",), buckets=SECONDS, registry=self.registry
            ),
            "verdicts": Counter("xinzheng_verdicts", "Verdicts", ("kind", "verdict"), registry=self.registry),
        }
        for name, metric in made.items():
            object.__setattr__(self, name, metric)

    def count_verdict(self, report: Report) -> None:
        labels = (report.kind, report.verdict)
        cell = self._verdicts.get(labels)
        if cell is None:
            cell = self._verdicts[labels] = self.verdicts.labels(report.kind.value, report.verdict.value)
        cell.inc()

    def count_request(self, method: str, route: str, status: int, took_s: float) -> None:
        labels = (method, route, str(status))
        cell = self._cells.get(labels)
        if cell is None:
            cell = self._cells[labels] = (self.requests.labels(*labels), self.seconds.labels(route))
        cell[0].inc()
        cell[1].observe(took_s)


class Observed:
    """ASGI middleware: times, counts and logs a request, and turns the unforeseen into a blank 500."""

    def __init__(self, app: ASGIApp, *, metrics: Metrics) -> None:
        self.app = app
        self.metrics = metrics
        self._run = secrets.token_hex(4)
        self._count = itertools.count(1)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        status = 0
        request_id = f"{self._run}-{next(self._count):x}"

        async def send_and_note(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                message["headers"] = [*message["headers"], (b"x-request-id", request_id.encode())]
            await send(message)

        began = time.perf_counter()
        try:
            await self.app(scope, receive, send_and_note)
        except Exception as error:  # noqa: BLE001 - the outermost net: nothing of it reaches the caller
            _log_fault(error, request_id)
            if status == 0:
                await problem_response(BLANK)(scope, receive, send_and_note)
        finally:
            self._note(scope, status, time.perf_counter() - began, request_id)

    def _note(self, scope: Scope, status: int, took_s: float, request_id: str) -> None:
        route = template_of(scope)
        method = scope["method"] if scope["method"] in METHODS else "OTHER"
        self.metrics.count_request(method, route, status, took_s)
        if access.isEnabledFor(logging.INFO):
            ms = round(took_s * 1000, 2)
            line = {"method": method, "route": route, "status": status, "ms": ms, "id": request_id}
            # a record made here, since `info` would first walk the stack to find who called it
            text = orjson.dumps(line).decode()
            access.handle(logging.LogRecord(access.name, logging.INFO, __file__, 0, text, None, None))


def template_of(scope: Scope) -> str:
    """The template of the route that answered, e.g. `/l/{secret}`."""
    return getattr(scope.get("route"), "path", UNMATCHED)


def _log_fault(error: Exception, request_id: str) -> None:
    places = [f"{frame.filename}:{frame.lineno}" for frame in traceback.extract_tb(error.__traceback__)]
    faults.error(json.dumps({"id": request_id, "fault": type(error).__qualname__, "at": places[-8:]}))
