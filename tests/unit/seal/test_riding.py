"""A seal across pages: painted and signed at once, whole for a verifier, broken by an exchanged page."""

from contextlib import suppress
from io import BytesIO
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pyhanko.pdf_utils.reader import PdfFileReader

from keys.errors import MalformedInput
from seal.errors import MalformedSeal, PdfRefused, PlaceNotFound
from seal.oids import RIDING_SEAL
from seal.pdf_source import open_pdf
from seal.reassembly import ink_of, missing_slices
from seal.record import parse_record
from seal.riding import Riding, Slice, plan
from tests.unit.seal.local import local_seal
from tests.unit.seal.papers import Paper, Sheet

SEAL = local_seal()


def pages(count: int, **changes: Any) -> bytes:
    sheets = tuple(
        Sheet(texts=((72, 700, f"Page {number} of a contract"),), **changes) for number in range(count)
    )
    return Paper(sheets=sheets).to_bytes()


def riding_of(sealed: bytes) -> Riding:
    [signature] = PdfFileReader(BytesIO(sealed)).embedded_signatures
    held = {each["type"].dotted: each["values"][0].native for each in signature.signer_info["signed_attrs"]}
    return Riding.from_json(held[RIDING_SEAL])


def missing(sealed: bytes, riding: Riding | None = None) -> tuple[int, ...]:
    picture = parse_record(SEAL.record).picture.data
    return missing_slices(open_pdf(sealed), riding or riding_of(sealed), picture)


@pytest.mark.parametrize("count", [2, 3, 7])
def test_the_slices_are_the_whole_seal(count: int) -> None:
    sealed = SEAL.apply(pages(count), riding=True)
    riding = riding_of(sealed)
    assert [(each.page, each.index, each.count) for each in riding.slices] == [
        (number, number, count) for number in range(1, count + 1)
    ]
    assert missing(sealed) == ()


@pytest.mark.parametrize(
    "changes", [{"rotate": 90}, {"rotate": 180}, {"rotate": 270}, {"crop": (50, 50, 500, 700)}]
)
def test_rotated_and_cropped_pages_show_theirs_at_the_right_edge(changes: dict[str, Any]) -> None:
    assert missing(SEAL.apply(pages(3, **changes), riding=True)) == ()


def test_the_signature_holds_and_the_update_is_one(tmp_path: Any) -> None:
    pdf = pages(3)
    sealed = SEAL.apply(pdf, riding=True)
    assert sealed.startswith(pdf)
    [signature] = PdfFileReader(BytesIO(sealed)).embedded_signatures
    signature.compute_integrity_info()
    assert signature.evaluate_signature_coverage().name == "ENTIRE_FILE"


def test_a_page_without_its_slice_is_found() -> None:
    sealed = SEAL.apply(pages(3), riding=True)
    assert missing(pages(3), riding_of(sealed)) == (1, 2, 3)
    assert missing(sealed[: len(pages(3))], riding_of(sealed)) == (1, 2, 3)


def test_pages_exchanged_with_each_other_do_not_fit() -> None:
    """Slices of two pages changed about: each shows ink, but not its own part."""
    riding = riding_of(sealed := SEAL.apply(pages(4), riding=True))
    first, second, *rest = riding.slices
    swapped = Riding(
        riding.picture_digest,
        (
            Slice(first.page, first.box, second.index, second.count),
            Slice(second.page, second.box, first.index, first.count),
            *rest,
        ),
    )
    assert missing(sealed, swapped) != ()


def test_a_missing_page_is_named() -> None:
    riding = riding_of(SEAL.apply(pages(3), riding=True))
    shorter = SEAL.apply(pages(2), riding=True)
    assert 3 in missing(shorter, riding)


def test_it_comes_with_the_first_signature_or_not_at_all() -> None:
    with pytest.raises(PdfRefused, match="first"):
        SEAL.apply(SEAL.apply(pages(3)), riding=True)


def test_a_second_organ_seals_after_it() -> None:
    twice = SEAL.apply(SEAL.apply(pages(3), riding=True))
    assert len(PdfFileReader(BytesIO(twice)).embedded_signatures) == 2
    assert "/Annots" in open_pdf(twice).page(1).object


@pytest.mark.parametrize("count", [1, 201])
def test_one_page_or_too_many_have_no_seam(count: int) -> None:
    with pytest.raises(PlaceNotFound):
        plan(count, 42)


def test_long_documents_are_sealed_in_groups_none_too_narrow() -> None:
    parts = plan(100, 42)
    assert [page for page, _, _ in parts] == list(range(1, 101))
    assert max(count for _, _, count in parts) <= 42
    assert {index for _, index, count in parts if index > count} == set()


GOOD = Riding(bytes(32), (Slice(1, (0, 0, 100, 100), 1, 2), Slice(2, (0, 0, 100, 100), 2, 2)))


def test_the_list_reads_back() -> None:
    assert Riding.from_json(GOOD.to_json()) == GOOD


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"{}",
        GOOD.to_json() + b" ",
        GOOD.to_json().replace(b"[1,[0,0,100,100],1,2]", b"[0,[0,0,100,100],1,2]"),
        GOOD.to_json().replace(b"[1,[0,0,100,100],1,2]", b"[1,[0,0,100,100],3,2]"),
        GOOD.to_json().replace(b"[1,[0,0,100,100],1,2]", b"[1,[9,0,1,100],1,2]"),
        GOOD.to_json().replace(b"[1,[0,0,100,100],1,2]", b"[1,[0,0,100],1,2]"),
        GOOD.to_json().replace(b"[1,[0,0,100,100],1,2]", b"[true,[0,0,100,100],1,2]"),
        b'{"picture":"","slices":[],"v":1}',
        b"[" * 5000,
    ],
)
def test_what_is_no_list_of_slices_is_malformed(data: bytes) -> None:
    with pytest.raises(MalformedInput):
        Riding.from_json(data)


@settings(max_examples=60, deadline=None)
@given(st.binary(max_size=300), st.integers(0, 2000))
def test_broken_pictures_are_malformed(junk: bytes, cut: int) -> None:
    picture = parse_record(SEAL.record).picture.data
    for broken in (junk, picture[:cut], picture[:cut] + junk):
        with suppress(MalformedSeal):
            ink_of(broken)
