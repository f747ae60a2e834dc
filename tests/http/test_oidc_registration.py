"""Clients that register themselves (RFC 7591) and manage their entry (RFC 7592), and verbs nobody offers."""

from datetime import timedelta
from typing import Any

import httpx
import pytest

from api.node import Node
from tests.asgi import AsgiClient
from tests.identities import REDIRECT
from trust.oidc.handles import HandleKind
from trust.oidc.store import insert_initial_access

GOOD: dict[str, Any] = {"redirect_uris": [REDIRECT], "client_name": "一网通办"}


def initial(node: Node, *, uses: int = 2) -> dict[str, str]:
    now = node.clock()
    with node.database.writing() as session:
        row_id = insert_initial_access(
            session,
            owner="91350100M000100Y43",
            policy="standard",
            scopes=["openid", "profile"],
            uses=uses,
            life=timedelta(days=1),
            now=now,
        )
        session.commit()
    return bearer(node.identity.provider.secret.mint(HandleKind.INITIAL, row_id))


def bearer(token: str) -> dict[str, str]:
    return {"authorization": f"Bearer {token}"}


def register(client: AsgiClient, node: Node, **more: Any) -> dict[str, Any]:
    answer = client.post("/oidc/register", json={**GOOD, **more}, headers=initial(node))
    assert answer.status_code == 201, answer.text
    return dict(answer.json())


def path_of(registered: dict[str, Any]) -> str:
    return str(registered["registration_client_uri"]).removeprefix("https://zj.example")


def token_of(registered: dict[str, Any]) -> dict[str, str]:
    return bearer(str(registered["registration_access_token"]))


def ask_for_login(client: AsgiClient, registered: dict[str, Any], uri: str) -> httpx.Response:
    """A browser sent here by the client: the redirect address must be one of its own."""
    asked = {"client_id": registered["client_id"], "response_type": "code", "scope": "openid"}
    pkce = {"code_challenge": "x" * 43, "code_challenge_method": "S256"}
    return client.get("/oidc/authorize", params={**asked, **pkce, "redirect_uri": uri})


def test_a_client_registers_reads_replaces_and_ends_its_entry(browser: AsgiClient, node: Node) -> None:
    made = register(browser, node)
    path, token = path_of(made), token_of(made)
    read = browser.get(path, headers=token)
    assert read.status_code == 200
    assert read.headers["cache-control"] == "no-store"
    assert "client_secret" not in read.json()  # shown once
    assert read.json()["client_name"] == "一网通办"
    changed = {**GOOD, "client_id": made["client_id"], "client_name": "新名称"}
    replaced = browser.request("PUT", path, json=changed, headers=token)
    assert (replaced.status_code, replaced.json()["client_name"]) == (200, "新名称")
    ended = browser.request("DELETE", path, headers=token)
    assert (ended.status_code, ended.content) == (204, b"")
    for method in ("GET", "DELETE"):
        assert browser.request(method, path, headers=token).status_code == 401


def test_a_replaced_redirect_address_counts_at_once(browser: AsgiClient, node: Node) -> None:
    made = register(browser, node)
    assert ask_for_login(browser, made, REDIRECT).status_code == 303
    moved = "https://platform.example/moved"
    changed = {**GOOD, "redirect_uris": [moved]}
    answer = browser.request("PUT", path_of(made), json=changed, headers=token_of(made))
    assert answer.status_code == 200
    assert ask_for_login(browser, made, REDIRECT).status_code == 400
    assert ask_for_login(browser, made, moved).status_code == 303


def test_an_ended_client_is_unknown_at_once(browser: AsgiClient, node: Node) -> None:
    made = register(browser, node)
    assert ask_for_login(browser, made, REDIRECT).status_code == 303
    browser.request("DELETE", path_of(made), headers=token_of(made))
    assert ask_for_login(browser, made, REDIRECT).status_code in (400, 401)
    fields = {"grant_type": "client_credentials"}
    auth = (made["client_id"], made["client_secret"])
    answer = browser.post("/oidc/token", data=fields, auth=auth)
    assert (answer.status_code, answer.json()["error"]) == (401, "invalid_client")


def test_a_token_of_another_client_opens_nothing(browser: AsgiClient, node: Node) -> None:
    one, other = register(browser, node), register(browser, node)
    for method in ("GET", "PUT", "DELETE"):
        body = {"json": GOOD} if method == "PUT" else {}
        for headers in (token_of(other), initial(node), {}):
            answer = browser.request(method, path_of(one), headers=headers, **body)
            assert answer.status_code == 401
            assert answer.headers["www-authenticate"].startswith("Bearer")
    assert browser.get(path_of(one), headers=token_of(one)).status_code == 200


def test_a_client_does_not_change_its_number_nor_its_rights(browser: AsgiClient, node: Node) -> None:
    made = register(browser, node)
    renamed = {**GOOD, "client_id": "platform"}
    refused = browser.request("PUT", path_of(made), json=renamed, headers=token_of(made))
    assert (refused.status_code, refused.json()["error"]) == (400, "invalid_client_metadata")
    wider = {**GOOD, "scope": "openid phone", "first_party": True}
    answer = browser.request("PUT", path_of(made), json=wider, headers=token_of(made))
    assert answer.json()["scope"] == "openid"


@pytest.mark.parametrize("body", [b"", b"[]", b"{", b'{"redirect_uris": 7}', b'"x"', b"[" * 5000])
def test_a_description_that_cannot_be_read_is_refused_and_changes_nothing(
    browser: AsgiClient, node: Node, body: bytes
) -> None:
    made = register(browser, node)
    headers = {**token_of(made), "content-type": "application/json"}
    refused = browser.request("PUT", path_of(made), content=body, headers=headers)
    assert refused.status_code == 400
    assert refused.json()["error"] in ("invalid_client_metadata", "invalid_redirect_uri")
    assert browser.get(path_of(made), headers=token_of(made)).json()["client_name"] == "一网通办"


def test_an_initial_token_registers_as_often_as_it_says(browser: AsgiClient, node: Node) -> None:
    token = initial(node, uses=1)
    assert browser.post("/oidc/register", json=GOOD, headers=token).status_code == 201
    assert browser.post("/oidc/register", json=GOOD, headers=token).status_code == 401


@pytest.mark.parametrize("endpoint", ["par", "token", "introspect", "revoke", "device_authorization"])
@pytest.mark.parametrize("verb", ["GET", "PUT", "DELETE", "PATCH"])
def test_a_verb_that_is_not_offered_is_refused_by_its_name(
    browser: AsgiClient, endpoint: str, verb: str
) -> None:
    answer = browser.request(verb, f"/oidc/{endpoint}", params={"client_id": "platform"})
    assert answer.status_code == 405
    assert answer.headers["allow"] == "POST"
    assert "request_uri" not in answer.text
