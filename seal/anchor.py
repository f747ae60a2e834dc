"""Find the place of a seal by the text it belongs to: 落款处, 盖章处, the name of the organ.

The seal's middle comes to stand on the middle of the text, as a hand would put it (骑年盖月); near an edge it
is moved until it is wholly on the page. Text is looked for as the document holds it: scanned pages have none.
Errors never repeat the text: it may be somebody's name.
"""

from dataclasses import dataclass
from typing import Any

import pypdfium2

from seal.errors import AnchorAmbiguous, PlaceNotFound
from seal.octets import Octets, stream_of
from seal.pdf_source import PdfSource, unreadable
from seal.place import Place, moved_inside, page_number

LONGEST_ANCHOR = 100
_ENOUGH = 20


@dataclass(frozen=True, slots=True)
class Anchor:
    """A text that stands once in the document, or once on `page` (counted from 1, -1 is the last)."""

    text: str
    page: int | None = None


def find_anchor(source: PdfSource, anchor: Anchor, *, width_mm: float, height_mm: float) -> Place:
    """The place of a seal of this size. Raises PlaceNotFound or AnchorAmbiguous, in a clerk's words."""
    text = anchor.text.strip()
    if not 1 <= len(text) <= LONGEST_ANCHOR:
        raise PlaceNotFound(
            f"The anchor is a text of 1 to {LONGEST_ANCHOR} characters.",
            f"定位文字应为 1 至 {LONGEST_ANCHOR} 个字符。",
        )
    pages = range(1, source.page_count + 1)
    if anchor.page is not None:
        number = page_number(Place(anchor.page, 0, 0), source.page_count)
        pages = range(number, number + 1)
    hits, any_text = _search(source.data, text, pages)
    if not hits:
        raise _missing(any_text, anchor.page)
    if len(hits) > 1:
        found = sorted({page for page, _, _ in hits})
        shown = ", ".join(str(page) for page in found[:5])
        more, more_zh = ("at least ", "至少") if len(hits) >= _ENOUGH else ("", "")
        raise AnchorAmbiguous(
            f"The anchor text stands {more}{len(hits)} times, on page {shown}."
            " Give the page as well, or a longer piece of text.",
            f"定位文字{more_zh}出现了 {len(hits)} 次（第 {shown} 页），请指定页码或使用更长的文字。",
        )
    number, x, y = hits[0]
    shape = source.page(number).shape
    x_mm, y_mm = shape.to_shown(x, y)
    return moved_inside(shape, Place(number, x_mm, y_mm), width_mm, height_mm)


def _missing(any_text: bool, page: int | None) -> PlaceNotFound:
    where, where_zh = (f"page {page}", f"第 {page} 页") if page is not None else ("the document", "文档")
    if not any_text:
        return PlaceNotFound(
            f"There is no text on {where}, it may be a scan. Give page and position instead.",
            f"{where_zh}没有可检索的文字（可能是扫描件），请改用页码和坐标定位。",
        )
    return PlaceNotFound(
        f"The anchor text does not stand on {where}; check its spelling, spaces included.",
        f"{where_zh}中找不到定位文字，请核对文字（包括空格）。",
    )


def _search(data: Octets, text: str, pages: range) -> tuple[list[tuple[int, float, float]], bool]:
    hits: list[tuple[int, float, float]] = []
    any_text = False
    readable = data if isinstance(data, bytes) else stream_of(data)
    with unreadable(), pypdfium2.PdfDocument(readable) as document:
        for number in pages:
            content = document[number - 1].get_textpage()
            any_text = any_text or content.count_chars() > 0
            searcher = content.search(text, match_case=True)
            while len(hits) < _ENOUGH and (found := searcher.get_next()) is not None:
                hits.append((number, *_middle(content, *found)))
            if len(hits) >= _ENOUGH:
                break
    return hits, any_text


def _middle(content: Any, first: int, count: int) -> tuple[float, float]:
    boxes = [content.get_rect(index) for index in range(content.count_rects(first, count))]
    left, bottom = min(box[0] for box in boxes), min(box[1] for box in boxes)
    right, top = max(box[2] for box in boxes), max(box[3] for box in boxes)
    return (left + right) / 2, (bottom + top) / 2
