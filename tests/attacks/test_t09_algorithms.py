"""T9 algorithm confusion: no header makes a public key a shared secret, or a signature unnecessary."""

import hashlib
import hmac
import json
from dataclasses import replace

import pytest
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from keys.encoding import b64url
from keys.jwk import public_jwk
from tests.attacks.test_t08_assertions import send
from tests.unit.trust.oidc.tokens_of_clients import assertion, signed
from tests.unit.trust.oidc.world import CLIENT_KEY, ISSUER, World, a_client, claims_in, header_in
from trust.oauth_errors import InvalidClient, InvalidToken
from trust.oidc.access_token import read_access_token
from trust.oidc.hints import read_hint
from trust.oidc.policies import COMPAT, FAPI2, AuthMethod

PUBLIC = CLIENT_KEY.public_key()
SECRETS = {
    "PEM": PUBLIC.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo),
    "DER": PUBLIC.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo),
    "SSH": PUBLIC.public_bytes(Encoding.OpenSSH, PublicFormat.OpenSSH),
    "point": PUBLIC.public_bytes(Encoding.X962, PublicFormat.UncompressedPoint),
    "JWK": json.dumps(public_jwk(PUBLIC)).encode(),
    "empty": b"",
}


def mac_signed(token: str, secret: bytes, alg: str) -> str:
    header = b64url(json.dumps({**header_in(token), "alg": alg}).encode())
    message = f"{header}.{token.split('.')[1]}"
    return f"{message}.{b64url(hmac.digest(secret, message.encode(), hashlib.sha256))}"


@pytest.mark.parametrize("secret", SECRETS)
@pytest.mark.parametrize("alg", ["HS256", "ES256", "hs256"])
def test_a_public_key_is_no_shared_secret(world: World, secret: str, alg: str) -> None:
    client = world.add(a_client(FAPI2))
    good = assertion(client.client_id, CLIENT_KEY, audience=ISSUER, now=world.now)
    with pytest.raises(InvalidClient):
        send(world, mac_signed(good, SECRETS[secret], alg))


@pytest.mark.parametrize("alg", ["none", "None", "nOnE", "NONE", "", "ES384", "ES256K", "RS1"])
def test_no_unsigned_or_unknown_algorithm_is_taken(world: World, alg: str) -> None:
    client = world.add(a_client(COMPAT, auth_method=AuthMethod.PRIVATE_KEY_JWT, client_id="client-fapi2"))
    good = assertion(client.client_id, CLIENT_KEY, audience=ISSUER, now=world.now, alg=alg)
    for text in (good, good.rsplit(".", 1)[0] + "."):
        with pytest.raises(InvalidClient):
            send(world, text)


@pytest.mark.parametrize("octets", [b"\x00" * 64, b"\x00" * 63 + b"\x01", b"", b"\xff" * 64, b"\x00" * 32])
def test_a_signature_of_zeros_is_none(world: World, octets: bytes) -> None:
    client = world.add(a_client(FAPI2))
    good = assertion(client.client_id, CLIENT_KEY, audience=ISSUER, now=world.now)
    with pytest.raises(InvalidClient):
        send(world, f"{good.rsplit('.', 1)[0]}.{b64url(octets)}")


def test_tokens_of_one_type_open_nothing_of_another(world: World) -> None:
    client = world.add(a_client(COMPAT))
    body = world.tokens(client)
    assert read_access_token(world.provider, body["access_token"], world.now)
    assert read_hint(world.provider, body["id_token"])
    with pytest.raises(InvalidToken):
        read_access_token(world.provider, body["id_token"], world.now)
    assert read_hint(world.provider, body["access_token"]) is None


def test_our_own_tokens_signed_by_somebody_else_are_refused(world: World) -> None:
    client = world.add(a_client(COMPAT))
    text = world.tokens(client)["access_token"]
    forged = signed(header_in(text), claims_in(text), CLIENT_KEY)
    stripped = signed({**header_in(text), "alg": "none"}, claims_in(text), CLIENT_KEY).rsplit(".", 1)[0] + "."
    macs = [mac_signed(text, secret, "HS256") for secret in SECRETS.values()]
    for token in (forged, stripped, *macs, text[:-1], text + "A", text.replace(".", "..", 1)):
        with pytest.raises(InvalidToken):
            read_access_token(world.provider, token, world.now)


def test_an_expired_token_and_one_of_another_issuer_are_refused(world: World) -> None:

    client = world.add(a_client(COMPAT))
    text = world.tokens(client)["access_token"]
    other = replace(world.provider, issuer="https://guangdong.example")
    with pytest.raises(InvalidToken):
        read_access_token(other, text, world.now)
    world.later(seconds=300)
    with pytest.raises(InvalidToken):
        read_access_token(world.provider, text, world.now)
