"""A seal across the edges of all pages 骑缝章: slices painted before the first signature, in the same update.

One field cannot stand on many pages (ISO 32000-2 §12.7.5.5), so each page gets its slice of the picture in
its own content, at its right edge. Pages lie fanned out: put together, the slices are the whole seal. What
was painted is listed in a signed CMS attribute (`oids.RIDING_SEAL`): page, box, i-th of n, SHA-256 of the
picture. A verifier cuts the boxes out of the rendered pages, puts them together and compares them with the
picture (`seal.reassembly`); a page exchanged or taken out leaves a gap.
"""

from dataclasses import dataclass
from hashlib import sha256
from typing import Any

from pyhanko.pdf_utils import generic
from pyhanko.pdf_utils.generic import pdf_name

from keys.encoding import b64url, canonical_json, parse_json, unb64url
from keys.errors import MalformedInput
from seal.appearance import Appearance
from seal.errors import PlaceNotFound
from seal.pdf_source import PdfPage, PdfSource, inherited
from seal.pdf_update import Update, copy_of
from seal.place import POINTS_PER_MM, Box, Place, box_on

MOST_PAGES = 200
NARROWEST_MM = 1.0
"""A narrower slice shows nothing: long documents are sealed in groups of pages."""
_LARGEST = 64 * 1024
_MEMBERS = {"v", "picture", "slices"}
_CENTI = 100


@dataclass(frozen=True, slots=True)
class Slice:
    """One page's part of the seal."""

    page: int
    """Counted from 1."""
    box: tuple[int, int, int, int]
    """Left, bottom, right, top in user space, in hundredths of a unit."""
    index: int
    """Counted from 1 within its group."""
    count: int
    """How many slices make the whole seal of this group."""


@dataclass(frozen=True, slots=True)
class Riding:
    """The slices of one document."""

    picture_digest: bytes
    """SHA-256 of the one-page PDF that was cut."""
    slices: tuple[Slice, ...]

    def to_json(self) -> bytes:
        """Canonical JSON: the signed attribute."""
        return canonical_json(
            {
                "v": 1,
                "picture": b64url(self.picture_digest),
                "slices": [[each.page, list(each.box), each.index, each.count] for each in self.slices],
            }
        )

    @classmethod
    def from_json(cls, data: bytes) -> "Riding":
        """Read the attribute; only its canonical spelling counts. Raises MalformedInput, InputTooLarge."""
        members: Any = parse_json(data, max_bytes=_LARGEST, max_depth=4)
        if (
            not isinstance(members, dict)
            or set(members) != _MEMBERS
            or not isinstance(members["slices"], list)
        ):
            raise _malformed()
        if not isinstance(members["picture"], str) or not 0 < len(members["slices"]) <= MOST_PAGES:
            raise _malformed()
        made = cls(unb64url(members["picture"]), tuple(_slice(each) for each in members["slices"]))
        if len(made.picture_digest) != 32 or made.to_json() != data:
            raise _malformed()
        return made


def plan(page_count: int, width_mm: float) -> tuple[tuple[int, int, int], ...]:
    """(page, index, count) for every page: groups of about equal size, no slice too narrow to see.

    Raises PlaceNotFound for a single page and for too many.
    """
    if not 2 <= page_count <= MOST_PAGES:
        raise PlaceNotFound(
            f"A seal across pages needs 2 to {MOST_PAGES} pages; this document has {page_count}.",
            f"骑缝章需要 2 至 {MOST_PAGES} 页，该文档共 {page_count} 页。",
        )
    most = max(2, int(width_mm / NARROWEST_MM))
    groups = -(-page_count // most)
    found: list[tuple[int, int, int]] = []
    for group in range(groups):
        first, end = page_count * group // groups, page_count * (group + 1) // groups
        found += [(number + 1, number - first + 1, end - first) for number in range(first, end)]
    return tuple(found)


def slices_of(source: PdfSource, picture: bytes, appearance: Appearance) -> Riding:
    """Where the slices will stand: at the right edge, at half height. Raises PlaceNotFound, UnreadablePdf."""
    parts = plan(source.page_count, appearance.width_mm)
    slices = [_slice_on(source.page(page), appearance, index, count)[0] for page, index, count in parts]
    return Riding(sha256(picture).digest(), tuple(slices))


def paint_slices(source: PdfSource, update: Update, appearance: Appearance) -> None:
    """Paint every page's slice behind its content. Must come first in the update, before fields are hung in.

    Raises PlaceNotFound, UnreadablePdf.
    """
    form = appearance.write_picture(update)
    for number, index, count in plan(source.page_count, appearance.width_mm):
        page = source.page(number)
        _, box = _slice_on(page, appearance, index, count)
        changed = copy_of(page.object)
        name = _resource(source, changed, page, form)
        drawing = _drawing(appearance, box, page.shape.unit, name, index, count)
        before, after = update.reserve(), update.reserve()
        update.put(before, _stream(b"q\n"))
        update.put(after, _stream(b"\nQ\n" + drawing))
        changed[pdf_name("/Contents")] = generic.ArrayObject(
            [
                generic.IndirectObject(before, 0, source.reader),
                *_contents(page.object),
                generic.IndirectObject(after, 0, source.reader),
            ]
        )
        update.replace(page.ref, changed)


def _slice_on(page: PdfPage, appearance: Appearance, index: int, count: int) -> tuple[Slice, Box]:
    width = appearance.width_mm / count
    shown_width, shown_height = page.shape.shown_mm
    place = Place(page.number, shown_width - width / 2, shown_height / 2)
    box = box_on(page.shape, place, width - 1e-6, appearance.height_mm)
    edges = (box.left, box.bottom, box.right, box.top)
    left, bottom, right, top = (round(value * _CENTI) for value in edges)
    return Slice(page.number, (left, bottom, right, top), index, count), box


def _drawing(appearance: Appearance, box: Box, unit: float, name: str, index: int, count: int) -> bytes:
    """Clip to the slice, then draw the whole picture so that its part falls into the clip."""
    scale = 1 / unit
    shift = -appearance.width_mm * POINTS_PER_MM * scale * (index - 1) / count
    turn, (x, y) = {
        0: ((1, 0, 0, 1), (box.left, box.bottom)),
        90: ((0, 1, -1, 0), (box.right, box.bottom)),
        180: ((-1, 0, 0, -1), (box.right, box.top)),
        270: ((0, -1, 1, 0), (box.left, box.top)),
    }[box.rotation]
    a, b, c, d = (value * scale for value in turn)
    x, y = x + turn[0] * shift, y + turn[1] * shift
    return b"q /%b gs %.4f %.4f %.4f %.4f re W n %.6f %.6f %.6f %.6f %.4f %.4f cm /%b Do Q\n" % (
        name.encode() + b"Ink",
        *(box.left, box.bottom, box.right - box.left, box.top - box.bottom),
        *(a, b, c, d, x, y),
        name.encode(),
    )


def _resource(source: PdfSource, changed: generic.DictionaryObject, page: PdfPage, form: int) -> str:
    """Name the picture in the page's resources, under a name nobody has."""
    held = inherited(page.object, "/Resources")
    resources = copy_of(held) if held is not None else generic.DictionaryObject()
    objects = copy_of(resources["/XObject"]) if "/XObject" in resources else generic.DictionaryObject()
    states = copy_of(resources["/ExtGState"]) if "/ExtGState" in resources else generic.DictionaryObject()
    name = "Riding"
    while f"/{name}" in objects or f"/{name}Ink" in states:
        name += "X"
    objects[pdf_name(f"/{name}")] = generic.IndirectObject(form, 0, source.reader)
    states[pdf_name(f"/{name}Ink")] = generic.DictionaryObject({pdf_name("/BM"): pdf_name("/Multiply")})
    resources[pdf_name("/XObject")] = objects
    resources[pdf_name("/ExtGState")] = states
    changed[pdf_name("/Resources")] = resources
    return name


def _contents(page: generic.DictionaryObject) -> list[generic.PdfObject]:
    if "/Contents" not in page:
        return []
    raw = page.raw_get("/Contents")
    held = raw.get_object() if isinstance(raw, generic.IndirectObject) else raw
    if isinstance(held, generic.ArrayObject):
        return [held.raw_get(index) for index in range(len(held))]
    return [raw]


def _stream(data: bytes) -> bytes:
    return b"<</Length %d>>\nstream\n%b\nendstream" % (len(data), data)


def _slice(item: Any) -> Slice:
    if not isinstance(item, list) or len(item) != 4 or not isinstance(item[1], list) or len(item[1]) != 4:
        raise _malformed()
    page, box, index, count = item
    if any(type(number) is not int or abs(number) > 10**9 for number in (page, index, count, *box)):
        raise _malformed()
    if page < 1 or not 1 <= index <= count <= MOST_PAGES or box[2] <= box[0] or box[3] <= box[1]:
        raise _malformed()
    return Slice(page, (box[0], box[1], box[2], box[3]), index, count)


def _malformed() -> MalformedInput:
    return MalformedInput("Not the slices of a seal across pages.", "不是骑缝章数据。")
