"""Tokens of clients: what their keys may be, which of them is tried, and proofs that carry their own key."""

import warnings
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
from hypothesis import given, settings
from hypothesis import strategies as st
from joserfc import jws as joserfc_jws
from joserfc.jwk import ECKey, OKPKey, RSAKey

from keys.errors import BadSignature, MalformedInput, TokenRefused, UnacceptableKey, XinzhengError
from keys.foreign import read_foreign_key, read_foreign_keys, verify_carried, verify_foreign
from keys.jwk import public_jwk, thumbprint

EC_KEY = ec.generate_private_key(ec.SECP256R1())
RSA_KEY = rsa.generate_private_key(65537, 2048)
ED_KEY = ed25519.Ed25519PrivateKey.generate()
RSA_JWK = {name: value for name, value in public_jwk(RSA_KEY.public_key(), kid="r").items() if name != "alg"}
JWKS = {"keys": [public_jwk(EC_KEY.public_key(), kid="e"), RSA_JWK, public_jwk(ED_KEY.public_key(), kid="o")]}
ALL = frozenset({"ES256", "PS256", "RS256", "EdDSA", "Ed25519"})
ANY_TYPE: frozenset[str | None] = frozenset({"JWT", None})


def made(alg: str, key: Any, **header: Any) -> str:
    held: Any = {"E": ECKey, "P": RSAKey, "R": RSAKey}.get(alg[0], OKPKey)
    held = OKPKey if alg.startswith("Ed") else held
    protected = {"alg": alg, "typ": "JWT", **header}
    registry = joserfc_jws.JWSRegistry(algorithms=list(ALL), strict_check_header=False)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # that EdDSA has a newer name
        return joserfc_jws.serialize_compact(protected, b'{"a":1}', held.import_key(key), registry=registry)


@pytest.mark.parametrize(
    ("alg", "key"),
    [("ES256", EC_KEY), ("PS256", RSA_KEY), ("RS256", RSA_KEY), ("EdDSA", ED_KEY), ("Ed25519", ED_KEY)],
)
def test_a_token_of_each_algorithm_verifies_with_the_registered_key(alg: str, key: Any) -> None:
    keys = read_foreign_keys(JWKS)
    assert verify_foreign(made(alg, key), keys, accepted=ALL, typ=ANY_TYPE).payload == b'{"a":1}'
    with pytest.raises(TokenRefused):
        verify_foreign(made(alg, key), keys, accepted=ALL - {alg}, typ=ANY_TYPE)
    jwk = public_jwk(key.public_key())
    carried = verify_carried(made(alg, key, jwk={**jwk, "alg": alg}), accepted=ALL, typ=ANY_TYPE)
    assert carried.thumbprint == thumbprint(key.public_key())


def test_another_key_of_the_same_kind_does_not_verify() -> None:
    other = ec.generate_private_key(ec.SECP256R1())
    with pytest.raises(BadSignature):
        verify_foreign(made("ES256", other), read_foreign_keys(JWKS), accepted=ALL, typ=ANY_TYPE)
    with pytest.raises(TokenRefused):
        verify_foreign(made("ES256", EC_KEY, kid="x"), read_foreign_keys(JWKS), accepted=ALL, typ=ANY_TYPE)
    with pytest.raises(BadSignature):
        verify_carried(made("ES256", other, jwk=JWKS["keys"][0]), accepted=ALL, typ=ANY_TYPE)


def test_a_key_marked_for_ps256_is_for_nothing_else() -> None:
    assert read_foreign_key({**RSA_JWK, "alg": "PS256"}).algorithms == {"PS256"}
    assert read_foreign_key(RSA_JWK).algorithms == {"PS256", "RS256"}
    for alg in ("ES256", "HS256", "none", 7, ["PS256"]):
        with pytest.raises(UnacceptableKey):
            read_foreign_key({**RSA_JWK, "alg": alg})


def test_a_set_with_private_parts_is_refused_whole_and_foreign_kinds_are_passed_over() -> None:
    good = JWKS["keys"][0]
    for bad in ({**good, "d": "AAAA"}, {"kty": "oct", "k": "AAAA"}):
        with pytest.raises(UnacceptableKey):
            read_foreign_keys({"keys": [good, bad]})
    for strange in ({"kty": "EC", "crv": "P-384"}, {**good, "use": "enc"}, 7, None, {}):
        assert len(read_foreign_keys({"keys": [strange, good]})) == 1
        with pytest.raises(UnacceptableKey):
            read_foreign_keys({"keys": [strange]})
    for shape in (None, [], {}, {"keys": []}, {"keys": {}}, {"keys": [good] * 101}):
        with pytest.raises(MalformedInput):
            read_foreign_keys(shape)


@settings(max_examples=60, deadline=None)
@given(st.text(max_size=40) | st.lists(st.text("AQgw.-_", max_size=8), min_size=3, max_size=3).map(".".join))
def test_any_text_is_verified_or_refused(text: str) -> None:
    with pytest.raises(XinzhengError):
        verify_foreign(text, read_foreign_keys(JWKS), accepted=ALL, typ=ANY_TYPE)
    with pytest.raises(XinzhengError):
        verify_carried(text, accepted=ALL, typ=ANY_TYPE)
