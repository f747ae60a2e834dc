"""Apply a seal to a PDF 用印: a visible PAdES signature (ETSI EN 319 142-1), level B-B to B-LTA.

    prepare  read, place, lay out the update, hash                  here
    sign     the signed attributes, with the seal's key             here or elsewhere
    finish   CMS, time-stamp, into the hole                         here

The original bytes stay as they are and are a prefix of the result; version, metadata and fonts are
untouched, so PDF/A stays PDF/A. Documents of this node are certified (DocMDP, P=2), other people's get an
approval signature. B-B without a time-stamp, B-T with one, B-LT with `proofs` in the same update, B-LTA when
a document time-stamp follows (`archived`). Does not check that the seal may be used (`seal.use` does), nor
earlier signatures.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from hashlib import sha256

from cryptography import x509

from keys.log.receipt import Receipt
from keys.signer import Signer
from seal import cms
from seal.anchor import Anchor
from seal.appearance import read_appearance
from seal.archive import archive_pdf
from seal.dss import NO_PROOFS, Proofs
from seal.errors import SealingFailed, SealNeedsRoom
from seal.form import check_allowed, read_form
from seal.layout import Layout, ReservedField, lay_out_field, signature_dictionary
from seal.pdf_source import PdfSource, open_pdf, unreadable
from seal.pdf_update import Update
from seal.place import Place
from seal.riding import slices_of
from seal.signed_range import TIMESTAMP_RESERVE, Hole, cut, digest_around
from seal.signed_range import Timestamper as Timestamper


@dataclass(frozen=True, slots=True)
class Prepared:
    """A document ready to be signed: `attributes` go to the seal's key, wherever that is."""

    hole: Hole
    document_digest: bytes
    """SHA-256 over the two signed ranges."""
    attributes: bytes
    """The message to sign: DER of the CMS signed attributes."""
    template: cms.Template

    def finish(self, signature: bytes, timestamp: bytes | None) -> bytes:
        """The update to append to the original. Raises SealingFailed, SealNeedsRoom."""
        cms.check_signature(self.template, self.attributes, signature)
        return self.hole.filled(cms.container(self.template, self.attributes, signature, timestamp))


def seal_pdf(
    pdf: bytes,
    *,
    signer: Signer,
    certificate: x509.Certificate,
    chain: Sequence[x509.Certificate],
    seal_record_der: bytes,
    appearance_pdf: bytes,
    place: Place | Anchor | str,
    timestamper: Timestamper | None,
    now: datetime,
    certify: bool,
    receipt: Receipt | None = None,
    use_record: bytes | None = None,
    seal_fields_for_others: Sequence[ReservedField] = (),
    reason: str = "",
    proofs: Proofs = NO_PROOFS,
    riding: bool = False,
) -> bytes:
    """Seal a document: the original followed by one update.

    `place` may also name an empty field that the issuer left. B-T with a `timestamper`, else B-B; B-LT with
    `proofs` besides. `riding`: also across the edges of all pages (骑缝章). Raises UnreadablePdf,
    PdfTooLarge, PdfRefused, PlaceNotFound, AnchorAmbiguous, PictureRefused, SealingFailed.
    """
    source = open_pdf(pdf)
    layout = Layout(place, certify, tuple(seal_fields_for_others), reason, proofs, riding)
    evidence = cms.Evidence(seal_record_der, receipt.to_json() if receipt is not None else None, use_record)
    template = cms.template_for(signer.algorithm, certificate, chain)
    reserve = TIMESTAMP_RESERVE if timestamper is not None else 0
    for _ in range(2):
        prepared = prepare(
            source, template, evidence, layout, appearance_pdf, now=now, timestamp_reserve=reserve
        )
        signature = signer.sign(prepared.attributes)
        token = timestamper(sha256(signature).digest()) if timestamper is not None else None
        try:
            return pdf + prepared.finish(signature, token)
        except SealNeedsRoom as tight:
            reserve += tight.octets - prepared.hole.room + 64
    raise SealingFailed("The time-stamp is larger than its place.", "时间戳超出预留空间。")


def prepare(
    source: PdfSource,
    template: cms.Template,
    evidence: cms.Evidence,
    layout: Layout,
    appearance_pdf: bytes,
    *,
    now: datetime,
    timestamp_reserve: int = 0,
) -> Prepared:
    """Lay out the update and hash the document around the hole. Raises as `seal_pdf` does."""
    if layout.riding:
        slices = slices_of(source, appearance_pdf, read_appearance(appearance_pdf))
        evidence = replace(evidence, riding=slices.to_json())
    room = room_for(template, evidence, timestamp_reserve)
    hole, digest = lay_out(source, template.certificate, layout, appearance_pdf, now=now, room=room)
    return Prepared(hole, digest, cms.signed_attributes(template, digest, evidence), template)


def lay_out(
    source: PdfSource,
    certificate: x509.Certificate,
    layout: Layout,
    appearance_pdf: bytes,
    *,
    now: datetime,
    room: int,
) -> tuple[Hole, bytes]:
    """The update with its hole, and SHA-256 over what the seal will cover. Raises as `seal_pdf` does."""
    form = read_form(source)
    field = layout.place if isinstance(layout.place, str) else None
    check_allowed(form, certify=layout.certify, field=field, paints=layout.riding)
    with unreadable():
        update = Update(source)
        number = update.reserve()
        lay_out_field(source, update, form, layout, read_appearance(appearance_pdf), number)
        head, tail = signature_dictionary(certificate, layout, now)
        before, after = update.lay_out(last=(number, head, tail), hole=2 * room)
    hole = cut(len(source.data), before, after, room)
    return hole, digest_around(source.data, hole)


def archived(pdf: bytes, proofs: Proofs, timestamper: Timestamper, *, now: datetime) -> bytes:
    """A document with a document time-stamp over it (B-LTA). Raises as `seal.archive.archive_pdf`."""
    return pdf + archive_pdf(open_pdf(pdf), proofs, timestamper, now=now)


def room_for(template: cms.Template, evidence: cms.Evidence, timestamp_reserve: int) -> int:
    """Octets the container can need: everything but signature and time-stamp has its size already."""
    attributes = cms.signed_attributes(template, bytes(32), evidence)
    blank = bytes(template.largest_signature)
    return len(cms.container(template, attributes, blank, bytes(timestamp_reserve) or None))
