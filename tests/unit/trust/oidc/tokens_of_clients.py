"""What clients sign, made by hand so that every member can be wrong: assertions, proofs, request objects."""

import hashlib
import json
import secrets
from datetime import datetime
from typing import Any

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, padding, rsa

from keys.encoding import b64url
from keys.jwk import public_jwk
from keys.signature import der_to_raw

PrivateKey = ec.EllipticCurvePrivateKey | rsa.RSAPrivateKey | ed25519.Ed25519PrivateKey


def usual_algorithm(key: PrivateKey) -> str:
    if isinstance(key, rsa.RSAPrivateKey):
        return "PS256"
    return "ES256" if isinstance(key, ec.EllipticCurvePrivateKey) else "EdDSA"


def signed(header: dict[str, Any], claims: dict[str, Any] | bytes, key: PrivateKey) -> str:
    """A compact token, really signed by the header's `alg`."""
    payload = claims if isinstance(claims, bytes) else json.dumps(claims).encode()
    message = f"{b64url(json.dumps(header).encode())}.{b64url(payload)}"
    octets = message.encode()
    if isinstance(key, ec.EllipticCurvePrivateKey):
        signature = der_to_raw(key.sign(octets, ec.ECDSA(hashes.SHA256())))
    elif isinstance(key, rsa.RSAPrivateKey) and header["alg"] == "PS256":
        salted = padding.PSS(padding.MGF1(hashes.SHA256()), 32)
        signature = key.sign(octets, salted, hashes.SHA256())
    elif isinstance(key, rsa.RSAPrivateKey):
        signature = key.sign(octets, padding.PKCS1v15(), hashes.SHA256())
    else:
        signature = key.sign(octets)
    return f"{message}.{b64url(signature)}"


def without_none(members: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in members.items() if value is not None}


def assertion(client_id: str, key: PrivateKey, *, audience: Any, now: datetime, **changes: Any) -> str:
    """A client assertion; a change to None leaves the member out. `alg` and `typ` go into the header."""
    issued = int(now.timestamp())
    header = without_none(
        {
            "alg": changes.pop("alg", usual_algorithm(key)),
            "typ": changes.pop("typ", "JWT"),
            "kid": changes.pop("kid", None),
        }
    )
    claims = {
        "iss": client_id,
        "sub": client_id,
        "aud": audience,
        "iat": issued,
        "exp": issued + 60,
        "jti": secrets.token_urlsafe(16),
        **changes,
    }
    return signed(header, without_none(claims), key)


def proof(
    key: PrivateKey,
    url: str,
    *,
    now: datetime,
    nonce: str | None = None,
    access_token: str | None = None,
    header: dict[str, Any] | None = None,
    method: str = "POST",
    **changes: Any,
) -> str:
    """A DPoP proof; a change to None leaves the member out."""
    jwk = {
        name: value
        for name, value in public_jwk(key.public_key()).items()
        if name not in ("kid", "use", "alg")
    }
    head = {"typ": "dpop+jwt", "alg": usual_algorithm(key), "jwk": jwk, **(header or {})}
    ath = b64url(hashlib.sha256(access_token.encode()).digest()) if access_token else None
    claims = {
        "jti": secrets.token_urlsafe(16),
        "htm": method,
        "htu": url,
        "iat": int(now.timestamp()),
        "nonce": nonce,
        "ath": ath,
        **changes,
    }
    return signed(without_none(head), without_none(claims), key)
