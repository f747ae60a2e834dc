"""Signed tokens: JWS compact serialization (RFC 7515 §7.1) with the rules of RFC 8725 (JWT best current
practices).

python-jose signs, from a key object that hands the bytes to a `Signer`; joserfc's algorithms verify. Each
is unsafe bare, so the rules stand here, and every token type is checked in tests by the other library:

- the algorithm is fixed per key; the header must say the same and chooses nothing;
- `typ` is required and compared (RFC 8725 §3.11), also with the `application/` left out (RFC 7515 §4.1.9);
- `crit`, `b64`, `jku`, `x5u` and `jwk` are refused; `x5c` is handed to the caller, who judges it by X.509;
- `kid` is an opaque name: ^[A-Za-z0-9_-]{1,64}$;
- one spelling: canonical base64url, no duplicate members, a bounded size.

Does not check: any claim (`iss`, `aud`, `exp`, …), whose key it is, what `x5c` says.
"""

import functools
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple, NewType, cast

from jose import jws as jose_jws  # type: ignore[import-untyped]
from jose.backends.base import Key as JoseKey  # type: ignore[import-untyped]
from jose.exceptions import JOSEError  # type: ignore[import-untyped]
from joserfc.jwk import ECKey, OKPKey, RSAKey
from joserfc.jws import JWSRegistry

from keys.algorithms import Algorithm, PublicKey, algorithm_of
from keys.encoding import parse_json, unb64url
from keys.errors import (
    BadSignature,
    InputTooLarge,
    KeyUseRefused,
    MalformedInput,
    TokenRefused,
)
from keys.signature import der_to_raw
from keys.signer import Signer

MAX_TOKEN_BYTES = 16 * 1024
MAX_HEADER_BYTES = 12 * 1024
"""An `x5c` of three P-256 certificates takes about 4 KiB."""
KID = re.compile(r"[A-Za-z0-9_-]{1,64}")
FORBIDDEN_HEADERS = frozenset({"crit", "b64", "jku", "x5u", "jwk"})
RESERVED_HEADERS = FORBIDDEN_HEADERS | {"alg", "typ", "kid"}

UnverifiedHeader = NewType("UnverifiedHeader", dict[str, Any])
"""A header nobody has verified: good for choosing a key, for nothing else."""


@dataclass(frozen=True, slots=True)
class VerifiedJws:
    """A token whose signature holds under the key that was asked for."""

    header: Mapping[str, Any]
    payload: bytes


class ReadJws(NamedTuple):
    """A token brought into shape, with every header rule applied but nothing verified."""

    signing_input: bytes
    header: dict[str, Any]
    payload: bytes
    signature: bytes


class _SignerKey(JoseKey):  # type: ignore[misc]
    """What python-jose takes for a private key: it passes the signing input on and knows no bytes."""

    def __init__(self, signer: Signer) -> None:
        self._signer = signer

    def sign(self, msg: bytes) -> bytes:
        signature = self._signer.sign(msg)
        return der_to_raw(signature) if self._signer.algorithm is Algorithm.ES256 else signature


def sign_compact(
    payload: bytes | Mapping[str, Any], *, signer: Signer, typ: str, header: Mapping[str, Any] | None = None
) -> str:
    """Sign a token. `kid` is the signer's; a mapping becomes JSON.

    header: further members such as `x5c`; none of those this module sets or forbids.
    Raises: KeyUseRefused for Ed25519 (checkpoints only) or a reserved header; MalformedInput.
    """
    extra = dict(header or {})
    if signer.algorithm is Algorithm.EDDSA:
        raise KeyUseRefused("Tokens are signed with ES256 or RS256.", "令牌须以 ES256 或 RS256 签名。")
    if RESERVED_HEADERS & extra.keys() or not KID.fullmatch(signer.kid) or not typ:
        raise KeyUseRefused("This header is not for the caller to set.", "不得设置该令牌头。")
    members = {**extra, "typ": typ, "kid": signer.kid}
    try:
        token: str = jose_jws.sign(
            payload, _SignerKey(signer), headers=members, algorithm=signer.algorithm.jose_name
        )
    except (JOSEError, TypeError, ValueError) as error:
        raise MalformedInput("The token cannot be made.", "无法生成令牌。", log_only=str(error)) from None
    return token


def verify_compact(
    token: str,
    *,
    public_key: PublicKey,
    algorithm: Algorithm,
    typ: str | frozenset[str | None],
    max_bytes: int = MAX_TOKEN_BYTES,
) -> VerifiedJws:
    """Verify one token with the key and the algorithm the caller trusts.

    typ: the type, or the set of types, the caller takes. None in the set lets the member be absent: for
    tokens of others whose standard asks for none (client assertions, RFC 7523), never for our own.
    Raises: InputTooLarge, MalformedInput, TokenRefused (a header rule), BadSignature, UnacceptableKey.
    """
    return verify_read(read_compact(token, max_bytes), public_key=public_key, algorithm=algorithm, typ=typ)


def read_compact(token: str, max_bytes: int = MAX_TOKEN_BYTES) -> ReadJws:
    """Bring a token into shape, for a caller who must look into it to find the key.

    Raises: InputTooLarge, MalformedInput, TokenRefused (a header rule).
    """
    signing_input, encoded_payload, encoded_signature, header = split_compact(token, max_bytes)
    return ReadJws(signing_input, header, unb64url(encoded_payload), unb64url(encoded_signature))


def verify_read(
    read: ReadJws, *, public_key: PublicKey, algorithm: Algorithm, typ: str | frozenset[str | None]
) -> VerifiedJws:
    """`verify_compact` of a token read already. Raises: TokenRefused, BadSignature, UnacceptableKey."""
    header = read.header
    check_typ(header, typ if isinstance(typ, frozenset) else frozenset({typ}))
    alg = header.get("alg")
    if not isinstance(alg, str) or alg not in algorithm.jose_names:
        raise TokenRefused("The token names another algorithm than its key.", "令牌算法与密钥不符。")
    if not _verifier(_Same(public_key), algorithm)(read.signing_input, read.signature):
        raise BadSignature()
    return VerifiedJws(header, read.payload)


def peek_header(token: str, *, max_bytes: int = MAX_TOKEN_BYTES) -> UnverifiedHeader:
    """The header of a token, with every header rule applied but nothing verified.

    Raises: InputTooLarge, MalformedInput, TokenRefused.
    """
    return UnverifiedHeader(split_compact(token, max_bytes)[3])


def split_compact(
    token: str, max_bytes: int, *, carrying: frozenset[str] = frozenset()
) -> tuple[bytes, str, str, dict[str, Any]]:
    """Signing input, encoded payload, encoded signature, header of a token nobody has verified.

    carrying: header members allowed although they are refused elsewhere (`jwk` in a proof of possession).
    """
    if len(token) > max_bytes:
        raise InputTooLarge(f"The token is larger than {max_bytes} bytes.", f"令牌超过 {max_bytes} 字节。")
    signing_input, _, signature = token.rpartition(".")
    header, dot, payload = signing_input.partition(".")
    if not dot or "." in payload or not token.isascii():
        raise MalformedInput("Not a compact token.", "不是紧凑格式的令牌。")
    return signing_input.encode("ascii"), payload, signature, _header(header, carrying).copy()


@functools.lru_cache(maxsize=256)
def _header(encoded: str, carrying: frozenset[str] = frozenset()) -> dict[str, Any]:
    """Parsed once a spelling: all tokens of one issuer and type have the same header, certificates
    included."""
    header = parse_json(unb64url(encoded), max_bytes=MAX_HEADER_BYTES, max_depth=4)
    if not isinstance(header, dict):
        raise MalformedInput("The token's header is not an object.", "令牌头不是对象。")
    _check_header(header, carrying)
    return header


def _check_header(header: dict[str, Any], carrying: frozenset[str]) -> None:
    forbidden = (FORBIDDEN_HEADERS - carrying) & header.keys()
    if forbidden:
        named = ", ".join(sorted(forbidden))
        raise TokenRefused(f"The token's header must not hold {named}.", f"令牌头不得含 {named}。")
    if "kid" in header and not (isinstance(header["kid"], str) and KID.fullmatch(header["kid"])):
        raise TokenRefused("The token's kid is not a plain name.", "令牌的 kid 不是普通名称。")


def check_typ(header: Mapping[str, Any], allowed: frozenset[str | None]) -> None:
    """Raises: TokenRefused unless the header's `typ` is one of `allowed` (None: the member may be absent)."""
    found = header.get("typ")
    if found in allowed if isinstance(found, str) else None in allowed and "typ" not in header:
        return
    if isinstance(found, str) and _media_type(found) in {_media_type(name) for name in allowed if name}:
        return
    raise TokenRefused("The token is of another type.", "令牌类型不符。")


def _media_type(name: str) -> str:
    """RFC 7515 §4.1.9: media types are compared without case, and `application/` may be left out."""
    return name.lower().removeprefix("application/")


_JOSERFC_KEYS: dict[Algorithm, type[ECKey] | type[RSAKey] | type[OKPKey]] = {
    Algorithm.ES256: ECKey,
    Algorithm.RS256: RSAKey,
    Algorithm.EDDSA: OKPKey,
}


class _Same:
    """Makes a public key a cache key: pyca keys have no hash. Holding it keeps its identity from being
    reused."""

    __slots__ = ("held",)

    def __init__(self, held: PublicKey) -> None:
        self.held = held

    def __hash__(self) -> int:
        return id(self.held)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Same) and self.held is other.held


@functools.lru_cache(maxsize=1024)
def _verifier(same: _Same, algorithm: Algorithm) -> Callable[[bytes, bytes], bool]:
    """joserfc's algorithm with its key object, made once a key."""
    if algorithm_of(same.held) is not algorithm:
        raise TokenRefused("The key is not of the algorithm fixed for it.", "密钥与其固定算法不符。")
    model = JWSRegistry.algorithms[algorithm.jose_name]
    held = _JOSERFC_KEYS[algorithm].import_key(cast("Any", same.held))

    def verify(signing_input: bytes, signature: bytes) -> bool:
        try:
            return model.verify(signing_input, signature, held)
        except ValueError:
            return False

    return verify
