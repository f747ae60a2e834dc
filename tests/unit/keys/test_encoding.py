"""One spelling each: base64url, canonical JSON, strict JSON, UUIDv7."""

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from keys.encoding import b64url, canonical_json, parse_json, unb64url, uuid7
from keys.errors import InputTooLarge, MalformedInput, XinzhengError

JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53) + 1, 2**53 - 1) | st.text(st.characters(codec="utf-8")),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=4), inner, max_size=4),
    max_leaves=8,
)


@given(st.binary(max_size=64))
@settings(max_examples=50)
def test_base64url_comes_back_as_it_went(raw: bytes) -> None:
    assert unb64url(b64url(raw)) == raw


@pytest.mark.parametrize(
    "text", ["QQ==", "QR", "Q", "Q Q", "Q+8", "Q/8", "QQ\n", "QQ.", "\u00e9\u00e9", "QUJ", "=", "QQ="]
)
def test_base64url_with_a_second_spelling_is_refused(text: str) -> None:
    with pytest.raises(MalformedInput):
        unb64url(text)


def test_canonical_json_is_the_one_of_rfc_8785() -> None:
    value = {
        "\u20ac": 1,
        "\r": 2,
        "1": 3,
        "\u00f6": 4,
        "n": 333333333.33333329,
        "字": "电子证照",
        "z": [True, None],
    }
    expected = '{"\\r":2,"1":3,"n":333333333.3333333,"z":[true,null],"ö":4,"€":1,"字":"电子证照"}'
    assert canonical_json(value) == expected.encode()


@pytest.mark.parametrize("value", [float("nan"), 2**60, "\ud800", {1: 2}, object(), b"bytes", {"a": {1, 2}}])
def test_a_value_without_canonical_form_is_refused(value: Any) -> None:
    with pytest.raises(MalformedInput):
        canonical_json(value)


@given(JSON)
@settings(max_examples=50)
def test_what_is_canonical_parses_to_itself(value: Any) -> None:
    text = json.dumps(value)
    if "\\u0000" in text:
        return
    assert parse_json(canonical_json(value), max_bytes=100_000) == value


@pytest.mark.parametrize(
    "text",
    [
        '{"a":1,"a":2}',
        '[{"b":{"a":1,"a":2}}]',
        "NaN",
        "[Infinity]",
        "-Infinity",
        "1e999",
        "[" * 40 + "]" * 40,
        '{"a":' * 40 + "1" + "}" * 40,
        "[" * 9000 + "]" * 9000,
        '"\\ud800"',
        '["a\\u0000b"]',
        '{"\\udc00":1}',
        "\ufeff{}",
        "{'a':1}",
        "{} {}",
        "",
        "9" * 5000,
        '"\ud800"',
    ],
)
def test_json_that_two_readers_could_read_differently_is_refused(text: str) -> None:
    with pytest.raises(MalformedInput):
        parse_json(text, max_bytes=100_000)


@pytest.mark.parametrize("raw", [b"\xff\xfe{\x00}\x00", b'"\xff"', b"\xef\xbb\xbf{}"])
def test_json_in_other_encodings_than_utf_8_is_refused(raw: bytes) -> None:
    with pytest.raises(MalformedInput):
        parse_json(raw, max_bytes=100)


def test_json_is_measured_before_it_is_parsed() -> None:
    assert parse_json('"' + "字" * 10 + '"', max_bytes=32) == "字" * 10
    with pytest.raises(InputTooLarge):
        parse_json('"' + "字" * 10 + '"', max_bytes=31)


def test_the_depth_allowed_is_the_depth_taken() -> None:
    assert parse_json("[[[1]]]", max_bytes=100, max_depth=3) == [[[1]]]
    with pytest.raises(MalformedInput):
        parse_json("[[[[1]]]]", max_bytes=100, max_depth=3)
    assert parse_json('["[[[[[[[["]', max_bytes=100, max_depth=1) == ["[[[[[[[["]


@given(st.binary(max_size=200))
@settings(max_examples=100)
def test_garbage_gives_only_our_errors(raw: bytes) -> None:
    for parse in (lambda: parse_json(raw, max_bytes=150), lambda: unb64url(raw.decode("latin-1"))):
        try:
            parse()
        except XinzhengError:
            pass


def test_uuid7_says_its_version_and_sorts_by_time() -> None:
    start = datetime(2026, 11, 22, 1, 41, tzinfo=UTC)
    made = [uuid7(start + timedelta(microseconds=300 * step)) for step in range(20)]
    assert made == sorted(made)
    assert {identifier.version for identifier in made} == {7}
    assert {identifier.variant for identifier in made} == {"specified in RFC 4122"}
    assert made[0].int >> 80 == int(start.timestamp() * 1000)


def test_uuid7_refuses_a_time_without_a_zone() -> None:
    with pytest.raises(ValueError, match="naive"):
        uuid7(datetime(2026, 11, 22))  # noqa: DTZ001 - the point of the test
