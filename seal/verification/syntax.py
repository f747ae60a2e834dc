"""Indirect objects in the file (ISO 32000-2 §7.3.10): `n g obj … endobj`, with or without a stream."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from seal.verification.errors import UnreadablePdf
from seal.verification.lexer import read_value
from seal.verification.objects import Ref, Stream, Value, number

OBJECT = re.compile(
    rb"(?:[\x00\t\n\x0c\r ]+|%[^\r\n]*)*+(\d{1,10})[\x00\t\n\x0c\r ]+(\d{1,5})[\x00\t\n\x0c\r ]+obj"
)
_STREAM = re.compile(rb"(?:[\x00\t\n\x0c\r ]+|%[^\r\n]*)*+stream(\r\n|\n|\r)")
_ENDSTREAM = re.compile(rb"[\x00\t\n\x0c\r ]*endstream")
_ENDOBJ = re.compile(rb"(?:[\x00\t\n\x0c\r ]+|%[^\r\n]*)*+endobj")


@dataclass(frozen=True, slots=True)
class IndirectObject:
    """One object of the file with the octets it takes up."""

    ref: Ref
    value: Value
    start: int
    end: int
    """Offset after `endobj`, or after the value when `endobj` is missing."""


def read_object(
    data: bytes, offset: int, length_of: Callable[[Any], int | None] | None = None
) -> IndirectObject:
    """The object at `offset`. `length_of` resolves an indirect /Length. Raises UnreadablePdf."""
    head = OBJECT.match(data, offset)
    if head is None:
        raise UnreadablePdf(f"no object stands at offset {offset}", f"偏移 {offset} 处没有对象")
    ref = Ref(int(head.group(1)), int(head.group(2)))
    value, position = read_value(data, head.end())
    if isinstance(value, dict) and (opened := _STREAM.match(data, position)) is not None:
        stop, position = _stream_end(data, opened.end(), value.get("Length"), length_of)
        value = Stream(value, data, opened.end(), stop)
    closed = _ENDOBJ.match(data, position)
    return IndirectObject(ref, value, head.start(1), closed.end() if closed else position)


def _stream_end(
    data: bytes, start: int, length: Any, length_of: Callable[[Any], int | None] | None
) -> tuple[int, int]:
    """Offsets after the octets of a stream and after `endstream`."""
    size = number(length)
    if size is None and length_of is not None:
        size = length_of(length)
    if size is not None and 0 <= size <= len(data) - start:
        closed = _ENDSTREAM.match(data, start + size)
        if closed is not None:
            return start + size, closed.end()
    found = data.find(b"endstream", start)
    if found < 0:
        raise UnreadablePdf("a stream does not end", "数据流未结束")
    end = found
    if data[end - 1 : end] == b"\n":
        end -= 1
    if data[end - 1 : end] == b"\r":
        end -= 1
    return max(start, end), found + len(b"endstream")
