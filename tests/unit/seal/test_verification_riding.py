"""A seal across pages is put together by the verifier from what the pages show now."""

import pytest

from ca.paths import X509Snapshot
from keys.report import Check, Outcome, Verdict
from seal.bounded import BoundedReader
from seal.oids import RIDING_SEAL
from seal.verification.cms import CmsFacts
from seal.verification.reading import read_evidence
from seal.verification.riding import RidingFacts, check_riding, read_riding
from seal.verify import PdfFindings, verify_evidence
from tests.unit.seal.local import NOW
from tests.unit.seal.plain_pdf import append_update, stream
from tests.unit.seal.test_riding import SEAL, pages


@pytest.fixture(scope="module")
def sealed() -> bytes:
    return SEAL.apply(pages(3), riding=True)


def verified(pdf: bytes) -> PdfFindings:
    nothing = X509Snapshot((), (), (), NOW)
    return verify_evidence(read_evidence(pdf), x509=nothing, logs={}, now=NOW)


def riding(pdf: bytes) -> Check | None:
    return next((check for check in verified(pdf).checks if check.id == "seal.riding"), None)


def exchanged(pdf: bytes, number: int) -> bytes:
    """The page is given other content by an update, as somebody who exchanges it would."""
    (signature,) = read_evidence(pdf).signatures
    assert signature.riding is not None
    found = pdf.rindex(b"/Contents [")
    start = pdf.rindex(b" 0 obj", 0, found)
    reference = int(pdf[:start].split()[-1])
    page = b"<</Type /Page /MediaBox [0 0 595 842] /Contents 990 0 R /Resources <<>> /Parent 2 0 R>>"
    return append_update(pdf, {reference: page, 990: stream(b"0 0 m")})


def test_an_untouched_seal_across_pages_is_whole(sealed: bytes) -> None:
    found = riding(sealed)
    assert found is not None
    assert (found.outcome, "3 页" in found.detail_zh) == (Outcome.PASS, True)


def test_an_exchanged_page_leaves_a_gap_that_is_named(sealed: bytes) -> None:
    forged = exchanged(sealed, 3)
    found = riding(forged)
    assert found is not None
    assert found.outcome is Outcome.FAIL
    assert "does not show its part" in found.detail
    assert verified(forged).verdict is Verdict.INVALID


def test_a_document_without_one_is_not_asked(sealed: bytes) -> None:
    assert riding(SEAL.apply(pages(2))) is None


def test_it_is_put_together_in_the_bounded_child_too(sealed: bytes) -> None:
    with BoundedReader() as reader:
        (signature,) = reader.read(sealed).signatures
    assert signature.riding == RidingFacts(3)


@pytest.mark.parametrize("value", [b"", b"\x04\x00", b"\x04\x02{}", b"\x30\x03", b"\xff" * 40])
def test_slices_that_cannot_be_read_are_a_reason(sealed: bytes, value: bytes) -> None:
    facts = CmsFacts(True, "", "", attributes=((RIDING_SEAL, value),))
    found = check_riding(read_riding(sealed, facts))
    assert found is not None
    assert found.outcome is Outcome.UNKNOWN
    assert found.detail_zh
