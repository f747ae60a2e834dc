"""Wycheproof, JWS and JWK: no wrong accept; each deliberate refusal of a valid vector has its reason.

The vectors have no `typ`; the test allows its absence, so that it is not `typ` that saves us.
"""

from collections import Counter
from typing import Any

import pytest

from keys.algorithms import algorithm_of
from keys.errors import UnacceptableKey, XinzhengError
from keys.jwk import PRIVATE_MEMBERS, parse_jwk
from keys.jws import KID, peek_header, verify_compact
from tests.conformance.wycheproof import groups

NO_TYPE: frozenset[str | None] = frozenset({None, "JWT"})
FILES = ["json_web_signature_test.json", "json_web_crypto_test.json", "json_web_key_test.json"]
REASONS = {
    "oct": "a shared secret is never a key to verify with",
    "PS": "RSASSA-PSS is not in the closed table",
    "RS384 RS512": "one hash a kind of key: SHA-256",
    "P-521": "the only curve is P-256",
    "kid": "a kid is a plain name: letters, digits, minus and underscore",
}
"""Why valid vectors are refused on purpose; the README of `keys` repeats the table."""


EXPECTED = {
    "json_web_signature_test.json": {
        "accepted": 8,
        "oct": 10,
        "PS": 16,
        "RS384 RS512": 8,
        "P-521": 2,
        "kid": 2,
    },
    "json_web_crypto_test.json": {"accepted": 2, "oct": 2},
    "json_web_key_test.json": {"accepted": 1, "oct": 4},
}
"""Valid vectors by what becomes of them."""


def jwks_of(group: dict[str, Any]) -> list[dict[str, Any]]:
    """The keys of a group, public parts only: what a verifier is given."""
    held = group.get("public") or group.get("private")
    assert isinstance(held, dict)
    members = held.get("keys", [held])
    return [
        {
            name: value
            for name, value in member.items()
            if member["kty"] == "oct" or name not in PRIVATE_MEMBERS
        }
        for member in members
    ]


def accepts(token: object, members: list[dict[str, Any]]) -> bool:
    """Would a careful caller of `keys` accept this token under this key or set?"""
    if not isinstance(token, str):
        return False
    try:
        named = peek_header(token).get("kid")
        parsed = [(member.get("kid"), parse_jwk(member)) for member in members]
        chosen = [key for kid, key in parsed if len(parsed) == 1 or kid == named]
        if len(chosen) != 1:
            return False
        verify_compact(token, public_key=chosen[0], algorithm=algorithm_of(chosen[0]), typ=NO_TYPE)
    except XinzhengError:
        return False
    return True


def reason_of(member: dict[str, Any]) -> str | None:
    """Why a valid vector of this key is refused on purpose."""
    alg = str(member.get("alg", ""))
    if member["kty"] == "oct":
        return "oct"
    if alg.startswith("PS"):
        return "PS"
    if alg in ("RS384", "RS512"):
        return "RS384 RS512"
    if member.get("crv") == "P-521":
        return "P-521"
    return None if KID.fullmatch(str(member.get("kid", "k"))) else "kid"


def vectors(name: str) -> list[tuple[dict[str, Any], list[dict[str, Any]]]]:
    """(test, keys) of every JWS vector in a file."""
    return [(test, jwks_of(group)) for group in groups(name) for test in group["tests"] if "jws" in test]


@pytest.mark.parametrize("name", FILES)
def test_no_invalid_vector_is_accepted(name: str) -> None:
    invalid = [(test, members) for test, members in vectors(name) if test["result"] != "valid"]
    assert invalid
    for test, members in invalid:
        assert not accepts(test["jws"], members), (test["tcId"], test["comment"])


@pytest.mark.parametrize("name", FILES)
def test_every_valid_vector_is_accepted_or_refused_for_a_listed_reason(name: str) -> None:
    counted: Counter[str] = Counter()
    for test, members in vectors(name):
        if test["result"] != "valid":
            continue
        reasons = {reason for member in members if (reason := reason_of(member))}
        accepted = accepts(test["jws"], members)
        assert accepted is not bool(reasons), (test["tcId"], test["comment"], reasons)
        counted.update(reasons or {"accepted"})
    assert counted == EXPECTED[name]
    assert set(counted) - {"accepted"} <= set(REASONS)


def test_a_symmetric_key_is_refused_as_a_key() -> None:
    with pytest.raises(UnacceptableKey):
        parse_jwk({"kty": "oct", "k": "QUJD"})
