"""Where a seal goes 盖章位置: a point on a page as people see it, turned into the page's own coordinates.

A place is measured in millimetres from the left and the top edge of the visible page to the middle of the
seal, after cropping and rotation: what a ruler on the printed sheet says. `seal.anchor` finds places by text.
"""

import re
from dataclasses import dataclass

from seal.errors import PlaceNotFound

POINTS_PER_MM = 72 / 25.4
_AT = re.compile(r"\s*(\d{1,5}(?:\.\d{1,3})?)\s*(mm|pt|)\s*[,，]\s*(\d{1,5}(?:\.\d{1,3})?)\s*(mm|pt|)\s*")


@dataclass(frozen=True, slots=True)
class Place:
    """The middle of the seal: page counted from 1 (-1 is the last), millimetres from the left and the top."""

    page: int
    x_mm: float
    y_mm: float


@dataclass(frozen=True, slots=True)
class PageShape:
    """The visible box in user space units, the clockwise rotation in degrees, units of 1/72 inch."""

    left: float
    bottom: float
    right: float
    top: float
    rotation: int
    unit: float

    @property
    def shown_mm(self) -> tuple[float, float]:
        """Width and height as shown, in millimetres."""
        width, height = self.right - self.left, self.top - self.bottom
        if self.rotation in (90, 270):
            width, height = height, width
        return width * self.unit / POINTS_PER_MM, height * self.unit / POINTS_PER_MM

    def to_user(self, x_mm: float, y_mm: float) -> tuple[float, float]:
        """A shown point as a point in user space."""
        u, v = x_mm * POINTS_PER_MM / self.unit, y_mm * POINTS_PER_MM / self.unit
        if self.rotation == 90:
            return self.left + v, self.bottom + u
        if self.rotation == 180:
            return self.right - u, self.bottom + v
        if self.rotation == 270:
            return self.right - v, self.top - u
        return self.left + u, self.top - v

    def to_shown(self, x: float, y: float) -> tuple[float, float]:
        """A point in user space as a shown point in millimetres."""
        if self.rotation == 90:
            u, v = y - self.bottom, x - self.left
        elif self.rotation == 180:
            u, v = self.right - x, y - self.bottom
        elif self.rotation == 270:
            u, v = self.top - y, self.right - x
        else:
            u, v = x - self.left, self.top - y
        return u * self.unit / POINTS_PER_MM, v * self.unit / POINTS_PER_MM


@dataclass(frozen=True, slots=True)
class Box:
    """A rectangle in user space, and the page's rotation, against which the picture is turned upright."""

    left: float
    bottom: float
    right: float
    top: float
    rotation: int


def parse_at(text: str, *, page: int) -> Place:
    """Read `X,Y`, `120mm,200mm` or `340pt,560pt`, from the left and the top. Raises PlaceNotFound."""
    found = _AT.fullmatch(text)
    if found is None:
        raise PlaceNotFound(
            "A place reads X,Y in millimetres from the left and the top edge, for example 150,240.",
            "位置应写作 X,Y，即距页面左边和上边的毫米数，例如 150,240。",
        )
    x, x_unit, y, y_unit = found.groups()
    return Place(page, _millimetres(x, x_unit), _millimetres(y, y_unit))


def page_number(place: Place, page_count: int) -> int:
    """The page counted from 1. Raises PlaceNotFound for a page the document does not have."""
    number = place.page if place.page > 0 else page_count + 1 + place.page
    if place.page == 0 or not 1 <= number <= page_count:
        raise PlaceNotFound(
            f"The document has {page_count} pages; there is no page {place.page}.",
            f"文档共 {page_count} 页，没有第 {place.page} 页。",
        )
    return number


def box_on(shape: PageShape, place: Place, width_mm: float, height_mm: float) -> Box:
    """The rectangle of a seal of this size. Raises PlaceNotFound when it would leave the visible page."""
    page_width, page_height = shape.shown_mm
    inside_x = width_mm / 2 <= place.x_mm <= page_width - width_mm / 2
    inside_y = height_mm / 2 <= place.y_mm <= page_height - height_mm / 2
    if not (inside_x and inside_y):
        raise PlaceNotFound(
            f"A seal of {width_mm:g} × {height_mm:g} mm with its middle at {place.x_mm:g},{place.y_mm:g}"
            f" would leave the page of {page_width:.0f} × {page_height:.0f} mm.",
            f"直径 {width_mm:g} 毫米的印章以 {place.x_mm:g},{place.y_mm:g} 为中心会超出页面"
            f"（{page_width:.0f} × {page_height:.0f} 毫米）。",
        )
    one = shape.to_user(place.x_mm - width_mm / 2, place.y_mm - height_mm / 2)
    other = shape.to_user(place.x_mm + width_mm / 2, place.y_mm + height_mm / 2)
    return Box(
        min(one[0], other[0]),
        min(one[1], other[1]),
        max(one[0], other[0]),
        max(one[1], other[1]),
        shape.rotation,
    )


def moved_inside(shape: PageShape, place: Place, width_mm: float, height_mm: float) -> Place:
    """The nearest place where the whole seal is on the page; for places found by text near an edge."""
    page_width, page_height = shape.shown_mm
    x = min(max(place.x_mm, width_mm / 2), max(page_width - width_mm / 2, width_mm / 2))
    y = min(max(place.y_mm, height_mm / 2), max(page_height - height_mm / 2, height_mm / 2))
    return Place(place.page, x, y)


def _millimetres(number: str, unit: str) -> float:
    return float(number) / POINTS_PER_MM if unit == "pt" else float(number)
