"""Security headers on every answer (T17, T18; ASVS 5.0 §3.4), found by walking the routes of the app."""

import re

import pytest
from fastapi import FastAPI
from starlette.routing import BaseRoute

from api.app import create_app
from api.config import NodeConfig
from api.headers import CONTENT_SECURITY_POLICY
from api.licensing import Faces
from api.node import Node
from api.pages.difference import POLICY
from tests.asgi import AsgiClient
from tests.served import printed_address

ALWAYS = {
    "content-security-policy": CONTENT_SECURITY_POLICY,
    "x-content-type-options": "nosniff",
    "referrer-policy": "no-referrer",
    "cross-origin-opener-policy": "same-origin",
}


def routes_of(app: FastAPI) -> list[tuple[str, str]]:
    """Every (method, path) the app answers, with something in the place of each parameter."""
    found: list[tuple[str, str]] = []

    def walk(routes: list[BaseRoute]) -> None:
        for route in routes:
            inner = getattr(route, "routes", None) or getattr(
                getattr(route, "original_router", None), "routes", None
            )
            if inner:
                walk(list(inner))
            elif methods := getattr(route, "methods", None):
                path = re.sub(r"\{[^}]*\}", "x", str(getattr(route, "path", "")))
                found.extend((method, path) for method in sorted(methods))

    walk(app.router.routes)
    return found


def test_every_route_carries_the_headers(app: FastAPI, client: AsgiClient) -> None:
    walked = routes_of(app)
    assert {"/", "/verify", "/l/x", "/docs", "/v1/verify", "/status/x", "/pki/crl/x.crl"} <= {
        p for _, p in walked
    }
    for method, path in walked:
        response = client.request(method, path)
        assert response.status_code < 500, (method, path)
        for name, value in ALWAYS.items():
            # /verify is the one page that shows pictures of a visitor's document.
            taken = {value, POLICY} if path == "/verify" and value == CONTENT_SECURITY_POLICY else {value}
            assert response.headers.get(name) in taken, (method, path, name)
        assert "camera=()" in response.headers["permissions-policy"]
        assert "server" not in response.headers


def test_no_page_may_be_framed_nor_run_anything_inline() -> None:
    policy = dict(one.partition(" ")[::2] for one in CONTENT_SECURITY_POLICY.split("; "))
    assert policy["default-src"] == "'none'"
    assert policy["frame-ancestors"] == "'none'"
    assert policy["base-uri"] == "'none'"
    assert policy["form-action"] == "'self'"
    assert "unsafe" not in CONTENT_SECURITY_POLICY
    assert "http" not in CONTENT_SECURITY_POLICY


def test_problems_and_blank_500s_carry_the_headers_too(
    client: AsgiClient, node: Node, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_args: object, **_more: object) -> None:
        raise RuntimeError("secret")

    monkeypatch.setattr("api.published.trust_list", broken)
    for response in (client.get("/nothing"), client.get("/trust/list")):
        assert {name: response.headers[name] for name in ALWAYS} == ALWAYS
        assert response.headers["cache-control"] == "no-store"


def test_https_nodes_say_so_for_two_years(node: Node, monkeypatch: pytest.MonkeyPatch) -> None:
    config = NodeConfig(
        **{**{name: getattr(node.config, name) for name in NodeConfig.__slots__}, "url": "https://zj.example"}
    )
    monkeypatch.setitem(node.__dict__, "config", config)
    client = AsgiClient(create_app(node))
    response = client.get("/?lang=en")
    client.close()
    assert response.headers["strict-transport-security"] == "max-age=63072000; includeSubDomains"
    assert all("Secure" in cookie for cookie in response.headers.get_list("set-cookie"))


def test_cookies_hold_two_choices_and_nothing_else(client: AsgiClient) -> None:
    cookies = client.get("/?lang=en&type=large").headers.get_list("set-cookie")
    assert [cookie.partition(";")[0] for cookie in cookies] == ["lang=en", "type=large"]
    assert all("HttpOnly" in cookie and "SameSite=lax" in cookie for cookie in cookies)
    assert client.get("/", headers={"cookie": "lang=en"}).headers.get("set-cookie") is None


def test_the_page_of_a_secret_is_neither_kept_nor_indexed_nor_told_to_others(
    client: AsgiClient, faces: Faces
) -> None:
    path = "/l/" + printed_address(faces.document).rpartition("/")[2]
    response = client.get(path)
    assert response.status_code == 200
    assert response.headers["cache-control"] == "no-store"
    assert response.headers["x-robots-tag"] == "noindex, nofollow"
    assert response.headers["referrer-policy"] == "no-referrer"


@pytest.mark.parametrize("path", ["/", "/verify", "/healthz", "/trust/list"])
def test_head_is_get_without_the_body(client: AsgiClient, path: str) -> None:
    head, full = client.request("HEAD", path), client.get(path)
    assert (head.status_code, head.content) == (200, b"")
    assert head.headers["content-length"] == full.headers["content-length"]


def test_static_files_are_kept_for_ever_under_their_hash(client: AsgiClient) -> None:
    page = client.get("/verify").text
    addresses = re.findall(r'(?:href|src)="(/static/[^"]+)"', page)
    assert len(addresses) == 3
    for address in addresses:
        response = client.get(address, headers={"range": "bytes=" + ",".join(f"{n}-" for n in range(10_000))})
        assert response.status_code == 200
        assert response.headers["cache-control"] == "public, max-age=31536000, immutable"
    assert client.get("/static/site.000000000000.css").status_code == 404
    assert client.get("/static/..%2fapp.py").status_code == 404
