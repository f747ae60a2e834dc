"""T23: what was done to a document after it was signed. Each attack passes when the layers that see it are
off."""

from collections.abc import Callable

import pytest

from keys.report import Changes, Cryptography
from seal.verification.evidence import LAYERS, Layer, PdfEvidence
from seal.verification.reading import read_evidence
from tests.attacks import pdf_samples as samples
from tests.unit.seal.sealed import Sealed, make_sealed

CLEAN = {Changes.NONE, Changes.EXTENSION, Changes.PERMITTED}
Attack = Callable[[bytes], bytes]


@pytest.fixture(scope="module")
def sealed(tmp_path_factory: pytest.TempPathFactory) -> Sealed:
    return make_sealed(tmp_path_factory.mktemp("world"))


@pytest.fixture(scope="module")
def document(sealed: Sealed) -> bytes:
    """A certified document (P=2) with a line under a white sheet, for the attacks that hide."""
    return sealed.seal(samples.document_with_a_covered_line())


def is_clean(evidence: PdfEvidence) -> bool:
    return bool(evidence.signatures) and all(
        s.cryptography is Cryptography.INTACT and s.changes in CLEAN for s in evidence.signatures
    )


def without(*off: Layer) -> tuple[Layer, ...]:
    return tuple(layer for layer in LAYERS if layer not in off)


ATTACKS: list[tuple[Attack, tuple[Layer, ...]]] = [
    (samples.content_replaced, (Layer.OBJECTS, Layer.RENDERING)),
    (samples.content_replaced_behind_an_empty_table, (Layer.TAIL,)),
    (samples.content_replaced_without_a_table, (Layer.TAIL,)),
    (samples.content_replaced_by_another_catalog, (Layer.OBJECTS, Layer.RENDERING)),
    (samples.font_replaced, (Layer.OBJECTS, Layer.RENDERING)),
    (samples.sheet_made_empty, (Layer.OBJECTS, Layer.RENDERING)),
    (samples.sheet_freed, (Layer.OBJECTS,)),
    (lambda pdf: samples.annotated(pdf, b"FreeText"), (Layer.OBJECTS, Layer.RENDERING)),
    (lambda pdf: samples.annotated(pdf, b"Stamp"), (Layer.OBJECTS, Layer.RENDERING)),
    (lambda pdf: samples.annotated(pdf, b"Highlight"), (Layer.OBJECTS, Layer.RENDERING)),
    (samples.covered_by_a_signature_field, (Layer.OBJECTS, Layer.RENDERING)),
    (samples.script_added, (Layer.OBJECTS,)),
    (samples.attachment_added, (Layer.OBJECTS,)),
]
NAMES = [
    "ISA, content replaced",
    "ISA behind an empty table",
    "ISA without a table",
    "shadow hide-and-replace, another catalog",
    "shadow replace, another font",
    "shadow hide, sheet made empty",
    "shadow hide, sheet freed",
    "EAA, free text",
    "EAA, stamp",
    "EAA, highlight with letters",
    "SSA, field over text",
    "script added",
    "attachment added",
]


@pytest.mark.parametrize(("attack", "layers"), ATTACKS, ids=NAMES)
def test_a_changed_document_is_never_clean(
    document: bytes, attack: Attack, layers: tuple[Layer, ...]
) -> None:
    assert is_clean(read_evidence(document))
    assert not is_clean(read_evidence(attack(document)))


@pytest.mark.parametrize(("attack", "layers"), ATTACKS, ids=NAMES)
def test_the_attack_passes_when_its_layers_are_off(
    document: bytes, attack: Attack, layers: tuple[Layer, ...]
) -> None:
    assert is_clean(read_evidence(attack(document), layers=without(*layers)))


@pytest.mark.parametrize(("attack", "layers"), ATTACKS, ids=NAMES)
def test_each_layer_alone_sees_the_attack(document: bytes, attack: Attack, layers: tuple[Layer, ...]) -> None:
    for layer in layers:
        others = (other for other in layers if other is not layer)
        assert not is_clean(read_evidence(attack(document), layers=without(*others))), layer


def test_a_wrapped_signature_is_stopped_by_the_gate_alone(document: bytes) -> None:
    attack = samples.signature_wrapped(document)
    seen = {s.field: s for s in read_evidence(attack).signatures}["Seal1"]
    assert (seen.cryptography, seen.changes) == (Cryptography.INTACT, Changes.FORBIDDEN)
    assert "gap" in seen.gate
    missed = {s.field: s for s in read_evidence(attack, layers=without(Layer.GATE)).signatures}["Seal1"]
    assert (missed.cryptography, missed.changes) == (Cryptography.INTACT, Changes.NONE)


def test_no_layer_at_all_is_no_verdict(document: bytes) -> None:
    assert read_evidence(document, layers=()).problem
