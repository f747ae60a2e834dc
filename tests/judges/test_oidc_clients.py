"""Foreign clients log people in at a served node: npm openid-client and oauth4webapi, over loopback."""

import json
import shutil
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric import ec

from api.app import create_app
from api.config import read_config, write_config
from api.node import Node
from keys.encoding import b64url
from keys.foreign import read_foreign_keys
from keys.jwk import public_jwk
from tests.identities import PASSWORD, make_citizen, make_client
from tests.nodes import NodeTemplate
from tests.served import free_port, serving
from trust.oidc.clients import CLIENT_CREDENTIALS, DEVICE_CODE
from trust.oidc.handles import HandleKind
from trust.oidc.policies import POLICIES, AuthMethod
from trust.oidc.store import insert_initial_access

NPM = Path(__file__).parent / "npm-oidc"
REDIRECT = "http://platform.localhost:9/callback"
GOODBYE = "http://platform.localhost:9/goodbye"
L3 = "urn:xinzheng:acr:L3"

pytestmark = pytest.mark.judge


@dataclass(frozen=True)
class Served:
    """A node on loopback with a citizen and four clients."""

    node: Node
    request: dict[str, Any]

    def ask(self, script: str) -> dict[str, Any]:
        """The answer of a script in npm-oidc/."""
        program = shutil.which("node")
        if program is None or not (NPM / "node_modules").is_dir():
            pytest.skip("npm packages are missing: run `npm ci --ignore-scripts` in tests/judges/npm-oidc")
        done = subprocess.run(
            [program, script],
            cwd=NPM,
            input=json.dumps(self.request).encode(),
            capture_output=True,
            timeout=60,
        )
        assert done.returncode == 0, done.stderr.decode()
        answer: dict[str, Any] = json.loads(done.stdout)
        return answer


@pytest.fixture
def served(node_template: NodeTemplate, tmp_path: Path) -> Iterator[Served]:
    folder = node_template.copy(tmp_path)
    port = free_port()
    issuer = f"http://localhost:{port}"
    write_config(folder, replace(read_config(folder), url=issuer))
    node = Node.open(folder)
    try:
        request = _people_and_clients(node)
        with serving(create_app(node), port=port):
            yield Served(node, {"issuer": issuer, **request})
    finally:
        node.close()


def test_openid_client_accepts_every_flow(served: Served) -> None:
    seen = served.ask("openid_client.mjs")
    person = {"token_type": "dpop", "acr": L3, "amr": ["mfa", "otp", "pwd"], "name": "李秀英"}
    assert seen["par"] == person
    assert seen["jar"] == person
    assert seen["refresh"] == {"same_token": True, "token_type": "dpop"}
    assert seen["introspection"] == {"before": True, "jkt": "string", "after": False}
    assert seen["refused"] == "invalid_grant"
    assert seen["registration"] == {"token_type": "bearer", "subject_differs": False}
    assert seen["device"] == {"token_type": "bearer", "id_token": "string"}
    assert seen["client_credentials"] == {"token_type": "bearer", "id_token": None}
    assert seen["logout"] == {"address": f"{GOODBYE}?state=bye", "afterwards": "login_required"}


def test_oauth4webapi_accepts_every_flow(served: Served) -> None:
    seen = served.ask("oauth4webapi.mjs")
    assert seen["code"] == {"token_type": "bearer", "name": "李秀英"}
    assert seen["refresh"] == {"token_type": "bearer", "same_subject": True}
    assert seen["jwt"] == {"client_id": "plain"}
    assert seen["introspection"] == {"before": True, "after": False}
    assert seen["par"] == {"token_type": "dpop", "nonce_was_asked": True}
    assert seen["issuer_checked"] == "refused"


def _people_and_clients(node: Node) -> dict[str, Any]:
    citizen = make_citizen(node)
    key = ec.generate_private_key(ec.SECP256R1())
    public = {**public_jwk(key.public_key(), kid="k1"), "alg": "ES256", "use": "sig"}
    private = {**public, "d": b64url(key.private_numbers().private_value.to_bytes(32, "big"))}
    shared: dict[str, Any] = {"redirect_uris": (REDIRECT,), "post_logout_redirect_uris": (GOODBYE,)}
    make_client(
        node,
        "strict",
        policy=POLICIES["fapi2"],
        auth_method=AuthMethod.PRIVATE_KEY_JWT,
        jwks={"keys": [public]},
        keys=read_foreign_keys({"keys": [public]}),
        secret_digests=(),
        **shared,
    )
    plain = make_client(node, "plain", **shared)
    machine = make_client(
        node,
        "machine",
        auth_method=AuthMethod.CLIENT_SECRET_POST,
        grant_types=frozenset({CLIENT_CREDENTIALS}),
        redirect_uris=(),
        scopes=frozenset(),
    )
    make_client(
        node,
        "device",
        auth_method=AuthMethod.NONE,
        grant_types=frozenset({DEVICE_CODE}),
        redirect_uris=(),
        secret_digests=(),
    )
    return {
        "citizen": {"login": "xiuying", "password": PASSWORD, "secret": b64url(citizen.secret)},
        "key": private,
        "redirect_uri": REDIRECT,
        "post_logout_redirect_uri": GOODBYE,
        "plain_secret": plain,
        "machine_secret": machine,
        "initial_access_token": _initial_access(node),
    }


def _initial_access(node: Node) -> str:
    now = node.clock()
    with node.database.writing() as session:
        row_id = insert_initial_access(
            session,
            owner="test",
            policy="standard",
            scopes=("openid", "profile"),
            uses=1,
            life=timedelta(hours=1),
            now=now,
        )
        session.commit()
    return node.identity.provider.secret.mint(HandleKind.INITIAL, row_id)
