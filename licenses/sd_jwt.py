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
from dataclasses import dataclass
from typing import Any

from keys.encoding import b64url, canonical_json, parse_json_each, unb64url
from keys.errors import XinzhengError
from licenses.errors import MalformedCredential

SD = "_sd"
ELEMENT = "..."
SD_ALG = "_sd_alg"
SALT_BYTES = 16
LARGEST_DISCLOSURE = 32 * 1024
DEEPEST = 12
_RESERVED = (SD, ELEMENT, SD_ALG)
_CONTAINERS = (dict, list)
_NO_DIGESTS = object()
_TEXT_ONLY = frozenset({str})

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


class _Walk:
    """What is known while disclosures find their places."""

    __slots__ = ("by_digest", "met", "paths", "seen")

    def __init__(self, disclosures: Sequence[str]) -> None:
        read = zip(disclosures, _read(disclosures), strict=True)
        self.by_digest = dict(zip(_digests(disclosures), read, strict=True))
        self.seen: set[str] = set()
        self.met = 0
        self.paths: dict[str, Path] = {}

    def take(self, digests: Any) -> list[tuple[str, Any]]:
        """The disclosures of these digests, in their order. A digest met twice is refused at once: each
        would open as much again.
        """
        if digests.__class__ is not list or not _TEXT_ONLY.issuperset(map(type, digests)):
            raise _bad_digest()
        self.seen.update(digests)
        self.met += len(digests)
        if len(self.seen) != self.met:
            raise MalformedCredential("A digest is there twice", "同一摘要重复出现")
        held = self.by_digest
        return [held[digest] for digest in digests if digest in held]


def reveal(payload: Mapping[str, Any], disclosures: Sequence[str]) -> Disclosed:
    """Put every disclosure in its place (RFC 9901 §7.1 steps 3-5). Raises MalformedCredential."""
    walk = _Walk(disclosures)
    if len(walk.by_digest) != len(disclosures):
        raise MalformedCredential("A disclosure is there twice", "同一信息项被重复披露")
    top = dict(payload)
    if top.pop(SD_ALG, "sha-256") != "sha-256":
        raise MalformedCredential("The digest algorithm is not sha-256", "摘要算法不是sha-256")
    claims = _object(top, (), walk)
    if len(walk.paths) != len(disclosures):
        raise MalformedCredential(
            "A disclosure belongs to no claim of the credential", "披露的信息不属于该凭证"
        )
    return Disclosed(claims, walk.paths, walk.met - len(walk.paths))


def _digests(disclosures: Sequence[str]) -> list[str]:
    """`digest_of` each, encoded in one go: 32 octets and a zero make 44 characters, 43 of them the digest."""
    octets = b"".join([hashlib.sha256(one.encode("ascii")).digest() + b"\0" for one in disclosures])
    encoded = urlsafe_b64encode(octets).decode("ascii")
    return [encoded[start : start + 43] for start in range(0, len(encoded), 44)]


def _read(disclosures: Sequence[str]) -> list[Any]:
    try:
        texts = [unb64url(one) for one in disclosures]
        return parse_json_each(texts, max_bytes=LARGEST_DISCLOSURE, max_depth=DEEPEST)
    except XinzhengError as error:
        raise _bad_disclosure() from error


def _object(raw: Mapping[str, Any], path: Path, walk: _Walk) -> dict[str, Any]:
    if len(path) > DEEPEST:
        raise MalformedCredential("The credential is nested too deeply", "凭证嵌套层次过深")
    if SD_ALG in raw or ELEMENT in raw:
        raise MalformedCredential("The credential uses a reserved name", "凭证使用了保留名称")
    plain = dict(raw)
    digests = plain.pop(SD, _NO_DIGESTS)
    for name, value in plain.items():
        if value.__class__ in _CONTAINERS:
            plain[name] = _value(value, (*path, name), walk)
    if digests is _NO_DIGESTS:
        return plain
    for disclosure, parts in walk.take(digests):
        if parts.__class__ is not list or len(parts) != 3:
            raise _bad_disclosure()
        salt, name, value = parts
        if salt.__class__ is not str or name.__class__ is not str or name in _RESERVED:
            raise _bad_disclosure()
        if name in plain:
            raise MalformedCredential("A claim is there twice at one level", "同一层级中信息项重名")
        walk.paths[disclosure] = here = (*path, name)
        plain[name] = _value(value, here, walk) if value.__class__ in _CONTAINERS else value
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
        for disclosure, parts in walk.take([one[ELEMENT]]):
            if parts.__class__ is not list or len(parts) != 2 or parts[0].__class__ is not str:
                raise _bad_disclosure()
            walk.paths[disclosure] = here
            elements.append(_value(parts[1], here, walk))
    return elements


def _value(value: Any, path: Path, walk: _Walk) -> Any:
    if value.__class__ is dict:
        return _object(value, path, walk)
    if value.__class__ is list:
        return _array(value, path, walk)
    return value


def _bad_disclosure() -> MalformedCredential:
    return MalformedCredential("A disclosure cannot be read", "披露的信息无法读取")


def _bad_digest() -> MalformedCredential:
    return MalformedCredential("The list of digests cannot be read", "凭证的摘要列表无法读取")
