"""The picture of a seal: its size, its legibility, what it never shows."""

from decimal import Decimal

import pypdfium2
import pytest

from seal.errors import PictureRefused
from seal.picture import LONGEST_NAME, Face, draw
from seal.place import POINTS_PER_MM

NAME = "云上省市场监督管理局"
RING = (
    b'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 10 10">'
    b'<circle cx="5" cy="5" r="5" fill="#d2101e"/></svg>'
)


def red_share(pdf: bytes, box_mm: tuple[float, float, float, float]) -> float:
    """How much of a box, in millimetres from the left and the top, is inked."""
    with pypdfium2.PdfDocument(pdf) as document:
        scale = 4.0
        bitmap = document[0].render(scale=scale, fill_color=(255, 255, 255, 0), force_bitmap_format=4)
        alpha = bytes(bitmap.buffer)[3::4]
        stride = bitmap.stride // 4
    left, top, right, bottom = (round(value * POINTS_PER_MM * scale) for value in box_mm)
    inked = [alpha[y * stride + x] > 127 for y in range(top, bottom) for x in range(left, right)]
    return sum(inked) / len(inked)


@pytest.mark.parametrize("diameter", ["38", "42", "45", "50", "60"])
def test_a_seal_has_its_true_size_in_millimetres(diameter: str) -> None:
    picture = draw(Face(NAME, Decimal(diameter)))
    with pypdfium2.PdfDocument(picture.pdf) as document:
        assert len(document) == 1
        width, height = document[0].get_size()
    assert width == pytest.approx(float(diameter) * POINTS_PER_MM, abs=0.01)
    assert height == pytest.approx(width)
    assert f'width="{float(diameter) * POINTS_PER_MM:.3f}'[:12].encode() in picture.svg


@pytest.mark.parametrize("length", [2, 5, 12, 20, LONGEST_NAME])
def test_names_of_every_length_give_a_picture_without_text_or_fonts(length: int) -> None:
    picture = draw(Face(("云上省自治区国家税务总局" * 3)[:length], Decimal(45)))
    with pypdfium2.PdfDocument(picture.pdf) as document:
        assert document[0].get_textpage().get_text_range().strip() == ""
    assert b"/Font" not in picture.pdf
    assert b"<text" not in picture.svg


def test_the_ground_is_transparent_and_the_ring_is_closed() -> None:
    picture = draw(Face(NAME, Decimal(42)))
    assert red_share(picture.pdf, (0, 0, 3, 3)) == 0
    for edge in (
        (20.5, 0.2, 21.5, 1.0),
        (20.5, 41.0, 21.5, 41.8),
        (0.2, 20.5, 1.0, 21.5),
        (41.0, 20.5, 41.8, 21.5),
    ):
        assert red_share(picture.pdf, edge) > 0.9


def test_a_seal_without_artwork_carries_a_star() -> None:
    picture = draw(Face(NAME, Decimal(42)))
    assert red_share(picture.pdf, (20, 19, 22, 22)) > 0.95
    assert red_share(picture.pdf, (19, 27, 23, 29)) < 0.05


def test_an_organs_own_artwork_stands_in_the_centre() -> None:
    plain, own = draw(Face(NAME, Decimal(42))), draw(Face(NAME, Decimal(42), artwork=RING))
    assert own.pdf != plain.pdf
    assert red_share(own.pdf, (16, 20, 26, 22)) > 0.95


def test_a_demonstration_seal_carries_star_and_word_whatever_artwork_is_given() -> None:
    demonstration = draw(Face(NAME, Decimal(42), demonstration=True, artwork=RING))
    assert demonstration == draw(Face(NAME, Decimal(42), demonstration=True))
    word = (17.5, 28.0, 24.5, 33.0)
    assert red_share(demonstration.pdf, word) > 0.1
    assert red_share(draw(Face(NAME, Decimal(42))).pdf, word) < 0.01


def test_the_same_face_gives_the_same_bytes() -> None:
    assert draw(Face(NAME, Decimal(42), "专用章")) == draw(Face(NAME, Decimal(42), "专用章"))


@pytest.mark.parametrize(
    "face",
    [
        Face("", Decimal(42)),
        Face("局", Decimal(42)),
        Face("局" * (LONGEST_NAME + 1), Decimal(42)),
        Face("云上省 市场局", Decimal(42)),
        Face("云上省\n市场局", Decimal(42)),
        Face("云上省\u202e市场局", Decimal(42)),
        Face(NAME, Decimal(42), "业" * 13),
        Face(NAME, Decimal(42), "专用\t章"),
        Face(NAME, Decimal(19)),
        Face(NAME, Decimal(81)),
        Face(NAME, Decimal("NaN")),
        Face("云上\U00030edd局", Decimal(42)),
        Face(NAME, Decimal(42), artwork=b""),
        Face(NAME, Decimal(42), artwork=b"not a picture"),
        Face(NAME, Decimal(42), artwork=b"%PDF-1.7\n"),
        Face(NAME, Decimal(42), artwork=b"<svg" + bytes(1 << 20)),
    ],
    ids=[
        "no name",
        "one character",
        "too long",
        "a space",
        "a line break",
        "a direction override",
        "line too long",
        "a tab in the line",
        "too small",
        "too large",
        "no number",
        "a character the font lacks",
        "empty artwork",
        "artwork of no kind",
        "artwork cut off",
        "artwork too large",
    ],
)
def test_what_gives_no_legible_picture_is_refused(face: Face) -> None:
    with pytest.raises(PictureRefused):
        draw(face)


@pytest.mark.parametrize(
    "attack",
    [
        b'<image href="file:///etc/passwd" width="9" height="9"/>',
        b'<image href="../../../../etc/passwd" width="9" height="9"/>',
        b'<image href="seal.typ" width="9" height="9"/>',
    ],
)
def test_artwork_cannot_draw_in_files_of_this_machine(attack: bytes) -> None:
    artwork = RING.replace(b"<circle", attack + b"<circle")
    with pytest.raises(PictureRefused):
        draw(Face(NAME, Decimal(42), artwork=artwork))


def test_scripts_in_artwork_do_not_reach_the_screen() -> None:
    artwork = RING.replace(b"<circle", b"<script>alert(1)</script><circle onload='alert(2)'")
    picture = draw(Face(NAME, Decimal(42), artwork=artwork))
    assert b"alert" not in picture.svg
