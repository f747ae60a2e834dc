"""Places found by text, with errors a clerk understands."""

import pytest

from seal.anchor import Anchor, find_anchor
from seal.errors import AnchorAmbiguous, PlaceNotFound
from seal.pdf_source import open_pdf
from seal.place import POINTS_PER_MM, Place
from tests.unit.seal.papers import Paper, Sheet

THREE = Paper(
    sheets=(
        Sheet(texts=((300, 400, "Seal of the office"), (72, 700, "Article 1"))),
        Sheet(texts=((300, 300, "Second page"), (72, 700, "Article 2"))),
        Sheet(texts=()),
    )
).to_bytes()


def find(text: str, page: int | None = None, pdf: bytes = THREE) -> Place:
    return find_anchor(open_pdf(pdf), Anchor(text, page), width_mm=42, height_mm=42)


def test_the_seal_stands_on_the_middle_of_the_text() -> None:
    place = find("Seal of the office")
    assert place.page == 1
    assert place.x_mm == pytest.approx((300 + 72) / POINTS_PER_MM, abs=3)
    assert place.y_mm == pytest.approx((842 - 406) / POINTS_PER_MM, abs=1.5)


@pytest.mark.parametrize("rotate", [0, 90, 180, 270])
@pytest.mark.parametrize("crop", [None, (100, 100, 560, 800)])
def test_text_is_found_where_it_is_shown_on_rotated_and_cropped_pages(
    rotate: int, crop: tuple[float, float, float, float] | None
) -> None:
    pdf = Paper(sheets=(Sheet(texts=((300, 400, "HERE"),), rotate=rotate, crop=crop),)).to_bytes()
    place = find("HERE", pdf=pdf)
    x, y = open_pdf(pdf).page(1).shape.to_user(place.x_mm, place.y_mm)
    assert (x, y) == (pytest.approx(326, abs=6), pytest.approx(406, abs=6))


def test_a_text_near_the_edge_keeps_the_seal_on_the_page() -> None:
    pdf = Paper(sheets=(Sheet(texts=((2, 5, "corner"),)),)).to_bytes()
    place = find("corner", pdf=pdf)
    assert (place.x_mm, place.y_mm) == (pytest.approx(21), pytest.approx(842 / POINTS_PER_MM - 21))


def test_a_text_that_stands_twice_is_ambiguous_and_the_pages_are_named() -> None:
    with pytest.raises(AnchorAmbiguous, match="2 times, on page 1, 2") as refused:
        find("Article")
    assert "请指定页码" in refused.value.detail_zh


def test_the_page_decides_between_two() -> None:
    assert find("Article", page=2).page == 2
    assert find("Article", page=-2).page == 2


def test_a_text_on_no_page_is_missing() -> None:
    with pytest.raises(PlaceNotFound, match="spelling"):
        find("Seal of another office")


def test_a_page_without_text_is_called_a_scan() -> None:
    with pytest.raises(PlaceNotFound, match="scan"):
        find("Article", page=3)


def test_errors_do_not_repeat_the_text() -> None:
    with pytest.raises(PlaceNotFound) as refused:
        find("Zhang San")
    assert "Zhang" not in refused.value.detail + refused.value.detail_zh


@pytest.mark.parametrize("text", ["", "   ", "x" * 101])
def test_an_anchor_is_a_short_text(text: str) -> None:
    with pytest.raises(PlaceNotFound, match="1 to 100"):
        find(text)


def test_a_text_that_fills_the_document_ends_quickly() -> None:
    sheets = tuple(Sheet(texts=tuple((72, 10 + 20 * row, "same") for row in range(40))) for _ in range(30))
    with pytest.raises(AnchorAmbiguous, match="at least 20"):
        find("same", pdf=Paper(sheets=sheets).to_bytes())
