"""POST /v1/verify: a report for every body it takes; problems for size, type, missing part, full queue."""

import asyncio
import base64
import re
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import api.limits
from api.app import create_app
from api.licensing import Faces
from api.limits import ARTIFACT_OCTETS
from api.node import Node
from api.observe import Metrics
from api.refusals import QueueFull
from api.verifying import DOCUMENTS_AT_ONCE, DOCUMENTS_WAITING, Verifier
from keys.report import Outcome, Verdict
from tests.asgi import AsgiClient
from tests.served import printed_address

VERIFY = "/v1/verify"


def post(client: AsgiClient, body: bytes | str, media_type: str, **more: Any) -> dict[str, Any]:
    response = client.post(VERIFY, content=body, headers={"content-type": media_type}, **more)
    assert response.status_code == 200, response.text
    assert response.headers["content-type"] == "application/json"
    return dict(response.json())


def problem(response: Any, status: int, code: str) -> None:
    assert response.headers["content-type"] == "application/problem+json"
    assert (response.status_code, response.json()["code"]) == (status, code)


def test_a_credential_is_verified_by_its_media_type(client: AsgiClient, faces: Faces) -> None:
    report = post(client, faces.credential, "application/dc+sd-jwt")
    assert (report["verdict"], report["kind"]) == ("valid", "sd-jwt-vc")
    assert report["license"]["identifier"] == faces.identifier


def test_a_document_is_verified_by_its_media_type(client: AsgiClient, faces: Faces) -> None:
    report = post(client, faces.document, "application/pdf")
    assert (report["verdict"], report["kind"]) == ("valid", "pdf")
    assert report["signatures"][0]["cryptography"] == "intact"


def test_the_address_of_a_printed_code_and_a_number_are_looked_up(client: AsgiClient, faces: Faces) -> None:
    assert post(client, printed_address(faces.document), "text/plain; charset=utf-8")["kind"] == "qr"
    number = post(client, faces.identifier, "text/plain")
    assert (number["verdict"], number["kind"]) == ("valid", "number")
    assert "holder" not in number["license"]


@pytest.mark.parametrize("media_type", ["application/octet-stream", "text/plain"])
def test_what_an_artifact_is_can_be_found_out(client: AsgiClient, faces: Faces, media_type: str) -> None:
    assert post(client, faces.document, "application/octet-stream")["kind"] == "pdf"
    assert post(client, faces.credential, media_type)["kind"] == "sd-jwt-vc"


def test_a_form_with_one_file_is_verified(client: AsgiClient, faces: Faces) -> None:
    response = client.post(VERIFY, files={"file": ("证照.pdf", faces.document, "application/pdf")})
    assert response.json()["verdict"] == "valid"


def test_another_moment_may_be_asked_for(client: AsgiClient, faces: Faces) -> None:
    early = post(client, faces.credential, "application/dc+sd-jwt", params={"at": "2020-01-01T00:00:00Z"})
    assert early["verdict"] != "valid"


@pytest.mark.parametrize("at", ["", "yesterday", "2026-11-22", "2026-11-22T01:41:00", "0", "9" * 50])
def test_a_moment_without_a_zone_is_refused(client: AsgiClient, at: str) -> None:
    response = client.post(VERIFY, params={"at": at}, content=b"x", headers={"content-type": "text/plain"})
    problem(response, 400, "malformed_parameter")


def test_two_moments_are_refused(client: AsgiClient) -> None:
    query = "?at=2026-11-22T01:41:00Z&at=2020-11-22T01:41:00Z"
    problem(
        client.post(VERIFY + query, content=b"x", headers={"content-type": "text/plain"}),
        400,
        "malformed_parameter",
    )


@pytest.mark.parametrize("media_type", ["application/json", "image/png", "text/html", "application/zip", "x"])
def test_another_media_type_is_refused_and_told_what_is_taken(client: AsgiClient, media_type: str) -> None:
    response = client.post(VERIFY, content=b"x", headers={"content-type": media_type})
    problem(response, 415, "unsupported_media_type")
    assert "application/pdf" in response.headers["accept"]


@pytest.mark.parametrize("media_type", ["application/pdf", "application/dc+sd-jwt", "text/plain"])
def test_an_empty_body_is_a_missing_part(client: AsgiClient, media_type: str) -> None:
    problem(client.post(VERIFY, content=b"", headers={"content-type": media_type}), 400, "missing_part")


def test_a_form_without_a_file_or_with_two_is_a_missing_part(client: AsgiClient) -> None:
    problem(client.post(VERIFY, files={"text": (None, b"x")}), 400, "missing_part")
    two = [("file", ("a", b"1")), ("file", ("b", b"2"))]
    problem(client.post(VERIFY, files=two), 400, "missing_part")


def test_a_body_beyond_25_mib_is_refused(client: AsgiClient, monkeypatch: pytest.MonkeyPatch) -> None:
    too_long = str(ARTIFACT_OCTETS * 2)
    headers = {"content-type": "application/pdf", "content-length": too_long}
    problem(client.post(VERIFY, content=b"%PDF-", headers=headers), 413, "body_too_large")
    monkeypatch.setattr(api.limits, "BODY_OCTETS", {VERIFY: 10})
    problem(
        client.post(VERIFY, content=b"%PDF-" * 9, headers={"content-type": "application/pdf"}),
        413,
        "body_too_large",
    )


def test_a_part_beyond_25_mib_in_a_form_is_refused(
    client: AsgiClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("api.verifying.ARTIFACT_OCTETS", 3)
    problem(client.post(VERIFY, files={"file": ("a", b"1234")}), 413, "body_too_large")


def test_a_full_queue_says_when_to_come_back(node: Node, faces: Faces) -> None:
    verifier = Verifier.of(node, Metrics())

    async def story() -> list[object]:
        crowd = DOCUMENTS_AT_ONCE + DOCUMENTS_WAITING + 2
        work = [verifier.report(faces.document, media_type="application/pdf") for _ in range(crowd)]
        return list(await asyncio.gather(*work, return_exceptions=True))

    answers = asyncio.run(story())
    verifier.close()
    assert sum(isinstance(one, QueueFull) for one in answers) == 2


def test_a_full_queue_is_answered_503_with_retry_after(
    client: AsgiClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def full(*_args: object, **_more: object) -> None:
        raise QueueFull

    monkeypatch.setattr(Verifier, "report", full)
    response = client.post(VERIFY, content=b"%PDF-", headers={"content-type": "application/pdf"})
    problem(response, 503, "queue_full")
    assert response.headers["retry-after"] == "2"


@pytest.mark.parametrize("method", ["GET", "PUT", "DELETE", "PATCH"])
def test_only_post_is_taken(client: AsgiClient, method: str) -> None:
    problem(client.request(method, VERIFY), 405, "wrong_method")


def test_verdicts_are_counted_without_saying_whose(client: AsgiClient, faces: Faces) -> None:
    post(client, faces.credential, "application/dc+sd-jwt")
    text = client.get("/metrics").text
    assert 'xinzheng_verdicts_total{kind="sd-jwt-vc",verdict="valid"} 1.0' in text
    assert faces.identifier not in text


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    noise=st.binary(min_size=1, max_size=400),
    media_type=st.sampled_from(["application/pdf", "application/dc+sd-jwt", "text/plain", "x/y"]),
)
def test_any_octets_get_a_report_that_is_not_valid(client: AsgiClient, noise: bytes, media_type: str) -> None:
    taken = media_type if media_type != "x/y" else "application/octet-stream"
    report = post(client, noise, taken)
    assert report["verdict"] != Verdict.VALID
    assert any(check["outcome"] in (Outcome.FAIL, Outcome.UNKNOWN) for check in report["checks"])


@pytest.fixture
def credential(faces: Faces) -> bytes:
    return faces.credential.encode()


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(where=st.floats(0, 0.999), flip=st.integers(1, 255), cut=st.booleans())
def test_a_damaged_credential_gets_a_report_that_is_not_valid(
    client: AsgiClient, credential: bytes, where: float, flip: int, cut: bool
) -> None:
    text = bytearray(credential)
    place = int(where * len(text))
    damaged = bytes(text[:place]) or b"e"
    if not cut:
        text[place] ^= flip
        damaged = bytes(text)
    if cut and damaged.endswith(b"~"):
        return  # whole disclosures were withheld: that is what they are for (RFC 9901 §4)
    assert post(client, damaged, "application/dc+sd-jwt")["verdict"] != Verdict.VALID


def test_two_apps_in_one_process_do_not_share_counters(node: Node) -> None:
    first, second = (AsgiClient(create_app(node)) for _ in range(2))
    first.get("/healthz")
    assert 'route="/healthz"' not in second.get("/metrics").text
    first.close()
    second.close()


def test_a_document_is_reported_in_xml_to_who_asks_for_it(client: AsgiClient, faces: Faces) -> None:
    headers = {"content-type": "application/pdf", "accept": "application/xml"}
    response = client.post(VERIFY, content=faces.document, headers=headers)
    assert response.headers["content-type"] == "application/xml"
    assert response.text.startswith("<?xml")
    assert "urn:etsi:019102:mainindication:total-passed" in response.text


def test_what_is_no_document_has_no_report_in_xml(client: AsgiClient, faces: Faces) -> None:
    headers = {"content-type": "application/dc+sd-jwt", "accept": "application/xml"}
    problem(client.post(VERIFY, content=faces.credential, headers=headers), 406, "not_acceptable")


def test_the_page_offers_the_report_for_machines(client: AsgiClient, faces: Faces) -> None:
    page = client.post("/verify", files={"file": ("a.pdf", faces.document, "application/pdf")}).text
    found = re.search(r'download="xinzheng-[\d-]+\.xml" href="data:application/xml;base64,([^"]+)"', page)
    assert found
    assert b"ValidationReport" in base64.b64decode(found.group(1))
