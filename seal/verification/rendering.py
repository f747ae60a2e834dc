"""Render difference (layer 3): the pages as a reader shows them before and after, dot by dot (seals.md §0).

pdfium reads the file with a parser that is not ours and repairs what it finds damaged. So this is an
independent witness: whatever trick fools the object difference must also leave every page looking the same.
"""

import ctypes
import math
from collections.abc import Iterable, Sequence
from typing import Any

import pypdfium2
import pypdfium2.raw as pdfium

from seal.verification.changes import Change, Kind
from seal.verification.limits import Limits
from seal.verification.pictures import Drawing, PagePicture, picture_of

_SCALE = 0.75
"""54 dots an inch: a comma of 10-point type still changes a dot, an A4 page is 0.28 million dots."""
_FOR_PEOPLE = 1.4
"""100 dots an inch: what a person reads on a screen."""
_MARGIN = 3
"""Dots around an allowed box that anti-aliasing may touch."""
_INK = 40
"""How much darker or lighter than its paper a dot must be to count as drawn on."""
_UNSEEN = frozenset(
    {Kind.VALIDATION_DATA, Kind.TIMESTAMP, Kind.METADATA, Kind.SIGNATURE, Kind.SIGNATURE_FIELD}
)
"""What an update may add without anything to see."""
_COARSEST = 0.2
_CANNOT_DRAW = (pypdfium2.PdfiumError, ValueError, MemoryError, OSError, IndexError)

Box = tuple[float, float, float, float]


class _Prefix:
    """The first `size` octets of the data as a file for pdfium, without a copy."""

    def __init__(self, data: bytes, size: int) -> None:
        self._view = memoryview(data)[:size]
        self._at = 0

    def seek(self, offset: int, whence: int = 0) -> int:
        self._at = offset + (len(self._view) if whence == 2 else self._at if whence == 1 else 0)
        return self._at

    def tell(self) -> int:
        return self._at

    def readinto(self, target: Any) -> int:
        piece = self._view[self._at : self._at + len(target)]
        memoryview(target).cast("B")[: len(piece)] = piece
        self._at += len(piece)
        return len(piece)

    def read(self, size: int = -1) -> bytes:
        stop = len(self._view) if size < 0 else self._at + size
        piece = bytes(self._view[self._at : stop])
        self._at += len(piece)
        return piece

    def close(self) -> None:
        self._view = memoryview(b"")


class Renderer:
    """Draws the revisions of one file. A page of a revision is drawn once."""

    def __init__(self, data: bytes, limits: Limits) -> None:
        self._data = data
        self._limits = limits
        self._drawn: dict[tuple[int, int], Drawing] = {}
        self._open: dict[int, pypdfium2.PdfDocument] = {}
        self._left = limits.rendered_pages * 2

    def compare(self, old_end: int, new_end: int, changes: Sequence[Change]) -> tuple[Change, ...]:
        """Where the document that ended at `old_end` looks different at `new_end`, outside the boxes of
        permitted changes. Never raises: what cannot be drawn is an `UNREADABLE` change."""
        try:
            return tuple(self._compare(old_end, new_end, changes))
        except _CANNOT_DRAW:
            return (Change(Kind.UNREADABLE, "the pages could not be drawn"),)

    def _compare(self, old_end: int, new_end: int, changes: Sequence[Change]) -> Iterable[Change]:
        old, new = self._document(old_end), self._document(new_end)
        if len(old) != len(new):
            yield Change(Kind.RENDERING, f"{len(old)} → {len(new)} pages")
            return
        touched = [change.page for change in changes if 0 <= change.page < len(old)]
        for index in dict.fromkeys([*touched, *range(len(old))]):
            if self._left <= 0:
                if not all(change.kind in _UNSEEN for change in changes):
                    yield Change(Kind.UNREADABLE, f"the pages from {index + 1} on were not drawn")
                return
            before, after = self._draw(old_end, index), self._draw(new_end, index)
            if before == after:
                continue
            boxes = [
                self._dots_of(new_end, index, c.box, after) for c in changes if c.box and _shows(c, index)
            ]
            if not _same_outside(before, after, boxes):
                yield Change(Kind.RENDERING, f"page {index + 1}", index)

    def pictures(self, old_end: int, new_end: int, most: int = 2) -> tuple[PagePicture, ...]:
        """The first pages that look different, before and after, for people. Never raises.

        A page that is there on one side only has an empty picture on the other.
        """
        made: list[PagePicture] = []
        try:
            old, new = len(self._document(old_end)), len(self._document(new_end))
            for index in range(min(max(old, new), self._limits.rendered_pages)):
                there = index < old, index < new
                if all(there) and self._draw(old_end, index) == self._draw(new_end, index):
                    continue
                made.append(self._picture(index, *zip((old_end, new_end), there, strict=True)))
                if len(made) == most:
                    break
        except _CANNOT_DRAW:
            pass
        return tuple(made)

    def _picture(self, index: int, old: tuple[int, bool], new: tuple[int, bool]) -> PagePicture:
        """One page for people; drawn coarser when it is too rich to be sent."""
        scale = _FOR_PEOPLE
        while True:
            before, after = (self._paint(end, index, scale) if there else None for end, there in (old, new))
            made = picture_of(index, before, after)
            if len(made.before) + len(made.after) <= self._limits.picture_bytes or scale < _COARSEST:
                return made
            scale /= 2

    def covers_ink(self, end: int, change: Change) -> bool:
        """Whether something was drawn at `end` inside the box of a change made later."""
        try:
            drawing = self._draw(end, change.page)
            x0, y0, x1, y1 = self._dots_of(end, change.page, change.box or (0, 0, 0, 0), drawing, margin=-1)
        except _CANNOT_DRAW:
            return True
        rows = (
            drawing.dots[(y * drawing.width + x0) * 3 : (y * drawing.width + x1) * 3] for y in range(y0, y1)
        )
        return any(row and max(row) - min(row) > _INK for row in rows) or self._is_dark(
            drawing, x0, y0, x1, y1
        )

    def _is_dark(self, drawing: Drawing, x0: int, y0: int, x1: int, y1: int) -> bool:
        tones = [drawing.dots[(y * drawing.width + x0) * 3] for y in range(y0, y1) if x0 < x1]
        return bool(tones) and max(tones) - min(tones) > _INK

    def page_area(self, end: int, index: int) -> float:
        """Area of a page in square points; 0 when there is no such page."""
        try:
            width, height = self._document(end)[index].get_size()
        except (pypdfium2.PdfiumError, IndexError):
            return 0.0
        return float(width * height)

    def text(self, end: int, most: int = 200_000) -> str:
        """The text of the document as it was at `end`, page after page; empty when it cannot be read."""
        parts: list[str] = []
        try:
            document = self._document(end)
            for index in range(min(len(document), self._limits.rendered_pages)):
                parts.append(document[index].get_textpage().get_text_range())
                if sum(map(len, parts)) > most:
                    break
        except (pypdfium2.PdfiumError, ValueError, MemoryError, OSError):
            return ""
        return "\n".join(parts)[:most]

    def close(self) -> None:
        """Free what pdfium holds."""
        for document in self._open.values():
            document.close()
        self._open.clear()
        self._drawn.clear()

    def _document(self, end: int) -> pypdfium2.PdfDocument:
        if end not in self._open:
            document = pypdfium2.PdfDocument(_Prefix(self._data, end))
            document.init_forms()
            self._open[end] = document
        return self._open[end]

    def _draw(self, end: int, index: int) -> Drawing:
        known = self._drawn.get((end, index))
        if known is not None:
            return known
        self._left -= 1
        drawing = self._paint(end, index, _SCALE)
        self._drawn[(end, index)] = drawing
        return drawing

    def _paint(self, end: int, index: int, scale: float) -> Drawing:
        page = self._document(end)[index]
        width, height = page.get_size()
        scale = min(scale, math.sqrt(self._limits.rendered_pixels / max(1.0, width * height)))
        bitmap = page.render(scale=scale)
        row, raw = bitmap.width * bitmap.n_channels, bytes(bitmap.buffer)
        if bitmap.stride != row:
            starts = range(0, bitmap.height * bitmap.stride, bitmap.stride)
            raw = b"".join(raw[start : start + row] for start in starts)
        page.close()
        return Drawing(bitmap.width, bitmap.height, raw)

    def _dots_of(
        self, end: int, index: int, box: Box, drawing: Drawing, margin: int = _MARGIN
    ) -> tuple[int, int, int, int]:
        """A box in points of the page as dots of its drawing, whatever way the page is turned."""
        page = self._document(end)[index]
        xs, ys = [], []
        for x, y in ((box[0], box[1]), (box[2], box[3])):
            dx, dy = ctypes.c_int(), ctypes.c_int()
            pdfium.FPDF_PageToDevice(page, 0, 0, drawing.width, drawing.height, 0, x, y, dx, dy)
            xs.append(dx.value)
            ys.append(dy.value)
        return (
            max(0, min(xs) - margin),
            max(0, min(ys) - margin),
            min(drawing.width, max(xs) + 1 + margin),
            min(drawing.height, max(ys) + 1 + margin),
        )


_MAY_SHOW = frozenset(
    {
        Kind.SIGNATURE,
        Kind.SIGNATURE_FIELD,
        Kind.VISIBLE_SIGNATURE_FIELD,
        Kind.TIMESTAMP,
        Kind.FORM_FILL,
        Kind.ANNOTATION,
    }
)


def _shows(change: Change, index: int) -> bool:
    return change.kind in _MAY_SHOW and change.page in (index, -1)


def _same_outside(before: Drawing, after: Drawing, boxes: Sequence[tuple[int, int, int, int]]) -> bool:
    if (before.width, before.height) != (after.width, after.height):
        return False
    a, b = bytearray(before.dots), bytearray(after.dots)
    for x0, y0, x1, y1 in boxes:
        blank = bytes(max(0, x1 - x0) * 3)
        for y in range(y0, y1):
            start = (y * before.width + x0) * 3
            a[start : start + len(blank)] = blank
            b[start : start + len(blank)] = blank
    return a == b
