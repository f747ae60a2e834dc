"""The signed page beside the current one, with marks where they differ, for people to look at (`/verify`)."""

import struct
import zlib
from collections.abc import Iterator
from dataclasses import dataclass

_CELL = 12
"""Dots of one side of the squares in which differences are looked for."""
_SIGNATURE = b"\x89PNG\r\n\x1a\n"

_MOST_BOXES = 40

Box = tuple[int, int, int, int]


@dataclass(frozen=True, slots=True)
class Drawing:
    """One page in dots, three octets each (blue, green, red as pdfium draws), rows from the top."""

    width: int
    height: int
    dots: bytes

    def to_png(self) -> bytes:
        """The page as a PNG file (ISO/IEC 15948)."""
        row = self.width * 3
        lines = b"".join(b"\x00" + self.dots[y * row : (y + 1) * row] for y in range(self.height))
        head = struct.pack(">IIBBBBB", self.width, self.height, 8, 2, 0, 0, 0)
        parts = ((b"IHDR", head), (b"IDAT", zlib.compress(lines, 6)), (b"IEND", b""))
        return _SIGNATURE + b"".join(_chunk(kind, content) for kind, content in parts)


def _chunk(kind: bytes, content: bytes) -> bytes:
    return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", zlib.crc32(kind + content))


@dataclass(frozen=True, slots=True)
class PagePicture:
    """A page before and after, as PNG, and the boxes in dots (left, top, right, bottom) where it differs.

    `before` is empty for a page that was added, `after` for one that was taken out.
    """

    page: int
    """Counted from 0."""
    width: int
    height: int
    before: bytes
    after: bytes
    boxes: tuple[Box, ...]


def picture_of(page: int, before: Drawing | None, after: Drawing | None) -> PagePicture:
    """Both drawings as PNG with the differing boxes; a page of another size, added or taken out differs as a
    whole. Raises ValueError when there is neither."""
    shown = after or before
    if shown is None:
        raise ValueError("a page that was never there has no picture")
    if before is None or after is None or (before.width, before.height) != (after.width, after.height):
        boxes: tuple[Box, ...] = ((0, 0, shown.width, shown.height),)
    else:
        boxes = _few(tuple(_boxes(before, after)))
    signed, current = (_red_first(drawing) if drawing is not None else b"" for drawing in (before, after))
    return PagePicture(page, shown.width, shown.height, signed, current, boxes)


def _few(boxes: tuple[Box, ...]) -> tuple[Box, ...]:
    """From the top of the page downwards; very many small ones are one large one."""
    if len(boxes) > _MOST_BOXES:
        lefts, tops, rights, bottoms = zip(*boxes, strict=True)
        return ((min(lefts), min(tops), max(rights), max(bottoms)),)
    return tuple(sorted(boxes, key=lambda box: (box[1], box[0])))


def _red_first(drawing: Drawing) -> bytes:
    dots = bytearray(drawing.dots)
    dots[0::3], dots[2::3] = dots[2::3], dots[0::3]
    return Drawing(drawing.width, drawing.height, bytes(dots)).to_png()


def _boxes(before: Drawing, after: Drawing) -> Iterator[Box]:
    """Boxes around squares that differ and touch each other."""
    left = set(_differing_cells(before, after))
    while left:
        todo, group = [left.pop()], set[tuple[int, int]]()
        while todo:
            x, y = todo.pop()
            group.add((x, y))
            around = {(x + dx, y + dy) for dx in (-1, 0, 1) for dy in (-1, 0, 1)} & left
            left -= around
            todo.extend(around)
        xs, ys = [x for x, _ in group], [y for _, y in group]
        yield (
            min(xs) * _CELL,
            min(ys) * _CELL,
            min((max(xs) + 1) * _CELL, after.width),
            min((max(ys) + 1) * _CELL, after.height),
        )


def _differing_cells(before: Drawing, after: Drawing) -> Iterator[tuple[int, int]]:
    row, step = after.width * 3, _CELL * 3
    for y in range(after.height):
        a, b = before.dots[y * row : (y + 1) * row], after.dots[y * row : (y + 1) * row]
        if a == b:
            continue
        for x in range(0, row, step):
            if a[x : x + step] != b[x : x + step]:
                yield x // step, y // _CELL
