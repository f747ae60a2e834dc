"""Tokens: the rules of RFC 8725, each with a token that breaks exactly it, and two libraries that agree."""

import hmac
import json
from collections.abc import Callable
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from hypothesis import given, settings
from hypothesis import strategies as st
from jose import jws as jose_jws  # type: ignore[import-untyped]
from joserfc import jws as joserfc_jws
from joserfc.jwk import ECKey, OKPKey

from keys.algorithms import Algorithm
from keys.encoding import b64url, unb64url
from keys.errors import (
    BadSignature,
    InputTooLarge,
    KeyUseRefused,
    MalformedInput,
    TokenRefused,
    XinzhengError,
)
from keys.jwk import public_jwk
from keys.jws import peek_header, sign_compact, verify_compact
from keys.signature import der_to_raw
from keys.signer import KeyUse
from tests.unit.keys.world import loose_handle

HANDLE, PRIVATE_KEY = loose_handle(KeyUse.STATUS_TOKEN, kid="status-1")
SIGNER = HANDLE.standing(KeyUse.STATUS_TOKEN)
TYPES = [
    "statuslist+jwt",
    "dc+sd-jwt",
    "trust-list+jwt",
    "bundle-manifest+jwt",
    "kb+jwt",
    "at+jwt",
    "JWT",
    "entity-statement+jwt",
]
TOKEN = sign_compact({"sub": "张三", "n": 1}, signer=SIGNER, typ="statuslist+jwt", header={"x5c": ["QQ=="]})


def forge(header: dict[str, Any] | str, payload: bytes = b'{"a":1}') -> str:
    """A token with any header, really signed by our key."""
    text = header if isinstance(header, str) else json.dumps(header)
    signing_input = f"{b64url(text.encode())}.{b64url(payload)}"
    return f"{signing_input}.{b64url(der_to_raw(SIGNER.sign(signing_input.encode())))}"


GOOD: dict[str, Any] = {"alg": "ES256", "typ": "statuslist+jwt", "kid": "status-1"}


def verify(token: str, **changes: Any) -> Any:
    asked = {
        "public_key": SIGNER.public_key,
        "algorithm": Algorithm.ES256,
        "typ": "statuslist+jwt",
        **changes,
    }
    return verify_compact(token, **asked)


def test_a_token_comes_back_with_its_header_and_payload() -> None:
    verified = verify(TOKEN)
    assert json.loads(verified.payload) == {"sub": "张三", "n": 1}
    assert verified.header == {**GOOD, "x5c": ["QQ=="]}
    assert peek_header(TOKEN) == verified.header


def test_bytes_are_signed_as_they_are() -> None:
    token = sign_compact(b"\x00\xffanything", signer=SIGNER, typ="statuslist+jwt")
    assert verify(token).payload == b"\x00\xffanything"


@pytest.mark.parametrize("typ", TYPES)
def test_every_token_type_is_verified_by_both_libraries(typ: str) -> None:
    token = sign_compact({"typ": typ}, signer=SIGNER, typ=typ)
    jwk = public_jwk(SIGNER.public_key)
    assert json.loads(jose_jws.verify(token, jwk, algorithms=["ES256"])) == {"typ": typ}
    key = ECKey.import_key({name: jwk[name] for name in ("kty", "crv", "x", "y")})
    assert json.loads(joserfc_jws.deserialize_compact(token, key, algorithms=["ES256"]).payload) == {
        "typ": typ
    }
    assert json.loads(verify(token, typ=typ).payload) == {"typ": typ}


def test_what_joserfc_signs_we_verify() -> None:
    key = ECKey.import_key(PRIVATE_KEY)
    assert verify(joserfc_jws.serialize_compact(dict(GOOD), b"payload", key)).payload == b"payload"
    private_key = ed25519.Ed25519PrivateKey.generate()
    header = {"alg": "Ed25519", "typ": "x+jwt"}
    token = joserfc_jws.serialize_compact(
        header, b"p", OKPKey.import_key(private_key), algorithms=["Ed25519"]
    )
    asked = {"public_key": private_key.public_key(), "algorithm": Algorithm.EDDSA, "typ": "x+jwt"}
    assert verify(token, **asked).payload == b"p"


BROKEN_HEADERS: dict[str, dict[str, Any] | str] = {
    "algorithm none": {**GOOD, "alg": "none"},
    "algorithm None": {**GOOD, "alg": "None"},
    "algorithm empty": {**GOOD, "alg": ""},
    "algorithm absent": {"typ": "statuslist+jwt"},
    "algorithm HS256": {**GOOD, "alg": "HS256"},
    "algorithm ES384": {**GOOD, "alg": "ES384"},
    "algorithm lower case": {**GOOD, "alg": "es256"},
    "algorithm a list": {**GOOD, "alg": ["ES256"]},
    "type absent": {"alg": "ES256"},
    "type null": {**GOOD, "typ": None},
    "type a number": {**GOOD, "typ": 1},
    "type another": {**GOOD, "typ": "at+jwt"},
    "type a suffix": {**GOOD, "typ": "xstatuslist+jwt"},
    "crit unknown": {**GOOD, "crit": ["exp"], "exp": 1},
    "crit empty": {**GOOD, "crit": []},
    "b64 false": {**GOOD, "b64": False, "crit": ["b64"]},
    "b64 alone": {**GOOD, "b64": True},
    "jku": {**GOOD, "jku": "https://evil.example/jwks"},
    "x5u": {**GOOD, "x5u": "https://evil.example/cert"},
    "jwk embedded": {**GOOD, "jwk": public_jwk(SIGNER.public_key)},
    "kid a path": {**GOOD, "kid": "../../dev/null"},
    "kid SQL": {**GOOD, "kid": "' OR 1=1"},
    "kid NUL": {**GOOD, "kid": "a\u0000"},
    "kid empty": {**GOOD, "kid": ""},
    "kid long": {**GOOD, "kid": "a" * 65},
    "kid newline": {**GOOD, "kid": "a\n"},
    "kid a number": {**GOOD, "kid": 7},
    "kid null": {**GOOD, "kid": None},
    "duplicate member": '{"alg":"ES256","alg":"ES256","typ":"statuslist+jwt"}',
    "not an object": "[]",
    "not JSON": "{",
    "deep": '{"alg":"ES256","typ":"statuslist+jwt","x":[[[[[1]]]]]}',
    "large": {**GOOD, "x": "a" * 13000},
}


@pytest.mark.parametrize("name", BROKEN_HEADERS)
def test_a_token_that_breaks_one_header_rule_is_refused(name: str) -> None:
    with pytest.raises((TokenRefused, MalformedInput, InputTooLarge)):
        verify(forge(BROKEN_HEADERS[name]))


def test_a_good_header_made_the_same_way_is_taken() -> None:
    assert verify(forge(GOOD)).payload == b'{"a":1}'


def test_a_type_may_be_spelled_as_a_media_type_in_any_case() -> None:
    assert verify(forge({**GOOD, "typ": "application/StatusList+JWT"}))
    assert verify(forge({**GOOD, "typ": "jwt"}), typ=frozenset({"JWT", "at+jwt"}))


def test_a_type_may_be_absent_only_for_a_caller_who_says_so() -> None:
    token = forge({"alg": "ES256"})
    assert verify(token, typ=frozenset({"JWT", None}))
    for allowed in (frozenset({"JWT"}), frozenset(), ""):
        with pytest.raises(TokenRefused):
            verify(token, typ=allowed)
    with pytest.raises(TokenRefused):
        verify(forge({**GOOD, "typ": None}), typ=frozenset({None}))


SPELLINGS: dict[str, Callable[[str, str, str], str]] = {
    "padding": lambda h, p, s: f"{h}.{p}==.{s}",
    "signature padding": lambda h, p, s: f"{h}.{p}.{s}==",
    "stray bits": lambda h, p, s: f"{h}.{p}.{s[:-1]}{chr(ord(s[-1]) + 1)}",
    "newline": lambda h, p, s: f"{h}.{p}.{s}\n",
    "space in front": lambda h, p, s: f" {h}.{p}.{s}",
    "standard alphabet": lambda h, p, s: f"{h}.{p}.+/{s[2:]}",
    "two parts": lambda h, p, s: f"{h}.{p}",
    "four parts": lambda h, p, s: f"{h}.{p}.{s}.",
    "five parts": lambda h, p, s: f"{h}.{p}.{s}.{p}.{s}",
    "no signature": lambda h, p, s: f"{h}.{p}.",
    "no payload": lambda h, p, s: f"{h}..{s}",
    "foreign letters": lambda h, p, s: f"{h}.{p}.签名",
    "JSON": lambda h, p, s: json.dumps({"protected": h, "payload": p, "signature": s}),
    "DER signature": lambda h, p, s: f"{h}.{p}.{b64url(SIGNER.sign(f'{h}.{p}'.encode()))}",
    "signature of zeros": lambda h, p, s: f"{h}.{p}.{b64url(bytes(64))}",
    "signature doubled": lambda h, p, s: f"{h}.{p}.{b64url(unb64url(s) * 2)}",
    "payload exchanged": lambda h, p, s: f"{h}.{b64url(b'{}')}.{s}",
    "header exchanged": lambda h, p, s: f"{b64url(json.dumps(GOOD).encode())}.{p}.{s}",
}


@pytest.mark.parametrize("name", SPELLINGS)
def test_a_token_spelled_in_another_way_is_refused(name: str) -> None:
    with pytest.raises((MalformedInput, BadSignature)):
        verify(SPELLINGS[name](*TOKEN.split(".")))


def test_a_token_larger_than_allowed_is_refused_unread() -> None:
    with pytest.raises(InputTooLarge):
        verify(TOKEN, max_bytes=len(TOKEN) - 1)
    with pytest.raises(InputTooLarge):
        peek_header("." * 20_000)


def secrets_made_of(public_key: ec.EllipticCurvePublicKey) -> list[bytes]:
    """Everything a confused verifier might take for an HMAC secret."""
    spki = PublicFormat.SubjectPublicKeyInfo
    return [
        public_key.public_bytes(Encoding.PEM, spki),
        public_key.public_bytes(Encoding.PEM, spki).strip(),
        public_key.public_bytes(Encoding.DER, spki),
        public_key.public_bytes(Encoding.OpenSSH, PublicFormat.OpenSSH),
        public_key.public_bytes(Encoding.X962, PublicFormat.UncompressedPoint),
        json.dumps(public_jwk(public_key)).encode(),
    ]


def test_a_public_key_is_never_an_hmac_secret() -> None:
    for secret in secrets_made_of(PRIVATE_KEY.public_key()):
        header, payload = b64url(json.dumps({**GOOD, "alg": "HS256"}).encode()), b64url(b"forged")
        signature = b64url(hmac.digest(secret, f"{header}.{payload}".encode(), "sha256"))
        signed = f"{header}.{payload}.{signature}"
        for token in (signed, f"{b64url(json.dumps(GOOD).encode())}.{payload}.{signature}"):
            with pytest.raises((TokenRefused, BadSignature)):
                verify(token)


def test_a_key_of_another_kind_never_verifies() -> None:
    others = [
        ec.generate_private_key(ec.SECP256R1()).public_key(),
        ec.generate_private_key(ec.SECP384R1()).public_key(),
        rsa.generate_private_key(65537, 2048).public_key(),
        ed25519.Ed25519PrivateKey.generate().public_key(),
        b"secret",
    ]
    for other in others:
        with pytest.raises(XinzhengError):
            verify(TOKEN, public_key=other)


@pytest.mark.parametrize("name", ["alg", "typ", "kid", "crit", "b64", "jku", "x5u", "jwk"])
def test_a_caller_cannot_set_the_headers_that_decide(name: str) -> None:
    with pytest.raises(KeyUseRefused):
        sign_compact({}, signer=SIGNER, typ="x+jwt", header={name: "none"})


def test_a_payload_that_is_no_json_is_refused() -> None:
    with pytest.raises(MalformedInput):
        sign_compact({"a": object()}, signer=SIGNER, typ="x+jwt")


@given(st.text(max_size=80) | st.text(alphabet=st.sampled_from("eyJhbGciOiJFUzI1NiIs._-="), max_size=80))
@settings(max_examples=100)
def test_garbage_gives_only_our_errors(text: str) -> None:
    for read in (verify, peek_header):
        with pytest.raises(XinzhengError):
            read(text)


@given(st.integers(0, len(TOKEN) - 1), st.sampled_from("A._-9z"))
@settings(max_examples=100)
def test_no_changed_character_is_accepted(place: int, character: str) -> None:
    changed = TOKEN[:place] + character + TOKEN[place + 1 :]
    if changed != TOKEN:
        with pytest.raises(XinzhengError):
            verify(changed)


def test_a_header_given_out_does_not_change_what_is_remembered() -> None:
    peek_header(TOKEN)["alg"] = "none"
    assert peek_header(TOKEN)["alg"] == "ES256"
