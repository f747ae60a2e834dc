"""Cross-reference sections (ISO 32000-2 §7.5.4, §7.5.8): which object stands where, update by update.

A section is read once and kept; a revision is the chain of sections from one `startxref` back over /Prev.
"""

import re
from dataclasses import dataclass
from typing import NamedTuple

from seal.verification.errors import UnreadablePdf
from seal.verification.filters import unpack
from seal.verification.lexer import read_value
from seal.verification.limits import Budget
from seal.verification.objects import Dictionary, Stream, number
from seal.verification.syntax import read_object

_STARTXREF = re.compile(rb"startxref[\x00\t\n\x0c\r ]*(\d{1,12})")
_TABLE = re.compile(rb"[\x00\t\n\x0c\r ]*xref[\x00\t\n\x0c\r ]+")
_SUBSECTION = re.compile(
    rb"[\x00\t\n\x0c\r ]*(\d{1,10})[\x00\t ]+(\d{1,10})[\x00\t ]*(?:\r\n|\r|\n| )[\x00\t\n\x0c\r ]*"
)
_ENTRY = re.compile(rb"(\d{1,10})[\x00\t ]+(\d{1,5})[\x00\t ]+([nf])[\x00\t\n\x0c\r ]*")
_TRAILER = re.compile(rb"[\x00\t\n\x0c\r ]*trailer")


class Entry(NamedTuple):
    """Where an object stands: at an offset of the file, or as number `position` inside object stream
    `container`."""

    offset: int
    """-1 when inside an object stream, -2 when free."""
    generation: int = 0
    container: int = 0
    position: int = 0

    @property
    def free(self) -> bool:
        return self.offset == -2


FREE = Entry(-2)


@dataclass(frozen=True, slots=True)
class Section:
    """One cross-reference section with its trailer dictionary."""

    start: int
    end: int
    """Offset after the trailer dictionary, or after the cross-reference stream object."""
    entries: dict[int, Entry]
    trailer: Dictionary
    is_stream: bool


def startxref_before(data: bytes, end: int) -> tuple[int, int]:
    """The last `startxref` before `end`: (its own offset, the offset it names). Raises UnreadablePdf."""
    keyword = data.rfind(b"startxref", 0, end)
    match = _STARTXREF.match(data, keyword) if keyword >= 0 else None
    if match is None or match.end() > end:
        raise UnreadablePdf(
            "the file does not say where its object table is", "文件缺少 startxref，找不到对象表"
        )
    return keyword, int(match.group(1))


def read_section(data: bytes, start: int, budget: Budget) -> Section:
    """Read the section at `start`, table or stream. Raises UnreadablePdf."""
    if not 0 <= start < len(data):
        raise UnreadablePdf("the object table lies outside the file", "对象表位置超出文件范围")
    match = _TABLE.match(data, start)
    if match is not None:
        return _read_table(data, start, match.end(), budget)
    return _read_stream(data, start, budget)


def _read_table(data: bytes, start: int, position: int, budget: Budget) -> Section:
    entries: dict[int, Entry] = {}
    while (head := _SUBSECTION.match(data, position)) is not None:
        first, count = int(head.group(1)), int(head.group(2))
        position = head.end()
        budget.take_objects(count)
        for num in range(first, first + count):
            entry = _ENTRY.match(data, position)
            if entry is None:
                raise UnreadablePdf("the object table is damaged", "对象表已损坏")
            position = entry.end()
            offset, generation = int(entry.group(1)), int(entry.group(2))
            used = entry.group(3) == b"n" and offset != 0
            entries[num] = Entry(offset, generation) if used else FREE
    keyword = _TRAILER.match(data, position)
    if keyword is None:
        raise UnreadablePdf("the object table has no trailer", "对象表缺少 trailer")
    trailer, end = read_value(data, keyword.end())
    if not isinstance(trailer, dict):
        raise UnreadablePdf("the trailer is not a dictionary", "trailer 不是字典")
    return Section(start, end, entries, trailer, is_stream=False)


def _read_stream(data: bytes, start: int, budget: Budget) -> Section:
    found = read_object(data, start)
    if not isinstance(found.value, Stream) or found.value.head.get("Type") != "XRef":
        raise UnreadablePdf("there is no object table where the file says", "文件所指位置没有对象表")
    head = found.value.head
    widths = [number(width) for width in head.get("W") or []]
    size = number(head.get("Size"))
    if len(widths) < 3 or any(w is None or not 0 <= w <= 8 for w in widths) or size is None:
        raise UnreadablePdf("the cross-reference stream is damaged", "交叉引用流已损坏")
    spans = head.get("Index") or [0, size]
    if not isinstance(spans, list) or len(spans) % 2 or any(number(s) is None for s in spans):
        raise UnreadablePdf("the cross-reference stream is damaged", "交叉引用流已损坏")
    body = unpack(head, found.value.raw, budget)
    columns = [int(w or 0) for w in widths[:3]]
    return Section(start, found.end, _stream_entries(body, columns, spans, budget), head, is_stream=True)


def _stream_entries(body: bytes, widths: list[int], spans: list[int], budget: Budget) -> dict[int, Entry]:
    entries: dict[int, Entry] = {}
    first, second, third = widths
    row = first + second + third
    position = 0
    for start, count in zip(spans[::2], spans[1::2], strict=True):
        available = min(count, (len(body) - position) // row if row else 0)
        budget.take_objects(max(0, available))
        for num in range(start, start + available):
            kind = int.from_bytes(body[position : position + first]) if first else 1
            field2 = int.from_bytes(body[position + first : position + first + second])
            field3 = int.from_bytes(body[position + first + second : position + row])
            position += row
            if kind == 1:
                entries[num] = Entry(field2, field3)
            elif kind == 2:
                entries[num] = Entry(-1, 0, field2, field3)
            else:
                entries[num] = FREE
    return entries
