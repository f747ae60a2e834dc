"""T23, certified documents of others: DocMDP, FieldMDP, EAA and SSA, and what only the drawing shows."""

from collections.abc import Callable
from typing import Any

import pytest

from keys.report import Changes
from seal.verification.evidence import LAYERS, Layer
from seal.verification.permissions import Policy
from seal.verification.reading import read_evidence
from tests.attacks import pdf_samples as samples
from tests.unit.seal.foreign import sign, signer_of
from tests.unit.seal.plain_pdf import append_update, build_pdf, page_objects
from tests.unit.seal.sealed import Sealed, make_sealed

Signed = Callable[..., bytes]


@pytest.fixture(scope="module")
def sealed(tmp_path_factory: pytest.TempPathFactory) -> Sealed:
    return make_sealed(tmp_path_factory.mktemp("world"))


@pytest.fixture(scope="module")
def signed(sealed: Sealed) -> Signed:
    signer = signer_of(sealed.signer._key, sealed.certificate, sealed.world.authority.certificate)
    return lambda pdf=None, **how: sign(pdf or form_document(), signer, **how)


def form_document() -> bytes:
    """One page with the text fields `amount` (with a value, without a picture) and `note` (empty)."""
    field = b"<</Type /Annot /Subtype /Widget /FT /Tx /T (%b) /V (%b) /Rect [%b] /F 4 /P 3 0 R%b>>"
    form = b" /AcroForm <</Fields [6 0 R 7 0 R] /DA (/F1 12 Tf 0 g) /DR <</Font <</F1 5 0 R>>>>>>"
    objects = page_objects(catalog=form, page=b" /Annots [6 0 R 7 0 R]")
    objects[6] = field % (b"amount", b"100 yuan", b"72 600 300 630", b"")
    objects[7] = field % (b"note", b"", b"72 500 300 530", b"")
    return build_pdf(objects)


def filled(pdf: bytes, number: int, value: bytes) -> bytes:
    return append_update(
        pdf, {number: samples.object_text(pdf, number).replace(b"/V ()", b"/V (%b)" % value)}
    )


def first_change(pdf: bytes, layers: tuple[Layer, ...] = LAYERS) -> Changes:
    return read_evidence(pdf, layers=layers).signatures[0].changes


@pytest.mark.parametrize(
    ("p", "expected"), [(1, Changes.FORBIDDEN), (2, Changes.PERMITTED), (3, Changes.PERMITTED)]
)
def test_filling_a_field_is_permitted_by_docmdp_two_and_three(
    signed: Signed, p: int, expected: Changes
) -> None:
    assert first_change(filled(signed(certify=p), 7, b"seen")) is expected


def test_filling_a_field_after_an_approval_is_permitted(signed: Signed) -> None:
    assert first_change(filled(signed(), 7, b"seen")) is Changes.PERMITTED


def test_filling_a_locked_field_is_forbidden(signed: Signed) -> None:
    locked = signed(locks=("note",))
    assert first_change(filled(locked, 7, b"seen")) is Changes.FORBIDDEN
    assert first_change(filled(signed(locks=("amount",)), 7, b"seen")) is Changes.PERMITTED


@pytest.mark.parametrize("how", [{"certify": 1}, {"locks": ("note",)}], ids=["DocMDP", "FieldMDP"])
def test_a_forbidden_filling_passes_when_permissions_are_not_read(
    signed: Signed, monkeypatch: pytest.MonkeyPatch, how: dict[str, Any]
) -> None:
    attack = filled(signed(**how), 7, b"seen")
    assert first_change(attack) is Changes.FORBIDDEN
    monkeypatch.setattr("seal.verification.reading.safe_policy", lambda revision, found: Policy())
    assert first_change(attack) is Changes.PERMITTED


@pytest.mark.parametrize(
    ("p", "expected"), [(1, Changes.FORBIDDEN), (2, Changes.UNKNOWN), (3, Changes.PERMITTED)]
)
def test_a_highlight_is_permitted_by_docmdp_three_only(signed: Signed, p: int, expected: Changes) -> None:
    assert first_change(samples.highlighted(signed(certify=p))) is expected


@pytest.mark.parametrize(
    "subtype", [b"FreeText", b"Stamp", b"Redact", b"Square", b"Line", b"Ink", b"Highlight", b"Text"]
)
def test_an_annotation_with_a_picture_of_letters_is_forbidden_even_by_docmdp_three(
    signed: Signed, subtype: bytes
) -> None:
    """EAA: the paper's finding is that P=3 lets every one of these paint a sum over another."""
    attack = samples.annotated(signed(certify=3), subtype)
    assert first_change(attack) is Changes.FORBIDDEN
    blind = tuple(layer for layer in LAYERS if layer not in (Layer.OBJECTS, Layer.RENDERING))
    assert first_change(attack, blind) is Changes.EXTENSION


@pytest.mark.parametrize("p", [2, 3])
def test_a_new_signature_field_that_covers_text_of_a_certified_document_is_forbidden(
    signed: Signed, p: int
) -> None:
    """SSA."""
    assert first_change(samples.covered_by_a_signature_field(signed(certify=p))) is Changes.FORBIDDEN


def test_a_new_signature_field_beside_the_text_is_permitted(signed: Signed) -> None:
    attack = samples.covered_by_a_signature_field(signed(certify=2), b"300 100 400 140")
    assert first_change(attack) is Changes.PERMITTED
    assert (
        first_change(samples.covered_by_a_signature_field(signed(certify=1), b"300 100 400 140"))
        is Changes.FORBIDDEN
    )


def test_a_field_that_looks_different_without_a_new_value_is_forbidden(signed: Signed) -> None:
    """Shadow "replace": the value stays 100 yuan, the picture says 999."""
    pdf = signed()
    field = samples.object_text(pdf, 6)
    forged = append_update(pdf, {6: field[:-2] + b" /AP <</N 701 0 R>>>>", 701: samples.FORGED})
    blind = tuple(layer for layer in LAYERS if layer not in (Layer.OBJECTS, Layer.RENDERING))
    assert first_change(forged) is Changes.FORBIDDEN
    assert first_change(forged, blind) in (Changes.NONE, Changes.EXTENSION)


def test_what_only_the_drawing_shows_is_found_by_the_drawing_alone(signed: Signed) -> None:
    """The form's default colour becomes white: no object of a page or field changed, the amount is gone."""
    pdf = signed(certify=2)
    catalog = samples.object_text(pdf, 1)
    forged = append_update(pdf, {1: catalog.replace(b"0 g)", b"1 g)")})
    if b"1 g)" not in forged:
        pytest.fail("the sample did not change the default appearance")
    blind = tuple(layer for layer in LAYERS if layer is not Layer.RENDERING)
    assert first_change(forged) is Changes.FORBIDDEN
    assert first_change(forged, blind) is Changes.EXTENSION


def test_a_second_certification_by_another_is_no_change_of_the_first(signed: Signed) -> None:
    twice = signed(signed(name="A"), name="B", box=(300, 100, 400, 140))
    assert [s.changes for s in read_evidence(twice).signatures] == [Changes.PERMITTED, Changes.NONE]


def test_a_signature_taken_out_of_its_field_is_still_reported(signed: Signed) -> None:
    pdf = signed(name="Gone")
    catalog = samples.object_text(pdf, 1)
    without = append_update(pdf, {1: catalog[: catalog.index(b"/AcroForm")] + b">>"})
    (found,) = read_evidence(without).signatures
    assert (found.reachable, found.changes) == (False, Changes.FORBIDDEN)
