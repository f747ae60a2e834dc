"""T37: what has brought down web frameworks does not bring down this one; T16, T17: nor can it be ridden."""

import socket
import time

import pytest

from api.app import create_app
from api.node import Node
from tests.asgi import AsgiClient
from tests.served import serving

MANY = 100_000


@pytest.fixture
def client(node: Node) -> AsgiClient:
    return AsgiClient(create_app(node))


@pytest.fixture(autouse=True)
def _bounded(client: AsgiClient) -> object:
    """Each attack is answered in less than a few seconds, or the test fails."""
    began = time.monotonic()
    yield
    client.close()
    assert time.monotonic() - began < 5


def test_ten_thousand_ranges_are_not_even_read(client: AsgiClient) -> None:
    ranges = "bytes=" + ",".join(f"{n}-{n}" for n in range(10_000))
    for path in ("/", "/trust/list", "/pki/crl/node-ca.crl"):
        response = client.get(path, headers={"range": ranges})
        assert response.status_code == 200
        assert "content-range" not in response.headers


@pytest.mark.parametrize("path", ["/v1/verify", "/verify"])
def test_a_hundred_thousand_fields_are_refused(client: AsgiClient, path: str) -> None:
    multipart = b"".join(b'--b\r\nContent-Disposition: form-data; name="a"\r\n\r\n1\r\n' for _ in range(MANY))
    response = client.post(
        path,
        content=multipart + b"--b--\r\n",
        headers={"content-type": "multipart/form-data; boundary=b"},
    )
    assert (response.status_code, response.json()["code"]) == (400, "malformed_form")
    if path == "/verify":
        urlencoded = b"&".join([b"a=1"] * MANY)
        headers = {"content-type": "application/x-www-form-urlencoded"}
        assert client.post(path, content=urlencoded, headers=headers).status_code == 400


def test_a_part_header_of_megabytes_is_refused(client: AsgiClient) -> None:
    body = b'--b\r\nContent-Disposition: form-data; name="' + b"a" * 5_000_000 + b'"\r\n\r\n1\r\n--b--\r\n'
    response = client.post(
        "/v1/verify", content=body, headers={"content-type": "multipart/form-data; boundary=b"}
    )
    assert response.status_code == 400


def test_boundaries_that_almost_match_cost_nothing(client: AsgiClient) -> None:
    body = b"--b\r\n" + b"\r\n--" * 1_000_000
    response = client.post(
        "/v1/verify", content=body, headers={"content-type": "multipart/form-data; boundary=b"}
    )
    assert response.status_code == 400


def test_a_forged_host_changes_no_address_we_publish(client: AsgiClient, node: Node) -> None:
    for host in ("evil.example", "zj.example:1", "a b", ""):
        for path in ("/status", "/openapi.json", "/", "/docs", "/verify"):
            response = client.get(path, headers={"host": host, "x-forwarded-host": "evil.example"})
            assert response.status_code == 200
            assert "evil.example" not in response.text
        assert node.config.url in client.get("/openapi.json", headers={"host": host}).text


def test_a_slash_too_many_is_not_redirected_to_a_host_of_the_callers_choice(client: AsgiClient) -> None:
    for path in ("/verify/", "/%2f%2fevil.example/", "/docs/"):
        response = client.get(path, headers={"host": "evil.example"})
        assert response.status_code == 404
        assert "location" not in response.headers


def test_a_slow_body_does_not_hold_up_the_others(node: Node) -> None:
    with serving(create_app(node)) as url:
        host, _, port = url.removeprefix("http://").partition(":")
        slow = [socket.create_connection((host, int(port))) for _ in range(20)]
        for one in slow:
            one.sendall(
                b"POST /v1/verify HTTP/1.1\r\nHost: x\r\nContent-Type: application/pdf\r\n"
                b"Content-Length: 20000000\r\n\r\n%PDF-"
            )
        with socket.create_connection((host, int(port)), timeout=2) as other:
            other.sendall(b"GET /healthz HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
            assert other.recv(64).startswith(b"HTTP/1.1 200")
        for one in slow:
            one.close()


@pytest.mark.parametrize("path", ["/l/" + "x" * 8000, "/status/" + "..%2f" * 500, "/types/%00", "/l/%ff%fe"])
def test_a_strange_address_is_a_404(client: AsgiClient, path: str) -> None:
    assert client.get(path).status_code == 404


def test_posting_from_another_site_changes_nothing_for_the_visitor(client: AsgiClient) -> None:
    """T16: there is no state to change here: no cookie is set by a POST, none gives any right."""
    foreign = {"origin": "https://evil.example", "sec-fetch-site": "cross-site"}
    response = client.post("/verify", data={"text": "1.2.156.3005.2.X"}, headers=foreign)
    assert "set-cookie" not in response.headers
    assert "access-control-allow-origin" not in response.headers


def test_no_answer_to_a_person_may_be_read_or_framed_by_another_site(client: AsgiClient) -> None:
    for path in ("/", "/verify", "/docs", "/l/" + "A" * 22, "/nothing"):
        response = client.get(path, headers={"accept": "text/html", "origin": "https://evil.example"})
        assert "access-control-allow-origin" not in response.headers
        assert "frame-ancestors 'none'" in response.headers["content-security-policy"]
        assert response.headers["cross-origin-opener-policy"] == "same-origin"
