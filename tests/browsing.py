"""A real browser before a real server: Debian's chromium, uvicorn on the loopback address, a founded node."""

import io
import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import pytest
from playwright.sync_api import Browser, Page, sync_playwright
from pyhanko.pdf_utils.generic import DictionaryObject, NameObject, StreamObject
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter

from api.consenting import record_consent
from api.licensing import Faces
from api.node import Node
from licenses.credential_reading import parse_credential
from tests.conftest import NOW
from tests.identities import PASSWORD, REDIRECT, Citizen, make_citizen, make_client, make_company
from tests.nodes import NodeTemplate
from tests.served import ESTATE, issue_example, printed_address, served_node
from trust.authn.factors import AcrLevel, Factor, proof_of
from trust.authn.session_store import start_session
from trust.authn.sessions import CITIZEN_LIMITS, COOKIE
from trust.oidc.clients import DEVICE_CODE
from trust.oidc.policies import AuthMethod
from trust.persons import traces
from trust.persons.delegation import Wish, name_relative
from trust.persons.matters import built_in_matters
from trust.persons.traces import Act, Actor, ActorKind

CHROMIUM = shutil.which("chromium")
FORGED_WORDS = b"q 1 g 172 352 29 19 re f 0 g BT /Forged 13.5 Tf 173.5 357 Td (96.5) Tj ET Q"
"""A white sheet over the size of the land, and a larger one on it."""
OPTIONS = ["--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage"]
SHOTS = Path(__file__).parents[1] / "docs" / "screenshots"

ARCHIVE = Actor(ActorKind.CLIENT, "archive")

Opener = Callable[..., Page]


@dataclass(frozen=True, slots=True)
class Site:
    """A served node with one license, and the artifacts a person would bring."""

    url: str
    node: Node
    faces: Faces
    folder: Path
    session: str
    """The cookie of somebody whose account the pages of identity show."""

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
        session = _session(node, _people(node))
        yield Site(url, node, issue_example(node, ESTATE), folder, session)


def _people(node: Node) -> Citizen:
    """A representative with a company, something consented and something offered; an owner of a generator;
    a platform and a device. Answers the representative."""
    representative = make_citizen(node)
    other = make_citizen(node, name="王伟", login="wangwei", number="330106199003071236")
    make_company(node, representative)
    make_client(node)
    make_client(node, "archive", name="示例档案馆")
    bare = {"redirect_uris": (), "auth_method": AuthMethod.NONE, "secret_digests": (), "native": True}
    make_client(node, "device", name="示例自助终端", grant_types=frozenset({DEVICE_CODE}), **bare)
    now, person_id = node.clock(), representative.person_id
    myself = Actor(ActorKind.SELF, str(person_id))
    seen = ((Act.LOGIN, myself, ()), (Act.RELEASE, ARCHIVE, ("name", "phone_number")))
    with node.database.writing() as session:
        record_consent(session, person_id, "archive", {"name", "phone_number"}, text="…", now=now)
        for act, actor, claims in seen:
            traces.record(session, person_id, act=act, actor=actor, claims=claims, purpose="login", now=now)
        name_relative(session, other.person_id, Wish(person_id), built_in_matters(), now)
        session.commit()
    return representative


def _session(node: Node, citizen: Citizen) -> str:
    """Logged in with a password only: the clock stands, so that a one-time code would be good once."""
    now, person_id = node.clock(), str(citizen.person_id)
    proof = proof_of({Factor.PASSWORD}, person_level=AcrLevel.L3, now=now)
    assert proof is not None
    entered = node.identity.state.wait(
        lambda _durable, short: start_session(
            short, person_id=person_id, proof=proof, limits=CITIZEN_LIMITS, label="Chrome · Windows", now=now
        )
    )
    return entered.cookie


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
    expected = ("404 (Not Found)", "422 (Unprocessable")  # what a page says by its status is no fault of it
    assert [text for text in complaints if not any(one in text for one in expected)] == []


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


def enter(page: Page, site: Site) -> None:
    """Be logged in; the pages of login themselves are looked at elsewhere."""
    secure = site.url.replace("http://", "https://")  # else no cookie of that prefix is taken
    page.context.add_cookies([{"name": COOKIE, "value": site.session, "url": secure, "secure": True}])


def answer_login(page: Page, *, name: str) -> None:
    page.fill("#name", name)
    page.fill("#typed", PASSWORD)
    page.click("main button[type=submit]")


def authorize_address(site: Site, **changes: str) -> str:
    """Where a platform sends a browser."""
    asked = {
        "client_id": "platform",
        "response_type": "code",
        "redirect_uri": REDIRECT,
        "scope": "openid profile",
    }
    pkce = {"code_challenge": "x" * 43, "code_challenge_method": "S256"}
    return f"{site.url}/oidc/authorize?{urlencode({**asked, **pkce, **changes})}"


def submit(page: Page, *, file: str | None = None, text: str | None = None) -> None:
    """Fill in the form of /verify and wait for the answer."""
    if file is not None:
        page.set_input_files("#file", file)
    if text is not None:
        page.fill("#text", text)
    page.click("button[type=submit]")
    page.wait_for_selector(".verdict")
