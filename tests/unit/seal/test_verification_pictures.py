"""A change is shown: the signed page beside the current one, as pictures that any program can open."""

import struct
from pathlib import Path

from seal.verification.limits import Limits
from seal.verification.pictures import Drawing, picture_of
from seal.verification.reading import read_evidence
from tests.attacks.pdf_samples import content_replaced, document_with_a_covered_line, script_added
from tests.unit.seal.plain_pdf import append_update
from tests.unit.seal.sealed import make_sealed


def sheet(*dark: tuple[int, int]) -> Drawing:
    dots = bytearray(b"\xff" * (60 * 40 * 3))
    for x, y in dark:
        dots[(y * 60 + x) * 3] = 0
    return Drawing(60, 40, bytes(dots))


def test_squares_that_touch_are_one_box_and_others_their_own() -> None:
    picture = picture_of(0, sheet(), sheet((1, 1), (13, 1), (50, 30)))
    assert sorted(picture.boxes) == [(0, 0, 24, 12), (48, 24, 60, 36)]


def test_a_page_of_another_size_differs_as_a_whole() -> None:
    assert picture_of(3, sheet(), Drawing(10, 10, bytes(300))).boxes == ((0, 0, 10, 10),)


def test_a_page_that_was_added_or_taken_out_has_one_picture() -> None:
    added, removed = picture_of(1, None, sheet()), picture_of(1, sheet(), None)
    assert (added.before, removed.after) == (b"", b"")
    assert added.boxes == removed.boxes == ((0, 0, 60, 40),)


def test_very_many_small_differences_are_one_large_one() -> None:
    drawn = Drawing(1200, 48, b"\xff" * (1200 * 48 * 3))
    dots = bytearray(drawn.dots)
    for x in range(0, 1200, 24):
        dots[x * 3] = 0
    (box,) = picture_of(0, drawn, Drawing(1200, 48, bytes(dots))).boxes
    assert box == (0, 0, 1188, 12)


def test_a_page_added_after_signing_is_shown_beside_nothing(tmp_path: Path) -> None:
    pdf = make_sealed(tmp_path).seal()
    tree = b"<</Type /Pages /Kids [3 0 R 701 0 R] /Count 2>>"
    page = b"<</Type /Page /Parent 2 0 R /MediaBox [0 0 300 300] /Contents 4 0 R /Resources <<>>>>"
    (picture,) = read_evidence(append_update(pdf, {2: tree, 701: page})).pictures
    assert (picture.page, picture.before) == (1, b"")
    assert picture.after.startswith(b"\x89PNG")


def test_a_picture_too_rich_to_be_sent_is_drawn_coarser(tmp_path: Path) -> None:
    forged = content_replaced(make_sealed(tmp_path).seal(document_with_a_covered_line()))
    (fine,) = read_evidence(forged).pictures
    (coarse,) = read_evidence(forged, limits=Limits(picture_bytes=len(fine.after))).pictures
    assert coarse.width < fine.width


def test_a_changed_page_is_drawn_before_and_after(tmp_path: Path) -> None:
    sealed = make_sealed(tmp_path)
    evidence = read_evidence(content_replaced(sealed.seal(document_with_a_covered_line())))
    (picture,) = evidence.pictures
    for png in (picture.before, picture.after):
        assert png.startswith(b"\x89PNG\r\n\x1a\n")
        assert struct.unpack(">II", png[16:24]) == (picture.width, picture.height)
    assert picture.boxes
    assert picture.before != picture.after


def test_an_untouched_page_needs_no_picture(tmp_path: Path) -> None:
    sealed = make_sealed(tmp_path)
    assert read_evidence(sealed.seal()).pictures == ()
    assert read_evidence(script_added(sealed.seal())).pictures == ()
