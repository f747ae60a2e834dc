"""Programs of Debian read our documents: poppler text, fonts and attachments, qpdf the structure."""

import re
import shutil
import subprocess
from pathlib import Path

import pytest

from licenses.credential_reading import parse_credential
from licenses.document import CREDENTIAL_NAME, RECEIPT_NAME, Attachments, DocumentPress
from licenses.printed import missing_from_page
from tests.unit.licenses.faces import NAMES, content, credential, example

RECEIPT = '{"origin": "zj.example/log", "size": 1}'
RARE_NAME = "示例龘䶮镕玥旸有限公司"


def run(tool: str, *arguments: str | Path) -> str:
    """What a judge prints. Skips the test when it is not installed."""
    if shutil.which(tool) is None:
        pytest.skip(f"{tool} is not installed")
    done = subprocess.run([tool, *map(str, arguments)], capture_output=True, timeout=60, check=True)
    return done.stdout.decode("utf-8")


@pytest.fixture(params=[*NAMES, "rare"])
def name(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
def document(name: str, tmp_path: Path) -> Path:
    holder = {**example("business-license")["holder"], "name": RARE_NAME}
    made = content(holder=holder) if name == "rare" else content(name)
    attachments = Attachments(credential=credential(made), receipt_json=RECEIPT)
    printed = DocumentPress().print(
        made,
        verify_url="https://zj.example/l/AAAAAAAAAAAAAAAAAAAAAA",
        attachments=attachments,
        demonstration=True,
    )
    path = tmp_path / "license.pdf"
    path.write_bytes(printed.pdf)
    return path


def test_pdftotext_reads_every_claim_of_the_credential_inside(document: Path, tmp_path: Path) -> None:
    text = run("pdftotext", "-raw", document, "-")
    run("pdfdetach", "-saveall", "-o", tmp_path, document)
    claims = parse_credential((tmp_path / CREDENTIAL_NAME).read_bytes()).claims
    license_type = next(
        one for one in [content(name).license_type for name in NAMES] if one.vct == claims["vct"]
    )
    assert missing_from_page(claims, license_type, text) == []
    assert (tmp_path / RECEIPT_NAME).read_text(encoding="utf-8") == RECEIPT


def test_pdffonts_finds_every_font_embedded_with_its_characters(document: Path) -> None:
    _, _, *rows = run("pdffonts", document).splitlines()
    assert rows
    for row in rows:
        embedded, subset, unicode = re.findall(r"\b(yes|no)\b", row)[:3]
        assert (embedded, subset, unicode) == ("yes", "yes", "yes"), row


def test_the_metadata_say_pdf_a_4f_in_pdf_2(document: Path) -> None:
    info = run("pdfinfo", document)
    assert re.search(r"PDF version:\s+2\.0", info)
    metadata = run("pdfinfo", "-meta", document)
    assert "<pdfaid:part>4</pdfaid:part>" in metadata
    assert "<pdfaid:conformance>F</pdfaid:conformance>" in metadata


def test_the_document_is_tagged_and_says_its_language(document: Path) -> None:
    assert re.search(r"Tagged:\s+yes", run("pdfinfo", document))
    assert b"/Lang" in document.read_bytes()


def test_qpdf_finds_nothing_wrong_with_the_structure(document: Path) -> None:
    assert "No syntax or stream encoding errors found" in run("qpdf", "--check", document)


def test_nothing_active_is_in_the_document(document: Path) -> None:
    octets = document.read_bytes()
    for name in (b"/JavaScript", b"/OpenAction", b"/Launch", b"/AcroForm", b"/Encrypt"):
        assert name not in octets
