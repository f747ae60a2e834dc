"""Public keys as JSON Web Keys (RFC 7517, RFC 7518 §6, RFC 8037), thumbprints (RFC 7638), key sets.

Only public keys of the closed table pass, in either direction: a JWK with a private or symmetric member is
refused whole, because a party that publishes one has made a mistake that must be seen. Coordinates have
their full length and one spelling; a key marked for another algorithm or another use than signatures is
refused. Does not check: `x5c` (who may use the key is decided by X.509 or by the list it came in).
"""

import hashlib
from collections.abc import Iterable, Mapping
from typing import Any

from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa

from keys.algorithms import PublicKey, algorithm_of
from keys.encoding import b64url, canonical_json, unb64url
from keys.errors import MalformedInput, UnacceptableKey
from keys.signature import P256_OCTETS

PRIVATE_MEMBERS = frozenset({"d", "p", "q", "dp", "dq", "qi", "oth", "k", "priv"})
MAX_KEYS = 100


def public_jwk(public_key: PublicKey, *, kid: str | None = None) -> dict[str, str]:
    """The JWK of a public key, with `kid` (default: its thumbprint), `alg` and `use: sig`.

    Raises: UnacceptableKey outside the closed table.
    """
    algorithm = algorithm_of(public_key)
    members = _required(public_key)
    return {**members, "kid": kid or thumbprint(public_key), "alg": algorithm.jose_name, "use": "sig"}


def thumbprint(public_key: PublicKey) -> str:
    """RFC 7638: base64url SHA-256 over the required members in canonical order; 43 characters."""
    return b64url(hashlib.sha256(canonical_json(_required(public_key))).digest())


def jwks(public_keys: Iterable[tuple[str, PublicKey]]) -> dict[str, list[dict[str, str]]]:
    """A JWK Set from (kid, key) pairs."""
    return {"keys": [public_jwk(key, kid=kid) for kid, key in public_keys]}


def parse_jwk(members: Any) -> PublicKey:
    """Read one public JWK (already parsed JSON).

    Raises: MalformedInput; UnacceptableKey for private or symmetric keys, other curves and sizes, an `alg`
    that is not the key's own.
    """
    if not isinstance(members, Mapping):
        raise MalformedInput("Not a JSON Web Key.", "不是 JSON Web Key。")
    if PRIVATE_MEMBERS & set(members):
        raise UnacceptableKey("The key holds secret parts.", "密钥含有私密部分。")
    try:
        key = _read(members)
    except ValueError as error:
        raise UnacceptableKey("The key is not a valid key.", "密钥无效。", log_only=str(error)) from None
    algorithm = algorithm_of(key)
    if "alg" in members and members["alg"] not in list(algorithm.jose_names):
        raise UnacceptableKey("The key is marked for another algorithm.", "密钥标注的算法与其不符。")
    if members.get("use", "sig") != "sig" or "verify" not in _operations(members):
        raise UnacceptableKey("The key is not for signatures.", "该密钥不用于签名。")
    return key


def parse_jwks(members: Any) -> dict[str, PublicKey]:
    """Read a JWK Set as kid → key. A single bad key refuses the set.

    Raises: MalformedInput (no keys, more than 100, a missing or repeated kid), UnacceptableKey.
    """
    held = members.get("keys") if isinstance(members, Mapping) else None
    if not isinstance(held, list) or not 0 < len(held) <= MAX_KEYS:
        raise MalformedInput("Not a JSON Web Key Set.", "不是 JSON Web Key Set。")
    parsed: dict[str, PublicKey] = {}
    for member in held:
        kid = member.get("kid") if isinstance(member, Mapping) else None
        if not isinstance(kid, str) or not kid or kid in parsed:
            raise MalformedInput("Every key of a set needs its own kid.", "密钥集中每个密钥须有不同的 kid。")
        parsed[kid] = parse_jwk(member)
    return parsed


def _operations(members: Mapping[str, Any]) -> list[Any]:
    held = members.get("key_ops", ["verify"])
    return held if isinstance(held, list) else []


def _required(public_key: PublicKey) -> dict[str, str]:
    if isinstance(public_key, ec.EllipticCurvePublicKey):
        numbers = public_key.public_numbers()
        x, y = (number.to_bytes(P256_OCTETS, "big") for number in (numbers.x, numbers.y))
        return {"kty": "EC", "crv": "P-256", "x": b64url(x), "y": b64url(y)}
    if isinstance(public_key, rsa.RSAPublicKey):
        rsa_numbers = public_key.public_numbers()
        return {"kty": "RSA", "n": _uint(rsa_numbers.n), "e": _uint(rsa_numbers.e)}
    return {"kty": "OKP", "crv": "Ed25519", "x": b64url(public_key.public_bytes_raw())}


def _read(members: Mapping[str, Any]) -> PublicKey:
    kind = (members.get("kty"), members.get("crv"))
    if kind == ("EC", "P-256"):
        x, y = (int.from_bytes(_octets(members, name, P256_OCTETS), "big") for name in ("x", "y"))
        return ec.EllipticCurvePublicNumbers(x, y, ec.SECP256R1()).public_key()
    if kind == ("RSA", None):
        n, e = (_unsigned(members, name) for name in ("n", "e"))
        return rsa.RSAPublicNumbers(e, n).public_key()
    if kind == ("OKP", "Ed25519"):
        return ed25519.Ed25519PublicKey.from_public_bytes(_octets(members, "x", 32))
    raise UnacceptableKey()


def _octets(members: Mapping[str, Any], name: str, length: int) -> bytes:
    text = members.get(name)
    raw = unb64url(text) if isinstance(text, str) else b""
    if len(raw) != length:
        raise MalformedInput(f"`{name}` must have {length} octets.", f"“{name}”应为 {length} 字节。")
    return raw


def _unsigned(members: Mapping[str, Any], name: str) -> int:
    """Base64urlUInt (RFC 7518 §2): no leading zero octet."""
    text = members.get(name)
    raw = unb64url(text) if isinstance(text, str) and len(text) < 1400 else b""
    if not raw or raw[0] == 0:
        raise MalformedInput(f"`{name}` is not an unsigned number.", f"“{name}”不是无符号整数。")
    return int.from_bytes(raw, "big")


def _uint(number: int) -> str:
    return b64url(number.to_bytes((number.bit_length() + 7) // 8, "big"))
