"""Where a seal goes: measured as a ruler on the printed sheet would, on rotated and cropped pages too."""

import pypdfium2
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from seal.errors import PlaceNotFound
from seal.place import POINTS_PER_MM, PageShape, Place, box_on, moved_inside, page_number, parse_at
from tests.unit.seal.local import local_seal
from tests.unit.seal.papers import Paper, Sheet

A4 = PageShape(0, 0, 595.276, 841.89, 0, 1.0)


def red_middle_mm(pdf: bytes, page: int = 0) -> tuple[float, float, float]:
    """Middle and width of what is red on a page as shown, in millimetres from the left and the top."""
    with pypdfium2.PdfDocument(pdf) as document:
        document.init_forms()
        scale = 1.5
        bitmap = document[page].render(scale=scale, may_draw_forms=True, force_bitmap_format=4)
        pixels, stride = bytes(bitmap.buffer), bitmap.stride
        found = [
            (x, y)
            for y in range(bitmap.height)
            for x in range(bitmap.width)
            if pixels[y * stride + 4 * x + 2] > 150 and pixels[y * stride + 4 * x] < 100
        ]
    across, down = [x for x, _ in found], [y for _, y in found]
    per_mm = scale * POINTS_PER_MM
    return (
        (min(across) + max(across) + 1) / 2 / per_mm,
        (min(down) + max(down) + 1) / 2 / per_mm,
        (max(across) - min(across) + 1) / per_mm,
    )


@pytest.mark.parametrize("rotate", [0, 90, 180, 270])
@pytest.mark.parametrize(
    ("media", "crop"),
    [
        ((0, 0, 595, 842), None),
        ((-100, 50, 495, 892), None),
        ((0, 0, 595, 842), (60, 80, 500, 700)),
        ((0, 0, 595, 842), (-50, -50, 400, 900)),
    ],
    ids=["plain", "shifted", "cropped", "cropped beyond the sheet"],
)
def test_a_seal_stands_where_it_is_shown_to_stand(
    rotate: int, media: tuple[float, float, float, float], crop: tuple[float, float, float, float] | None
) -> None:
    paper = Paper(sheets=(Sheet(media=media, crop=crop, rotate=rotate),)).to_bytes()
    sealed = local_seal().apply(paper, place=Place(1, 60, 90))
    x, y, width = red_middle_mm(sealed)
    assert (x, y) == (pytest.approx(60, abs=0.5), pytest.approx(90, abs=0.5))
    assert width == pytest.approx(42, abs=0.7)


@pytest.mark.parametrize("rotate", [90, 180, 270])
def test_a_seal_is_upright_on_a_rotated_page(rotate: int) -> None:
    blank = Sheet(texts=(), rotate=rotate)
    straight = ink(local_seal().apply(Paper(sheets=(Sheet(texts=()),)).to_bytes(), place=Place(1, 60, 60)))
    shown = ink(local_seal().apply(Paper(sheets=(blank,)).to_bytes(), place=Place(1, 60, 60)))
    assert shown == pytest.approx(straight, abs=0.12)
    assert shown != pytest.approx(straight[::-1], abs=0.12)


def ink(pdf: bytes) -> list[float]:
    """How much ink is in each of 8 × 8 fields of the seal's square as shown."""
    with pypdfium2.PdfDocument(pdf) as document:
        document.init_forms()
        bitmap = document[0].render(scale=1, may_draw_forms=True, force_bitmap_format=4)
        pixels, stride = bytes(bitmap.buffer), bitmap.stride
    step, edge = 42 * POINTS_PER_MM / 8, (60 - 21) * POINTS_PER_MM
    fields = []
    for row in range(8):
        for column in range(8):
            xs = range(round(edge + column * step), round(edge + (column + 1) * step))
            ys = range(round(edge + row * step), round(edge + (row + 1) * step))
            found = sum(255 - pixels[y * stride + 4 * x] for y in ys for x in xs)
            fields.append(found / (255 * len(xs) * len(ys)))
    return fields


def test_a_page_with_a_larger_unit_is_measured_in_millimetres_all_the_same() -> None:
    paper = Paper(sheets=(Sheet(unit=2.0, media=(0, 0, 300, 400), texts=()),)).to_bytes()
    sealed = local_seal().apply(paper, place=Place(1, 100, 100))
    assert b"/Rect [%.4f" % ((100 - 21) * POINTS_PER_MM / 2) in sealed


@pytest.mark.parametrize(("page", "count", "number"), [(1, 3, 1), (3, 3, 3), (-1, 3, 3), (-3, 3, 1)])
def test_pages_count_from_one_and_from_the_end(page: int, count: int, number: int) -> None:
    assert page_number(Place(page, 0, 0), count) == number


@pytest.mark.parametrize("page", [0, 4, -4, 10**9])
def test_a_page_the_document_does_not_have_is_refused(page: int) -> None:
    with pytest.raises(PlaceNotFound, match="3 pages"):
        page_number(Place(page, 0, 0), 3)


@pytest.mark.parametrize("at", [(10, 100), (200, 100), (100, 10), (100, 290), (-5, 100), (1e9, 1e9)])
def test_a_seal_that_would_leave_the_page_is_refused(at: tuple[float, float]) -> None:
    with pytest.raises(PlaceNotFound, match="leave the page"):
        box_on(A4, Place(1, *at), 42, 42)


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ("150,240", (150, 240)),
        (" 150.5 , 240 ", (150.5, 240)),
        ("150mm,240mm", (150, 240)),
        ("72pt,144pt", (25.4, 50.8)),
        ("100，120", (100, 120)),
    ],
)
def test_a_place_is_read_as_people_write_it(text: str, place: tuple[float, float]) -> None:
    found = parse_at(text, page=2)
    assert (found.x_mm, found.y_mm) == (pytest.approx(place[0]), pytest.approx(place[1]))
    assert found.page == 2


@pytest.mark.parametrize(
    "text", ["", "150", "150,", "a,b", "150;240", "1e3,2", "nan,nan", "150,240,3", "9" * 400]
)
def test_what_is_no_place_is_refused_with_an_example(text: str) -> None:
    with pytest.raises(PlaceNotFound, match="150,240"):
        parse_at(text, page=1)


@settings(max_examples=60, deadline=None)
@given(
    st.floats(0, 200),
    st.floats(0, 280),
    st.sampled_from([0, 90, 180, 270]),
    st.floats(0.5, 3),
)
def test_shown_and_user_space_are_the_same_place(x: float, y: float, rotation: int, unit: float) -> None:
    shape = PageShape(-10, 20, 500, 700, rotation, unit)
    back = shape.to_shown(*shape.to_user(x, y))
    assert back == (pytest.approx(x, abs=1e-6), pytest.approx(y, abs=1e-6))


@settings(max_examples=60, deadline=None)
@given(st.floats(-50, 300), st.floats(-50, 400))
def test_a_place_near_an_edge_is_moved_onto_the_page(x: float, y: float) -> None:
    moved = moved_inside(A4, Place(1, x, y), 42, 42)
    box_on(A4, Place(1, round(moved.x_mm, 9), round(moved.y_mm, 9)), 41.9, 41.9)
