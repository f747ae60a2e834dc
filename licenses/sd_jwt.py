"""Selective disclosure itself (RFC 9901): making disclosures, and putting disclosed claims back in their
place.

    disclosure = base64url(JSON [salt, name, value])  or, for an array element, base64url(JSON [salt, value])
    digest     = base64url(SHA-256(ASCII(disclosure))), in the payload as {"_sd": [digest, …]} or {"...":
    digest}

Knows nothing of signatures or of licenses. Reading is strict (RFC 9901 §7.1): a digest that occurs twice, a
disclosure nothing refers to, a name that is already there, a forbidden name: the whole credential is refused.
"""

import hashlib
import secrets
from base64 import urlsafe_b64encode
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from keys.encoding import b64url, canonical_json, parse_json, unb64url
from keys.errors import XinzhengError
from licenses.errors import MalformedCredential

SD = "_sd"
ELEMENT = "..."
SD_ALG = "_sd_alg"
SALT_BYTES = 16
LARGEST_DISCLOSURE = 32 * 1024
DEEPEST = 12

RandomBytes = Callable[[int], bytes]
Path = tuple[str | int, ...]


def digest_of(disclosure: str) -> str:
    """base64url(SHA-256(ASCII(disclosure)))."""
    return urlsafe_b64encode(hashlib.sha256(disclosure.encode("ascii")).digest())[:-1].decode("ascii")


def hide(
    members: Mapping[str, Any],
    *,
    disclosures: list[str],
    decoys: int = 0,
    random_bytes: RandomBytes = secrets.token_bytes,
) -> dict[str, Any]:
    """An object with every member hidden: `{"_sd": […]}`, digests sorted so that their order tells nothing.

    Appends one disclosure a member to `disclosures`. `decoys` digests of random octets hide how many there
    are.
    """
    digests = []
    for name, value in members.items():
        salt = b64url(random_bytes(SALT_BYTES))
        disclosure = b64url(canonical_json([salt, name, value]))
        disclosures.append(disclosure)
        digests.append(digest_of(disclosure))
    digests.extend(b64url(hashlib.sha256(random_bytes(32)).digest()) for _ in range(decoys))
    return {SD: sorted(digests)}


@dataclass(frozen=True, slots=True)
class Disclosed:
    """A payload with its disclosed claims in place."""

    claims: dict[str, Any]
    paths: Mapping[str, Path]
    """Where each disclosure belongs, by its text."""
    hidden: int
    """Digests without a disclosure: withheld claims and decoys look alike."""


@dataclass(slots=True)
class _Walk:
    by_digest: dict[str, str]
    seen: set[str] = field(default_factory=set)
    paths: dict[str, Path] = field(default_factory=dict)
    hidden: int = 0


def reveal(payload: Mapping[str, Any], disclosures: Sequence[str]) -> Disclosed:
    """Put every disclosure in its place (RFC 9901 §7.1 steps 3-5). Raises MalformedCredential."""
    by_digest = {digest_of(one): one for one in disclosures}
    if len(by_digest) != len(disclosures):
        raise MalformedCredential("A disclosure is there twice", "同一信息项被重复披露")
    if payload.get(SD_ALG, "sha-256") != "sha-256":
        raise MalformedCredential("The digest algorithm is not sha-256", "摘要算法不是sha-256")
    walk = _Walk(by_digest)
    top = {name: value for name, value in payload.items() if name != SD_ALG}
    claims = _object(top, (), walk)
    if len(walk.paths) != len(disclosures):
        raise MalformedCredential(
            "A disclosure belongs to no claim of the credential", "披露的信息不属于该凭证"
        )
    return Disclosed(claims, walk.paths, walk.hidden)


def _object(raw: Mapping[str, Any], path: Path, walk: _Walk) -> dict[str, Any]:
    if len(path) > DEEPEST:
        raise MalformedCredential("The credential is nested too deeply", "凭证嵌套层次过深")
    if SD_ALG in raw or ELEMENT in raw:
        raise MalformedCredential("The credential uses a reserved name", "凭证使用了保留名称")
    plain = {name: _value(value, (*path, name), walk) for name, value in raw.items() if name != SD}
    digests = raw.get(SD)
    if digests is None:
        if SD in raw:
            raise _bad_digest()
        return plain
    if not isinstance(digests, list):
        raise _bad_digest()
    for digest in digests:
        disclosure = _look_up(digest, walk)
        if disclosure is None:
            continue
        name, value = _named(disclosure)
        if name in plain:
            raise MalformedCredential("A claim is there twice at one level", "同一层级中信息项重名")
        here = (*path, name)
        walk.paths[disclosure] = here
        plain[name] = _value(value, here, walk)
    return plain


def _array(raw: Sequence[Any], path: Path, walk: _Walk) -> list[Any]:
    if len(path) > DEEPEST:
        raise MalformedCredential("The credential is nested too deeply", "凭证嵌套层次过深")
    elements: list[Any] = []
    for one in raw:
        here = (*path, len(elements))
        if not (isinstance(one, dict) and ELEMENT in one):
            elements.append(_value(one, here, walk))
            continue
        if len(one) != 1:
            raise _bad_digest()
        disclosure = _look_up(one[ELEMENT], walk)
        if disclosure is not None:
            walk.paths[disclosure] = here
            elements.append(_value(_unnamed(disclosure), here, walk))
    return elements


def _value(value: Any, path: Path, walk: _Walk) -> Any:
    if isinstance(value, dict):
        return _object(value, path, walk)
    if isinstance(value, list):
        return _array(value, path, walk)
    return value


def _look_up(digest: Any, walk: _Walk) -> str | None:
    if not isinstance(digest, str):
        raise _bad_digest()
    if digest in walk.seen:
        raise MalformedCredential("A digest is there twice", "同一摘要重复出现")
    walk.seen.add(digest)
    disclosure = walk.by_digest.get(digest)
    if disclosure is None:
        walk.hidden += 1
    return disclosure


def _read(disclosure: str) -> list[Any]:
    try:
        parts = parse_json(unb64url(disclosure), max_bytes=LARGEST_DISCLOSURE, max_depth=DEEPEST)
    except XinzhengError as error:
        raise _bad_disclosure() from error
    if not isinstance(parts, list) or not parts or not isinstance(parts[0], str):
        raise _bad_disclosure()
    return parts


def _named(disclosure: str) -> tuple[str, Any]:
    parts = _read(disclosure)
    if len(parts) != 3 or not isinstance(parts[1], str) or parts[1] in (SD, ELEMENT, SD_ALG):
        raise _bad_disclosure()
    return parts[1], parts[2]


def _unnamed(disclosure: str) -> Any:
    parts = _read(disclosure)
    if len(parts) != 2:
        raise _bad_disclosure()
    return parts[1]


def _bad_disclosure() -> MalformedCredential:
    return MalformedCredential("A disclosure cannot be read", "披露的信息无法读取")


def _bad_digest() -> MalformedCredential:
    return MalformedCredential("The list of digests cannot be read", "凭证的摘要列表无法读取")
