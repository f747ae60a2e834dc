"""Sealing a PDF: the original stays, one update follows, others' programs agree."""

import re
from hashlib import sha256
from io import BytesIO

import pytest
from cryptography import x509
from hypothesis import given, settings
from hypothesis import strategies as st
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.diff_analysis import ModificationLevel
from pyhanko.sign.validation import validate_pdf_signature
from pyhanko.sign.validation.status import PdfSignatureStatus, SignatureCoverageLevel
from pyhanko_certvalidator import ValidationContext

from keys.errors import XinzhengError
from keys.log.receipt import Receipt
from seal import cms
from seal.anchor import Anchor
from seal.apply import prepare
from seal.errors import PdfRefused, PdfTooLarge, PictureRefused, PlaceNotFound, SealingFailed, UnreadablePdf
from seal.layout import Layout, ReservedField
from seal.pdf_source import open_pdf
from seal.place import Place
from tests.unit.seal import papers
from tests.unit.seal.local import MIDDLE, NOW, LocalSigner, local_seal
from tests.unit.seal.papers import Paper, Sheet

SEAL = local_seal()
PLAIN = Paper().to_bytes()
RECEIPT = Receipt("node.example/log", bytes(16), 7, 9, (bytes(32),), "note\n")
SIGNATURES = {"one table": PLAIN, "a table stream": papers.with_xref_stream()}


def statuses(pdf: bytes) -> list[PdfSignatureStatus]:
    """What pyHanko, which did not write these files, says of every signature."""
    found = []
    for signature in PdfFileReader(BytesIO(pdf)).embedded_signatures:
        context = ValidationContext(trust_roots=[signature.signer_cert], allow_fetching=False)
        found.append(validate_pdf_signature(signature, context))
    return found


@pytest.mark.parametrize("pdf", SIGNATURES.values(), ids=SIGNATURES.keys())
@pytest.mark.parametrize("kind", ["ec", "rsa"])
@pytest.mark.parametrize("certify", [True, False])
def test_a_sealed_document_is_whole_and_intact(pdf: bytes, kind: str, certify: bool) -> None:
    sealed = local_seal(kind).apply(pdf, certify=certify, receipt=RECEIPT, use_record=b"{}")
    assert sealed.startswith(pdf)
    [status] = statuses(sealed)
    assert status.bottom_line
    assert status.coverage is SignatureCoverageLevel.ENTIRE_FILE
    assert status.modification_level is ModificationLevel.NONE


def test_the_signed_ranges_leave_out_the_signature_value_alone() -> None:
    sealed = SEAL.apply(PLAIN)
    found = re.search(rb"/ByteRange \[0 (\d+) (\d+) (\d+)\]", sealed)
    assert found is not None
    before, start, length = (int(value) for value in found.groups())
    assert start + length == len(sealed)
    assert re.fullmatch(rb"<[0-9a-f]+>", sealed[before:start])
    assert sealed[before - 10 : before] == b"/Contents "


def test_the_place_for_the_signature_is_tight() -> None:
    sealed = SEAL.apply(PLAIN)
    [hole] = re.findall(rb"/Contents <([0-9a-f]+)>", sealed)
    assert len(hole) - len(hole.rstrip(b"0")) < 40


def test_our_documents_are_certified_and_others_are_approved() -> None:
    ours, theirs = SEAL.apply(PLAIN, certify=True), SEAL.apply(PLAIN, certify=False)
    assert b"/TransformMethod /DocMDP" in ours
    assert b"/P 2>>" in ours
    assert b"/Perms" in ours
    assert b"/DocMDP" not in theirs


def test_the_claimed_time_stands_in_the_document_and_is_utc() -> None:
    assert b"/M (D:20261122020304+00'00')" in SEAL.apply(PLAIN)


def test_several_organs_seal_one_document_one_after_the_other() -> None:
    once = SEAL.apply(PLAIN, place=Place(1, 60, 100))
    twice = local_seal("rsa").apply(once, place=Place(1, 150, 100))
    assert twice.startswith(once)
    first, second = statuses(twice)
    assert first.intact
    assert first.modification_level in (ModificationLevel.LTA_UPDATES, ModificationLevel.FORM_FILLING)
    assert second.coverage is SignatureCoverageLevel.ENTIRE_FILE
    assert b"<FEFF005300650061006C0032>" in twice


def test_a_further_organ_seals_a_certified_document_in_the_field_left_for_it() -> None:
    left = ReservedField("Court", Place(1, 150, 220), 40)
    certified = SEAL.apply(PLAIN, certify=True, seal_fields_for_others=[left])
    sealed = local_seal("rsa").apply(certified, place="Court")
    first, second = statuses(sealed)
    assert first.bottom_line
    assert first.docmdp_ok
    assert first.modification_level is ModificationLevel.FORM_FILLING
    assert second.bottom_line


def test_a_field_a_form_designer_left_is_filled() -> None:
    [status] = statuses(SEAL.apply(papers.with_empty_field("Second"), place="Second"))
    assert status.bottom_line


def test_a_field_that_is_not_there_is_refused() -> None:
    with pytest.raises(PdfRefused, match="no empty seal field"):
        SEAL.apply(PLAIN, place="Nowhere")


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"certify": True}, "come first"),
        ({"certify": False}, "empty field"),
    ],
)
def test_a_certified_document_takes_no_seal_that_breaks_it(changes: dict[str, bool], words: str) -> None:
    certified = SEAL.apply(PLAIN, certify=True)
    with pytest.raises(PdfRefused, match=words):
        SEAL.apply(certified, **changes)


def test_a_document_that_allows_no_change_is_refused() -> None:
    certified = SEAL.apply(PLAIN, certify=True).replace(b"/V /1.2 /P 2", b"/V /1.2 /P 1")
    with pytest.raises(PdfRefused, match="no change at all"):
        SEAL.apply(certified)


def test_a_signature_that_locks_the_document_is_respected() -> None:
    pdf = papers.with_empty_field().replace(b"/F 4 ", b"/F 4 /Lock <</Type /SigFieldLock /Action /All>> ")
    table = pdf.index(b"xref\n0")
    pdf = re.sub(rb"startxref\n\d+", b"startxref\n%d" % table, pdf)
    sealed = SEAL.apply(pdf, place="Second")
    with pytest.raises(PdfRefused, match="locks"):
        SEAL.apply(sealed)


def test_the_seal_may_be_placed_by_text() -> None:
    [status] = statuses(SEAL.apply(PLAIN, place=Anchor("department")))
    assert status.bottom_line


def test_a_seal_beyond_the_page_is_refused() -> None:
    with pytest.raises(PlaceNotFound):
        SEAL.apply(PLAIN, place=Place(2, 100, 100))
    with pytest.raises(PlaceNotFound):
        SEAL.apply(PLAIN, place=Place(1, 5, 5))


def test_nothing_but_pages_form_and_catalog_is_rewritten() -> None:
    update = SEAL.apply(PLAIN)[len(PLAIN) :]
    rewritten = {int(number) for number in re.findall(rb"^(\d+) 0 obj", update, re.MULTILINE)}
    originals = {number for number in rewritten if number < 6}
    assert originals == {1, 4}
    assert b"/Metadata" not in update
    assert b"/Version" not in update


def test_annotations_and_fields_that_were_there_stay() -> None:
    paper = Paper(sheets=(Sheet(),))
    number = paper.first_extra()
    paper.sheets[0].more = b"/Annots %d 0 R" % number
    paper.catalog = b"/AcroForm %d 0 R" % (number + 2)
    paper.extra = (
        b"[%d 0 R]" % (number + 1),
        b"<</Type /Annot /Subtype /Widget /FT /Tx /T (name) /V (x) /Rect [10 10 90 30] /P 4 0 R>>",
        b"<</Fields %d 0 R /DA (/Helv 0 Tf)>>" % (number + 3),
        b"[%d 0 R]" % (number + 1),
    )
    sealed = SEAL.apply(paper.to_bytes())
    root = PdfFileReader(BytesIO(sealed)).root
    names = [str(field.get_object()["/T"]) for field in root["/AcroForm"]["/Fields"]]
    assert names == ["name", "Seal1"]
    assert root["/AcroForm"]["/DA"] == "/Helv 0 Tf"
    assert len(root["/Pages"]["/Kids"][0]["/Annots"]) == 2


def test_the_documents_identifier_keeps_its_first_half() -> None:
    pdf = Paper(
        trailer=b"/ID [<00112233445566778899aabbccddeeff> <00112233445566778899aabbccddeeff>]"
    ).to_bytes()
    identifiers = PdfFileReader(BytesIO(SEAL.apply(pdf))).trailer["/ID"]
    assert bytes(identifiers[0]).hex() == "00112233445566778899aabbccddeeff"
    assert identifiers[1] != identifiers[0]


@pytest.mark.parametrize("end", [b"", b"\n", b"\r\n", b"\n\n\n"])
def test_a_file_may_end_as_it_likes(end: bytes) -> None:
    pdf = Paper(end=end).to_bytes()
    [status] = statuses(SEAL.apply(pdf))
    assert status.bottom_line


def test_a_size_that_is_understated_does_not_overwrite_objects() -> None:
    pdf = PLAIN.replace(b"/Size 6 ", b"/Size 2 ")
    sealed = SEAL.apply(pdf)
    rewritten = {int(number) for number in re.findall(rb"^(\d+) 0 obj", sealed[len(pdf) :], re.MULTILINE)}
    assert rewritten & {2, 3, 5} == set()


def test_a_time_stamp_larger_than_expected_gets_its_place() -> None:
    asked = []

    def stamp(digest: bytes) -> bytes:
        asked.append(digest)
        return b"\x30\x82\x17\x70" + bytes(6000)

    sealed = SEAL.apply(PLAIN, timestamper=stamp)
    assert len(asked) == 2
    assert bytes(6000).hex().encode() in sealed


def test_a_time_stamp_that_keeps_growing_is_given_up() -> None:
    sizes = iter((6000, 9000))

    def stamp(digest: bytes) -> bytes:
        return b"\x30" + bytes(next(sizes))

    with pytest.raises(SealingFailed, match="time-stamp"):
        SEAL.apply(PLAIN, timestamper=stamp)


def test_a_certificate_of_another_key_is_refused() -> None:
    other: x509.Certificate = LocalSigner().certificate("other")
    with pytest.raises(SealingFailed):
        SEAL.apply(PLAIN, certificate=other)


def test_signing_may_happen_elsewhere() -> None:
    """Two phases: the document stays, only the attributes travel."""
    template = cms.template_for(SEAL.signer.algorithm, SEAL.certificate, [])
    prepared = prepare(
        open_pdf(PLAIN), template, cms.Evidence(SEAL.record), Layout(MIDDLE, False), SEAL.picture.pdf, now=NOW
    )
    assert PLAIN not in prepared.attributes
    update = prepared.finish(SEAL.signer.sign(prepared.attributes), None)
    [status] = statuses(PLAIN + update)
    assert status.bottom_line
    with pytest.raises(SealingFailed):
        prepared.finish(LocalSigner().sign(prepared.attributes), None)


@pytest.mark.parametrize("picture", [b"", b"%PDF-1.7", Paper(sheets=(Sheet(), Sheet())).to_bytes()])
def test_what_is_no_picture_of_a_seal_is_refused(picture: bytes) -> None:
    with pytest.raises((PictureRefused, UnreadablePdf)):
        SEAL.apply(PLAIN, appearance_pdf=picture)


def test_twenty_megabytes_are_sealed() -> None:
    pdf = papers.large(20_000_000)
    assert len(pdf) > 19_000_000
    sealed = SEAL.apply(pdf, place=Place(-1, 100, 100))
    assert sealed.startswith(pdf)
    assert len(sealed) - len(pdf) < 40_000
    found = re.search(rb"/ByteRange \[0 (\d+) (\d+) (\d+)\]", sealed[len(pdf) :])
    assert found is not None
    before, start, length = (int(value) for value in found.groups())
    attributes = sealed[before + 1 : start - 1]
    assert sha256(sealed[:before] + sealed[start : start + length]).hexdigest().encode() in attributes


REFUSED = {
    "nothing": b"",
    "text": b"Dear Sir or Madam, " * 20,
    "a picture": b"\x89PNG\r\n\x1a\n" + bytes(200),
    "junk before the header": b"junk\n" + PLAIN,
    "no end": PLAIN[:-40],
    "only a header": b"%PDF-1.7\n" + bytes(200),
    "a table elsewhere": PLAIN.replace(b"startxref\n", b"startxref\n9"),
    "no catalog": PLAIN.replace(b"/Root 1 0 R", b"/Rood 1 0 R"),
    "a catalog that is a page": PLAIN.replace(b"/Root 1 0 R", b"/Root 4 0 R"),
    "no page": PLAIN.replace(b"/Count 1", b"/Count 0"),
    "a page tree that bites its tail": PLAIN.replace(b"/Kids [4 0 R]", b"/Kids [2 0 R]"),
    "a page of no size": PLAIN.replace(b"/MediaBox [0 0 595 842]", b"/MediaBox [0 0 000 842]"),
    "an odd rotation": Paper(sheets=(Sheet(rotate=45),)).to_bytes(),
    "a table that points at itself": Paper(trailer=b"/Prev 99999").to_bytes(),
}


@pytest.mark.parametrize("pdf", REFUSED.values(), ids=REFUSED.keys())
def test_what_cannot_be_read_is_refused_with_a_reason(pdf: bytes) -> None:
    with pytest.raises(UnreadablePdf) as refused:
        SEAL.apply(pdf)
    assert refused.value.detail_zh


@pytest.mark.parametrize(
    ("pdf", "words"),
    [
        (papers.encrypted(), "encrypted"),
        (papers.hybrid(), "hybrid"),
        (Paper(catalog=b"/AcroForm <</Fields [] /XFA [(template) 3 0 R]>>").to_bytes(), "XFA"),
    ],
    ids=["encrypted", "hybrid", "dynamic form"],
)
def test_what_must_not_be_sealed_is_refused_with_a_reason(pdf: bytes, words: str) -> None:
    with pytest.raises(PdfRefused, match=words):
        SEAL.apply(pdf)


def test_a_file_larger_than_the_limit_is_refused_unread() -> None:
    with pytest.raises(PdfTooLarge):
        open_pdf(PLAIN, largest=len(PLAIN) - 1)


@pytest.mark.parametrize("pdf", SIGNATURES.values(), ids=SIGNATURES.keys())
def test_a_file_cut_off_anywhere_is_refused(pdf: bytes) -> None:
    for end in range(0, len(pdf) - 8, 29):
        with pytest.raises(XinzhengError):
            SEAL.apply(pdf[:end])


@settings(max_examples=80, deadline=None)
@given(st.sampled_from(list(SIGNATURES.values())), st.data())
def test_flipped_bits_give_a_seal_or_a_reason(pdf: bytes, data: st.DataObject) -> None:
    damaged = bytearray(pdf)
    for _ in range(data.draw(st.integers(1, 4))):
        damaged[data.draw(st.integers(0, len(pdf) - 1))] ^= 1 << data.draw(st.integers(0, 7))
    try:
        assert SEAL.apply(bytes(damaged)).startswith(bytes(damaged))
    except XinzhengError:
        return


@settings(max_examples=40, deadline=None)
@given(st.binary(max_size=300))
def test_random_bytes_behind_a_header_are_refused(data: bytes) -> None:
    with pytest.raises(XinzhengError):
        SEAL.apply(b"%PDF-1.7\n" + data)
