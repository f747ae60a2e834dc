"""A change is shown: the signed page beside the current one, as pictures that any program can open."""

import struct
from pathlib import Path

from seal.verification.pictures import Drawing, picture_of
from seal.verification.reading import read_evidence
from tests.attacks.pdf_samples import content_replaced, document_with_a_covered_line, script_added
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
