"""The picture of a seal 印模: round, red, vector, at its true size in millimetres (国发〔1999〕25号).

The name runs along the upper arc from left to right; a star or the organ's own artwork stands in the centre.
The state emblem (国徽) is never drawn here: the operator gives the organ's artwork. A demonstration seal
always carries a star and the word 演示, whatever its rank.

The picture is set by typst, then its outlines are set again as an image, so that it holds no text: stamped on
a page it disturbs neither text extraction nor the list of fonts. Whether diameter and emblem fit the organ is
`seal.rank`'s question.
"""

import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Literal

import typst
from pylopdf_fonts_zh_cn import serif_path

from seal.errors import PictureRefused

LONGEST_NAME = 30
LONGEST_LINE = 12
LARGEST_ARTWORK = 1 << 20
SMALLEST_MM = Decimal(20)
LARGEST_MM = Decimal(80)
DEMONSTRATION_WORD = "演示"

# The picture depends on nothing but its face: one face, one sequence of bytes, whose digest can be signed.
_NO_TIME = 0
_OUTLINES = (
    "#set page(width: {width}mm, height: {width}mm, margin: 0pt, fill: none)\n"
    '#image("outlines.svg", width: 100%)\n'
)


@dataclass(frozen=True, slots=True)
class Face:
    """What is to be seen on a seal 印面."""

    name: str
    diameter_mm: Decimal
    line: str = ""
    """A line under the centre: 行政审批专用章. Empty for the organ's statutory seal."""
    demonstration: bool = False
    artwork: bytes | None = None
    """The organ's own centre, as SVG, PDF or PNG; None draws a star."""


@dataclass(frozen=True, slots=True)
class Picture:
    """A drawn seal: `pdf` (one transparent page, no text) is stamped, `svg` is for screens."""

    diameter_mm: Decimal
    pdf: bytes
    svg: bytes


def draw(face: Face) -> Picture:
    """Draw the seal. Raises PictureRefused when name, line, size or artwork allow no legible picture."""
    _check(face)
    inputs = {
        "name": face.name,
        "diameter": str(face.diameter_mm),
        "line": face.line,
        "note": DEMONSTRATION_WORD if face.demonstration else "",
        "artwork": "artwork" if face.artwork is not None and not face.demonstration else "",
    }
    with tempfile.TemporaryDirectory(prefix="seal-") as place:
        root = Path(place)
        source = root / "seal.typ"
        source.write_bytes(files("seal").joinpath("templates/seal.typ").read_bytes())
        if inputs["artwork"]:
            (root / "artwork").write_bytes(face.artwork or b"")
        # PDF/A refuses a character the font lacks, where SVG would show an empty box.
        _compile(source, "pdf", inputs, standards=True)
        svg = _compile(source, "svg", inputs)
        (root / "outlines.svg").write_bytes(svg)
        again = root / "outlines.typ"
        again.write_text(_OUTLINES.format(width=face.diameter_mm), encoding="utf-8")
        pdf = _compile(again, "pdf", {})
    return Picture(face.diameter_mm, pdf, svg)


def _check(face: Face) -> None:
    if not 2 <= len(face.name) <= LONGEST_NAME or not _printable(face.name):
        raise PictureRefused(
            f"The name on a seal has 2 to {LONGEST_NAME} printable characters without spaces.",
            f"印章名称应为 2 至 {LONGEST_NAME} 个可显示字符，且不含空格。",
        )
    if len(face.line) > LONGEST_LINE or not _printable(face.line):
        raise PictureRefused(
            f"The line under the centre has at most {LONGEST_LINE} printable characters without spaces.",
            f"印章下方的横排文字最多 {LONGEST_LINE} 个可显示字符，且不含空格。",
        )
    if not (face.diameter_mm.is_finite() and SMALLEST_MM <= face.diameter_mm <= LARGEST_MM):
        raise PictureRefused(
            f"A seal measures {SMALLEST_MM} to {LARGEST_MM} mm.",
            f"印章直径应在 {SMALLEST_MM} 至 {LARGEST_MM} 毫米之间。",
        )
    if face.artwork is not None and len(face.artwork) > LARGEST_ARTWORK:
        raise PictureRefused("The artwork is larger than 1 MiB.", "印章图案文件超过 1 MiB。")


def _printable(text: str) -> bool:
    return all(character.isprintable() and not character.isspace() for character in text)


def _compile(
    source: Path, form: Literal["pdf", "svg"], inputs: Mapping[str, str], *, standards: bool = False
) -> bytes:
    try:
        made = typst.compile(
            source,
            None,
            root=source.parent,
            format=form,
            font_paths=_fonts(),
            ignore_system_fonts=True,
            sys_inputs=dict(inputs),
            pdf_standards=["a-2b"] if standards else [],
            timestamp=_NO_TIME,
            pdf_tags=False,
        )
    except (RuntimeError, ValueError) as reason:
        raise PictureRefused(
            "The picture cannot be drawn: unreadable artwork, or a character of the name the font lacks.",
            "无法生成印模：图案文件无法读取，或字库中缺少名称中的某个字。",
            log_only=str(reason),
        ) from reason
    return made


@cache
def _fonts() -> typst.Fonts:
    return typst.Fonts(
        include_system_fonts=False, include_embedded_fonts=False, font_paths=[str(serif_path().parent)]
    )
