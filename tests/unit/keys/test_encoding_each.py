"""Many small JSON texts at once are read exactly as one by one."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from keys.encoding import parse_json, parse_json_each
from keys.errors import XinzhengError

ODD = [
    b"", b" ", b"[1]", b'["s","n","\xe5\xbc\xa0"]', b" [1]", b"[1] ", b"[1]\n", b"\n", b"[1][2]", b"[1],[2]",
    b'["s","a",1]\n["s","b",2]', b"[1\n", b"2]", b'["\\u0000"]', b'["\\u5f20"]', b'["\\ud800"]',
    b'{"a":1,"a":2}', b"NaN", b"[1e999]", b"\xff", b"\xef\xbb\xbf[1]", b"[" * 12 + b"]" * 12,
    b'["' + b"x" * 40 + b'"]', b"[1.5]",
]  # fmt: skip


@given(st.lists(st.sampled_from(ODD), max_size=5))
def test_many_texts_are_read_as_each_alone(texts: list[bytes]) -> None:
    try:
        expected = [parse_json(one, max_bytes=40, max_depth=8) for one in texts]
    except XinzhengError as refused:
        with pytest.raises(type(refused)):
            parse_json_each(texts, max_bytes=40, max_depth=8)
    else:
        assert parse_json_each(texts, max_bytes=40, max_depth=8) == expected


def test_a_line_break_never_moves_the_border_between_two_texts() -> None:
    with pytest.raises(XinzhengError):
        parse_json_each([b'["a",1]\n["b",2]', b"["], max_bytes=100)
    with pytest.raises(XinzhengError):
        parse_json_each([b"[1,", b"2]"], max_bytes=100)


def test_a_disclosure_cannot_reach_into_the_next() -> None:
    for texts in ([b"[1],[[2]", b"[3]]"], [b'["s",1],["t",[[1]', b"[2]]]"], [b"[1],[2]", b"[3],[4]"]):
        with pytest.raises(XinzhengError):
            parse_json_each(texts, max_bytes=100)


NAMES = st.sampled_from(["a", "b", "\u5f20", "\x7f", '"', "\\", "/"])
NUMBERS = st.sampled_from(["0", "-0", "1.0", "1e5", "1E5", "1e22", "-0.0", "1e400", str(2**64), "01"])
BLANKS = st.sampled_from(["", "", "", " ", "\n", "\x0b"])


def objects(inner: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    """JSON objects as somebody might spell them: blanks, and one name twice."""
    member = st.builds(
        lambda name, left, right, value: f"{json.dumps(name, ensure_ascii=False)}{left}:{right}{value}",
        NAMES, BLANKS, BLANKS, inner,
    )  # fmt: skip
    return st.lists(member, max_size=3).map(lambda members: "{" + ",".join(members) + "}")


TEXTS = st.recursive(
    NUMBERS | NAMES.map(json.dumps) | st.sampled_from(["true", "null", "NaN", '"\ud83d"']),
    lambda inner: objects(inner) | st.lists(inner, max_size=3).map(lambda held: "[" + ",".join(held) + "]"),
    max_leaves=6,
)


def strictly(text: str) -> Any:
    """The slow reading: the standard library's, refusing a name that is there twice."""

    def once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        assert len(dict(pairs)) == len(pairs)
        return dict(pairs)

    return json.loads(text, object_pairs_hook=once)


@given(TEXTS)
def test_what_the_fast_reader_takes_is_what_a_strict_one_reads(text: str) -> None:
    try:
        found = parse_json(text, max_bytes=1000)
    except XinzhengError:
        return
    expected = strictly(text)
    assert (found, repr(found)) == (expected, repr(expected))


def test_a_name_that_is_there_twice_is_refused_in_every_spelling() -> None:
    for text in ('{"a":1,"a":1}', '{"a":1,"a" :1}', '{"a":{"b":1,"b":1}}', '[{"a":1,"\\u0061":1}]'):
        with pytest.raises(XinzhengError):
            parse_json(text, max_bytes=100)
        with pytest.raises(XinzhengError):
            parse_json_each([b"[1]", text.encode()], max_bytes=100)
