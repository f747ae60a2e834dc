"""Where everything stands on the page: pure arithmetic in millimetres, handed to templates/license.typ as
data.

The type is as large as the content allows, and spare room goes between the rows; what does not fit at the
smallest size flows to a second page. Estimates may be wrong by a line: typst breaks the lines, nothing is
ever cut off.
"""

import math
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

from licenses.catalogue import Orientation
from licenses.content import LicenseContent
from licenses.printed import (
    CAPTION,
    CONTINUED,
    CONTINUES,
    DEMONSTRATION_NOTE,
    IDENTIFIER_LABEL,
    PrintedField,
    chinese_date,
    printed_fields,
)

_MM_PER_POINT = 25.4 / 72
_SIZES = (16.0, 15.0, 14.0, 13.0, 12.0, 11.0, 10.5)
_LEADING = 0.62
_LARGE = 1.25
_GUTTER_MM = 4.0
_LEAST_GAP, _MOST_GAP = 0.85, 1.3


@dataclass(frozen=True, slots=True)
class Box:
    """Millimetres from the upper left corner of the page."""

    left: float
    top: float
    width: float
    height: float


@dataclass(frozen=True, slots=True)
class _Format:
    width: float
    height: float
    margin: float
    foot: float
    """Height of the zone for seal, QR code and identifier."""
    head: float
    """From the top edge to the first field."""
    columns: int
    rose: float
    title_size: float
    title_space: float
    body_space: float


_FORMATS = {
    Orientation.LANDSCAPE: _Format(297, 210, 28, 78, 63, 2, 66, 38, 0, 4),
    Orientation.PORTRAIT: _Format(210, 297, 26, 86, 80, 1, 74, 33, 10, 8),
}


@dataclass(frozen=True, slots=True)
class _Row:
    """Fields side by side: two short ones, or one."""

    fields: tuple[PrintedField, ...]

    def lines(self, ems: float) -> int:
        """Lines of text when its value may be `ems` wide."""
        scale = _LARGE if self.large else 1.0
        lines = sum(math.ceil(_width(line) * scale / ems) for line in self.fields[0].lines)
        return math.ceil(lines / self.line_columns(ems))

    def line_columns(self, ems: float) -> int:
        """A long list of short items stands in two columns."""
        lines = self.fields[0].lines
        return 2 if len(lines) > 3 and max(map(_width, lines)) < ems / 2 - 1 else 1

    @property
    def large(self) -> bool:
        return self.fields[0].name == "holder.name"


def page_setting(
    content: LicenseContent, *, demonstration: bool, seal_diameter_mm: float
) -> tuple[dict[str, Any], Box]:
    """What the template needs, and the square for the seal."""
    layout = _FORMATS[content.license_type.orientation]
    fields = printed_fields(content.to_claims(), content.license_type)
    zone = Box(layout.width - layout.margin - 94, layout.height - layout.foot + 5, 94, 44)
    title, issuer = content.license_type.name.zh, content.issuer.name
    seal = Box(
        zone.left + (zone.width - seal_diameter_mm) / 2,
        zone.top + (zone.height - seal_diameter_mm) / 2,
        seal_diameter_mm,
        seal_diameter_mm,
    )
    setting = {
        **asdict(layout),
        **_fitted(fields, layout),
        "leading": _LEADING,
        "gutter": _GUTTER_MM,
        "title": title,
        "title_tracking": 0.5 if len(title) <= 4 else 0.16,
        "subtitle": content.license_type.name.en,
        "issuer": issuer,
        "issuer_label": content.license_type.issuer_label.zh,
        "issued_on": chinese_date(content.issued_on),
        "seal_zone": {**asdict(zone), "size": 15 if len(issuer) <= 17 else 12 if len(issuer) <= 44 else 10},
        "identifier": str(content.identifier),
        "identifier_label": IDENTIFIER_LABEL,
        "continued": title + CONTINUED,
        "continues": CONTINUES,
        "caption": CAPTION,
        "qr_alt": "查验二维码",
        "demonstration": demonstration,
        "demonstration_note": DEMONSTRATION_NOTE,
    }
    return setting, seal


def _fitted(fields: Sequence[PrintedField], layout: _Format) -> dict[str, Any]:
    """Type size, row gap, label widths and rows: the largest size at which everything fits on one page."""
    room = layout.height - layout.head - layout.foot
    chosen: dict[str, Any] = {}
    for size in _SIZES:
        em = size * _MM_PER_POINT
        rows = _rows(fields, layout, em)
        labels = _label_widths(rows, layout)
        full = (layout.width - 2 * layout.margin - _GUTTER_MM) / em - labels[0]
        text = sum(_LARGE if row.large else 1.0 for row in rows)
        text += sum((row.lines(full) - 1) * (1 + _LEADING) for row in rows)
        gap = (room / em - text) / len(rows)
        chosen = {
            "size": size,
            "row_gap": max(_LEAST_GAP, min(_MOST_GAP, gap)),
            "label_widths": labels,
            "rows": [_as_data(row, full) for row in rows],
        }
        if gap >= _LEAST_GAP:
            break
    return chosen


def _rows(fields: Sequence[PrintedField], layout: _Format, em: float) -> list[_Row]:
    capacity = ((layout.width - 2 * layout.margin) / 2 - 2 * _GUTTER_MM) / em - 6.5
    rows: list[_Row] = []
    waiting: PrintedField | None = None
    for field in fields:
        short = layout.columns > 1 and _is_short(field, capacity)
        if short and waiting is not None:
            rows.append(_Row((waiting, field)))
            waiting = None
            continue
        if waiting is not None:
            rows.append(_Row((waiting,)))
        waiting = field if short else None
        if not short:
            rows.append(_Row((field,)))
    return [*rows, _Row((waiting,))] if waiting is not None else rows


def _is_short(field: PrintedField, capacity: float) -> bool:
    if field.name == "holder.name" or len(field.lines) > 1:
        return False
    return _width(field.lines[0]) + max(0, len(field.label.zh) - 6) <= capacity


def _label_widths(rows: Sequence[_Row], layout: _Format) -> list[float]:
    """In em, for each column: as wide as its longest label, at most eight characters."""
    widths = [4.0] * layout.columns
    for row in rows:
        for column, field in enumerate(row.fields):
            widths[column] = max(widths[column], min(8.0, float(len(field.label.zh))))
    return [width + 0.4 for width in widths]


def _as_data(row: _Row, ems: float) -> dict[str, Any]:
    return {
        "large": row.large,
        "line_columns": row.line_columns(ems),
        "fields": [
            {"label": field.label.zh, "tracking": _tracking(field.label.zh), "lines": field.lines}
            for field in row.fields
        ],
    }


def _tracking(label: str) -> float:
    """Short labels are spread to the width of four characters, as on printed forms."""
    return (4 - len(label)) / (len(label) - 1) if 1 < len(label) < 4 else 0.0


def _width(text: str) -> float:
    """Width in em, a little generous: Latin and digits take 0.6."""
    return sum(0.6 if character.isascii() else 1.0 for character in text)
