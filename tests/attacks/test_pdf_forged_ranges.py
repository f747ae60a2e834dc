"""T23: universal signature forgery (USF) and ranges that cover less than the document. None may look intact
and clean."""

from pathlib import Path

import pytest

from keys.report import Changes, Cryptography
from seal.verification.byterange import GATE, pass_gate
from seal.verification.evidence import LAYERS, Layer, PdfEvidence
from seal.verification.fields import FoundSignature
from seal.verification.objects import LongHex
from seal.verification.reading import read_evidence
from tests.attacks.pdf_samples import contents_replaced, ranges_of, ranges_replaced
from tests.unit.seal.sealed import make_sealed

WITHOUT_GATE = tuple(layer for layer in LAYERS if layer is not Layer.GATE)
CLEAN = {Changes.NONE, Changes.EXTENSION, Changes.PERMITTED}


@pytest.fixture(scope="module")
def document(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    return make_sealed(tmp_path_factory.mktemp("world")).seal()


def is_clean(evidence: PdfEvidence) -> bool:
    return bool(evidence.signatures) and all(
        s.cryptography is Cryptography.INTACT and s.changes in CLEAN for s in evidence.signatures
    )


@pytest.mark.parametrize(
    "ranges",
    [
        b"null",
        b"[]",
        b"[0 0 0 0]",
        b"[0 10 20]",
        b"[0 -1 5 9]",
        b"[-1 9 9 9]",
        b"[0 (a) 1 2]",
        b"[0 9 8 7]",
        b"[0 99999999999 1 1]",
        b"[true false 1 2]",
        b"<</A 1>>",
        b"[0 100 200 100]",
        b"[0.0 10.5 20 30]",
        b"99 0 R",
    ],
)
def test_a_meaningless_byte_range_is_never_clean(document: bytes, ranges: bytes) -> None:
    evidence = read_evidence(ranges_replaced(document, ranges))
    assert not is_clean(evidence)
    assert all(s.reason for s in evidence.signatures)


@pytest.mark.parametrize(
    "value",
    [
        b"null",
        b"<>",
        b"<00>",
        b"()",
        b"(" + b"\\000" * 40 + b")",
        b"<3003020100>",
        b"<FFFF>",
        b"7 0 R",
        b"[]",
    ],
)
def test_a_meaningless_signature_value_is_never_clean(document: bytes, value: bytes) -> None:
    evidence = read_evidence(contents_replaced(document, value))
    assert not is_clean(evidence)


def test_a_signature_dictionary_without_value_or_range_is_never_clean(document: bytes) -> None:
    for key in (b"/ByteRange", b"/Contents"):
        assert not is_clean(read_evidence(document.replace(key, b"/Xyz" + key[4:])))


def _signature(document: bytes, ranges: list[int], **changed: object) -> FoundSignature:
    _, start, end, _ = ranges_of(document)
    contents = LongHex(b"\x30")
    contents.start, contents.end = start, end
    return FoundSignature("Seal1", {"ByteRange": ranges, "Contents": contents, **changed}, 0, {}, True)


def test_the_gate_passes_the_true_range(document: bytes) -> None:
    assert pass_gate(document, _signature(document, ranges_of(document))).passed


@pytest.mark.parametrize(
    ("delta", "named"),
    [
        ((1, 0, 0, 0), "first byte"),
        ((0, -2, 0, 0), "gap"),
        ((0, 2, 0, 0), "gap"),
        ((0, 0, 2, -2), "gap"),
        ((0, 0, -2, 2), "gap"),
        ((0, 0, 0, -9), "end where a revision"),
        ((0, 0, 0, 1), "outside the file"),
    ],
)
def test_every_rule_of_the_gate_has_a_range_that_only_it_refuses(
    document: bytes, delta: tuple[int, ...], named: str
) -> None:
    true = ranges_of(document)
    found = _signature(document, [a + b for a, b in zip(true, delta, strict=True)])
    assert named in pass_gate(document, found).reason


def test_an_empty_gate_passes_nothing(document: bytes) -> None:
    assert not pass_gate(document, _signature(document, ranges_of(document)), ()).passed
    assert len(GATE) == 6


def test_a_signature_covering_less_than_its_revision_is_refused(document: bytes, tmp_path: Path) -> None:
    """One octet of the last line left out of the range is enough."""
    _, start, end, length = ranges_of(document)
    forged = ranges_replaced(document, b"[0 %d %d %d]" % (start, end, length - 8))
    assert not is_clean(read_evidence(forged))


def test_data_hidden_behind_the_signature_value_is_refused(document: bytes) -> None:
    _, _, end, _ = ranges_of(document)
    hidden = document[: end - 9] + b"31323334" + document[end - 1 :]
    (signature,) = read_evidence(hidden).signatures
    assert "follows the signature value" in signature.gate
    assert is_clean(read_evidence(hidden, layers=WITHOUT_GATE)), "it is the gate that sees this"


def test_without_the_gate_a_forged_range_is_left_to_the_arithmetic(document: bytes) -> None:
    """USF has two obstacles: a range that means nothing is refused, and one that means less is not what was
    signed."""
    _, start, end, length = ranges_of(document)
    forged = ranges_replaced(document, b"[0 %d %d %d]" % (start, end, length - 8))
    (signature,) = read_evidence(forged, layers=WITHOUT_GATE).signatures
    assert (signature.gate, signature.cryptography) == ("", Cryptography.BROKEN)
