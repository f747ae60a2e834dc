"""What goes wrong is told once and well: a problem for programs, a page for people, nothing of the inside."""

import json
import logging

import pytest

from api.app import create_app
from api.licensing import Faces
from api.node import Node
from keys.errors import Kind, XinzhengError
from tests.asgi import AsgiClient
from tests.served import printed_address

BROWSER = {"accept": "text/html,application/xhtml+xml,*/*;q=0.8"}


class Told(XinzhengError):
    code = "told_in_a_test"
    kind = Kind.CONFLICT
    title = "Somebody was first"
    title_zh = "已被他人办理"


def test_an_address_we_do_not_have_is_a_problem_for_a_program_and_a_page_for_a_person(
    client: AsgiClient,
) -> None:
    program, person = client.get("/no/such"), client.get("/no/such", headers=BROWSER)
    assert program.headers["content-type"] == "application/problem+json"
    assert program.json()["code"] == "no_such_address"
    assert person.status_code == program.status_code == 404
    assert person.headers["content-type"].startswith("text/html")
    assert "没有这个页面" in person.text


def test_an_unforeseen_fault_is_a_500_that_says_nothing(
    node: Node, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def broken(*_args: object) -> None:
        raise RuntimeError("身份证 110101199003070000")

    monkeypatch.setattr("api.published.trust_list", broken)
    client = AsgiClient(create_app(node))
    with caplog.at_level(logging.INFO):
        response = client.get("/trust/list")
    client.close()
    assert response.status_code == 500
    assert response.json()["code"] == "internal"
    assert "110101199003070000" not in response.text + caplog.text
    fault = json.loads(next(r.message for r in caplog.records if r.name == "xinzheng.fault"))
    assert fault["fault"] == "RuntimeError"
    assert fault["id"] == response.headers["x-request-id"]


def test_our_own_errors_come_out_by_their_kind(client: AsgiClient, monkeypatch: pytest.MonkeyPatch) -> None:
    def refused(*_args: object) -> None:
        raise Told("Look again", "请重新查看", log_only="inside")

    monkeypatch.setattr("api.published.trust_list", refused)
    response = client.get("/trust/list")
    assert response.status_code == 409
    assert response.json()["detail_zh"] == "请重新查看"
    assert "inside" not in response.text
    assert "请重新查看" in client.get("/trust/list", headers=BROWSER).text


def test_a_parameter_of_the_wrong_kind_is_a_problem(client: AsgiClient) -> None:
    response = client.get("/log/proof?index=x&size=1")
    assert (response.status_code, response.json()["code"]) == (422, "unprocessable")


def test_the_access_log_names_the_route_and_never_the_path(
    client: AsgiClient, faces: Faces, caplog: pytest.LogCaptureFixture
) -> None:
    secret = printed_address(faces.document).rpartition("/")[2]
    with caplog.at_level(logging.INFO, logger="xinzheng"):
        client.get(f"/l/{secret}?lang=en", headers={"user-agent": "agent-of-somebody"})
        client.post("/verify", data={"text": faces.identifier})
        client.get("/110101199003070000")
    lines = [json.loads(r.message) for r in caplog.records if r.name == "xinzheng.access"]
    assert [line["route"] for line in lines] == ["/l/{secret}", "/verify", "unmatched"]
    assert set(lines[0]) == {"method", "route", "status", "ms", "id"}
    ours = "".join(r.message for r in caplog.records if r.name.startswith("xinzheng"))
    for private in (secret, faces.identifier, "110101199003070000", "agent-of-somebody"):
        assert private not in ours


def test_metrics_do_not_grow_with_what_is_sent(client: AsgiClient) -> None:
    for number in range(20):
        client.get(f"/nothing/{number}")
        client.request(f"VERB{number}", "/")
    text = client.get("/metrics").text
    assert "VERB" not in text
    assert 'route="unmatched"' in text
    assert "/nothing/" not in text


def test_readiness_tells_when_the_database_is_gone(
    client: AsgiClient, node: Node, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert client.get("/readyz").json() == {"ready": True, "database": True, "snapshot": True}

    def gone() -> None:
        raise Told

    monkeypatch.setattr(type(node.database), "reading", lambda _self: gone())
    response = client.get("/readyz")
    assert (response.status_code, response.json()["database"]) == (503, False)
    assert client.get("/healthz").status_code == 200
