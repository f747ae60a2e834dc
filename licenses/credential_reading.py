"""Reading a credential (SD-JWT VC) strictly, and checking its issuer's signature.

`parse_credential` verifies nothing: it brings the text into shape or refuses it (RFC 9901 §7.1, SD-JWT VC
§2.2). What is not checked here: who signed, whether they may, dates, status, the holder's proof; see
verify.py and key_binding.py.
"""

import binascii
import functools
from base64 import b64decode
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from keys.algorithms import PublicKey, algorithm_of
from keys.encoding import parse_json
from keys.errors import XinzhengError
from keys.jws import ReadJws, read_compact, verify_read
from licenses.credential import TYP
from licenses.errors import CredentialSignatureWrong, MalformedCredential
from licenses.sd_jwt import DEEPEST, Path, reveal

LARGEST_CREDENTIAL = 256 * 1024
LARGEST_JWT = 64 * 1024
MOST_DISCLOSURES = 512
MOST_CERTIFICATES = 6
_TYPES = frozenset({TYP})
NEVER_DISCLOSED = frozenset({"iss", "nbf", "exp", "cnf", "vct", "vct#integrity", "aka_vcts", "status"})
"""SD-JWT VC §2.2.2.2: these, and everything in them, must be plain."""


@dataclass(frozen=True, slots=True)
class ParsedCredential:
    """A credential that can be read. Nothing in it is trusted before `verify_issuer_signature` has
    returned."""

    jwt: str
    read: ReadJws
    claims: Mapping[str, Any]
    """The payload with every disclosed claim in its place."""
    disclosures: Mapping[str, Path]
    hidden: int
    """Digests nothing was disclosed for: withheld claims or decoys."""
    presented: str
    """Everything up to and including the last `~`: what a key binding signs."""
    key_binding: str | None
    x5c: tuple[bytes, ...]
    """DER certificates from the header, leaf first. Claimed by the credential itself: prove the path."""

    @property
    def header(self) -> Mapping[str, Any]:
        """The JOSE header."""
        return self.read.header

    @property
    def record(self) -> bytes:
        """The signed octets, as the log committed to them."""
        return self.read.payload


def parse_credential(text: str | bytes) -> ParsedCredential:
    """Read `<jwt>~<disclosure>~…~[<kb-jwt>]`. Raises MalformedCredential, and nothing else, for anything
    wrong."""
    try:
        return _parse(_ascii(text))
    except MalformedCredential:
        raise
    except XinzhengError as error:
        raise MalformedCredential(error.detail, error.detail_zh) from error


def verify_issuer_signature(parsed: ParsedCredential, public_key: PublicKey) -> None:
    """Check the issuer's signature with a key the caller trusts. Raises CredentialSignatureWrong."""
    try:
        verify_read(parsed.read, public_key=public_key, algorithm=algorithm_of(public_key), typ=_TYPES)
    except XinzhengError as error:
        raise CredentialSignatureWrong(log_only=error.detail) from error


def _ascii(text: str | bytes) -> str:
    if len(text) > LARGEST_CREDENTIAL:
        raise MalformedCredential("The credential is larger than 256 KiB", "电子凭证超过256 KiB")
    try:
        decoded = text.decode("ascii") if isinstance(text, bytes) else text
    except UnicodeDecodeError as error:
        raise MalformedCredential() from error
    if not decoded.isascii():
        raise MalformedCredential()
    return decoded.strip()


def _parse(text: str) -> ParsedCredential:
    if "~" not in text:
        raise MalformedCredential("This is not an SD-JWT: it has no ~", "这不是SD-JWT：缺少~")
    jwt, *disclosures, key_binding = text.split("~")
    if len(disclosures) > MOST_DISCLOSURES:
        raise MalformedCredential("The credential discloses too many claims", "电子凭证披露的信息项过多")
    read = read_compact(jwt, LARGEST_JWT)
    if read.header.get("typ") != TYP:
        raise MalformedCredential(f"The credential's typ is not {TYP}", f"电子凭证的typ不是{TYP}")
    payload = _json_object(read.payload)
    if not isinstance(payload.get("vct"), str):
        raise MalformedCredential("The credential does not say its type (vct)", "电子凭证没有说明类型（vct）")
    disclosed = reveal(payload, disclosures)
    _nothing_registered_is_disclosed(disclosed.paths)
    return ParsedCredential(
        jwt=jwt,
        read=read,
        claims=disclosed.claims,
        disclosures=disclosed.paths,
        hidden=disclosed.hidden,
        presented=text[: len(text) - len(key_binding)],
        key_binding=key_binding or None,
        x5c=header_certificates(read.header.get("x5c")),
    )


def _json_object(data: bytes) -> dict[str, Any]:
    value = parse_json(data, max_bytes=LARGEST_JWT, max_depth=DEEPEST + 2)
    if not isinstance(value, dict):
        raise MalformedCredential()
    return value


def _nothing_registered_is_disclosed(paths: Mapping[str, Path]) -> None:
    if not NEVER_DISCLOSED.isdisjoint([path[0] for path in paths.values()]):
        raise MalformedCredential(
            "A claim that must always be plain was disclosed selectively", "必须公开的信息项被选择性披露"
        )


def header_certificates(x5c: Any) -> tuple[bytes, ...]:
    """The DER certificates of an `x5c` header (RFC 7515 §4.1.6), () without one. Raises
    MalformedCredential."""
    if x5c is None:
        return ()
    if not isinstance(x5c, list) or not 0 < len(x5c) <= MOST_CERTIFICATES or {*map(type, x5c)} != {str}:
        raise MalformedCredential("The credential's certificates cannot be read", "电子凭证中的证书无法读取")
    return _certificates(tuple(x5c))


@functools.lru_cache(maxsize=256)
def _certificates(encoded: tuple[str, ...]) -> tuple[bytes, ...]:
    """Decoded once a spelling: all credentials of an issuer carry the same."""
    try:
        return tuple(b64decode(one, validate=True) for one in encoded)
    except (binascii.Error, ValueError) as error:
        raise MalformedCredential(
            "The credential's certificates cannot be read", "电子凭证中的证书无法读取"
        ) from error
