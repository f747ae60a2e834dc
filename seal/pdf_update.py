"""An incremental update of a PDF (ISO 32000-2 §7.5.6), written straight: the original bytes stay as they are.

pyHanko's writer re-serialises, versions and dates what it touches; a seal adds ten objects and must change
nothing else, neither version nor metadata, so that PDF/A stays PDF/A. Hence these 150 lines (SEAL-3).
"""

import io
from collections.abc import Iterable, Mapping
from hashlib import sha256

from pyhanko.pdf_utils import generic

from seal.pdf_source import PdfSource

_KEPT_IN_TRAILER = ("/Root", "/Info")


class Update:
    """Collects new and changed objects, then lays them out behind the original with one cross-reference."""

    def __init__(self, source: PdfSource) -> None:
        self._source = source
        self._next = int(source.reader.trailer["/Size"])
        self._objects: dict[tuple[int, int], bytes] = {}
        self._replaced: dict[tuple[int, int], generic.PdfObject] = {}

    def reserve(self) -> int:
        """A fresh object number."""
        # Careless producers understate /Size: a number that is taken would replace an object of the original.
        while self._source.reader.xrefs[generic.Reference(self._next, 0)] is not None:
            self._next += 1
        self._next += 1
        return self._next - 1

    def put(self, number: int, body: bytes, generation: int = 0) -> None:
        """Write object `number`, new or changed."""
        self._objects[number, generation] = body

    def replace(self, ref: generic.IndirectObject, value: generic.PdfObject) -> None:
        """Write a changed copy of an object of the original."""
        self._replaced[ref.idnum, ref.generation] = value
        self.put(ref.idnum, serialize(value), ref.generation)

    def newest(
        self, ref: generic.IndirectObject, original: generic.DictionaryObject
    ) -> generic.DictionaryObject:
        """The dictionary as this update leaves it, so that a second change keeps the first."""
        held = self._replaced.get((ref.idnum, ref.generation), original)
        return held if isinstance(held, generic.DictionaryObject) else original

    def lay_out(self, *, last: tuple[int, bytes, bytes], hole: int) -> tuple[bytes, bytes]:
        """The update in two pieces, around a hole of `hole` bytes inside the object `last`.

        `last` is (number, body before the hole, body after it). The pieces follow the original directly.
        """
        start = len(self._source.data)
        before, offsets = self._bodies()
        number, head, tail = last
        offsets[number, 0] = start + before.tell()
        before.write(b"%d 0 obj\n%b" % (number, head))
        after = io.BytesIO()
        after.write(b"%b\nendobj\n" % tail)
        self._cross_reference(after, offsets, start + before.tell() + hole)
        return before.getvalue(), after.getvalue()

    def lay_out_whole(self) -> bytes:
        """The update in one piece, for one that holds no signature."""
        out, offsets = self._bodies()
        self._cross_reference(out, offsets, len(self._source.data))
        return out.getvalue()

    def _bodies(self) -> tuple[io.BytesIO, dict[tuple[int, int], int]]:
        start, out = len(self._source.data), io.BytesIO()
        if self._source.data[-1:] not in (b"\n", b"\r"):
            out.write(b"\n")
        offsets: dict[tuple[int, int], int] = {}
        for (number, generation), body in self._objects.items():
            offsets[number, generation] = start + out.tell()
            out.write(b"%d %d obj\n%b\nendobj\n" % (number, generation, body))
        return out, offsets

    def _cross_reference(self, out: io.BytesIO, offsets: dict[tuple[int, int], int], base: int) -> None:
        position = base + out.tell()
        if self._source.has_xref_stream:
            own = self.reserve()
            offsets[own, 0] = position
            out.write(b"%d 0 obj\n" % own)
            out.write(_xref_stream(offsets, self._trailer()))
            out.write(b"\nendobj\n")
        else:
            out.write(_xref_table(offsets))
            out.write(b"trailer\n<<%b>>\n" % _entries(self._trailer()))
        out.write(b"startxref\n%d\n%%%%EOF\n" % position)

    def _trailer(self) -> dict[str, bytes]:
        old = self._source.reader.trailer.flatten()
        entries = {"/Size": b"%d" % self._next}
        for key in _KEPT_IN_TRAILER:
            if key in old:
                entries[key] = serialize(old.raw_get(key))
        entries["/Prev"] = b"%d" % self._source.startxref
        entries["/ID"] = self._identifiers(old)
        return entries

    def _identifiers(self, old: generic.DictionaryObject) -> bytes:
        # The first half names the document and stays; the second names this revision of it.
        fresh = sha256(b"".join(self._objects.values()) + b"%d" % len(self._source.data)).digest()[:16]
        first = fresh
        if "/ID" in old and len(old["/ID"]) == 2:
            kept = old["/ID"][0]
            first = kept.original_bytes if isinstance(kept, generic.TextStringObject) else bytes(kept)
        return b"[<%b> <%b>]" % (first.hex().encode(), fresh.hex().encode())


def serialize(value: generic.PdfObject) -> bytes:
    """An object of pyHanko as bytes."""
    out = io.BytesIO()
    value.write_to_stream(out, None)
    return out.getvalue()


def copy_of(original: generic.DictionaryObject) -> generic.DictionaryObject:
    """A shallow copy to change: references stay references, and strings keep their octets."""
    return generic.DictionaryObject({key: _verbatim(original.raw_get(key)) for key in original})


def _verbatim(value: generic.PdfObject) -> generic.PdfObject:
    # Written anew as text, UTF-16 becomes PDFDocEncoding where it can: the same to read, but other octets.
    if isinstance(value, generic.TextStringObject):
        return generic.ByteStringObject(value.original_bytes)
    return value


def _entries(entries: Mapping[str, bytes]) -> bytes:
    return b"\n".join(key.encode() + b" " + value for key, value in entries.items())


def _runs(numbers: Iterable[int]) -> list[list[int]]:
    runs: list[list[int]] = []
    for number in sorted(numbers):
        if runs and runs[-1][-1] == number - 1:
            runs[-1].append(number)
        else:
            runs.append([number])
    return runs


def _xref_table(offsets: Mapping[tuple[int, int], int]) -> bytes:
    places = {number: (offset, generation) for (number, generation), offset in offsets.items()}
    lines = [b"xref\n"]
    for run in _runs(places):
        lines.append(b"%d %d\n" % (run[0], len(run)))
        lines.extend(b"%010d %05d n\r\n" % places[number] for number in run)
    return b"".join(lines)


def _xref_stream(offsets: Mapping[tuple[int, int], int], trailer: Mapping[str, bytes]) -> bytes:
    places = {number: (offset, generation) for (number, generation), offset in offsets.items()}
    runs = _runs(places)
    rows = b"".join(
        b"\x01" + places[number][0].to_bytes(5, "big") + places[number][1].to_bytes(2, "big")
        for run in runs
        for number in run
    )
    index = b" ".join(b"%d %d" % (run[0], len(run)) for run in runs)
    head = b"<</Type /XRef /W [1 5 2] /Index [%b] /Length %d\n%b>>" % (index, len(rows), _entries(trailer))
    return b"%b\nstream\n%b\nendstream" % (head, rows)
