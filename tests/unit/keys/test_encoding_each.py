"""Many small JSON texts at once are read exactly as one by one."""

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
