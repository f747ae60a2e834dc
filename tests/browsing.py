"""A real browser before a real server: Debian's chromium, uvicorn on the loopback address, a founded node."""

import io
import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, sync_playwright
from pyhanko.pdf_utils.generic import DictionaryObject, NameObject, StreamObject
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter

from api.licensing import Faces
from api.node import Node
from licenses.credential_reading import parse_credential
from tests.conftest import NOW
from tests.nodes import NodeTemplate
from tests.served import ESTATE, issue_example, printed_address, served_node

CHROMIUM = shutil.which("chromium")
FORGED_WORDS = b"q 1 g 172 352 29 19 re f 0 g BT /Forged 13.5 Tf 173.5 357 Td (96.5) Tj ET Q"
"""A white sheet over the size of the land, and a larger one on it."""
OPTIONS = ["--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage"]
SHOTS = Path(__file__).parents[1] / "docs" / "screenshots"

Opener = Callable[..., Page]


@dataclass(frozen=True, slots=True)
class Site:
    """A served node with one license, and the artifacts a person would bring."""

    url: str
    node: Node
    faces: Faces
    folder: Path

    @property
    def public_path(self) -> str:
        return "/l/" + printed_address(self.faces.document).rpartition("/")[2]

    def file(self, name: str, content: bytes) -> str:
        path = self.folder / name
        path.write_bytes(content)
        return str(path)


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """One chromium a module: its event loop must not outlive it, for other tests run theirs here."""
    if CHROMIUM is None:
        pytest.skip("chromium is not installed (apt-get install chromium)")
    with sync_playwright() as playwright:
        opened = playwright.chromium.launch(executable_path=CHROMIUM, args=OPTIONS)
        yield opened
        opened.close()


@pytest.fixture(scope="module")
def site(node_template: NodeTemplate, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    folder = tmp_path_factory.mktemp("site")
    with served_node(node_template.copy(folder), NOW) as (node, url):
        yield Site(url, node, issue_example(node, ESTATE), folder)


@pytest.fixture
def opener(browser: Browser, site: Site) -> Iterator[Opener]:
    """Open an address in a window of its own; whatever the page complains about fails the test."""
    contexts = []
    complaints: list[str] = []

    def open_page(path: str, *, width: int = 1280, quiet: bool = True, **options: Any) -> Page:
        context = browser.new_context(viewport={"width": width, "height": 800}, **options)
        contexts.append(context)
        page = context.new_page()
        page.set_default_timeout(10_000)
        if quiet:
            page.on("console", lambda message: complaints.append(message.text))
            page.on("pageerror", lambda error: complaints.append(str(error)))
            page.on("dialog", lambda dialog: complaints.append(dialog.message))
        page.goto(site.url + path)
        return page

    yield open_page
    for context in contexts:
        context.close()
    assert [text for text in complaints if "404 (Not Found)" not in text] == []


@pytest.fixture
def shots(request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    """Where pictures go: docs/screenshots only when asked, so that a run leaves the tree as it was.

    Run pngquant over them before they are committed; it makes them a third as large.
    """
    return SHOTS if request.config.getoption("--update-screenshots") else tmp_path


def changed(document: bytes) -> bytes:
    """The document with one bit turned inside its first stream."""
    damaged = bytearray(document)
    damaged[document.index(b"stream") + 40] ^= 1
    return bytes(damaged)


def amended(document: bytes) -> bytes:
    """The document with a proper update after the seal, as an editor would save it: other words over the
    page. No octet that was signed is touched."""
    writer = IncrementalPdfFileWriter(io.BytesIO(document), strict=False)
    font = DictionaryObject(
        {NameObject("/Type"): NameObject("/Font"), NameObject("/Subtype"): NameObject("/Type1"),
         NameObject("/BaseFont"): NameObject("/Times-Roman")}
    )  # fmt: skip
    resources = DictionaryObject({NameObject("/Font"): DictionaryObject({NameObject("/Forged"): font})})
    words = writer.add_object(StreamObject(stream_data=FORGED_WORDS))
    writer.add_stream_to_page(0, words, resources=resources)
    out = io.BytesIO()
    writer.write(out)
    return out.getvalue()


def unsigned(document: bytes) -> bytes:
    """A PDF that nobody signed."""
    del document
    return (
        b"%PDF-1.4\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj\n"
        b"2 0 obj<</Type/Pages/Kids[3 0 R]/Count 1>>endobj\n"
        b"3 0 obj<</Type/Page/Parent 2 0 R/MediaBox[0 0 100 100]>>endobj\ntrailer<</Root 1 0 R>>\n%%EOF\n"
    )


def identifier_of(faces: Faces) -> str:
    return str(parse_credential(faces.credential.encode()).claims["identifier"])


def submit(page: Page, *, file: str | None = None, text: str | None = None) -> None:
    """Fill in the form of /verify and wait for the answer."""
    if file is not None:
        page.set_input_files("#file", file)
    if text is not None:
        page.fill("#text", text)
    page.click("button[type=submit]")
    page.wait_for_selector(".verdict")
