"""T18 without a browser: whatever is posted, named or asked for comes back escaped, on every kind of page."""

from api.app import create_app
from api.node import Node
from tests.asgi import AsgiClient
from tests.attacks.payloads import PAYLOADS


def test_payloads_come_back_escaped(node: Node) -> None:
    client = AsgiClient(create_app(node))
    person = {"accept": "text/html"}
    for payload in PAYLOADS:
        path = payload.replace("%", "%25").replace("/", "%2F").replace("?", "%3F").replace("#", "%23")
        for answer in (
            client.post("/verify", data={"text": payload}, headers=person),
            client.post("/verify", files={"file": ("x", b"1"), "text": (None, payload.encode())}),
            client.get(f"/l/{path}", headers=person),
            client.get("/verify", params={"lang": payload, "type": payload}),
            client.get("/nothing", params={"q": payload}, headers=person),
        ):
            assert answer.status_code < 500
            if "<" in payload:
                assert payload not in answer.text
            if payload.startswith("{{ 7"):
                assert "49" not in answer.text.replace(payload, "")
    client.close()
