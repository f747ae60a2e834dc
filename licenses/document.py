"""The document face (照面文件): a PDF/A-4f page set by typst, with the credential and its receipt inside.

ISO 19005-4 (PDF/A-4f). One template serves every license type; `page_setting.py` decides what stands where.
The same input gives the same octets: no clock, no random number, no system font. What is not done here: the
seal (seal/apply.py puts it into `seal_place`), and any check that the attachments belong to the page
(verify.py does).
"""

import json
import threading
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, time
from pathlib import Path
from typing import Any, Literal

import pylopdf_fonts_zh_cn
import pypdfium2
import typst
import zxingcpp

from licenses.content import CHINA_TIME, LicenseContent
from licenses.errors import DocumentRefused
from licenses.glyphs import Coverage
from licenses.page_setting import Box, page_setting
from licenses.printed import page_values, printed_fields

TEMPLATES = Path(__file__).parent / "templates"
CREDENTIAL_NAME = "credential.sdjwt"
RECEIPT_NAME = "receipt.json"
MOST_PAGES = 8
_POINTS_PER_MM = 72 / 25.4
_Standard = Literal["a-4", "a-4f"]


@dataclass(frozen=True, slots=True)
class Attachments:
    """What travels inside the document."""

    credential: str
    """The SD-JWT with every disclosure, without key binding."""
    receipt_json: str
    """The log's receipt for the credential's payload."""


@dataclass(frozen=True, slots=True)
class SealPlace:
    """Where the department's seal goes. PDF user space: points from the lower left corner of the page."""

    page: int
    """From 0."""
    left: float
    bottom: float
    right: float
    top: float


@dataclass(frozen=True, slots=True)
class LicenseDocument:
    pdf: bytes
    pages: int
    seal_place: SealPlace


class DocumentPress:
    """Sets license pages. Opening the fonts takes a while: make one and keep it. Safe to share between
    threads."""

    def __init__(self) -> None:
        fonts = [Path(pylopdf_fonts_zh_cn.serif_path()), Path(pylopdf_fonts_zh_cn.sans_path())]
        self._coverage = Coverage(fonts)
        self._lock = threading.Lock()
        self._compiler = typst.Compiler(
            root=TEMPLATES,
            font_paths=typst.Fonts(
                include_system_fonts=False,
                include_embedded_fonts=False,
                font_paths=sorted({str(font.parent) for font in fonts}),
            ),
            ignore_system_fonts=True,
        )

    def print(
        self,
        content: LicenseContent,
        *,
        verify_url: str,
        attachments: Attachments | None,
        demonstration: bool,
        seal_diameter_mm: float = 45.0,
    ) -> LicenseDocument:
        """Set the document of one license.

        verify_url: what the QR code says; holds the secret of the license's public page.
        attachments: None only for a proof; without an attachment the file is PDF/A-4, not 4f.
        demonstration: print that the license is made up and has no legal force.
        Raises: DocumentRefused when a character has no glyph or the content needs more than eight pages.
        """
        self._refuse_boxes(content)
        setting, seal_box = page_setting(
            content, demonstration=demonstration, seal_diameter_mm=seal_diameter_mm
        )
        setting["qr"] = qr_svg(verify_url)
        files = _files(attachments) if attachments else {}
        standard: _Standard = "a-4f" if attachments else "a-4"
        issued_at = datetime.combine(content.issued_on, time.min, CHINA_TIME)
        pages = 1
        while True:
            pdf = self._compile(_source({**setting, "pages": pages}, files), standard, issued_at)
            needed = _count_pages(pdf)
            if needed > MOST_PAGES:
                raise DocumentRefused("The content needs more than eight pages", "内容超过八页")
            if needed == pages:
                return LicenseDocument(pdf, pages, _place(seal_box, pages - 1, setting["height"]))
            pages = needed

    def _refuse_boxes(self, content: LicenseContent) -> None:
        """A character without a glyph would be printed as an empty box."""
        claims = content.to_claims()
        if not self._coverage.lacks("".join(page_values(claims, content.license_type))):
            return
        fields = printed_fields(claims, content.license_type)
        named = [one.label for one in fields if self._coverage.lacks("".join(one.lines))]
        raise DocumentRefused(
            "Our fonts lack a character of: " + ", ".join(label.en for label in named),
            "字库中没有以下栏目里的某个字：" + "、".join(label.zh for label in named),
        )

    def _compile(self, source: str, standard: _Standard, issued_at: datetime) -> bytes:
        try:
            with self._lock:
                pdf = self._compiler.compile(
                    source.encode("utf-8"),
                    format="pdf",
                    pdf_standards=[standard],
                    timestamp=int(issued_at.timestamp()),
                )
        except typst.TypstError as error:
            raise DocumentRefused(
                "The page cannot be set", "照面无法排版", log_only=_without_content(error)
            ) from None
        if not isinstance(pdf, bytes):
            raise DocumentRefused()
        return pdf


def qr_svg(text: str) -> str:
    """A QR code (GB/T 18284, ISO/IEC 18004) of level M with its quiet zone, as SVG."""
    code = zxingcpp.create_barcode(text, zxingcpp.BarcodeFormat.QRCode, ec_level="M")
    return str(code.to_svg())


def _files(attachments: Attachments) -> dict[str, dict[str, str]]:
    return {
        CREDENTIAL_NAME: {
            "content": attachments.credential,
            "relationship": "source",
            "media_type": "application/dc+sd-jwt",
            "description": "可验证的电子凭证（SD-JWT VC）",
        },
        RECEIPT_NAME: {
            "content": attachments.receipt_json,
            "relationship": "supplement",
            "media_type": "application/json",
            "description": "签发日志回执",
        },
    }


def _source(setting: Mapping[str, Any], files: Mapping[str, Any]) -> str:
    """The main file of one compilation. Data enters as JSON inside string literals, so it is never typst
    code."""
    return f'#import "license.typ": license\n#license({_json_literal(setting)}, {_json_literal(files)})\n'


def _json_literal(value: Mapping[str, Any]) -> str:
    text = json.dumps(value, ensure_ascii=False)
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    return f'json(bytes("{escaped}"))'


def _count_pages(pdf: bytes) -> int:
    document = pypdfium2.PdfDocument(pdf)
    try:
        return len(document)
    finally:
        document.close()


def _place(box: Box, page: int, height_mm: float) -> SealPlace:
    return SealPlace(
        page=page,
        left=box.left * _POINTS_PER_MM,
        bottom=(height_mm - box.top - box.height) * _POINTS_PER_MM,
        right=(box.left + box.width) * _POINTS_PER_MM,
        top=(height_mm - box.top) * _POINTS_PER_MM,
    )


def _without_content(error: typst.TypstError) -> str:
    """typst may quote what it could not set, and that may be a name."""
    return str(error.message).split(":")[0][:80]
