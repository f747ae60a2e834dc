"""The report for machines: ETSI TS 119 102-2 in structure, EN 319 102-1 in its words, safe for any file."""

from datetime import timedelta
from pathlib import Path
from xml.etree import ElementTree
from xml.etree.ElementTree import Element

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ca.crl import Revoked
from seal.verification.etsi_report import etsi_report
from seal.verification.etsi_xml import clean
from seal.verify import PdfFindings, verify_pdf
from tests.attacks.pdf_samples import content_replaced, contents_replaced, ranges_replaced
from tests.unit.ca.world import NOW
from tests.unit.seal.plain_pdf import plain_pdf
from tests.unit.seal.sealed import Sealed, make_sealed
from tests.unit.seal.test_archive import archive, at_once

NAMES = {"vr": "http://uri.etsi.org/19102/v1.2.1#", "ds": "http://www.w3.org/2000/09/xmldsig#"}
ORDER = [
    "SignatureIdentifier",
    "ValidationConstraintsEvaluationReport",
    "ValidationTimeInfo",
    "SignersDocument",
    "SignatureAttributes",
    "SignerInformation",
    "SignatureValidationProcess",
    "SignatureValidationStatus",
]
"""Children of a SignatureValidationReport in the order of the schema."""


@pytest.fixture(scope="module")
def sealed(tmp_path_factory: pytest.TempPathFactory) -> Sealed:
    return make_sealed(tmp_path_factory.mktemp("world"))


def verified(sealed: Sealed, pdf: bytes, *revoked: Revoked) -> PdfFindings:
    later = NOW + timedelta(hours=1)
    return verify_pdf(pdf, x509=sealed.snapshot(*revoked), logs=sealed.logs, now=later)


def report(sealed: Sealed, pdf: bytes, *revoked: Revoked) -> Element:
    xml = etsi_report(verified(sealed, pdf, *revoked), now=NOW + timedelta(hours=1))
    return ElementTree.fromstring(xml)  # noqa: S314 - what we have just written


def said(root: Element, path: str) -> list[str]:
    return [(found.text or "").rpartition(":")[2] for found in root.iterfind(path, NAMES)]


STATUS = "vr:SignatureValidationReport/vr:SignatureValidationStatus/"


def indications(root: Element) -> tuple[str, ...]:
    return (*said(root, STATUS + "vr:MainIndication"), *said(root, STATUS + "vr:SubIndication"))


def test_a_good_seal_is_totally_passed_with_every_part_in_the_order_of_the_schema(sealed: Sealed) -> None:
    root = report(sealed, sealed.seal())
    assert indications(root) == ("total-passed",)
    (one,) = root.iterfind("vr:SignatureValidationReport", NAMES)
    assert [child.tag.rpartition("}")[2] for child in one] == ORDER


def test_every_reference_leads_to_an_object_and_every_object_is_named_once(sealed: Sealed) -> None:
    root = report(sealed, archive(sealed, at_once(sealed)))
    objects = [
        one.get("id") for one in root.iterfind("vr:SignatureValidationObjects/vr:ValidationObject", NAMES)
    ]
    references = {one.get("VOReference") for one in root.iter() if one.get("VOReference")}
    assert len(objects) == len(set(objects))
    assert references
    assert references <= set(objects)


def test_the_times_and_what_proves_them_are_told(sealed: Sealed) -> None:
    root = report(sealed, archive(sealed, at_once(sealed)))
    times = "vr:SignatureValidationReport/vr:ValidationTimeInfo/"
    assert root.findtext(times + "vr:ValidationTime", "", NAMES) == "2026-11-22T09:00:00Z"
    assert root.findtext(times + "vr:BestSignatureTime/vr:POETime", "", NAMES) == "2026-11-22T08:00:00Z"
    proof = root.find(times + "vr:BestSignatureTime/vr:POEObject", NAMES)
    assert proof is not None
    assert (proof.get("VOReference") or "").startswith("TIM-")
    provided = root.findall("vr:SignatureValidationObjects/vr:ValidationObject/vr:POEProvisioning", NAMES)
    assert provided
    poes = root.findall("vr:SignatureValidationObjects/vr:ValidationObject/vr:POE/vr:POETime", NAMES)
    assert {poe.text for poe in poes} == {"2026-11-22T09:00:00Z"}


def test_a_document_time_stamp_is_an_object_with_a_report_of_its_own(sealed: Sealed) -> None:
    root = report(sealed, archive(sealed, at_once(sealed)))
    own = (
        "vr:SignatureValidationObjects/vr:ValidationObject/vr:ValidationReport/vr:SignatureValidationStatus/"
    )
    assert said(root, own + "vr:MainIndication") == ["passed"]
    assert len(root.findall("vr:SignatureValidationReport", NAMES)) == 1


def test_what_a_signature_covers_and_what_was_changed_after_it_is_told(sealed: Sealed) -> None:
    root = report(sealed, content_replaced(sealed.seal()))
    data = {
        ((one.findtext("vr:Type", "", NAMES)).rpartition(":")[2], one.findtext("vr:Value", "", NAMES))
        for one in root.iter("{{{}}}ReportData".format(NAMES["vr"]))
    }
    assert ("coverage", "revision") in data
    assert ("change", "content: Page[0]/Contents") in data
    assert ("doc-mdp", "2") in data
    (ranges,) = root.iterfind("vr:SignatureValidationReport/vr:SignatureAttributes/vr:ByteRange", NAMES)
    assert len((ranges.text or "").split()) == 4


def test_each_fault_has_the_word_of_en_319_102_1(sealed: Sealed) -> None:
    pdf = sealed.seal()
    flipped = pdf.replace(b"Pay 100 yuan", b"Pay 900 yuan")
    revoked = sealed.revoked(NOW - timedelta(days=1))
    assert indications(report(sealed, content_replaced(pdf))) == ("total-failed", "FORMAT_FAILURE")
    assert indications(report(sealed, flipped)) == ("total-failed", "HASH_FAILURE")
    assert indications(report(sealed, pdf, revoked)) == ("total-failed", "REVOKED")
    assert indications(report(sealed, sealed.seal(timestamp=False), revoked)) == (
        "indeterminate",
        "REVOKED_NO_POE",
    )
    assert indications(report(sealed, contents_replaced(pdf, b"<3000>"))) == (
        "total-failed",
        "FORMAT_FAILURE",
    )
    assert indications(report(sealed, ranges_replaced(pdf, b"[0 1 2 3]")))[1] == "FORMAT_FAILURE"


def test_without_the_anchor_there_is_no_chain(sealed: Sealed, tmp_path: Path) -> None:
    other = make_sealed(tmp_path)
    findings = verify_pdf(sealed.seal(), x509=other.snapshot(), logs={}, now=NOW)
    root = ElementTree.fromstring(etsi_report(findings, now=NOW))  # noqa: S314 - our own
    assert indications(root) == ("indeterminate", "NO_CERTIFICATE_CHAIN_FOUND")


@pytest.mark.parametrize(
    ("pdf", "word"), [(plain_pdf(), "NO_SIGNATURE_FOUND"), (b"no pdf at all", "UNREADABLE")]
)
def test_a_file_with_nothing_signed_is_reported_too(sealed: Sealed, pdf: bytes, word: str) -> None:
    assert indications(report(sealed, pdf)) == ("indeterminate", word)


def test_every_constraint_says_whether_it_was_applied_and_how_it_ended(sealed: Sealed) -> None:
    root = report(sealed, sealed.seal())
    listed = "vr:SignatureValidationReport/vr:ValidationConstraintsEvaluationReport/vr:ValidationConstraint"
    for one in root.iterfind(listed, NAMES):
        status = one.findtext("vr:ConstraintStatus/vr:Status", "", NAMES).rpartition(":")[2]
        conclusion = one.findtext("vr:ValidationStatus/vr:MainIndication", "", NAMES)
        assert (status, bool(conclusion)) in {("applied", True), ("disabled", False)}
    named = said(root, listed + "/vr:ValidationConstraintIdentifier")
    assert {"pdf.byte_range", "pdf.integrity", "pdf.changes", "pdf.trust", "seal.record"} <= set(named)
    assert len(named) == len(set(named))


@given(st.text())
def test_text_of_strangers_is_always_xml(text: str) -> None:
    made = Element("a")
    made.text = clean(text)
    assert ElementTree.fromstring(ElementTree.tostring(made)).tag == "a"  # noqa: S314 - our own
    assert "\x00" not in clean("\x00" + text)


def test_names_that_xml_cannot_hold_do_not_break_the_report(sealed: Sealed) -> None:
    pdf = sealed.seal().replace(b"/T (Seal1)", b"/T (\x00\x01\xff\xfe<)")
    assert indications(report(sealed, pdf))
