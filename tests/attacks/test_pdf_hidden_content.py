"""T23: content that acts or hides is named beside the verdict, whoever signed it; put in later it is
a forbidden change."""

from pathlib import Path

import pytest

from keys.report import Changes, Outcome
from seal.verification.reading import read_evidence
from seal.verify import verify_pdf
from tests.attacks.pdf_samples import object_text
from tests.unit.ca.world import NOW
from tests.unit.seal.plain_pdf import append_update, build_pdf, page_objects, stream
from tests.unit.seal.sealed import Sealed, make_sealed

SCRIPT = b"<</S /JavaScript /JS (app.alert\\(1\\))>>"
MARK = b"<</Type /Annot /Subtype /%b /Rect [0 0 9 9]%b>>"


@pytest.fixture(scope="module")
def sealed(tmp_path_factory: pytest.TempPathFactory) -> Sealed:
    return make_sealed(tmp_path_factory.mktemp("world"))


def with_catalog(extra: bytes) -> bytes:
    return build_pdf(page_objects(catalog=extra))


def with_annotation(subtype: bytes, extra: bytes) -> bytes:
    objects = page_objects(page=b" /Annots [6 0 R]")
    objects[6] = MARK % (subtype, extra)
    return build_pdf(objects)


SAMPLES: dict[str, tuple[bytes, str]] = {
    "a script on opening": (with_catalog(b" /OpenAction " + SCRIPT), "JavaScript"),
    "a script by name": (with_catalog(b" /Names <</JavaScript <</Names [(a) %b]>>>>" % SCRIPT), "JavaScript"),
    "a script behind another action": (
        with_catalog(b" /OpenAction <</S /GoTo /D [3 0 R /Fit] /Next %b>>" % SCRIPT),
        "JavaScript",
    ),
    "a script of a page": (build_pdf(page_objects(page=b" /AA <</O %b>>" % SCRIPT)), "JavaScript"),
    "a program to start": (
        with_annotation(b"Link", b" /A <</S /Launch /F (a.exe)>>"),
        "Launch",
    ),
    "a form sent away": (
        with_annotation(b"Link", b" /A <</S /SubmitForm /F (https://a.example)>>"),
        "SubmitForm",
    ),
    "a film": (with_annotation(b"RichMedia", b""), "rich media"),
    "a layer nobody sees": (
        with_catalog(b" /OCProperties <</OCGs [7 0 R] /D <</OFF [7 0 R]>>>>"),
        "hidden layer",
    ),
    "an XFA form": (with_catalog(b" /AcroForm <</Fields [] /XFA 7 0 R>>"), "XFA form"),
}


@pytest.mark.parametrize("name", SAMPLES)
def test_what_acts_or_hides_is_named(sealed: Sealed, name: str) -> None:
    pdf, sort = SAMPLES[name]
    findings = verify_pdf(pdf, x509=sealed.snapshot(), logs={}, now=NOW)
    assert sort in {item.sort for item in findings.active}
    (check,) = (check for check in findings.checks if check.id == "pdf.active_content")
    assert check.outcome is Outcome.NOT_APPLICABLE
    assert sort in check.detail


def test_a_plain_document_has_none(sealed: Sealed, tmp_path: Path) -> None:
    assert read_evidence(sealed.seal()).active == ()


@pytest.mark.parametrize(
    "extra",
    [
        b" /OpenAction " + SCRIPT,
        b" /AA <</WC %b>>" % SCRIPT,
        b" /OCProperties <</OCGs [] /D <</OFF []>>>>",
        b" /Names <</JavaScript <</Names [(a) %b]>>>>" % SCRIPT,
    ],
)
def test_what_acts_or_hides_may_not_be_added_to_a_signed_document(sealed: Sealed, extra: bytes) -> None:
    pdf = sealed.seal()
    catalog = object_text(pdf, 1)
    (signature,) = read_evidence(
        append_update(pdf, {1: catalog[: catalog.rindex(b">>")] + extra + b">>"})
    ).signatures
    assert signature.changes is Changes.FORBIDDEN


def test_content_behind_a_zip_end_is_not_part_of_what_was_signed(sealed: Sealed) -> None:
    """A PDF that is also an archive: the octets of the archive after the seal are called forbidden."""
    import io
    import zipfile

    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w") as out:
        out.writestr("license.json", "{}")
    (signature,) = read_evidence(sealed.seal() + archive.getvalue()).signatures
    assert signature.changes not in (Changes.NONE, Changes.EXTENSION, Changes.PERMITTED)


def test_an_attachment_that_was_added_is_not_among_those_that_were_signed(sealed: Sealed) -> None:
    pdf = sealed.seal()
    catalog = object_text(pdf, 1)
    names = b"/Names <</EmbeddedFiles <</Names [(a) 701 0 R]>>>>>>"
    objects = {
        1: catalog[: catalog.rindex(b">>")] + names,
        701: b"<</Type /Filespec /F (a) /UF (a) /EF <</F 702 0 R>>>>",
        702: stream(b"{}", b" /Type /EmbeddedFile"),
    }
    assert read_evidence(append_update(pdf, objects)).attachments == ()
