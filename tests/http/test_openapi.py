"""The description of the interface is true: schemathesis calls every operation and compares the answer."""

import json

import schemathesis
from fastapi import FastAPI
from hypothesis import HealthCheck, Phase, given, settings
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from api.node import Node
from tests.asgi import AsgiClient

CHECKS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_schema_conformance,
]
WITHOUT_A_GENERATOR = {"/pki/timestamp"}
"""Its query is DER, which no schema describes; tests/http/test_publishing.py sends some."""


def test_every_operation_answers_as_described(app: FastAPI) -> None:
    tried = set()
    for found in schemathesis.openapi.from_asgi("/openapi.json", app).get_all_operations():
        operation = found.ok()
        if operation.path in WITHOUT_A_GENERATOR:
            continue

        @settings(
            max_examples=8, deadline=None, phases=[Phase.generate], suppress_health_check=list(HealthCheck)
        )
        @given(case=operation.as_strategy())
        def answers(case: schemathesis.Case) -> None:
            case.validate_response(case.call(), checks=CHECKS)

        answers()
        tried.add(operation.path)
    assert {"/v1/verify", "/status/{list_id}", "/log/proof"} <= tried
    app.state.verifier.close()


def test_every_operation_names_the_problem_it_may_answer(client: AsgiClient) -> None:
    description = client.get("/openapi.json").json()
    for path, item in description["paths"].items():
        for operation in item.values():
            content = operation["responses"]["default"]["content"]
            assert list(content) == ["application/problem+json"], path
            assert operation["summary"]


def test_the_description_names_the_nodes_own_address(client: AsgiClient, node: Node) -> None:
    description = client.get("/openapi.json", headers={"host": "evil.example"}).json()
    assert description["servers"] == [{"url": node.config.url}]
    assert "HTTPValidationError" not in json.dumps(description)


def test_the_page_of_the_interface_needs_nothing_from_elsewhere(client: AsgiClient) -> None:
    page = client.get("/docs")
    assert page.status_code == 200
    assert "<script" not in page.text
    assert "/v1/verify" in page.text
    assert "cdn" not in page.text.lower()
