"""T24: each limit of reading ends in another answer than the same small file gets with the limit raised."""

import pytest

from seal.verification.limits import Limits
from seal.verification.reading import PdfEvidence, read_evidence
from tests.attacks.pdf_samples import content_replaced, document_with_a_covered_line
from tests.unit.seal.plain_pdf import append_update
from tests.unit.seal.sealed import make_sealed


@pytest.fixture(scope="module")
def forged(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    return content_replaced(make_sealed(tmp_path_factory.mktemp("w")).seal(document_with_a_covered_line()))


def read(data: bytes, **limits: int) -> PdfEvidence:
    return read_evidence(data, limits=Limits(**limits))


def test_a_chain_of_more_revisions_than_the_limit_is_not_followed(forged: bytes) -> None:
    longer = append_update(forged, {900: b"(one more)"})
    assert not read(longer).repaired
    limited = read(longer, revisions=0)
    assert limited.repaired or limited.problem


def test_more_pages_than_the_limit_are_not_compared(forged: bytes) -> None:
    (free,), (limited,) = read(forged).signatures, read(forged, pages=0).signatures
    assert free != limited


def test_pages_beyond_the_limit_are_not_drawn(forged: bytes) -> None:
    assert read(forged).pictures
    assert not read(forged, rendered_pages=0).pictures


def test_a_page_of_more_pixels_than_the_limit_is_drawn_coarser(forged: bytes) -> None:
    (fine,), (coarse,) = read(forged).pictures, read(forged, rendered_pixels=10_000).pictures
    assert coarse.width * coarse.height <= 11_000 < fine.width * fine.height


def test_more_signatures_than_the_limit_end_the_reading_with_a_reason(forged: bytes) -> None:
    assert len(read(forged, signatures=1).signatures) == 1
    assert "more signatures" in read(forged, signatures=0).problem


def test_pages_that_a_visible_update_left_undrawn_are_said_to_be(forged: bytes) -> None:
    def not_drawn(evidence: PdfEvidence) -> bool:
        return any("not drawn" in change.where for one in evidence.signatures for change in one.all_changes)

    assert not not_drawn(read(forged))
    assert not_drawn(read(forged, rendered_pages=0))
