"""Public keys as JWK: both ways, the thumbprint of the standard, nothing secret, nothing loose."""

from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
from hypothesis import given, settings
from hypothesis import strategies as st
from joserfc.jwk import ECKey

from keys.algorithms import PublicKey
from keys.encoding import b64url, unb64url
from keys.errors import MalformedInput, UnacceptableKey, XinzhengError
from keys.jwk import jwks, parse_jwk, parse_jwks, public_jwk, thumbprint

EC_KEY = ec.generate_private_key(ec.SECP256R1()).public_key()
KEYS: list[PublicKey] = [
    EC_KEY,
    rsa.generate_private_key(65537, 2048).public_key(),
    ed25519.Ed25519PrivateKey.generate().public_key(),
]
JWK = public_jwk(EC_KEY)


@pytest.mark.parametrize("public_key", KEYS)
def test_a_public_key_comes_back_from_its_jwk(public_key: PublicKey) -> None:
    assert parse_jwk(public_jwk(public_key)) == public_key


def test_the_thumbprint_is_the_one_of_rfc_7638() -> None:
    # RFC 7638 §3.1
    modulus = (
        "0vx7agoebGcQSuuPiLJXZptN9nndrQmbXEps2aiAFbWhM78LhWx4cbbfAAtVT86zwu1RK7aPFFxuhDR1L6tSoc_BJECPebWKRXjBZCiFV4n3oknjhMs"
        "tn64tZ_2W-5JsGY4Hc5n9yBXArwl93lqt7_RN5w6Cf0h4QyQ5v-65YGjQR0_FDW2QvzqY368QQMicAtaSqzs8KJZgnYb9c7d0zgdAZHzu6qMQvRL5hajrn1n91CbOpbI"
        "SD08qNLyrdkt-bFTWhAI4vMQFh6WeZu0fM4lFd2NcRwr3XPksINHaQ-G_xBniIqbw0Ls1jF44-csFCur-kEgU8awapJzKnqDKgw"
    )
    public_key = parse_jwk({"kty": "RSA", "n": modulus, "e": "AQAB", "alg": "RS256", "kid": "2011-04-29"})
    assert thumbprint(public_key) == "NzbLsXh8uDCcd-6MNwXF4W_7noWXFZAfHkxZsRGC9Xs"


def test_joserfc_gives_the_same_thumbprint() -> None:
    assert ECKey.import_key(EC_KEY).thumbprint() == thumbprint(EC_KEY)


def test_the_ed25519_thumbprint_is_the_one_of_rfc_8037() -> None:
    # RFC 8037 appendix A.3
    members = {"crv": "Ed25519", "kty": "OKP", "x": "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"}
    assert thumbprint(parse_jwk(members)) == "kPrK_qmxVWaYVA9wwBF6Iuo3vVzz7TxHCTwXBygrS4k"


X_INT = int.from_bytes(unb64url(JWK["x"]), "big")
BROKEN: dict[str, Any] = {
    "private": {**JWK, "d": JWK["x"]},
    "symmetric": {"kty": "oct", "k": "QUJD"},
    "kty absent": {name: value for name, value in JWK.items() if name != "kty"},
    "curve absent": {name: value for name, value in JWK.items() if name != "crv"},
    "another curve": {**JWK, "crv": "P-384"},
    "curve not hashable": {**JWK, "crv": []},
    "off the curve": {**JWK, "y": JWK["x"]},
    "point at infinity": {**JWK, "x": b64url(bytes(32)), "y": b64url(bytes(32))},
    "short coordinate": {**JWK, "x": b64url(unb64url(JWK["x"])[1:])},
    "long coordinate": {**JWK, "x": b64url(b"\x00" + unb64url(JWK["x"]))},
    "padded": {**JWK, "x": JWK["x"] + "="},
    "number": {**JWK, "x": 5},
    "algorithm of another": {**JWK, "alg": "RS256"},
    "rsa small": {"kty": "RSA", "n": b64url(b"\xff" * 128), "e": "AQAB"},
    "rsa exponent 3": {"kty": "RSA", "n": public_jwk(KEYS[1])["n"], "e": "Aw"},
    "rsa exponent 1": {"kty": "RSA", "n": public_jwk(KEYS[1])["n"], "e": "AQ"},
    "rsa leading zero": {"kty": "RSA", "n": public_jwk(KEYS[1])["n"], "e": "AAEAAQ"},
    "rsa with a curve": {**public_jwk(KEYS[1]), "crv": "P-256"},
    "rsa huge": {"kty": "RSA", "n": b64url(b"\xff" * 4000), "e": "AQAB"},
    "okp short": {"kty": "OKP", "crv": "Ed25519", "x": "QQ"},
    "okp x25519": {"kty": "OKP", "crv": "X25519", "x": b64url(bytes(32))},
    "list": [JWK],
    "text": "jwk",
    "nothing": None,
}


@pytest.mark.parametrize("name", BROKEN)
def test_a_jwk_with_one_defect_is_refused(name: str) -> None:
    with pytest.raises((MalformedInput, UnacceptableKey)):
        parse_jwk(BROKEN[name])


def test_a_key_set_comes_back_by_kid() -> None:
    made = jwks([("a", KEYS[0]), ("b", KEYS[1])])
    assert parse_jwks(made) == {"a": KEYS[0], "b": KEYS[1]}


@pytest.mark.parametrize(
    "members",
    [
        {},
        {"keys": []},
        {"keys": {}},
        {"keys": [JWK, JWK]},
        {"keys": [{**JWK, "kid": ""}]},
        {"keys": [{**JWK, "kid": 1}]},
        {"keys": [JWK, {**JWK, "kid": "b", "d": "QQ"}]},
        {"keys": [{**JWK, "kid": str(number)} for number in range(101)]},
        [JWK],
        None,
    ],
)
def test_a_key_set_with_one_defect_is_refused_whole(members: Any) -> None:
    with pytest.raises((MalformedInput, UnacceptableKey)):
        parse_jwks(members)


def test_no_jwk_of_ours_has_a_private_member() -> None:
    for public_key in KEYS:
        assert set(public_jwk(public_key)) <= {"kty", "crv", "x", "y", "n", "e", "kid", "alg", "use"}


VALUES = st.none() | st.integers() | st.text(max_size=8) | st.lists(st.text(max_size=2), max_size=2)


@given(st.dictionaries(st.sampled_from(["kty", "crv", "x", "y", "n", "e", "alg", "kid", "keys"]), VALUES))
@settings(max_examples=100)
def test_garbage_gives_only_our_errors(members: dict[str, Any]) -> None:
    for parse in (parse_jwk, parse_jwks):
        with pytest.raises(XinzhengError):
            parse({**JWK, **members} if "x" in members else members)
