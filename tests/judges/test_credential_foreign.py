"""Two libraries that are not ours read our credentials and status lists, and we read theirs.

PyPI `sd-jwt` (jwcrypto underneath) and npm `@sd-jwt/*` (node's crypto underneath).
"""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat, load_pem_public_key
from jwcrypto.jwk import JWK
from sd_jwt.common import SDObj
from sd_jwt.holder import SDJWTHolder
from sd_jwt.issuer import SDJWTIssuer
from sd_jwt.verifier import SDJWTVerifier

from keys.jwk import public_jwk
from licenses.content import start_of_day
from licenses.credential_reading import parse_credential, verify_issuer_signature
from licenses.key_binding import bind_key, select_disclosures, verify_key_binding
from licenses.status_list import LEAST_SIZE, StatusList
from licenses.status_token import build_status_token
from tests.judges.node import ask_node
from tests.unit.licenses.faces import (
    ISSUED_ON,
    NAMES,
    STATUS_URI,
    TestSigner,
    content,
    credential,
    issuer_chain,
    issuer_signer,
)

NOW = datetime.fromtimestamp(start_of_day(ISSUED_ON) + 3600, UTC)
HOLDER = TestSigner(kid="holder")
AUDIENCE, NONCE = "https://desk.example", "n-0S6_WzA2Mj"


def pem(signer: TestSigner) -> str:
    return signer.public_key.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo).decode()


def by_python(text: str, **asked: Any) -> dict[str, Any]:
    key = JWK.from_pem(pem(issuer_signer()).encode())
    payload: dict[str, Any] = SDJWTVerifier(text, lambda *_: key, **asked).get_verified_payload()
    return payload


def by_node(text: str, **request: Any) -> dict[str, Any]:
    answer = ask_node(
        "credential.mjs",
        {
            "act": "verify",
            "credential": text,
            "issuer_key": pem(issuer_signer()),
            "status_key": pem(issuer_signer()),
            "status_token": status_token({}),
            "now": int(NOW.timestamp()),
            **request,
        },
    )
    assert answer["ok"], answer["error"]
    payload: dict[str, Any] = answer["payload"]
    return payload


def status_token(statuses: dict[int, int]) -> str:
    return build_status_token(
        StatusList.of(statuses, LEAST_SIZE),
        uri=STATUS_URI,
        signer=issuer_signer(),
        x5c=issuer_chain(),
        now=NOW,
        lifetime=timedelta(hours=24),
        ttl=timedelta(hours=1),
    )


JUDGES: list[Callable[[str], dict[str, Any]]] = [by_python, by_node]


@pytest.mark.parametrize("judge", JUDGES)
@pytest.mark.parametrize("name", NAMES)
def test_a_credential_says_to_others_what_it_says_to_us(
    name: str, judge: Callable[[str], dict[str, Any]]
) -> None:
    text = credential(content(name), decoys=2)
    assert judge(text) == parse_credential(text).claims


@pytest.mark.parametrize("judge", JUDGES)
def test_a_presentation_shows_others_only_what_was_chosen(judge: Callable[[str], dict[str, Any]]) -> None:
    shown = select_disclosures(parse_credential(credential()), [("holder", "name")])
    seen = judge(shown)
    assert set(seen["holder"]) == {"name"}
    assert seen["claims"] == {}


def test_others_accept_our_key_binding() -> None:
    text = credential(holder_jwk=public_jwk(HOLDER.public_key))
    shown = select_disclosures(parse_credential(text), [("holder", "name")])
    bound = bind_key(shown, audience=AUDIENCE, nonce=NONCE, signer=HOLDER, now=NOW)
    assert by_python(bound, expected_aud=AUDIENCE, expected_nonce=NONCE)["cnf"]
    assert by_node(bound, nonce=NONCE)["cnf"]


def test_we_accept_a_presentation_made_by_another_wallet() -> None:
    text = credential(holder_jwk=public_jwk(HOLDER.public_key))
    wallet = SDJWTHolder(text)
    holder_key = JWK.from_pyca(HOLDER.private_key)
    wallet.create_presentation({"holder": {"name": True}}, NONCE, AUDIENCE, holder_key, sign_alg="ES256")
    parsed = parse_credential(wallet.sd_jwt_presentation)
    verify_issuer_signature(parsed, issuer_signer().public_key)
    assert verify_key_binding(parsed, audience=AUDIENCE, nonce=NONCE)
    assert list(parsed.disclosures.values()) == [("holder", "name")]


def test_we_read_a_credential_another_library_issued_in_python() -> None:
    key = JWK.generate(kty="EC", crv="P-256")
    claims = {
        "iss": "https://bj.example",
        "vct": "urn:example:1",
        SDObj("holder"): {SDObj("name"): "张晓舟"},
        "list": [SDObj("甲"), "乙"],
    }
    issued = SDJWTIssuer(
        claims, key, sign_alg="ES256", add_decoy_claims=True, extra_header_parameters={"typ": "dc+sd-jwt"}
    )
    parsed = parse_credential(issued.sd_jwt_issuance)
    public_key = load_pem_public_key(key.export_to_pem())
    verify_issuer_signature(parsed, public_key)  # type: ignore[arg-type]
    assert parsed.claims["holder"] == {"name": "张晓舟"}
    assert parsed.claims["list"] == ["甲", "乙"]


def test_we_read_a_credential_another_library_issued_in_node() -> None:
    claims = {
        "iss": "https://bj.example",
        "vct": "urn:example:1",
        "iat": 1,
        "a": {"b": "乙"},
        "list": ["甲", "丙"],
    }
    frame = {"_sd": ["a"], "a": {"_sd": ["b"]}, "list": {"_sd": [0]}, "_sd_decoy": 2}
    answer = ask_node("credential.mjs", {"act": "issue", "claims": claims, "frame": frame})
    assert answer["ok"], answer["error"]
    parsed = parse_credential(answer["credential"])
    verify_issuer_signature(parsed, load_pem_public_key(answer["issuer_key"].encode()))  # type: ignore[arg-type]
    assert parsed.claims == claims
    assert parsed.hidden == 2


def test_others_read_the_same_statuses_from_our_list() -> None:
    statuses = {0: 1, 5: 2, 4711: 3, LEAST_SIZE - 1: 1}
    answer = ask_node(
        "credential.mjs",
        {"act": "read_list", "status_token": status_token(statuses), "indices": [*statuses, 1, 4710]},
    )
    assert answer["statuses"] == [*statuses.values(), 0, 0]


@pytest.mark.parametrize("status", [1, 2, 3])
def test_others_refuse_a_license_our_list_says_is_not_valid(status: int) -> None:
    answer = ask_node(
        "credential.mjs",
        {
            "act": "verify",
            "credential": credential(),
            "issuer_key": pem(issuer_signer()),
            "status_key": pem(issuer_signer()),
            "status_token": status_token({4711: status}),
            "now": int(NOW.timestamp()),
        },
    )
    assert not answer["ok"]
    assert "Status is not valid" in answer["error"]
