"""Several organs on one document: each seal stays intact under the next, permitted changes only."""

import pytest

from keys.report import Changes, Cryptography
from seal.errors import PdfRefused
from seal.layout import ReservedField
from seal.place import Place
from seal.verify import verify_pdf
from tests.unit.ca.world import NOW
from tests.unit.seal.local import local_seal
from tests.unit.seal.papers import Paper
from tests.unit.seal.sealed import Sealed, make_sealed


@pytest.fixture(scope="module")
def sealed(tmp_path_factory: pytest.TempPathFactory) -> Sealed:
    return make_sealed(tmp_path_factory.mktemp("world"))


FIRST, SECOND = local_seal(), local_seal("rsa")
FIELD = ReservedField("Second", Place(1, 60, 220), 42)
THIRD = ReservedField("Third", Place(1, 150, 220), 42)


def classes(sealed: Sealed, pdf: bytes) -> list[tuple[Cryptography, Changes]]:
    found = verify_pdf(pdf, x509=sealed.snapshot(), logs={}, now=NOW).signatures
    return [(each.cryptography, each.changes) for each in found]


def test_a_second_organ_seals_in_the_field_left_for_it(sealed: Sealed) -> None:
    certified = FIRST.apply(Paper().to_bytes(), certify=True, seal_fields_for_others=(FIELD,))
    both = SECOND.apply(certified, place="Second")
    assert both.startswith(certified)
    first, second = classes(sealed, both)
    assert first[0] is second[0] is Cryptography.INTACT
    assert first[1] in (Changes.EXTENSION, Changes.PERMITTED)
    assert second[1] is Changes.NONE


def test_three_organs_in_any_order(sealed: Sealed) -> None:
    certified = FIRST.apply(Paper().to_bytes(), certify=True, seal_fields_for_others=(FIELD, THIRD))
    for order in (("Second", "Third"), ("Third", "Second")):
        pdf = certified
        for name in order:
            pdf = SECOND.apply(pdf, place=name)
        found = classes(sealed, pdf)
        assert [cryptography for cryptography, _ in found] == [Cryptography.INTACT] * 3
        assert {changes for _, changes in found} <= {Changes.NONE, Changes.EXTENSION, Changes.PERMITTED}


def test_under_a_certification_nobody_seals_elsewhere() -> None:
    certified = FIRST.apply(Paper().to_bytes(), certify=True, seal_fields_for_others=(FIELD,))
    with pytest.raises(PdfRefused):
        SECOND.apply(certified)
    with pytest.raises(PdfRefused):
        SECOND.apply(SECOND.apply(certified, place="Second"), place="Second")


def test_organs_approve_an_uncertified_document_one_after_the_other(sealed: Sealed) -> None:
    pdf = Paper().to_bytes()
    for seal, x in ((FIRST, 60), (SECOND, 105), (FIRST, 150)):
        pdf = seal.apply(pdf, place=Place(1, x, 220))
    found = classes(sealed, pdf)
    assert [cryptography for cryptography, _ in found] == [Cryptography.INTACT] * 3
    assert {changes for _, changes in found} <= {Changes.NONE, Changes.EXTENSION, Changes.PERMITTED}
    assert found[-1][1] is Changes.NONE
