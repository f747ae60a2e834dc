"""T24: files built to exhaust their reader. A verdict with a reason, in bounded time and memory, the parent
flat."""

import resource
import time
from collections.abc import Callable, Iterator

import pytest

from seal.bounded import BoundedReader, Bounds
from seal.verification.limits import Limits
from seal.verification.reading import read_evidence
from tests.attacks import pdf_bombs as bombs
from tests.unit.seal.sealed import make_sealed

SLOWEST = 15.0
"""Seconds for the slowest bomb on a machine that does other work too; alone each takes well under three."""


@pytest.fixture(scope="module")
def document(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    return make_sealed(tmp_path_factory.mktemp("world")).seal()


@pytest.fixture(scope="module")
def reader() -> Iterator[BoundedReader]:
    with BoundedReader() as made:
        yield made


@pytest.mark.parametrize(
    "bomb",
    [
        bombs.table_pointing_at_itself,
        bombs.tables_pointing_at_each_other,
        bombs.page_tree_in_a_circle,
        bombs.form_in_a_circle,
        bombs.references_in_a_circle,
        bombs.a_million_objects,
        bombs.many_stray_objects,
        bombs.object_stream_bomb,
        bombs.filter_chain_bomb,
        bombs.huge_picture,
        bombs.huge_page,
        bombs.without_pages,
        bombs.with_many_pages,
        bombs.also_a_zip,
        bombs.deeply_nested,
        bombs.names_in_every_encoding,
    ],
    ids=lambda bomb: bomb.__name__,
)
def test_a_bomb_gets_an_answer_in_bounded_time_and_memory(
    reader: BoundedReader, bomb: Callable[[], bytes]
) -> None:
    data = bomb()
    before, start = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss, time.monotonic()
    evidence = reader.read(data)
    assert time.monotonic() - start < SLOWEST
    grown = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before
    assert grown < 64 * 1024, f"the parent grew by {grown} kB"
    assert evidence.size == len(data)
    assert evidence.problem == "" or evidence.problem_zh
    assert all(signature.reason and signature.gate for signature in evidence.signatures)


def test_a_document_cut_anywhere_gets_a_reason(document: bytes) -> None:
    for end in range(0, len(document), 100):
        evidence = read_evidence(document[:end])
        assert evidence.problem or not any(s.covers_file for s in evidence.signatures)


def test_one_flipped_bit_in_the_signed_range_is_never_intact_and_clean(document: bytes) -> None:
    gap_start, gap_end = document.index(b"/Contents <") + 10, document.rindex(b">>\nendobj\nxref")
    places = [*range(0, gap_start, 37), *range(gap_end + 2, len(document), 11)]
    for place in places:
        flipped = bytearray(document)
        flipped[place] ^= 1 << (place % 8)
        evidence = read_evidence(bytes(flipped))
        assert (
            evidence.problem
            or not evidence.signatures
            or any(s.cryptography.value != "intact" or s.gate for s in evidence.signatures)
        ), place


def test_a_reader_that_runs_out_of_time_gives_a_reason(document: bytes) -> None:
    with BoundedReader(Bounds(wall_seconds=0.001)) as hasty:
        evidence = hasty.read(bombs.with_many_pages())
    assert "time or memory" in evidence.problem


def test_a_reader_that_runs_out_of_memory_gives_a_reason(document: bytes) -> None:
    with BoundedReader(Bounds(memory_bytes=1024 * 1024)) as small:
        evidence = small.read(document)
    assert evidence.problem


def test_a_reader_with_its_bounds_off_would_be_kept_busy() -> None:
    """The same file, with time enough: it is the bound that ended the reading above."""
    with BoundedReader() as patient:
        assert "time or memory" not in patient.read(bombs.with_many_pages()).problem


def test_a_file_beyond_the_limit_is_not_read_at_all() -> None:
    with BoundedReader(limits=Limits(file_bytes=100)) as reader:
        assert "larger" in reader.read(b"%PDF-1.7" + b" " * 200).problem


def test_the_service_goes_on_after_a_child_died(document: bytes, reader: BoundedReader) -> None:
    assert not reader.read(document).problem
