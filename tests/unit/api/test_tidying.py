"""Expired rows go, in batches; an application is told of a logout, and told again until it heard."""

import threading
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, HTTPServer
from urllib.parse import parse_qs

import pytest
from sqlalchemy import text
from sqlalchemy.orm import Session

from api.chores import Chores
from api.identity import Identity
from api.node import Node
from api.tidying import send_logouts, tidy
from keys.encoding import parse_json, unb64url
from tests.identities import make_client
from tests.nodes import HandClock
from trust.oidc.backchannel import queue_message
from trust.oidc.once import first_use


@dataclass
class Platform:
    """An application's logout address on loopback."""

    uri: str = ""
    status: int = 200
    heard: list[str] = field(default_factory=list)


@pytest.fixture
def platform() -> Iterator[Platform]:
    told = Platform()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["content-length"])).decode()
            told.heard.append(parse_qs(body)["logout_token"][0])
            self.send_response(told.status)
            self.end_headers()

        def log_message(self, *_args: object) -> None:
            """Quiet."""

    server = HTTPServer(("127.0.0.1", 0), Handler)
    told.uri = f"http://platform.localhost:{server.server_port}/logout"
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield told
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture
def identity(node: Node) -> Identity:
    """The node's, allowed to call names under localhost."""
    return replace(node.identity, provider=replace(node.identity.provider, local_names=True))


def queue(node: Node, identity: Identity, platform: Platform) -> None:
    make_client(node, backchannel_logout_uri=platform.uri)
    identity.state.wait(
        lambda _durable, short: queue_message(
            short, client_id="platform", uri=platform.uri, subject="s", sid="d", now=node.clock()
        )
    )


def test_a_logout_is_told_once(node: Node, identity: Identity, platform: Platform) -> None:
    queue(node, identity, platform)
    assert (send_logouts(identity), send_logouts(identity)) == (1, 0)
    claims = parse_json(unb64url(platform.heard[0].split(".")[1]), max_bytes=4096)
    assert (claims["aud"], claims["sid"], "nonce" in claims) == ("platform", "d", False)


def test_an_application_that_fails_is_told_again_later(
    node: Node, identity: Identity, platform: Platform, clock: HandClock
) -> None:
    queue(node, identity, platform)
    platform.status = 500
    assert send_logouts(identity) == 0
    platform.status = 204
    assert send_logouts(identity) == 0
    clock.advance(timedelta(minutes=1))
    assert send_logouts(identity) == 1
    assert len(platform.heard) == 2


def test_chores_delete_what_has_expired(node: Node, clock: HandClock) -> None:
    until = clock() + timedelta(minutes=1)

    def spend(_durable: Session, short: Session) -> None:
        for name in ("a", "b"):
            first_use(short, "test", "owner", name, expires_at=until)

    node.identity.state.wait(spend)
    tidy(node.identity)
    assert _left(node) == 2
    clock.advance(timedelta(minutes=2))
    Chores(node, every=timedelta(minutes=1)).run_once()
    assert _left(node) == 0


def _left(node: Node) -> object:
    with node.short_lived.reading() as session:
        return session.execute(text("SELECT count(*) FROM oidc_once")).scalar()
