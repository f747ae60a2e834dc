"""Read one PDF value out of a buffer (ISO 32000-2 §7.2, §7.3), without recursion and with a bounded depth.

Strict where a difference between readers would matter (delimiters, references, nesting), lenient where every
reader agrees (odd hexadecimal digits, unbalanced escapes). Streams need a length and are `document`'s
business.
"""

import re
from typing import Any

from seal.verification.errors import UnreadablePdf
from seal.verification.objects import Dictionary, LongHex, Name, Ref, Value

MAX_DEPTH = 100
_LONG_HEX = 128

_TOKEN = re.compile(
    rb"(?:[\x00\t\n\x0c\r ]+|%[^\r\n]*)*+"
    rb"(?:(?P<ref>(\d{1,10})[\x00\t\n\x0c\r ]+(\d{1,5})[\x00\t\n\x0c\r ]+R(?![^\x00\t\n\x0c\r ()<>\[\]{}/%]))"
    rb"|(?P<int>[+-]?\d+(?![^\x00\t\n\x0c\r ()<>\[\]{}/%]))"
    rb"|(?P<name>/[^\x00\t\n\x0c\r ()<>\[\]{}/%]*)"
    rb"|(?P<open><<)|(?P<close>>>)|(?P<array>\[)|(?P<end>\])"
    rb"|(?P<hex><[^<>]*>)|(?P<string>\()"
    rb"|(?P<word>[^\x00\t\n\x0c\r ()<>\[\]{}/%]+))"
)
_ESCAPED_NAME = re.compile(rb"#([0-9A-Fa-f]{2})")
_STRING_MARK = re.compile(rb"[()\\]")
_ESCAPE = re.compile(rb"\\(?:([0-7]{1,3})|(\r\n|[\r\n])|(.))", re.DOTALL)
_ESCAPES = {b"n": b"\n", b"r": b"\r", b"t": b"\t", b"b": b"\b", b"f": b"\x0c"}
_NOT_HEX = re.compile(rb"[^0-9A-Fa-f]+")
_REAL = re.compile(rb"[+-]?(?:\d+\.\d*|\.\d+|\d+)\Z")
_WORDS: dict[bytes, Any] = {b"true": True, b"false": False, b"null": None}

_names: dict[bytes, Name] = {}
"""Spellings seen so far; names repeat a thousandfold. Emptied when it grows, so that nobody can fill the
memory."""


def read_value(buffer: bytes, position: int) -> tuple[Value, int]:
    """The value that begins at `position` and the offset after it. Raises UnreadablePdf."""
    stack: list[tuple[list[Any], bool]] = []
    while True:
        match = _TOKEN.match(buffer, position)
        if match is None:
            raise UnreadablePdf(f"no PDF value at offset {position}", f"偏移 {position} 处不是 PDF 对象")
        kind = match.lastgroup
        position = match.end()
        if kind == "open" or kind == "array":
            if len(stack) >= MAX_DEPTH:
                raise UnreadablePdf("values are nested too deeply", "对象嵌套层次过深")
            stack.append(([], kind == "open"))
            continue
        value: Any
        if kind == "close" or kind == "end":
            value = _close(stack, kind == "close", position)
        elif kind == "string":
            value, position = _read_string(buffer, position)
        else:
            value = _scalar(match, kind)
        if not stack:
            return value, position
        stack[-1][0].append(value)


def _close(stack: list[tuple[list[Any], bool]], closes_dictionary: bool, position: int) -> Any:
    if not stack or stack[-1][1] is not closes_dictionary:
        raise UnreadablePdf(f"a bracket at offset {position} closes nothing", f"偏移 {position} 处括号不匹配")
    items, _ = stack.pop()
    if not closes_dictionary:
        return items
    if len(items) % 2 or not all(isinstance(key, Name) for key in items[::2]):
        raise UnreadablePdf("a dictionary has a key that is not a name", "字典的键不是名称对象")
    made: Dictionary = dict(zip(items[::2], items[1::2], strict=True))
    if len(made) * 2 != len(items) and (twice := _contradictions(items, made)):
        # Readers disagree about which of two equal keys counts: the last one wins here, and the fact is kept.
        made[DUPLICATE_KEYS] = twice
    return made


def _contradictions(items: list[Any], made: Dictionary) -> list[Name]:
    return [key for key, value in zip(items[::2], items[1::2], strict=True) if made[key] != value]


DUPLICATE_KEYS = Name("\x00duplicate keys")
"""Holds the keys to which a dictionary gives two values; no file can spell this name, NUL ends a name."""


def _scalar(match: "re.Match[bytes]", kind: str | None) -> Any:
    token = match.group(kind or 0)
    if kind == "ref":
        return Ref(int(match.group(2)), int(match.group(3)))
    if kind == "int":
        if len(token) > 20:
            raise UnreadablePdf("a number is too long", "数字过长")
        return int(token)
    if kind == "name":
        return _names.get(token) or _name(token)
    if kind == "hex":
        return _read_hex(token, match.start("hex"))
    if token in _WORDS:
        return _WORDS[token]
    if len(token) <= 64 and _REAL.match(token):
        return float(token)
    if token[:1] in b"+-.0123456789" and len(token) <= 64:
        return Name(
            "\x00" + token.decode("latin-1")
        )  # readers guess a number here; we only compare its spelling
    if token == b"endobj":
        return None  # an empty object is null
    raise UnreadablePdf("an unknown word stands where a value should be", "对象位置出现未知标记")


def _name(token: bytes) -> Name:
    raw = (
        _ESCAPED_NAME.sub(lambda found: bytes([int(found.group(1), 16)]), token[1:])
        if b"#" in token
        else token[1:]
    )
    name = Name(raw.replace(b"\x00", b"\\0").decode("latin-1"))
    if len(_names) > 4096:
        _names.clear()
    _names[token] = name
    return name


def _read_hex(token: bytes, start: int) -> bytes:
    digits = token[1:-1]
    try:
        value = bytes.fromhex(digits.decode("ascii"))
    except ValueError:
        clean = _NOT_HEX.sub(b"", digits)
        value = bytes.fromhex((clean + b"0" * (len(clean) % 2)).decode("ascii"))
    if len(token) < _LONG_HEX:
        return value
    long = LongHex(value)
    long.start, long.end = start, start + len(token)
    return long


def _read_string(buffer: bytes, position: int) -> tuple[bytes, int]:
    start, depth = position, 1
    escaped = False
    while True:
        match = _STRING_MARK.search(buffer, position)
        if match is None:
            raise UnreadablePdf("a string does not end", "字符串未结束")
        mark = match.group()
        position = match.end()
        if mark == b"\\":
            escaped = True
            position += 1
        elif mark == b"(":
            depth += 1
        else:
            depth -= 1
            if depth == 0:
                break
    raw = buffer[start : position - 1]
    return (_ESCAPE.sub(_unescape, raw) if escaped else raw), position


def _unescape(match: "re.Match[bytes]") -> bytes:
    octal, newline, other = match.groups()
    if octal:
        return bytes([int(octal, 8) & 0xFF])
    if newline:
        return b""
    return _ESCAPES.get(other, other)
