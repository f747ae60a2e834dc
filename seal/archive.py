"""Keep a sealed document verifiable 长期归档: PAdES B-LT and B-LTA (ETSI EN 319 142-1 §5.4.2, §5.4.3, §6).

    add_proofs     the DSS alone, in an update of its own                                    B-LT
    archive_pdf    the DSS and a document time-stamp over everything, in one update          B-LTA

Both answer the update to append. Done in one update, the time-stamp covers the validation data, and every
program says that the whole document is signed. Repeated before the newest time-stamp ends, it keeps a
document verifiable as long as somebody cares (`seal.upkeep`). Does not check the signatures that are there,
nor whether the proofs are the right ones: `seal.verify` says what is missing.
"""

from datetime import datetime

from pyhanko.pdf_utils import generic

from keys.clock import require_utc
from seal.dss import Proofs, put_proofs
from seal.errors import SealingFailed, SealNeedsRoom
from seal.form import add_annotations, add_fields, read_form
from seal.layout import text_string
from seal.pdf_source import PdfSource, unreadable
from seal.pdf_update import Update, copy_of
from seal.signed_range import RANGE_BLANK, TIMESTAMP_RESERVE, Timestamper, cut, digest_around

_ROOM_TO_SPARE = 32


def add_proofs(source: PdfSource, proofs: Proofs) -> bytes:
    """The update that adds validation data (B-LT). Raises UnreadablePdf."""
    update = Update(source)
    root = copy_of(source.root)
    put_proofs(source, update, root, proofs)
    update.replace(source.root_ref, root)
    return update.lay_out_whole()


def archive_pdf(
    source: PdfSource,
    proofs: Proofs,
    timestamper: Timestamper,
    *,
    now: datetime,
    room: int = TIMESTAMP_RESERVE,
) -> bytes:
    """The update that adds validation data and a document time-stamp over all that is there (B-LTA).

    room: octets to keep for the token; a larger one makes a second layout. Raises UnreadablePdf,
    SealingFailed, and what the time-stamping authority refuses with.
    """
    for _ in range(2):
        with unreadable():
            update = Update(source)
            number = update.reserve()
            _lay_out(source, update, proofs, number)
            head, tail = _dictionary(now)
            before, after = update.lay_out(last=(number, head, tail), hole=2 * room)
        hole = cut(len(source.data), before, after, room)
        token = timestamper(digest_around(source.data, hole))
        try:
            return hole.filled(token)
        except SealNeedsRoom as tight:
            room = tight.octets + _ROOM_TO_SPARE
    raise SealingFailed("The time-stamp is larger than its place.", "时间戳超出预留空间。")


def _lay_out(source: PdfSource, update: Update, proofs: Proofs, stamp: int) -> None:
    """The invisible field of the time-stamp, on the first page; the DSS; the catalog."""
    form, page = read_form(source, with_permission=False), source.page(1)
    field = update.reserve()
    update.put(
        field,
        b"<</Type /Annot /Subtype /Widget /FT /Sig /T %b /F 132 /P %d %d R /Rect [0 0 0 0] /V %d 0 R>>"
        % (
            text_string(form.fresh_name("Archive")),
            page.ref.idnum,
            page.ref.generation,
            stamp,
        ),
    )
    add_annotations(source, update, page, [field])
    root: generic.DictionaryObject = add_fields(source, update, [field])
    if proofs:
        put_proofs(source, update, root, proofs)
    update.replace(source.root_ref, root)


def _dictionary(now: datetime) -> tuple[bytes, bytes]:
    moment = require_utc(now).strftime("D:%Y%m%d%H%M%S+00'00'").encode()
    head = b"<</Type /DocTimeStamp /Filter /Adobe.PPKLite /SubFilter /ETSI.RFC3161 /M (%b)" % moment
    return b"%b\n/ByteRange %b\n/Contents <" % (head, RANGE_BLANK), b">>>"
