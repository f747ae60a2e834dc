"""Tokens that clients sign (client assertions, request objects, proofs of possession): RFC 7523, 9101, 9449.

Our own tokens have one algorithm a key (`keys.jws`). A client chooses among what its policy takes: ES256,
PS256, RS256, Ed25519. The header may choose only between algorithms that the registered key itself can have
(RS256 or PS256 for an RSA key whose JWK names none), never across kinds of keys, and never a symmetric one.
Does not check: any claim; whether the key belongs to the client.
"""

import functools
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, cast

from cryptography.hazmat.primitives.asymmetric import ec, rsa
from joserfc.jwk import ECKey, OKPKey, RSAKey
from joserfc.jws import JWSRegistry

from keys.algorithms import PublicKey
from keys.encoding import canonical_json, parse_json, unb64url
from keys.errors import BadSignature, MalformedInput, TokenRefused, UnacceptableKey
from keys.jwk import MAX_KEYS, PRIVATE_MEMBERS, parse_jwk, thumbprint
from keys.jws import MAX_TOKEN_BYTES, VerifiedJws, check_typ, split_compact

RSA_ALGORITHMS = frozenset({"PS256", "RS256"})
EC_ALGORITHMS = frozenset({"ES256"})
OKP_ALGORITHMS = frozenset({"EdDSA", "Ed25519"})
_CARRYING = frozenset({"jwk"})
MAX_PROOF_BYTES = 8 * 1024


@dataclass(frozen=True, slots=True)
class ForeignKey:
    """A public key of somebody else, with the algorithms it may be used with."""

    kid: str | None
    public_key: PublicKey
    algorithms: frozenset[str]


@dataclass(frozen=True, slots=True)
class CarriedProof:
    """A token verified with the key in its own header: it proves possession of that key, nothing else."""

    header: Mapping[str, Any]
    payload: bytes
    public_key: PublicKey
    thumbprint: str
    """RFC 7638, base64url SHA-256."""


def read_foreign_key(members: Any) -> ForeignKey:
    """One public signing JWK. Raises: MalformedInput, UnacceptableKey (private parts, other kinds)."""
    if not isinstance(members, Mapping):
        raise MalformedInput("Not a JSON Web Key.", "不是 JSON Web Key。")
    public_key = parse_jwk({name: value for name, value in members.items() if name != "alg"})
    possible = _possible(public_key)
    named = members.get("alg")
    if named is not None:
        if not isinstance(named, str) or named not in possible:
            raise UnacceptableKey("The key is marked for another algorithm.", "密钥标注的算法与其不符。")
        possible = frozenset({named}) if named in RSA_ALGORITHMS else possible
    kid = members.get("kid")
    return ForeignKey(kid if isinstance(kid, str) else None, public_key, possible)


def read_foreign_keys(members: Any) -> tuple[ForeignKey, ...]:
    """The signing keys of a client's JWK Set; keys of other kinds or for encryption are passed over.

    Two keys may share a kid (told apart by kind and algorithm) and a kid may be missing.
    Raises: MalformedInput; UnacceptableKey when any key shows private or symmetric parts, or none is usable.
    """
    held = members.get("keys") if isinstance(members, Mapping) else None
    if not isinstance(held, list) or not 0 < len(held) <= MAX_KEYS:
        raise MalformedInput("Not a JSON Web Key Set.", "不是 JSON Web Key Set。")
    if any(isinstance(member, Mapping) and PRIVATE_MEMBERS & set(member) for member in held):
        raise UnacceptableKey("The key holds secret parts.", "密钥含有私密部分。")
    found = []
    for member in held:
        try:
            found.append(read_foreign_key(member))
        except (MalformedInput, UnacceptableKey):
            continue  # a set may hold keys meant for others; at least one must be ours to use
    if not found:
        raise UnacceptableKey("No key of the set is usable for signatures.", "密钥集中没有可用于签名的密钥。")
    return tuple(found)


def verify_foreign(
    token: str,
    keys: tuple[ForeignKey, ...],
    *,
    accepted: frozenset[str],
    typ: frozenset[str | None],
    max_bytes: int = MAX_TOKEN_BYTES,
) -> VerifiedJws:
    """Verify a client's token with one of the keys registered for it.

    accepted: the algorithms the client's policy takes. Chosen by kid when the header names one, then by
    algorithm. Raises: InputTooLarge, MalformedInput, TokenRefused, BadSignature.
    """
    signing_input, encoded_payload, encoded_signature, header = split_compact(token, max_bytes)
    check_typ(header, typ)
    alg = _accepted_algorithm(header, accepted)
    kid = header.get("kid")
    candidates = [key for key in keys if alg in key.algorithms and (kid is None or key.kid in (kid, None))]
    if not candidates:
        raise TokenRefused("No registered key fits the token.", "没有与令牌相符的已登记密钥。")
    payload, signature = unb64url(encoded_payload), unb64url(encoded_signature)
    if not any(_holds(key.public_key, alg, signing_input, signature) for key in candidates[:4]):
        raise BadSignature()
    return VerifiedJws(header, payload)


def verify_carried(
    token: str, *, accepted: frozenset[str], typ: frozenset[str | None], max_bytes: int = MAX_PROOF_BYTES
) -> CarriedProof:
    """Verify a proof of possession (DPoP, RFC 9449 §4.3 steps 3–7): the key stands in the header's `jwk`.

    Raises: InputTooLarge, MalformedInput, TokenRefused, BadSignature, UnacceptableKey.
    """
    signing_input, encoded_payload, encoded_signature, header = split_compact(
        token, max_bytes, carrying=_CARRYING
    )
    check_typ(header, typ)
    alg = _accepted_algorithm(header, accepted)
    if not isinstance(header.get("jwk"), Mapping):
        raise TokenRefused("The proof carries no public key.", "持有证明未携带公钥。")
    key, name = _carried_key(canonical_json(header["jwk"]))
    if alg not in key.algorithms:
        raise TokenRefused("The token names another algorithm than its key.", "令牌算法与密钥不符。")
    payload, signature = unb64url(encoded_payload), unb64url(encoded_signature)
    if not _holds(key.public_key, alg, signing_input, signature):
        raise BadSignature()
    return CarriedProof(header, payload, key.public_key, name)


def _accepted_algorithm(header: Mapping[str, Any], accepted: frozenset[str]) -> str:
    alg = header.get("alg")
    if not isinstance(alg, str) or alg not in accepted:
        raise TokenRefused("The token's algorithm is not accepted.", "不接受该令牌算法。")
    return alg


def _possible(public_key: PublicKey) -> frozenset[str]:
    if isinstance(public_key, ec.EllipticCurvePublicKey):
        return EC_ALGORITHMS
    return RSA_ALGORITHMS if isinstance(public_key, rsa.RSAPublicKey) else OKP_ALGORITHMS


@functools.lru_cache(maxsize=512)
def _carried_key(jwk: bytes) -> tuple[ForeignKey, str]:
    """Parsed once a key: a client sends the same one with every proof."""
    key = read_foreign_key(parse_json(jwk, max_bytes=MAX_PROOF_BYTES))
    return key, thumbprint(key.public_key)


def _holds(public_key: PublicKey, alg: str, signing_input: bytes, signature: bytes) -> bool:
    kinds: dict[str, Any] = {"ES256": ECKey, "PS256": RSAKey, "RS256": RSAKey}
    held = kinds.get(alg, OKPKey).import_key(cast("Any", public_key))
    try:
        return JWSRegistry.algorithms[alg].verify(signing_input, signature, cast("Any", held))
    except ValueError:
        return False
