"""Put a seal across pages together again 骑缝章还原: which pages show their slice, and which do not.

Each box of the signed list (`seal.riding`) is rendered from its page and held against the same part of the
picture in the seal's record. Where the record has ink, the page must show red; black text under it counts
neither way. A page that was exchanged, shifted or left out does not show its part. Does not check the
signature over the list: ask only about a document whose seal is intact.
"""

import zlib
from dataclasses import dataclass

import pypdfium2

from seal.errors import MalformedSeal
from seal.octets import Octets, stream_of
from seal.pdf_source import PdfSource, unreadable
from seal.riding import Riding, Slice

_DPI = 150
_ENOUGH = 0.6
_INK = 0x80
_REDNESS, _DARK = 40, 90
_LARGEST_SIDE = 2000


@dataclass(frozen=True, slots=True)
class Ink:
    """Where a picture has ink: one octet a pixel, row by row from the top."""

    width: int
    height: int
    cover: bytes


def missing_slices(source: PdfSource, riding: Riding, picture_png: bytes) -> tuple[int, ...]:
    """Numbers of pages that do not show their part. Empty means the seal is whole.

    picture_png: the picture in the seal's record. Raises MalformedSeal when it is not one of ours to read,
    UnreadablePdf.
    """
    ink = ink_of(picture_png)
    missing = []
    data: Octets = source.data
    readable = data if isinstance(data, bytes) else stream_of(data)
    with unreadable(), pypdfium2.PdfDocument(readable) as document:
        for each in riding.slices:
            if each.page > source.page_count or _share(source, document, each, ink) < _ENOUGH:
                missing.append(each.page)
    return tuple(missing)


def ink_of(picture: bytes) -> Ink:
    """Read an indexed PNG as `seal.raster` writes it. Raises MalformedSeal."""
    if picture[:8] != b"\x89PNG\r\n\x1a\n" or picture[24:26] not in (b"\x02\x03", b"\x04\x03", b"\x08\x03"):
        raise MalformedSeal("The seal's picture cannot be compared.", "印模图片格式无法比对。")
    width, height = int.from_bytes(picture[16:20], "big"), int.from_bytes(picture[20:24], "big")
    bits = picture[24]
    if not 0 < width <= _LARGEST_SIDE or not 0 < height <= _LARGEST_SIDE:
        raise MalformedSeal("The seal's picture cannot be compared.", "印模图片格式无法比对。")
    stride = (width * bits + 7) // 8
    whole = (stride + 1) * height
    packed, at = bytearray(), 8
    while at + 8 <= len(picture):
        size, kind = int.from_bytes(picture[at : at + 4], "big"), picture[at + 4 : at + 8]
        if kind == b"IDAT":
            packed += picture[at + 8 : at + 8 + size]
        at += 12 + size
    try:
        rows = zlib.decompressobj().decompress(bytes(packed), whole)
    except zlib.error:
        rows = b""
    if len(rows) != whole or any(rows[row * (stride + 1)] for row in range(height)):
        raise MalformedSeal("The seal's picture cannot be compared.", "印模图片格式无法比对。")
    lines = (rows[row * (stride + 1) + 1 : (row + 1) * (stride + 1)] for row in range(height))
    return Ink(width, height, b"".join(_unpack(line, bits, width) for line in lines))


def _unpack(line: bytes, bits: int, width: int) -> bytes:
    top, per_byte = (1 << bits) - 1, 8 // bits
    scale = [
        bytes((value >> (8 - bits * (place + 1)) & top) * 255 // top for place in range(per_byte))
        for value in range(256)
    ]
    return b"".join(scale[value] for value in line)[:width]


def _share(source: PdfSource, document: pypdfium2.PdfDocument, part: Slice, ink: Ink) -> float:
    """How much of the record's ink the page shows in its box, 0 to 1."""
    page, shape = document[part.page - 1], source.page(part.page).shape
    left, bottom, right, top = (value / 100 for value in part.box)
    (x0, y0), (x1, y1) = shape.to_shown(left, bottom), shape.to_shown(right, top)
    width_mm, height_mm = shape.shown_mm
    page_width, page_height = page.get_size()
    per_x, per_y = page_width / width_mm, page_height / height_mm
    crop = (
        min(x0, x1) * per_x,
        page_height - max(y0, y1) * per_y,
        page_width - max(x0, x1) * per_x,
        min(y0, y1) * per_y,
    )
    bitmap = page.render(scale=_DPI / 72, crop=tuple(max(0.0, edge) for edge in crop), rev_byteorder=True)
    return _compared(_Shown(bitmap), part, ink)


class _Shown:
    """A rendered box, pixel by pixel."""

    def __init__(self, bitmap: pypdfium2.PdfBitmap) -> None:
        self.width, self.height = bitmap.width, bitmap.height
        self._stride, self._step = bitmap.stride, bitmap.n_channels
        self._pixels = bytes(bitmap.buffer)

    def at(self, x: int, y: int) -> tuple[bool, bool]:
        """(red, dark) of a pixel."""
        start = y * self._stride + x * self._step
        red, green, blue = self._pixels[start : start + 3]
        return red - (green + blue) // 2 > _REDNESS, red < _DARK

    def near(self, x: int, y: int) -> tuple[bool, bool]:
        """The same over the pixel and its neighbours: a slice is never placed on a pixel's edge."""
        found = [
            self.at(column, row)
            for row in range(max(0, y - 1), min(self.height, y + 2))
            for column in range(max(0, x - 1), min(self.width, x + 2))
        ]
        return any(red for red, _ in found), any(dark for _, dark in found)


def _compared(shown: _Shown, part: Slice, ink: Ink) -> float:
    first, end = ink.width * (part.index - 1) // part.count, ink.width * part.index // part.count
    expected = seen = 0
    for row in range(ink.height):
        y = min(shown.height - 1, row * shown.height // ink.height)
        for column in range(first, end):
            if ink.cover[row * ink.width + column] < _INK:
                continue
            x = min(shown.width - 1, (column - first) * shown.width // max(1, end - first))
            red, dark = shown.near(x, y)
            if red or not dark:
                expected += 1
                seen += red
    # A part of the ring may hold next to no ink, or lie wholly under text: then it says nothing.
    return seen / expected if expected else 1.0
