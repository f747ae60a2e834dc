"""Seals on files that other programs made: a browser, an office suite, a typesetter of PDF/A."""

import re
from io import BytesIO
from pathlib import Path

import pypdfium2
import pytest
import typst
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.validation import validate_pdf_signature
from pyhanko_certvalidator import ValidationContext
from pylopdf_fonts_zh_cn import serif_path

from seal.anchor import Anchor
from tests.judges.programs import run
from tests.unit.seal.local import NAME, local_seal

TEXT = "各有关单位：现将有关事项通知如下。"
PAGE = (
    "<!doctype html><html lang=zh><meta charset=utf-8><h1>通知</h1>"
    f"<p>{TEXT}<p style='margin: 8cm 0 0 10cm'>{NAME}"
)
FLAT_ODT = f"""<?xml version="1.0" encoding="UTF-8"?>
<office:document xmlns:office="urn:oasis:names:tc:opendocument:xmlns:office:1.0"
 xmlns:text="urn:oasis:names:tc:opendocument:xmlns:text:1.0" office:version="1.2"
 office:mimetype="application/vnd.oasis.opendocument.text"><office:body><office:text>
<text:h>通知</text:h><text:p>{TEXT}</text:p><text:p/><text:p/><text:p/><text:p>{NAME}</text:p>
</office:text></office:body></office:document>"""


@pytest.fixture(scope="module")
def by_browser(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    folder = tmp_path_factory.mktemp("browser")
    (folder / "page.html").write_text(PAGE, encoding="utf-8")
    run(
        "chromium",
        "--headless",
        "--no-sandbox",
        "--disable-gpu",
        f"--user-data-dir={folder / 'profile'}",
        "--no-pdf-header-footer",
        f"--print-to-pdf={folder / 'page.pdf'}",
        f"file://{folder / 'page.html'}",
    )
    return (folder / "page.pdf").read_bytes()


@pytest.fixture(scope="module")
def by_office_suite(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    folder = tmp_path_factory.mktemp("office")
    (folder / "page.fodt").write_text(FLAT_ODT, encoding="utf-8")
    profile = f"-env:UserInstallation=file://{folder / 'profile'}"
    run("soffice", profile, "--headless", "--convert-to", "pdf", "--outdir", folder, folder / "page.fodt")
    return (folder / "page.pdf").read_bytes()


def by_typesetter(standard: str) -> bytes:
    source = (
        '#set page(paper: "a4")\n#set text(font: "Noto Serif SC", lang: "zh")\n= 通知\n'
        f"{TEXT}\n#v(9cm)\n#align(right)[{NAME}]\n"
        '#pdf.attach("note.txt", bytes("n"), relationship: "data", mime-type: "text/plain", description: "n")'
    )
    fonts = typst.Fonts(
        include_system_fonts=False, include_embedded_fonts=False, font_paths=[str(serif_path().parent)]
    )
    made = typst.compile(
        source.encode(),
        None,
        format="pdf",
        font_paths=fonts,
        ignore_system_fonts=True,
        pdf_standards=[standard],  # type: ignore[list-item]
    )
    return bytes(made)


def judge(pdf: bytes, folder: Path) -> bytes:
    """Seal at the organ's name; pdfsig, pyHanko, pdftotext, pdffonts and qpdf have their say."""
    sealed = local_seal().apply(pdf, place=Anchor(NAME))
    assert sealed.startswith(pdf)
    file = folder / "sealed.pdf"
    file.write_bytes(sealed)
    said = run("pdfsig", "-nocert", file)
    assert "Signature is Valid" in said
    assert "Total document signed" in said
    [signature] = PdfFileReader(BytesIO(sealed)).embedded_signatures
    context = ValidationContext(trust_roots=[signature.signer_cert], allow_fetching=False)
    assert validate_pdf_signature(signature, context).bottom_line
    assert TEXT in re.sub(r"\s", "", run("pdftotext", file, "-"))
    fonts = run("pdffonts", file).splitlines()[2:]
    assert fonts
    assert all(re.search(r" yes +(yes|no) +(yes|no) +\d+ +\d+$", line) for line in fonts), fonts
    run("qpdf", "--check", file)
    return sealed


def red_pixels(pdf: bytes) -> int:
    with pypdfium2.PdfDocument(pdf) as document:
        document.init_forms()
        bitmap = document[0].render(scale=1, may_draw_forms=True, force_bitmap_format=4)
        pixels = bytes(bitmap.buffer)
    return sum(1 for at in range(0, len(pixels), 4) if pixels[at + 2] > 180 and pixels[at] < 80)


def test_a_page_printed_by_a_browser_is_sealed(by_browser: bytes, tmp_path: Path) -> None:
    sealed = judge(by_browser, tmp_path)
    assert red_pixels(by_browser) == 0
    assert red_pixels(sealed) > 500


def test_a_document_written_by_an_office_suite_is_sealed(by_office_suite: bytes, tmp_path: Path) -> None:
    sealed = judge(by_office_suite, tmp_path)
    assert red_pixels(sealed) > 500


@pytest.mark.parametrize(("standard", "part"), [("a-3b", b"3"), ("a-4f", b"4")])
def test_an_archival_document_stays_what_its_metadata_say(standard: str, part: bytes, tmp_path: Path) -> None:
    pdf = by_typesetter(standard)
    sealed = judge(pdf, tmp_path)
    for data in (pdf, sealed):
        reader = PdfFileReader(BytesIO(data))
        metadata = reader.root["/Metadata"].data
        assert re.search(rb"pdfaid:part(>|=\")" + part, metadata)
        assert "/Version" not in reader.root
        assert len(reader.root["/AF"]) == 1
    file = tmp_path / "seen.pdf"
    file.write_bytes(sealed)
    assert "note.txt" in run("pdfdetach", "-list", file)
