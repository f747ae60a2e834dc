"""What a claim of each kind may hold."""

import re
from typing import Any

import pytest

from licenses.claims import Bilingual, ClaimType, Disclosure, Kind, hidden_character, parse_date, wrong_value


def claim(kind: Kind, **members: Any) -> ClaimType:
    given: dict[str, Any] = {"max_length": 10, "max_items": 3, **members}
    return ClaimType("one", Bilingual("项", "one"), kind, True, Disclosure.SELECTIVE, **given)


GOOD: list[tuple[ClaimType, Any]] = [
    (claim(Kind.TEXT), "龘䶮镕玥旸"),
    (claim(Kind.TEXT, pattern=re.compile("[A-Z][0-9]{3}")), "D123"),
    (claim(Kind.DATE), "2024-02-29"),
    (claim(Kind.NUMBER), -(2**53 - 1)),
    (claim(Kind.MONEY), "5000000.00"),
    (claim(Kind.MONEY), "0"),
    (claim(Kind.AREA), "89.6"),
    (claim(Kind.CREDIT_CODE), "11100000000013338W"),
    (claim(Kind.CITIZEN_NUMBER), "330502198809179969"),
    (claim(Kind.CHOICE, choices=("甲", "乙")), "乙"),
    (claim(Kind.LIST), ["一", "二", "三"]),
]
BAD: list[tuple[ClaimType, Any]] = [
    (claim(Kind.TEXT), "一二三四五六七八九十一"),
    (claim(Kind.TEXT, pattern=re.compile("[A-Z][0-9]{3}")), "D1234"),
    (claim(Kind.DATE), "2026-02-29"),
    (claim(Kind.DATE), "20260228"),
    (claim(Kind.DATE), "2026-W08-6"),
    (claim(Kind.NUMBER), 2**53),
    (claim(Kind.NUMBER), True),
    (claim(Kind.NUMBER), 1.0),
    (claim(Kind.MONEY), "05"),
    (claim(Kind.MONEY), "1.234"),
    (claim(Kind.MONEY), "-1"),
    (claim(Kind.MONEY), "1e9"),
    (claim(Kind.MONEY), "５"),
    (claim(Kind.AREA), 89.6),
    (claim(Kind.CREDIT_CODE), "11100000000013338X"),
    (claim(Kind.CITIZEN_NUMBER), "330502198809179968"),
    (claim(Kind.CHOICE, choices=("甲", "乙")), "丙"),
    (claim(Kind.CHOICE, choices=("甲", "乙")), ["甲"]),
    (claim(Kind.LIST), []),
    (claim(Kind.LIST), ["一", "一"]),
    (claim(Kind.LIST), ["一", "二", "三", "四"]),
    (claim(Kind.LIST), ["一", 2]),
    (claim(Kind.LIST), "一二"),
]


@pytest.mark.parametrize(("one", "value"), GOOD, ids=range(len(GOOD)))
def test_a_value_of_its_kind_is_accepted(one: ClaimType, value: Any) -> None:
    assert wrong_value(one, value) is None


@pytest.mark.parametrize(("one", "value"), BAD, ids=range(len(BAD)))
def test_a_value_not_of_its_kind_is_refused_in_both_languages(one: ClaimType, value: Any) -> None:
    wrong = wrong_value(one, value)
    assert wrong is not None
    assert wrong.zh
    assert wrong.en


def test_every_kind_is_tried_both_ways() -> None:
    assert {one.kind for one, _ in GOOD} == {one.kind for one, _ in BAD} == set(Kind)


@pytest.mark.parametrize(
    "character", "\x00\x1b\x7f\u200b\u202e\u2066\u2028\ufeff\ue000\ufe0f\U000e0100\U000e0041"
)
def test_invisible_and_reordering_characters_are_found(character: str) -> None:
    assert hidden_character(f"示{character}例")


@pytest.mark.parametrize("text", ["示例·公司（演示）", "𠮷野", "A-1 «é»", "全角　空格"])
def test_visible_characters_of_any_script_pass(text: str) -> None:
    assert not hidden_character(text)


@pytest.mark.parametrize("value", [None, 20260101, "2026-1-1", "2026-01-01T00:00", "", "9999999999"])
def test_a_date_has_one_spelling(value: Any) -> None:
    assert parse_date(value) is None
