"""Open a PDF for sealing, and refuse early, with the reason, what cannot be sealed safely.

Refused: what is not a PDF or cannot be read without guessing, encrypted files, hybrid files (two tables of
objects, two truths), dynamic forms (XFA). Reading is pyHanko's; nothing is repaired. Does not check earlier
signatures; that is `seal.verify`.
"""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from pyhanko.pdf_utils import generic
from pyhanko.pdf_utils.reader import PdfFileReader

from keys.errors import XinzhengError
from seal.errors import PdfRefused, PdfTooLarge, UnreadablePdf
from seal.octets import Octets, stream_of
from seal.place import PageShape

LARGEST_PDF = 320 * 1024 * 1024
_SMALLEST_PDF = 64
_DEEPEST_TREE = 64
_XREF_STREAM = re.compile(rb"\d+\s+\d+\s+obj")


@dataclass(frozen=True, slots=True)
class PdfPage:
    """One page: its number counted from 1, its object, and how it is shown."""

    number: int
    ref: generic.IndirectObject
    object: generic.DictionaryObject
    shape: PageShape


@dataclass(frozen=True, slots=True)
class PdfSource:
    """A PDF that may be sealed. Objects are pyHanko's and read-only by custom: copy before changing."""

    data: Octets
    reader: PdfFileReader
    root_ref: generic.IndirectObject
    root: generic.DictionaryObject
    page_count: int
    startxref: int
    """Where the newest cross-reference stands."""
    has_xref_stream: bool
    """Whether the newest cross-reference is a stream; an update continues in the same form."""

    def page(self, number: int) -> PdfPage:
        """Page `number`, counted from 1; must lie within `page_count`. Raises UnreadablePdf."""
        with unreadable():
            found, _ = self.reader.find_page_for_modification(number - 1)
            page = found.get_object()
            return PdfPage(number, found, page, _shape(page))


def open_pdf(data: Octets, *, largest: int = LARGEST_PDF) -> PdfSource:
    """Read the structure. Raises UnreadablePdf, PdfRefused or PdfTooLarge, each with its reason."""
    if len(data) > largest:
        raise PdfTooLarge(f"The file is larger than {largest >> 20} MiB.", f"文件超过 {largest >> 20} MiB。")
    if len(data) < _SMALLEST_PDF or data[:5] != b"%PDF-":
        raise UnreadablePdf(
            "The file is not a PDF: it does not begin with %PDF-.", "该文件不是 PDF：文件头不是 %PDF-。"
        )
    with unreadable():
        reader = PdfFileReader(stream_of(data), strict=False)
        _refuse_what_hides(reader)
        startxref = int(reader.last_startxref or 0)
        is_stream = _newest_table_is_stream(data, startxref)
        root_ref = reader.trailer.raw_get("/Root")
        root = root_ref.get_object()
        count = int(root["/Pages"]["/Count"])
        _refuse_dynamic_form(root)
    if count < 1:
        raise UnreadablePdf("The document has no page.", "文档没有页面。")
    return PdfSource(data, reader, root_ref, root, count, startxref, is_stream)


def _refuse_what_hides(reader: PdfFileReader) -> None:
    if "/Encrypt" in reader.trailer:
        raise PdfRefused(
            "The file is encrypted. Remove the password protection, then seal it.",
            "文件已加密，请先解除密码保护再盖章。",
        )
    if reader.xrefs.hybrid_xrefs_present:
        raise PdfRefused(
            "The file is a hybrid PDF: programs may see two different documents in it. Save it anew first.",
            "该文件为混合交叉引用 PDF，不同软件可能显示不同内容，请重新另存后再盖章。",
        )


def _newest_table_is_stream(data: Octets, startxref: int) -> bool:
    """A table that is not where the file says makes readers rebuild it, each in its own way."""
    head = data[startxref : startxref + 32].lstrip(b"\x00\t\n\x0c\r ")
    if head.startswith(b"xref"):
        return False
    if _XREF_STREAM.match(head):
        return True
    raise UnreadablePdf(
        "The table of objects is not where the file says; save it anew with the program that made it.",
        "文件的交叉引用表位置不正确，请用原软件重新保存。",
    )


def _refuse_dynamic_form(root: generic.DictionaryObject) -> None:
    if "/AcroForm" in root and "/XFA" in root["/AcroForm"]:
        raise PdfRefused(
            "The file is a dynamic form (XFA): what it shows is not what is signed. Print it to PDF first.",
            "该文件为 XFA 动态表单，显示内容与签名内容可能不一致，请先打印为普通 PDF。",
        )


def _shape(page: generic.DictionaryObject) -> PageShape:
    media = _numbers(inherited(page, "/MediaBox") or [0, 0, 612, 792])
    crop = inherited(page, "/CropBox")
    left, bottom, right, top = media
    if crop is not None:
        x0, y0, x1, y1 = _numbers(crop)
        left, bottom, right, top = max(left, x0), max(bottom, y0), min(right, x1), min(top, y1)
    if right <= left or top <= bottom:
        raise UnreadablePdf("The page has no visible area.", "页面没有可见区域。")
    rotation = int(inherited(page, "/Rotate") or 0) % 360
    if rotation % 90:
        raise UnreadablePdf("The page is rotated by an odd angle.", "页面旋转角度不是 90 度的整数倍。")
    unit = float(page["/UserUnit"]) if "/UserUnit" in page else 1.0
    if not 0.01 <= unit <= 10_000:
        raise UnreadablePdf("The page has an impossible unit.", "页面单位设置无效。")
    return PageShape(left, bottom, right, top, rotation, unit)


def inherited(page: generic.DictionaryObject, key: str) -> Any:
    """A page attribute that may stand further up the page tree (ISO 32000-2 §7.7.3.4)."""
    node: Any = page
    for _ in range(_DEEPEST_TREE):
        if key in node:
            return node[key]
        if "/Parent" not in node:
            return None
        node = node["/Parent"]
    raise UnreadablePdf("The page tree is nested too deeply.", "页面树嵌套过深。")


def _numbers(values: Any) -> tuple[float, float, float, float]:
    x0, y0, x1, y1 = (float(value) for value in values)
    return min(x0, x1), min(y0, y1), max(x0, x1), max(y0, y1)


@contextmanager
def unreadable() -> Iterator[None]:
    """Turn whatever a PDF reader throws at hostile bytes into UnreadablePdf."""
    try:
        yield
    except XinzhengError:
        raise
    except Exception as reason:  # noqa: BLE001 - pyHanko lets KeyError, AssertionError, RecursionError … through
        raise UnreadablePdf(
            "The file is damaged or not a complete PDF; save it anew with the program that made it.",
            "文件已损坏或不是完整的 PDF，请用原软件重新保存。",
            log_only=f"{type(reason).__name__}: {reason}",
        ) from None
