"""PDFs built to exhaust or confuse their reader (T24). Small to write down, large to read."""

import io
import zipfile
import zlib

from tests.unit.seal.plain_pdf import append_update, build_pdf, page_objects, plain_pdf, stream


def _deflated(content: bytes, extra: bytes = b"") -> bytes:
    return stream(zlib.compress(content, 9), b" /Filter /FlateDecode" + extra)


def table_pointing_at_itself() -> bytes:
    """/Prev leads back to the same table."""
    pdf = plain_pdf()
    start = pdf.rindex(b"startxref") + 10
    at = int(pdf[start:].split()[0])
    return pdf.replace(b"/Root 1 0 R", b"/Root 1 0 R /Prev %d" % at)


def tables_pointing_at_each_other() -> bytes:
    """Two tables, each naming the other as the earlier one."""
    first = plain_pdf()
    second = append_update(first, {9: b"null"})
    at = second.rindex(b"xref\n9 1")
    first_trailer = second.index(b"/Root 1 0 R>>")
    blank = second[:first_trailer] + b"/Root 1 0 R /Prev %010d>>" % 0 + second[first_trailer + 13 :]
    return blank.replace(b"/Prev %010d" % 0, b"/Prev %010d" % (at + len(blank) - len(second)))


def page_tree_in_a_circle() -> bytes:
    objects = page_objects()
    objects[2] = b"<</Type /Pages /Kids [2 0 R 3 0 R] /Count 2>>"
    return build_pdf(objects)


def form_in_a_circle() -> bytes:
    objects = page_objects(catalog=b" /AcroForm <</Fields [6 0 R]>>")
    objects[6] = b"<</T (a) /Kids [7 0 R]>>"
    objects[7] = b"<</T (b) /Kids [6 0 R]>>"
    return build_pdf(objects)


def references_in_a_circle() -> bytes:
    objects = page_objects()
    objects[3] = b"6 0 R"
    objects[6] = b"3 0 R"
    return build_pdf(objects)


def a_million_objects() -> bytes:
    """A table of 10^6 entries that all lead to one small object."""
    body = b"%PDF-1.7\n1 0 obj\n<</Type /Catalog /Pages 2 0 R>>\nendobj\n"
    row = b"%010d 00000 n \n" % 9
    table = b"xref\n0 1000000\n" + row * 1_000_000
    return body + table + b"trailer\n<</Size 1000000 /Root 1 0 R>>\nstartxref\n%d\n%%%%EOF\n" % len(body)


def many_stray_objects(count: int = 300_000) -> bytes:
    """No table at all and very many objects, for readers that rebuild."""
    return b"%PDF-1.7\n" + b"".join(b"%d 0 obj\nnull\nendobj\n" % n for n in range(1, count)) + b"%%EOF\n"


def object_stream_bomb(size: int = 150_000_000) -> bytes:
    """An object stream that unpacks a thousandfold; the catalog is said to be inside."""
    packer = zlib.compressobj(9)
    piece = b" " * 1_000_000
    packed = b"".join(packer.compress(piece) for _ in range(size // len(piece))) + packer.flush()
    container = stream(packed, b" /Type /ObjStm /N 1 /First 4 /Filter /FlateDecode")
    head = b"%PDF-1.7\n"
    objects = b"5 0 obj\n" + container + b"\nendobj\n"
    rows = b"\x00\x00\x00\x00\x00\x00" + b"\x02\x00\x00\x00\x05\x00"
    at = len(head) + len(objects)
    table = (
        b"<</Type /XRef /W [1 4 1] /Index [0 2] /Size 6 /Root 1 0 R /Length %d>>\nstream\n%b\nendstream"
        % (
            len(rows),
            rows,
        )
    )
    return head + objects + b"6 0 obj\n" + table + b"\nendobj\nstartxref\n%d\n%%%%EOF\n" % at


def filter_chain_bomb() -> bytes:
    """A page content packed many times over."""
    content = b"0 0 m " * 200_000
    for _ in range(12):
        content = zlib.compress(content, 9)
    objects = page_objects()
    objects[4] = stream(content, b" /Filter [" + b"/FlateDecode " * 12 + b"]")
    return build_pdf(objects)


def huge_picture() -> bytes:
    """A picture that says it is 2^31 dots wide and high."""
    objects = page_objects()
    objects[3] = objects[3].replace(b"/Resources <<", b"/Resources <</XObject <</Im 6 0 R>> ")
    objects[4] = stream(b"q 500 0 0 500 0 0 cm /Im Do Q")
    objects[6] = _deflated(
        b"\x00" * 100_000,
        b" /Type /XObject /Subtype /Image /Width 2147483647 /Height 2147483647"
        b" /ColorSpace /DeviceRGB /BitsPerComponent 8",
    )
    return build_pdf(objects)


def huge_page() -> bytes:
    objects = page_objects()
    objects[3] = objects[3].replace(b"[0 0 595 842]", b"[0 0 99999999 99999999]")
    return build_pdf(objects)


def without_pages() -> bytes:
    objects = page_objects()
    objects[2] = b"<</Type /Pages /Kids [] /Count 0>>"
    del objects[3]
    return build_pdf(objects)


def with_many_pages(count: int = 5_000) -> bytes:
    objects = page_objects()
    numbers = range(10, 10 + count)
    objects[2] = b"<</Type /Pages /Count %d /Kids [%b]>>" % (count, b" ".join(b"%d 0 R" % n for n in numbers))
    for number in numbers:
        objects[number] = objects[3]
    return build_pdf(objects)


def also_a_zip() -> bytes:
    """A PDF whose end is a ZIP archive."""
    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w") as out:
        out.writestr("license.json", "{}")
    return plain_pdf() + archive.getvalue()


def deeply_nested(depth: int = 100_000) -> bytes:
    objects = page_objects(page=b" /Deep " + b"[" * depth + b"]" * depth)
    return build_pdf(objects)


def names_in_every_encoding() -> bytes:
    """Field names in UTF-16, UTF-8, PDFDocEncoding, broken surrogates, NUL and #-escapes."""
    spellings = [
        b"<FEFF5370 7AE0>".replace(b" ", b""),
        b"<EFBBBFE58DB0E7ABA0>",
        b"<FFFE7053E07A>",
        b"<FEFFD800>",
        b"<FEFFD8>",
        b"(\\000\\377\\376)",
        b"(a\\\r\nb)",
        b"<E9E8>",
    ]
    fields = range(10, 10 + len(spellings))
    references = b" ".join(b"%d 0 R" % n for n in fields)
    objects = page_objects(catalog=b" /AcroForm <</Fields [%b] /#46oo#00 1 /\xe5\x8d\xb0 2>>" % references)
    for number, name in zip(fields, spellings, strict=True):
        objects[number] = b"<</FT /Sig /T %b /V <</ByteRange [0 1 2 3] /Contents <00>>>>>" % name
    return build_pdf(objects)
