"""A seal's picture as part of a page: the one-page PDF read once, kept as pieces to be numbered when stamped.

Reading the picture costs more than sealing; the pieces are cached by the picture's bytes. The picture is laid
over the page with Multiply, as ink does: text under the seal stays readable (国发〔1999〕25号 骑年盖月).
"""

import io
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from pyhanko.pdf_utils import generic
from pyhanko.pdf_utils.reader import PdfFileReader

from seal.errors import PictureRefused
from seal.pdf_source import inherited, unreadable
from seal.pdf_update import Update
from seal.place import POINTS_PER_MM, Box

_MOST_OBJECTS = 200
_UPRIGHT = {0: b"1 0 0 1 0 0", 90: b"0 1 -1 0 0 0", 180: b"-1 0 0 -1 0 0", 270: b"0 -1 1 0 0 0"}


@dataclass(frozen=True, slots=True)
class Appearance:
    """A picture ready to be stamped. `pieces` holds one object each: bytes, and numbers of other objects."""

    width_mm: float
    height_mm: float
    pieces: tuple[tuple[bytes | int, ...], ...]
    """The first is the picture as a form XObject; an int stands for the reference to that piece."""

    def write(self, update: Update, box: Box) -> int:
        """Put the picture into the update, upright on its page; answer its appearance stream's number."""
        picture = self.write_picture(update)
        width, height = self.width_mm * POINTS_PER_MM, self.height_mm * POINTS_PER_MM
        paint = b"/Ink gs /Seal Do"
        stamped = update.reserve()
        update.put(
            stamped,
            b"<</Type /XObject /Subtype /Form /BBox [0 0 %.4f %.4f] /Matrix [%b]"
            b" /Resources <</XObject <</Seal %d 0 R>> /ExtGState <</Ink <</BM /Multiply>>>>>>"
            b" /Length %d>>\nstream\n%b\nendstream"
            % (width, height, _UPRIGHT[box.rotation], picture, len(paint), paint),
        )
        return stamped

    def write_picture(self, update: Update) -> int:
        """Put the bare picture into the update; answer the number of its form XObject."""
        numbers = [update.reserve() for _ in self.pieces]
        for number, piece in zip(numbers, self.pieces, strict=True):
            update.put(
                number,
                b"".join(b"%d 0 R" % numbers[part] if isinstance(part, int) else part for part in piece),
            )
        return numbers[0]


@lru_cache(maxsize=256)
def read_appearance(pdf: bytes) -> Appearance:
    """Read a one-page PDF as a picture. Raises PictureRefused for more pages or too many objects."""
    with unreadable():
        reader = PdfFileReader(io.BytesIO(pdf), strict=False)
        if int(reader.root["/Pages"]["/Count"]) != 1:
            raise PictureRefused("A seal's picture is a PDF of one page.", "印模文件应为单页 PDF。")
        page = reader.find_page_for_modification(0)[0].get_object()
        x0, y0, x1, y1 = (float(value) for value in inherited(page, "/MediaBox"))
        pieces = _Importer(reader).pieces_of(_as_form(page, (x0, y0, x1, y1)))
    return Appearance((x1 - x0) / POINTS_PER_MM, (y1 - y0) / POINTS_PER_MM, pieces)


def _as_form(page: generic.DictionaryObject, box: tuple[float, float, float, float]) -> generic.StreamObject:
    contents = page["/Contents"]
    streams = [each.get_object() for each in contents] if isinstance(contents, list) else [contents]
    form = generic.StreamObject(
        {
            generic.pdf_name("/Type"): generic.pdf_name("/XObject"),
            generic.pdf_name("/Subtype"): generic.pdf_name("/Form"),
            generic.pdf_name("/BBox"): generic.ArrayObject(generic.FloatObject(str(value)) for value in box),
            generic.pdf_name("/Matrix"): generic.ArrayObject(
                generic.FloatObject(str(value)) for value in (1, 0, 0, 1, -box[0], -box[1])
            ),
            generic.pdf_name("/Resources"): inherited(page, "/Resources") or generic.DictionaryObject(),
        },
        stream_data=b"\n".join(stream.data for stream in streams),
    )
    form.compress()
    return form


class _Local(generic.PdfObject):
    """Stands for a reference while an object is written; notes where the number belongs."""

    def __init__(self, index: int) -> None:
        self.index = index

    def write_to_stream(self, stream: Any, handler: Any = None, container_ref: Any = None) -> None:
        stream.cut(self.index)


class _Pieces(io.BytesIO):
    """A buffer that remembers where references to other pieces stand."""

    def __init__(self) -> None:
        super().__init__()
        self.parts: list[bytes | int] = []

    def cut(self, index: int) -> None:
        self.parts += [self.getvalue(), index]
        self.seek(0)
        self.truncate()


class _Importer:
    def __init__(self, reader: PdfFileReader) -> None:
        self._reader = reader
        self._known: dict[tuple[int, int], int] = {}
        self._waiting: list[Any] = []

    def pieces_of(self, first: generic.PdfObject) -> tuple[tuple[bytes | int, ...], ...]:
        self._waiting.append(first)
        done: list[tuple[bytes | int, ...]] = []
        while len(done) < len(self._waiting):
            if len(self._waiting) > _MOST_OBJECTS:
                raise PictureRefused("The seal's picture is too complex.", "印模过于复杂。")
            out = _Pieces()
            self._localize(self._waiting[len(done)]).write_to_stream(out, None)
            done.append((*out.parts, out.getvalue()))
        return tuple(done)

    def _localize(self, value: Any) -> Any:
        if isinstance(value, generic.IndirectObject):
            key = value.idnum, value.generation
            if key not in self._known:
                self._known[key] = len(self._waiting)
                self._waiting.append(value.get_object())
            return _Local(self._known[key])
        if isinstance(value, generic.StreamObject):
            entries = {key: self._localize(value.raw_get(key)) for key in value if key != "/Length"}
            return generic.StreamObject(entries, encoded_data=value.encoded_data)
        if isinstance(value, generic.DictionaryObject):
            return generic.DictionaryObject({key: self._localize(value.raw_get(key)) for key in value})
        if isinstance(value, generic.ArrayObject):
            return generic.ArrayObject(self._localize(item) for item in _raw_items(value))
        return value


def _raw_items(array: generic.ArrayObject) -> list[Any]:
    return [array.raw_get(index) for index in range(len(array))]
