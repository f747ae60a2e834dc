"""multipart/form-data (RFC 7578) of a body that is already bounded and in memory.

python-multipart finds the boundaries; we cap what it may find (parts, header lines, names) and decode names
as UTF-8 only. The framework's own form reader is not used: it lets the sender choose the character set of
the names and writes every file to disk. `application/x-www-form-urlencoded` is read with the same caps.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qsl

from python_multipart.exceptions import FormParserError
from python_multipart.multipart import MultipartParser, parse_options_header

from api.refusals import MalformedForm

MAX_PARTS = 8
MAX_HEADERS_A_PART = 8
MAX_HEADER_OCTETS = 1024
MAX_FIELD_OCTETS = 64 * 1024
"""A field that is not a file; a pasted credential is about 3 KiB."""


@dataclass(frozen=True, slots=True)
class Part:
    """One part of a form. `filename` is None for a plain field; it is never used as a path."""

    name: str
    filename: str | None
    media_type: str
    content: bytes


@dataclass(slots=True)
class _Open:
    headers: dict[str, bytes] = field(default_factory=dict)
    header_name: bytes = b""
    header_value: bytes = b""
    chunks: list[bytes] = field(default_factory=list)


def media_type_of(content_type: str) -> str:
    """The bare media type, lower case, without parameters."""
    return content_type.partition(";")[0].strip().lower()


def parse_form(body: bytes, content_type: str) -> tuple[Part, ...]:
    """Read a form body. Raises MalformedForm for anything that is not one or is beyond the caps."""
    if media_type_of(content_type) == "application/x-www-form-urlencoded":
        return _parse_urlencoded(body)
    _, options = parse_options_header(content_type)
    boundary = options.get(b"boundary", b"")
    if not boundary:
        raise MalformedForm("The form names no boundary", "表单缺少分隔标记")
    collector = _Collector()
    try:
        parser = MultipartParser(
            boundary,
            collector.callbacks(),  # type: ignore[arg-type] # a TypedDict of these very names
            max_header_count=MAX_HEADERS_A_PART,
            max_header_size=MAX_HEADER_OCTETS,
        )
        parser.write(body)
        parser.finalize()
    except (FormParserError, ValueError) as error:
        raise MalformedForm() from error
    if not collector.ended:
        raise MalformedForm("The form breaks off before its end", "表单不完整，上传可能中断")
    return tuple(collector.parts)


class _Collector:
    """Callbacks that gather parts and stop at the caps."""

    def __init__(self) -> None:
        self.parts: list[Part] = []
        self.ended = False
        self._open = _Open()

    def callbacks(self) -> dict[str, Callable[..., Any]]:
        return {
            "on_part_begin": self._begin,
            "on_header_field": self._header_name,
            "on_header_value": self._header_value,
            "on_header_end": self._header_end,
            "on_part_data": self._data,
            "on_part_end": self._end,
            "on_end": self._finish,
        }

    def _begin(self) -> None:
        if len(self.parts) >= MAX_PARTS:
            raise MalformedForm(f"The form has more than {MAX_PARTS} parts", f"表单超过 {MAX_PARTS} 个部分")
        self._open = _Open()

    def _header_name(self, data: bytes, start: int, end: int) -> None:
        self._open.header_name += data[start:end]

    def _header_value(self, data: bytes, start: int, end: int) -> None:
        self._open.header_value += data[start:end]

    def _header_end(self) -> None:
        name = self._open.header_name.decode("ascii", "replace").lower()
        if name in self._open.headers:
            raise MalformedForm("A part of the form says the same header twice", "表单某部分的头重复")
        self._open.headers[name] = self._open.header_value
        self._open.header_name = self._open.header_value = b""

    def _data(self, data: bytes, start: int, end: int) -> None:
        self._open.chunks.append(data[start:end])

    def _end(self) -> None:
        disposition, options = parse_options_header(self._open.headers.get("content-disposition", b""))
        name = options.get(b"name")
        if disposition != b"form-data" or name is None:
            raise MalformedForm("A part of the form has no name", "表单某部分没有名称")
        filename = options.get(b"filename")
        content = b"".join(self._open.chunks)
        if filename is None and len(content) > MAX_FIELD_OCTETS:
            raise MalformedForm("A field of the form is too long", "表单某字段过长")
        media_type = self._open.headers.get("content-type", b"").decode("ascii", "replace")
        self.parts.append(
            Part(
                _text(name), None if filename is None else _text(filename), media_type_of(media_type), content
            )
        )

    def _finish(self) -> None:
        self.ended = True


def _parse_urlencoded(body: bytes) -> tuple[Part, ...]:
    try:
        pairs = parse_qsl(
            body.decode("ascii"),
            keep_blank_values=True,
            max_num_fields=MAX_PARTS,
            errors="strict",
            encoding="utf-8",
        )
    except ValueError as error:
        raise MalformedForm() from error
    if any(len(value) > MAX_FIELD_OCTETS for _, value in pairs):
        raise MalformedForm("A field of the form is too long", "表单某字段过长")
    return tuple(Part(name, None, "text/plain", value.encode()) for name, value in pairs)


def _text(octets: bytes) -> str:
    return octets.decode("utf-8", "replace")
