"""A register as a real HTTP server on loopback, for contract tests: right, down, slow, and lying in many
ways.
"""

import json
import ssl
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

CHANNEL = """
name = "population"
title = "人口基础信息库"
title_en = "population register"
kind = "person"
method = "register"
url = "{url}"
purposes = ["account", "step-up"]
timeout_seconds = {timeout}
attempts = 2
daily_per_subject = 5
daily_per_asker = 8
[breaker]
failures = 3
open_seconds = 30
[send]
name = "xm"
number = "gmsfhm"
[answer]
outcome = "result.code"
matched = ["1"]
mismatch = ["0"]
absent = ["2"]
reference = "result.serial"
[answer.echo]
number = "gmsfhm"
"""

Behaviour = Callable[["Handler", dict[str, Any]], None]
"""Gets the handler and the parsed question; writes whatever it likes to the connection."""


class Handler(BaseHTTPRequestHandler):
    """One request at a time is handed to the server's present behaviour."""

    protocol_version = "HTTP/1.1"
    server: "RegisterServer"

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        question = json.loads(body)
        self.server.seen.append(question)
        self.server.keys.append(self.headers["Idempotency-Key"])
        try:
            self.server.behaviour(self, question)
        except (BrokenPipeError, ConnectionResetError, ssl.SSLError):
            self.close_connection = True

    def answer(self, value: Any, *, status: int = 200, headers: tuple[tuple[str, str], ...] = ()) -> None:
        data = value if isinstance(value, bytes) else json.dumps(value).encode()
        self.send_response(status)
        for name, text in headers:
            self.send_header(name, text)
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002  the signature of the base class
        """Silent."""


class RegisterServer(ThreadingHTTPServer):
    daemon_threads = True

    def __init__(self, behaviour: Behaviour) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.behaviour = behaviour
        self.seen: list[dict[str, Any]] = []
        self.keys: list[str | None] = []
        self.stop = threading.Event()

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A client that hangs up or a failed handshake is part of the test."""

    @property
    def port(self) -> int:
        return int(self.server_address[1])


@contextmanager
def serving(behaviour: Behaviour, tls: ssl.SSLContext | None = None) -> Iterator[RegisterServer]:
    server = RegisterServer(behaviour)
    if tls is not None:
        server.socket = tls.wrap_socket(server.socket, server_side=True)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    try:
        yield server
    finally:
        server.stop.set()
        server.shutdown()
        server.server_close()
        thread.join()


def right(known: dict[str, str]) -> Behaviour:
    """An honest register of number → name."""

    def behave(handler: Handler, question: dict[str, Any]) -> None:
        number = question["gmsfhm"]
        code = "2" if number not in known else "1" if known[number] == question["xm"] else "0"
        handler.answer({"result": {"code": code, "serial": "S-1"}, "gmsfhm": number})

    return behave


def saying(value: Any, **answer: Any) -> Behaviour:
    """Always the same answer."""
    return lambda handler, _question: handler.answer(value, **answer)
