"""Encodings with one spelling each: base64url (RFC 4648 §5), canonical JSON (RFC 8785), JSON in, UUIDv7.

A value that can be spelled in two ways lets two readers see two things, so everything here is strict: what is
decoded must encode to the very text that came in. Does not check: what the values mean.
"""

import base64
import binascii
import json
import math
import secrets
from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Any, NoReturn
from uuid import UUID

import orjson
import rfc8785

from keys.clock import require_utc
from keys.errors import InputTooLarge, MalformedInput

MAX_DEPTH = 32
_STANDARD_ALPHABET = bytes.maketrans(b"-_+/=", b"+/!!!")
"""base64url to base64; the characters that only base64 has become one that it refuses."""
_PADDING = (b"", b"===", b"==", b"=")
_LAST_CHARACTERS = (
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_",
    "AQgw",
    "AEIMQUYcgkosw048",
)
"""By octets beyond a multiple of three: the last characters whose unused bits are zero."""


def b64url(raw: bytes) -> str:
    """base64url without padding (RFC 7515 §2)."""
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode("ascii")


def unb64url(text: str) -> bytes:
    """Decode canonical base64url: no padding, no foreign characters, no stray bits in the last character.

    Raises: MalformedInput.
    """
    try:
        standard = text.encode("ascii").translate(_STANDARD_ALPHABET) + _PADDING[len(text) % 4]
        raw = binascii.a2b_base64(standard, strict_mode=True)
    except (ValueError, AttributeError):
        raise MalformedInput("Not base64url.", "不是有效的 base64url 编码。") from None
    if text and text[-1] not in _LAST_CHARACTERS[len(raw) % 3]:
        raise MalformedInput("Not canonical base64url.", "不是规范的 base64url 编码。")
    return raw


def canonical_json(value: Any) -> bytes:
    """Canonical JSON (JCS, RFC 8785), UTF-8.

    Raises: MalformedInput for what JCS cannot carry: NaN, integers beyond 2^53, lone surrogates, other types.
    """
    try:
        return rfc8785.dumps(value)
    except (rfc8785.CanonicalizationError, UnicodeError, RecursionError) as error:
        raise MalformedInput(
            "The value has no canonical JSON form.", "该数据没有规范的 JSON 形式。", log_only=str(error)
        ) from None


def parse_json(data: bytes | str, *, max_bytes: int, max_depth: int = MAX_DEPTH) -> Any:
    """Parse JSON (RFC 8259) as strictly as a signature needs it (RFC 8725 §2.4, I-JSON RFC 7493).

    Refuses duplicate member names, NaN and infinities (also `1e999`), a byte-order mark, bytes that are not
    UTF-8, lone surrogates, the character U+0000, nesting deeper than `max_depth`.

    Raises: InputTooLarge above `max_bytes` octets; MalformedInput otherwise.
    """
    try:
        raw = data.encode("utf-8") if isinstance(data, str) else bytes(data)
        if len(raw) > max_bytes:
            raise InputTooLarge(f"The data is larger than {max_bytes} bytes.", f"数据超过 {max_bytes} 字节。")
        value = _read(raw)
    except (ValueError, RecursionError, TypeError) as error:
        raise MalformedInput("Not acceptable JSON.", "不是可接受的 JSON。", log_only=str(error)) from None
    if raw.count(b"[") + raw.count(b"{") > max_depth and _is_deeper(value, max_depth):
        raise MalformedInput("The JSON is nested too deeply.", "JSON 嵌套过深。")
    if b"\\u" in raw:
        _check_characters(value)
    return value


def parse_json_each(texts: Sequence[bytes], *, max_bytes: int, max_depth: int = MAX_DEPTH) -> list[Any]:
    """`parse_json` of each, the costly questions asked once for all: a credential has a dozen small texts.

    max_bytes: of each. Raises: as parse_json, for the first text that is not acceptable.
    """
    joined = b",".join(texts)
    ordinary = (
        len(joined) <= max_bytes
        and joined.count(b"[") + joined.count(b"{") < max_depth + len(texts)
        and b"\\u" not in joined
    )
    try:
        if ordinary:
            values: list[Any] = orjson.loads(b"[" + joined + b"]")
            # as in `_read`; it also shows that no value reaches beyond its own text
            if list(map(orjson.dumps, values)) == list(texts) and _CONTAINERS.issuperset(map(type, values)):
                return values
    except (ValueError, TypeError):
        pass  # asked one by one, the text at fault is refused with its reason
    return [parse_json(text, max_bytes=max_bytes, max_depth=max_depth) for text in texts]


def uuid7(now: datetime) -> UUID:
    """UUID version 7 (RFC 9562 §5.7): milliseconds, then the microsecond part, then 62 random bits.

    Sortable by time; it tells when it was made, so it is never a secret and never a public number.
    """
    moment = require_utc(now)
    milliseconds = int(moment.timestamp()) * 1000 + moment.microsecond // 1000
    fraction = (moment.microsecond % 1000) * 4096 // 1000
    bits = milliseconds << 80 | 7 << 76 | fraction << 64 | 2 << 62 | secrets.randbits(62)
    return UUID(int=bits)


def _unique_members(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    members = dict(pairs)
    if len(members) != len(pairs):
        raise ValueError("duplicate member name")
    return members


def _finite(text: str) -> float:
    number = float(text)
    if not math.isfinite(number):
        raise ValueError("number out of range")
    return number


def _no_constant(text: str) -> NoReturn:
    raise ValueError(f"{text} is not JSON")


_CONTAINERS = frozenset({dict, list})


def _read(raw: bytes) -> Any:
    """One value. Raises ValueError, RecursionError.

    orjson is fast and forgiving: of two members with one name it keeps the last. What encodes to the very
    text that came in has lost nothing; every other spelling is read again by the strict decoder.
    """
    try:
        value = orjson.loads(raw)
        if orjson.dumps(value) == raw:
            return value
    except (ValueError, TypeError):
        pass
    return _DECODER.decode(raw.decode("utf-8"))


# Built once: `json.loads` with hooks makes a new decoder at every call, which a token verifier would feel.
_DECODER = json.JSONDecoder(
    object_pairs_hook=_unique_members, parse_float=_finite, parse_constant=_no_constant
)


def _walk(value: Any) -> Iterator[tuple[Any, int]]:
    pending = [(value, 0)]
    while pending:
        node, depth = pending.pop()
        yield node, depth
        if isinstance(node, dict):
            pending.extend((child, depth + 1) for child in node.values())
            pending.extend((name, depth + 1) for name in node)
        elif isinstance(node, list):
            pending.extend((child, depth + 1) for child in node)


def _is_deeper(value: Any, max_depth: int) -> bool:
    return any(depth >= max_depth for node, depth in _walk(value) if isinstance(node, dict | list))


def _check_characters(value: Any) -> None:
    for node, _ in _walk(value):
        if isinstance(node, str) and ("\x00" in node or any("\ud800" <= char <= "\udfff" for char in node)):
            raise MalformedInput(
                "The JSON holds a character that cannot be stored.", "JSON 含有不可存储的字符。"
            )
