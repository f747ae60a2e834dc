"""The table a forgiving reader makes for itself when it does not trust the file's own: last object of a
number wins.

PDF readers do this silently on damaged files, so an attacker who damages a table chooses what they see. We
compare with this view whenever the tail holds an object that no table names (seals.md §0).
"""

import re

from seal.verification.errors import UnreadablePdf
from seal.verification.lexer import read_value
from seal.verification.objects import Dictionary, Stream
from seal.verification.syntax import read_object
from seal.verification.xref import Entry

OBJECT_TOKEN = re.compile(
    rb"(?<![0-9])(\d{1,10})[\x00\t\n\x0c\r ]+(\d{1,5})[\x00\t\n\x0c\r ]+obj(?![a-zA-Z])"
)
_TRAILER = re.compile(rb"(?<![a-zA-Z])trailer(?=[\x00\t\n\x0c\r ]*<<)")
_MAX_OBJECTS = 200_000


def rebuild_entries(data: bytes, end: int) -> tuple[dict[int, Entry], Dictionary]:
    """Entries and trailer as found by scanning. Raises UnreadablePdf when nothing leads to a catalog."""
    entries: dict[int, Entry] = {}
    containers: list[int] = []
    trailer: Dictionary = {}
    for count, match in enumerate(OBJECT_TOKEN.finditer(data, 0, end)):
        if count > _MAX_OBJECTS:
            raise UnreadablePdf(
                "this file holds more objects than are read", "文件包含的对象数量超出读取上限"
            )
        entries[int(match.group(1))] = Entry(match.start(), int(match.group(2)))
        window = data[match.end() : match.end() + 400]
        if b"/XRef" in window or b"/ObjStm" in window:
            containers.append(match.start())
    for match in _TRAILER.finditer(data, 0, end):
        _merge_trailer(trailer, _trailer_at(data, match.end()))
    for offset in containers:
        _look_into(data, offset, entries, trailer)
    if "Root" not in trailer:
        raise UnreadablePdf("no trailer leads to the document", "文件缺少可用的 trailer")
    return entries, trailer


def _trailer_at(data: bytes, position: int) -> Dictionary:
    try:
        value, _ = read_value(data, position)
    except UnreadablePdf:
        return {}
    return value if isinstance(value, dict) else {}


def _merge_trailer(trailer: Dictionary, found: Dictionary) -> None:
    trailer.update({key: value for key, value in found.items() if key in ("Root", "Info", "Encrypt", "ID")})


def _look_into(data: bytes, offset: int, entries: dict[int, Entry], trailer: Dictionary) -> None:
    try:
        found = read_object(data, offset)
    except UnreadablePdf:
        return
    if not isinstance(found.value, Stream):
        return
    if found.value.head.get("Type") == "XRef":
        _merge_trailer(trailer, found.value.head)
