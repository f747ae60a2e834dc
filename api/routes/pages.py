"""The pages of this issue: what this node is, verify, and the public page that a printed QR code opens.

They work without script. What is posted to /verify is verified and dropped; nothing of it is stored or
logged.
"""

import base64
from dataclasses import dataclass
from typing import Any

from fastapi import APIRouter, Request, Response

from api.i18n import Words
from api.multipart import Part, media_type_of, parse_form
from api.pages.answer import Subject, answer_of
from api.pages.difference import POLICY, differences_of
from api.pages.home import home_of
from api.pages.page import Pages
from api.refusals import BodyTooLarge, MalformedForm
from api.surface import Surface
from api.verifying import Verifier
from keys.report import ArtifactKind, Report

FORM_TYPES = frozenset({"multipart/form-data", "application/x-www-form-urlencoded"})
MAX_NAME = 120


@dataclass(frozen=True, slots=True)
class Submitted:
    """What a person gave: a file or a text, never both."""

    artifact: bytes
    file_name: str


@dataclass(frozen=True, slots=True)
class FormWrong(Exception):
    """The form cannot be taken; `message` is a key of the messages table, `field` the input it belongs to."""

    message: str
    field: str
    text: str = ""
    status: int = 422


def pages_router(node: Surface, verifier: Verifier, pages: Pages) -> APIRouter:
    router = APIRouter(include_in_schema=False)

    @router.get("/")
    def home(request: Request) -> Response:
        return pages.render(request, "home.html", home_of(node, pages.words(request)))

    @router.get("/verify")
    def form(request: Request) -> Response:
        response = pages.render(request, "verify.html", {"error": "", "error_field": "file", "text": ""})
        return _with_pictures(response)

    @router.post("/verify")
    async def verify(request: Request) -> Response:
        words = pages.words(request)
        try:
            given = submitted(await _parts(request))
        except FormWrong as wrong:
            context = {"error": words(wrong.message), "error_field": wrong.field, "text": wrong.text}
            return pages.render(request, "verify.html", context, status=wrong.status)
        examined = await verifier.examine(given.artifact, media_type=None)
        report, findings = examined.report, examined.findings
        subject = (
            words("answer.subject_file", name=given.file_name)
            if given.file_name
            else words(f"answer.subject_{report.kind}")
        )
        shown = _answer(node, report, given.artifact, words, words("answer.title"), subject)
        if findings is not None:
            shown["machine_report"] = data_address(verifier.machine_report(findings))
            shown["differences"] = differences_of(findings.pictures, words)
        response = pages.render(request, "answer.html", shown)
        return _with_pictures(response)

    @router.get("/l/{secret}")
    async def public(request: Request, secret: str) -> Response:
        words = pages.words(request)
        address = f"{node.config.url}/l/{secret}".encode()
        report = await verifier.report(address, media_type="text/plain")
        if report.kind is not ArtifactKind.QR or report.license is None:
            lines = [words("public.unknown_text"), words("public.unknown_next")]
            context = {"heading": words("public.unknown_title"), "lines": lines, "code": ""}
            response = pages.render(request, "notice.html", context, status=404)
        else:
            context = _answer(node, report, address, words, words("public.title"), words("public.lead"))
            response = pages.render(request, "answer.html", context)
        response.headers["x-robots-tag"] = "noindex, nofollow"
        return response

    return router


def data_address(xml: bytes) -> str:
    """A report inside the page: nothing is kept here that could be fetched later."""
    return "data:application/xml;base64," + base64.b64encode(xml).decode("ascii")


def _with_pictures(response: Response) -> Response:
    """The form too: with script, the answer is shown in its place, under its policy."""
    response.headers["content-security-policy"] = POLICY
    return response


def submitted(parts: tuple[Part, ...]) -> Submitted:
    """The one thing to verify in a form. Raises FormWrong in words for the person."""
    files = [part for part in parts if part.filename is not None and part.content]
    texts = [part.content.strip() for part in parts if part.filename is None and part.name == "text"]
    text = next((one for one in texts if one), b"")
    if files and text:
        raise FormWrong("verify.both", "text", text.decode("utf-8", "replace"))
    if len(files) > 1 or (not files and not text):
        raise FormWrong("verify.nothing", "file")
    if files:
        return Submitted(files[0].content, _shown_name(files[0].filename or ""))
    return Submitted(text, "")


async def _parts(request: Request) -> tuple[Part, ...]:
    content_type = request.headers.get("content-type", "")
    if media_type_of(content_type) not in FORM_TYPES:
        raise MalformedForm()
    try:
        body = await request.body()
    except BodyTooLarge as error:
        raise FormWrong("verify.too_large", "file", status=413) from error
    return parse_form(body, content_type)


def _shown_name(name: str) -> str:
    """The last part of a file's name, printable and short; it is shown and used for nothing else."""
    last = name.replace("\\", "/").rpartition("/")[2]
    return "".join(character for character in last if character.isprintable())[:MAX_NAME]


def _answer(
    node: Surface, report: Report, artifact: bytes, words: Words, heading: str, subject: str
) -> dict[str, Any]:
    answer = answer_of(
        report,
        subject=Subject.of(artifact),
        catalogue=node.catalogue,
        words=words,
        node_url=node.config.url,
        now=node.clock(),
    )
    return {"answer": answer, "heading": heading, "subject": subject, "differences": (), "machine_report": ""}
