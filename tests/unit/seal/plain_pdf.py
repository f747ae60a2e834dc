"""Small PDFs written by hand, octet by octet, so that a test knows what stands where."""

from collections.abc import Mapping


def build_pdf(objects: Mapping[int, bytes], *, root: int = 1, trailer: bytes = b"") -> bytes:
    """A PDF of these objects with a classic table."""
    out = bytearray(b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n")
    offsets: dict[int, int] = {}
    for number in sorted(objects):
        offsets[number] = len(out)
        out += b"%d 0 obj\n%b\nendobj\n" % (number, objects[number])
    start = len(out)
    out += b"xref\n0 %d\n0000000000 65535 f \n" % (max(objects) + 1)
    for number in range(1, max(objects) + 1):
        entry = offsets.get(number)
        out += b"%010d 00000 n \n" % entry if entry else b"0000000000 00000 f \n"
    out += b"trailer\n<</Size %d /Root %d 0 R%b>>\nstartxref\n%d\n%%%%EOF\n" % (
        max(objects) + 1,
        root,
        trailer,
        start,
    )
    return bytes(out)


def stream(content: bytes, extra: bytes = b"") -> bytes:
    return b"<</Length %d%b>>\nstream\n%b\nendstream" % (len(content), extra, content)


def page_objects(
    text: bytes = b"Pay 100 yuan", *, catalog: bytes = b"", page: bytes = b""
) -> dict[int, bytes]:
    """1 catalog, 2 page tree, 3 page, 4 content, 5 font."""
    return {
        1: b"<</Type /Catalog /Pages 2 0 R%b>>" % catalog,
        2: b"<</Type /Pages /Kids [3 0 R] /Count 1>>",
        3: b"<</Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 4 0 R"
        b" /Resources <</Font <</F1 5 0 R>>>>%b>>" % page,
        4: stream(b"BT /F1 24 Tf 72 720 Td (%b) Tj ET" % text),
        5: b"<</Type /Font /Subtype /Type1 /BaseFont /Helvetica>>",
    }


def plain_pdf(text: bytes = b"Pay 100 yuan", **parts: bytes) -> bytes:
    """One page that says `text`."""
    return build_pdf(page_objects(text, **parts))


def square_picture() -> bytes:
    """A one-page PDF: a red ring of sorts, 40 mm wide, as the picture of a seal."""
    objects = {
        1: b"<</Type /Catalog /Pages 2 0 R>>",
        2: b"<</Type /Pages /Kids [3 0 R] /Count 1>>",
        3: b"<</Type /Page /Parent 2 0 R /MediaBox [0 0 113.4 113.4] /Contents 4 0 R /Resources <<>>>>",
        4: stream(b"1 0 0 RG 4 w 10 10 93 93 re S"),
    }
    return build_pdf(objects)


def append_update(
    pdf: bytes, objects: Mapping[int, bytes], *, named: bool = True, trailer: bytes | None = None
) -> bytes:
    """An incremental update with these objects; `named=False` leaves the new table empty."""
    previous = int(pdf[pdf.rindex(b"startxref") + 9 :].split()[0])
    out = bytearray(pdf if pdf.endswith(b"\n") else pdf + b"\n")
    table = bytearray(b"xref\n")
    for number in sorted(objects):
        if named:
            table += b"%d 1\n%010d 00000 n \n" % (number, len(out))
        out += b"%d 0 obj\n%b\nendobj\n" % (number, objects[number])
    if not named:
        table += b"0 0\n"
    start = len(out)
    size = max([*objects, 500]) + 1
    head = trailer if trailer is not None else b"/Root %b /Size %d /Prev %d" % (root_of(pdf), size, previous)
    out += table + b"trailer\n<<%b>>\nstartxref\n%d\n%%%%EOF\n" % (head, start)
    return bytes(out)


def root_of(pdf: bytes) -> bytes:
    """The reference to the catalog in the last trailer."""
    return pdf[pdf.rindex(b"/Root") + 5 :].split(b"R", 1)[0].strip() + b" R"
