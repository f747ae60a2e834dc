"""How a seal sits in a document: the signature field with its widget, the signature dictionary, the catalog.

Objects and keys are those of ISO 32000-2 §12.7.5.5 and §12.8.1; the signature dictionary is the one of PAdES
(ETSI EN 319 142-1 §5.3): Filter, SubFilter ETSI.CAdES.detached, M; a certification has a DocMDP reference.
"""

from dataclasses import dataclass
from datetime import datetime

from cryptography import x509
from cryptography.x509.oid import NameOID
from pyhanko.pdf_utils import generic
from pyhanko.pdf_utils.generic import pdf_name

from keys.clock import require_utc
from seal.anchor import Anchor, find_anchor
from seal.appearance import Appearance
from seal.dss import NO_PROOFS, Proofs, put_proofs
from seal.form import Form, add_annotations, add_fields
from seal.pdf_source import PdfPage, PdfSource
from seal.pdf_update import Update, copy_of
from seal.place import Box, Place, box_on, page_number
from seal.riding import paint_slices
from seal.signed_range import RANGE_BLANK

_PRINT_LOCKED = 132
_PRINT = 4


@dataclass(frozen=True, slots=True)
class ReservedField:
    """An empty field left for the seal of a further organ, at its place."""

    name: str
    place: Place
    diameter_mm: float


@dataclass(frozen=True, slots=True)
class Layout:
    """How the seal sits in the document."""

    place: Place | Anchor | str
    """A point, a text, or the name of an empty field left for this seal."""
    certify: bool
    reserved: tuple[ReservedField, ...] = ()
    reason: str = ""
    proofs: Proofs = NO_PROOFS
    """Validation data written in the same update, so that the seal covers it: B-LT at once."""
    riding: bool = False
    """Also cut the seal across the right edges of all pages (骑缝章)."""


def lay_out_field(
    source: PdfSource, update: Update, form: Form, layout: Layout, appearance: Appearance, signature: int
) -> None:
    """Write everything but the signature dictionary itself, whose object number is `signature`."""
    if layout.riding:
        paint_slices(source, update, appearance)
    if isinstance(layout.place, str):
        _fill_field(source, update, form, layout.place, appearance, signature)
        fields: list[int] = []
    else:
        fields = _add_fields(source, update, form, layout, appearance, signature)
    root = add_fields(source, update, fields)
    if layout.certify:
        root[pdf_name("/Perms")] = generic.DictionaryObject(
            {pdf_name("/DocMDP"): generic.IndirectObject(signature, 0, source.reader)}
        )
    if layout.proofs:
        put_proofs(source, update, root, layout.proofs)
    update.replace(source.root_ref, root)


def signature_dictionary(certificate: x509.Certificate, layout: Layout, now: datetime) -> tuple[bytes, bytes]:
    """The dictionary up to and with the opening of /Contents, and from its closing on."""
    names = certificate.subject.get_attributes_for_oid(NameOID.COMMON_NAME)
    moment = require_utc(now).strftime("D:%Y%m%d%H%M%S+00'00'").encode()
    parts = [b"<</Type /Sig /Filter /Adobe.PPKLite /SubFilter /ETSI.CAdES.detached /M (%b)" % moment]
    if names:
        parts.append(b"/Name %b" % text_string(str(names[0].value)))
    if layout.reason:
        parts.append(b"/Reason %b" % text_string(layout.reason))
    if layout.certify:
        parts.append(
            b"/Reference [<</Type /SigRef /TransformMethod /DocMDP"
            b" /TransformParams <</Type /TransformParams /V /1.2 /P 2>>>>]"
        )
    parts.append(b"/ByteRange %b" % RANGE_BLANK)
    return b"\n".join(parts) + b"\n/Contents <", b">>>"


def text_string(text: str) -> bytes:
    """A PDF text string (ISO 32000-2 §7.9.2.2): UTF-16BE with its mark, as hexadecimal."""
    return b"<FEFF%b>" % text.encode("utf-16-be").hex().upper().encode()


def _add_fields(
    source: PdfSource, update: Update, form: Form, layout: Layout, appearance: Appearance, signature: int
) -> list[int]:
    size = appearance.width_mm, appearance.height_mm
    place = layout.place
    if isinstance(place, Anchor):
        place = find_anchor(source, place, width_mm=size[0], height_mm=size[1])
    if isinstance(place, str):
        raise TypeError("a field's name is filled, not added")
    page, box = _on_page(source, place, *size)
    stamped = appearance.write(update, box)
    own = update.reserve()
    value = b"/V %d 0 R" % signature
    update.put(own, _widget(form.fresh_name(), page, box, _PRINT_LOCKED, stamped, value))
    by_page = {page.number: (page, [own])}
    for field in layout.reserved:
        page, box = _on_page(source, field.place, field.diameter_mm, field.diameter_mm)
        blank, number = update.reserve(), update.reserve()
        update.put(blank, _blank(box))
        update.put(number, _widget(field.name, page, box, _PRINT, blank, b""))
        by_page.setdefault(page.number, (page, []))[1].append(number)
    for page, numbers in by_page.values():
        add_annotations(source, update, page, numbers)
    return [number for _, numbers in by_page.values() for number in numbers]


def _on_page(source: PdfSource, place: Place, width_mm: float, height_mm: float) -> tuple[PdfPage, Box]:
    page = source.page(page_number(place, source.page_count))
    return page, box_on(page.shape, place, width_mm, height_mm)


def _fill_field(
    source: PdfSource, update: Update, form: Form, name: str, appearance: Appearance, signature: int
) -> None:
    field = form.empty_field(name)
    left, bottom, right, top = (float(value) for value in field.object["/Rect"])
    rotation = int(field.object["/P"].get("/Rotate", 0)) % 360 if "/P" in field.object else 0
    stamped = appearance.write(update, Box(left, bottom, right, top, rotation))
    changed = copy_of(field.object)
    changed[pdf_name("/V")] = generic.IndirectObject(signature, 0, source.reader)
    # /F stays as it was: under a certification only value and look of an empty field may change.
    changed[pdf_name("/AP")] = generic.DictionaryObject(
        {pdf_name("/N"): generic.IndirectObject(stamped, 0, source.reader)}
    )
    if field.ref is not None:
        update.replace(field.ref, changed)


def _widget(name: str, page: PdfPage, box: Box, flags: int, appearance: int, value: bytes) -> bytes:
    return (
        b"<</Type /Annot /Subtype /Widget /FT /Sig /T %b /TU %b /F %d /P %d %d R"
        b" /Rect [%.4f %.4f %.4f %.4f] /AP <</N %d 0 R>> %b>>"
    ) % (
        text_string(name),
        text_string("电子印章"),
        flags,
        page.ref.idnum,
        page.ref.generation,
        *(box.left, box.bottom, box.right, box.top),
        appearance,
        value,
    )


def _blank(box: Box) -> bytes:
    # PDF/A wants an appearance for every visible annotation, the empty field's included.
    return b"<</Type /XObject /Subtype /Form /BBox [0 0 %.4f %.4f] /Length 0>>\nstream\n\nendstream" % (
        box.right - box.left,
        box.top - box.bottom,
    )
