"""Unpack streams (ISO 32000-2 §7.4) within a budget. Only what structure needs: pictures are pdfium's
business."""

import base64
import binascii
import re
import zlib
from typing import Any

from seal.verification.errors import UnreadablePdf
from seal.verification.limits import Budget
from seal.verification.objects import Dictionary, Name, number

_CHUNK = 1024 * 1024
_SPACES = re.compile(rb"[\x00\t\n\x0c\r ]+")
_SHORT = {"Fl": "FlateDecode", "AHx": "ASCIIHexDecode", "A85": "ASCII85Decode"}


def unpack(head: Dictionary, raw: bytes, budget: Budget) -> bytes:
    """The decoded octets of a stream. Raises UnreadablePdf for an unknown filter, bad data or too much of
    it."""
    names = _listed(head.get("Filter"))
    parameters = _listed(head.get("DecodeParms"))
    if len(names) > 4:
        raise UnreadablePdf("a stream passes through too many filters", "数据流的过滤器层数过多")
    data = raw
    for index, name in enumerate(names):
        given = parameters[index] if index < len(parameters) else None
        data = _decode(str(name) if isinstance(name, Name) else "?", data, budget)
        if isinstance(given, dict):
            data = _unpredict(data, given)
    return data


def _listed(value: Any) -> list[Any]:
    if value is None:
        return []
    return value if isinstance(value, list) else [value]


def _decode(name: str, data: bytes, budget: Budget) -> bytes:
    kind = _SHORT.get(name, name)
    if kind == "FlateDecode":
        return _inflate(data, budget)
    try:
        if kind == "ASCIIHexDecode":
            digits = _SPACES.sub(b"", data.split(b">", 1)[0])
            return binascii.unhexlify(digits + b"0" * (len(digits) % 2))
        if kind == "ASCII85Decode":
            return base64.a85decode(_SPACES.sub(b"", data.strip().removesuffix(b"~>")))
    except ValueError as error:
        raise UnreadablePdf("a stream is not encoded as it says", "数据流编码有误") from error
    raise UnreadablePdf(
        f"a stream uses the filter {name[:32]}, which is not read", "数据流使用了不支持的过滤器"
    )


def _inflate(data: bytes, budget: Budget) -> bytes:
    engine = zlib.decompressobj()
    parts: list[bytes] = []
    try:
        while data and not engine.eof:
            part = engine.decompress(data, _CHUNK)
            budget.take_expanded(len(part))
            parts.append(part)
            data = engine.unconsumed_tail
    except zlib.error as error:
        # Every reader keeps what came out before a damaged end.
        if not parts:
            raise UnreadablePdf("a compressed stream is damaged", "压缩数据流已损坏") from error
    return b"".join(parts)


def _unpredict(data: bytes, parameters: Dictionary) -> bytes:
    predictor = number(parameters.get("Predictor")) or 1
    if predictor == 1:
        return data
    columns = number(parameters.get("Columns")) or 1
    colors = number(parameters.get("Colors")) or 1
    bits = number(parameters.get("BitsPerComponent")) or 8
    width = (columns * colors * bits + 7) // 8
    pixel = max(1, colors * bits // 8)
    if predictor < 10 or not 0 < width <= 1_000_000:
        raise UnreadablePdf("a stream uses a predictor that is not read", "数据流使用了不支持的预测器")
    return _undo_png(data, width, pixel)


def _undo_png(data: bytes, width: int, pixel: int) -> bytes:
    out = bytearray()
    before = bytearray(width)
    for start in range(0, len(data), width + 1):
        kind = data[start]
        row = bytearray(data[start + 1 : start + 1 + width])
        if kind == 2:
            row = bytearray((a + b) & 0xFF for a, b in zip(row, before, strict=False))
        elif kind == 1:
            for i in range(pixel, len(row)):
                row[i] = (row[i] + row[i - pixel]) & 0xFF
        elif kind in (3, 4):
            _undo_average_or_paeth(row, before, pixel, paeth=kind == 4)
        elif kind != 0:
            raise UnreadablePdf("a stream uses a predictor that is not read", "数据流使用了不支持的预测器")
        out += row
        before = row
    return bytes(out)


def _undo_average_or_paeth(row: bytearray, before: bytearray, pixel: int, *, paeth: bool) -> None:
    for i in range(len(row)):
        left = row[i - pixel] if i >= pixel else 0
        up = before[i] if i < len(before) else 0
        if not paeth:
            row[i] = (row[i] + (left + up) // 2) & 0xFF
            continue
        corner = before[i - pixel] if i >= pixel else 0
        guess = left + up - corner
        distance = (abs(guess - left), abs(guess - up), abs(guess - corner))
        nearest = (left, up, corner)[distance.index(min(distance))]
        row[i] = (row[i] + nearest) & 0xFF
