"""Reading untrusted octets: values, tables, streams. Garbage gives UnreadablePdf and nothing else."""

import zlib
from collections.abc import Callable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from seal.verification.document import Document
from seal.verification.errors import UnreadablePdf
from seal.verification.filters import unpack
from seal.verification.lexer import DUPLICATE_KEYS, read_value
from seal.verification.limits import Budget, Limits
from seal.verification.objects import LongHex, Name, Ref, text
from seal.verification.reading import read_date, read_evidence
from tests.attacks import pdf_bombs as bombs
from tests.unit.seal.plain_pdf import append_update, build_pdf, page_objects, plain_pdf


@pytest.mark.parametrize(
    ("written", "value"),
    [
        (b"true", True),
        (b" -12 ", -12),
        (b"+.5", 0.5),
        (b"4.", 4.0),
        (b"(a\\)b\\(c(d)e\\101\\\nf)", b"a)b(c(d)eAf"),
        (b"<48 6>", b"H`"),
        (b"/A#20B", "A B"),
        (b"/", ""),
        (b"[1 2 0 R (x)]", [1, Ref(2, 0), b"x"]),
        (b"<</A[<</B null>>]/C 3 0 R>>", {"A": [{"B": None}], "C": Ref(3, 0)}),
        (b"% a comment\r\n 7", 7),
        (b"endobj", None),
    ],
)
def test_a_value_is_read_as_it_is_written(written: bytes, value: object) -> None:
    assert read_value(written, 0)[0] == value


@pytest.mark.parametrize(
    "broken", [b"", b"<<", b"[1", b"(a", b"<</A>>", b"<<1 2>>", b"]", b"<41", b"foo", b"9" * 30, b"]]>>"]
)
def test_a_broken_value_is_unreadable(broken: bytes) -> None:
    with pytest.raises(UnreadablePdf):
        read_value(broken, 0)


def test_a_long_hexadecimal_string_remembers_its_place() -> None:
    value, _ = read_value(b"<</Contents <" + b"00" * 100 + b">>>", 0)
    contents = value["Contents"]
    assert isinstance(contents, LongHex)
    assert (contents.start, contents.end) == (12, 214)


def test_a_key_with_two_values_is_marked_and_a_repeated_equal_one_is_not() -> None:
    assert read_value(b"<</A 1 /A 2>>", 0)[0][DUPLICATE_KEYS] == ["A"]
    assert DUPLICATE_KEYS not in read_value(b"<</A 1 /A 1>>", 0)[0]


@given(st.binary(max_size=300))
@settings(max_examples=100)
def test_garbage_is_a_value_or_unreadable(data: bytes) -> None:
    try:
        read_value(data, 0)
    except UnreadablePdf:
        pass


@given(st.binary(max_size=400), st.sampled_from([b"%PDF-1.7\n", plain_pdf()[:300]]))
@settings(max_examples=60)
def test_garbage_after_a_header_gets_a_reason(data: bytes, head: bytes) -> None:
    evidence = read_evidence(head + data)
    assert evidence.problem or not evidence.signatures


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (b"\xfe\xff\x53\x70", "印"),
        (b"\xef\xbb\xbf\xe5\x8d\xb0", "印"),
        (b"\xff\xfe\x70\x53", "印"),
        (b"ab", "ab"),
        (7, ""),
    ],
)
def test_a_text_string_is_read_in_its_own_encoding(value: object, expected: str) -> None:
    assert text(value) == expected


@pytest.mark.parametrize(
    ("name", "encode"),
    [
        ("FlateDecode", zlib.compress),
        ("ASCIIHexDecode", lambda data: data.hex().encode() + b">"),
        ("Fl", zlib.compress),
    ],
)
def test_a_packed_stream_is_unpacked(name: str, encode: Callable[[bytes], bytes]) -> None:
    assert unpack({"Filter": Name(name)}, encode(b"abc" * 50), Budget(Limits())) == b"abc" * 50


def test_every_png_predictor_is_undone() -> None:
    rows = [
        b"\x00\x01\x02\x03\x04",
        b"\x01\x01\x01\x01\x01",
        b"\x02\x01\x01\x01\x01",
        b"\x03\x01\x01\x01\x01",
        b"\x04\x01\x01\x01\x01",
    ]
    head = {"Filter": Name("FlateDecode"), "DecodeParms": {"Predictor": 12, "Columns": 4}}
    unpacked = unpack(head, zlib.compress(b"".join(rows)), Budget(Limits()))
    assert unpacked == bytes([1, 2, 3, 4, 1, 2, 3, 4, 2, 3, 4, 5, 2, 3, 4, 5, 3, 4, 5, 6])


@pytest.mark.parametrize(
    "head",
    [
        {"Filter": Name("JBIG2Decode")},
        {"Filter": [Name("FlateDecode")] * 5},
        {"Filter": Name("FlateDecode")},
        {"Filter": 7},
    ],
)
def test_a_stream_that_cannot_be_unpacked_is_unreadable(head: dict[str, object]) -> None:
    with pytest.raises(UnreadablePdf):
        unpack(head, b"garbage", Budget(Limits()))


def test_a_stream_beyond_the_budget_is_unreadable_and_only_for_that() -> None:
    head, packed = {"Filter": Name("FlateDecode")}, zlib.compress(bytes(5_000_000))
    with pytest.raises(UnreadablePdf):
        unpack(head, packed, Budget(Limits(expanded_bytes=1_000_000)))
    assert len(unpack(head, packed, Budget(Limits()))) == 5_000_000


def test_an_update_changes_only_the_newer_revision() -> None:
    first = plain_pdf()
    document = Document(append_update(first, {4: b"(new)"}), Budget(Limits()))
    old, new = document.revision(len(first)), document.revision(len(document.data))
    assert old.get(4).raw.startswith(b"BT")
    assert new.get(4) == b"new"
    assert old.locate(5) == new.locate(5)
    assert old.locate(4) != new.locate(4)


def test_a_freed_or_unknown_object_is_null() -> None:
    document = Document(plain_pdf(), Budget(Limits()))
    assert document.revision(len(document.data)).get(77) is None


def test_a_table_that_names_the_wrong_object_is_unreadable() -> None:
    pdf = plain_pdf()
    document = Document(pdf.replace(b"4 0 obj", b"8 0 obj"), Budget(Limits()))
    with pytest.raises(UnreadablePdf):
        document.revision(len(pdf)).get(4)


@pytest.mark.parametrize("bomb", [bombs.table_pointing_at_itself, bombs.tables_pointing_at_each_other])
def test_tables_in_a_circle_are_unreadable_and_then_rebuilt(bomb: Callable[[], bytes]) -> None:
    data = bomb()
    with pytest.raises(UnreadablePdf):
        Document(data, Budget(Limits())).revision(len(data))
    assert Document(data, Budget(Limits())).best(len(data)).repaired


def test_objects_beyond_the_limit_are_unreadable_and_only_for_that() -> None:
    objects = page_objects() | {number: b"null" for number in range(10, 60)}
    data = build_pdf(objects)
    with pytest.raises(UnreadablePdf):
        Document(data, Budget(Limits(objects=20))).revision(len(data))
    assert Document(data, Budget(Limits())).revision(len(data)).get(59) is None


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ("D:20261122094100+08'00'", "2026-11-22T01:41:00+00:00"),
        ("D:20261122", "2026-11-22T00:00:00+00:00"),
        ("D:20261340000000Z", None),
        ("yesterday", None),
    ],
)
def test_a_pdf_date_becomes_utc(written: str, expected: str | None) -> None:
    read = read_date(written)
    assert (read.isoformat() if read else None) == expected
