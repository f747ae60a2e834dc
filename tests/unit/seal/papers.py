"""PDF files for tests, written here object by object, so that each has exactly the property a test needs."""

from dataclasses import dataclass, field
from io import BytesIO

from pyhanko.pdf_utils import generic
from pyhanko.pdf_utils.generic import pdf_name
from pyhanko.pdf_utils.writer import PageObject, PdfFileWriter


@dataclass
class Sheet:
    """One page: size in points, what is drawn, and how it is shown."""

    texts: tuple[tuple[float, float, str], ...] = ((72, 700, "Hello from the department"),)
    media: tuple[float, float, float, float] = (0, 0, 595, 842)
    crop: tuple[float, float, float, float] | None = None
    rotate: int = 0
    unit: float | None = None
    more: bytes = b""


@dataclass
class Paper:
    """A document with a classic cross-reference table."""

    sheets: tuple[Sheet, ...] = field(default_factory=lambda: (Sheet(),))
    catalog: bytes = b""
    trailer: bytes = b""
    extra: tuple[bytes, ...] = ()
    """Bodies of further objects, numbered after the pages."""
    end: bytes = b"\n"

    def first_extra(self) -> int:
        return 4 + 2 * len(self.sheets)

    def to_bytes(self) -> bytes:
        count = len(self.sheets)
        kids = b" ".join(b"%d 0 R" % (4 + 2 * index) for index in range(count))
        bodies = [
            b"<</Type /Catalog /Pages 2 0 R %b>>" % self.catalog,
            b"<</Type /Pages /Count %d /Kids [%b]>>" % (count, kids),
            b"<</Type /Font /Subtype /Type1 /BaseFont /Helvetica>>",
        ]
        for index, sheet in enumerate(self.sheets):
            bodies += _page(sheet, 5 + 2 * index)
        bodies += self.extra
        return _laid_out(bodies, self.trailer, self.end)


def _page(sheet: Sheet, content: int) -> list[bytes]:
    drawn = b"".join(
        b"BT /F 18 Tf %.1f %.1f Td (%b) Tj ET\n" % (x, y, text.encode()) for x, y, text in sheet.texts
    )
    entries = [b"/MediaBox [%g %g %g %g]" % sheet.media]
    if sheet.crop is not None:
        entries.append(b"/CropBox [%g %g %g %g]" % sheet.crop)
    if sheet.rotate:
        entries.append(b"/Rotate %d" % sheet.rotate)
    if sheet.unit is not None:
        entries.append(b"/UserUnit %g" % sheet.unit)
    page = b"<</Type /Page /Parent 2 0 R /Resources <</Font <</F 3 0 R>>>> /Contents %d 0 R %b %b>>" % (
        content,
        b" ".join(entries),
        sheet.more,
    )
    return [page, b"<</Length %d>>\nstream\n%b\nendstream" % (len(drawn), drawn)]


def _laid_out(bodies: list[bytes], trailer: bytes, end: bytes) -> bytes:
    out = bytearray(b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n")
    offsets = []
    for number, body in enumerate(bodies, start=1):
        offsets.append(len(out))
        out += b"%d 0 obj\n%b\nendobj\n" % (number, body)
    start = len(out)
    out += b"xref\n0 %d\n0000000000 65535 f\r\n" % (len(bodies) + 1)
    out += b"".join(b"%010d 00000 n\r\n" % offset for offset in offsets)
    out += b"trailer\n<</Size %d /Root 1 0 R %b>>\nstartxref\n%d\n%%%%EOF" % (len(bodies) + 1, trailer, start)
    return bytes(out + end)


def with_xref_stream() -> bytes:
    """The same page under a cross-reference stream and object streams."""
    writer = PdfFileWriter(stream_xrefs=True)
    content = writer.add_object(generic.StreamObject(stream_data=b"0 0 100 100 re f"))
    writer.insert_page(PageObject(contents=content, media_box=(0, 0, 595, 842)))
    return _written(writer)


def encrypted() -> bytes:
    """A file under a user password."""
    writer = PdfFileWriter(stream_xrefs=False)
    content = writer.add_object(generic.StreamObject(stream_data=b"0 0 100 100 re f"))
    writer.insert_page(PageObject(contents=content, media_box=(0, 0, 595, 842)))
    writer.encrypt("owner", "user")
    return _written(writer)


def hybrid() -> bytes:
    """A file with a classic table and a cross-reference stream beside it: two truths."""
    plain = Paper().to_bytes()
    body, _, tail = plain.partition(b"trailer\n")
    rows = b"\x00\x00\x00\x00\x00\xff"
    stream = (
        b"20 0 obj\n<</Type /XRef /W [1 4 1] /Index [0 1] /Size 21 /Root 1 0 R /Length 6>>\n"
        b"stream\n%b\nendstream\nendobj\n"
    )
    at = body.index(b"xref\n")
    body = body[:at] + stream % rows + body[at:]
    table = at + len(stream % rows)
    trailer = b"<</Size 21 /Root 1 0 R /XRefStm %d>>\nstartxref\n%d\n%%%%EOF\n" % (at, table)
    assert tail
    return body + b"trailer\n" + trailer


def large(size: int) -> bytes:
    """A file of about `size` bytes: many pages, each with its own uncompressed picture data."""
    count = 20
    stuffing = bytes(range(256)) * (size // count // 256)
    sheets = tuple(Sheet() for _ in range(count))
    body = b"<</Length %d>>\nstream\n%b\nendstream" % (len(stuffing), stuffing)
    return Paper(sheets=sheets, extra=(body,) * count).to_bytes()


def with_empty_field(name: str = "Second") -> bytes:
    """A page with one empty signature field, as a form designer leaves it."""
    paper = Paper()
    number = paper.first_extra()
    paper.sheets[0].more = b"/Annots [%d 0 R]" % number
    paper.catalog = b"/AcroForm <</Fields [%d 0 R]>>" % number
    paper.extra = (
        b"<</Type /Annot /Subtype /Widget /FT /Sig /T (%b) /F 4 /P 4 0 R /Rect [100 100 220 220]>>"
        % name.encode(),
    )
    return paper.to_bytes()


def _written(writer: PdfFileWriter) -> bytes:
    assert pdf_name("/Root") is not None
    out = BytesIO()
    writer.write(out)
    return out.getvalue()
