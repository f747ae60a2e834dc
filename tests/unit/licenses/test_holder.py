"""Holders, their code types and how they are masked."""

import pytest

from licenses.holder import CODE_TYPES, Holder, mask_code, mask_name, wrong_holder_code

PERSON = Holder("张晓舟", "111", "330502198809179969")
COMPANY = Holder("示例明镜检测（003）有限公司", "001", "91330402XYXY0003XT")


@pytest.mark.parametrize(("name", "masked"), [("张三", "张*"), ("欧阳明日", "欧***"), ("张", "张*")])
def test_a_name_keeps_its_first_character(name: str, masked: str) -> None:
    assert mask_name(name) == masked


@pytest.mark.parametrize(
    ("code", "masked"),
    [
        ("110101199003071234", "110***********1234"),
        ("E12345678", "E******78"),
        ("123", "***"),
        ("", ""),
    ],
)
def test_a_code_keeps_its_ends_and_its_length(code: str, masked: str) -> None:
    assert mask_code(code) == masked


def test_a_person_is_masked_and_an_organisation_is_public() -> None:
    assert PERSON.masked() == Holder("张**", "111", "330***********9969")
    assert COMPANY.masked() == COMPANY


def test_a_holder_in_a_traceback_shows_nobody() -> None:
    assert "晓舟" not in repr(PERSON)
    assert "19880917" not in repr(PERSON)


def test_a_check_digit_is_checked_where_the_code_has_one() -> None:
    assert wrong_holder_code("111", PERSON.code) is None
    assert wrong_holder_code("001", COMPANY.code) is None
    wrong = wrong_holder_code("111", "330502198809179968")
    assert wrong is not None
    assert "330502" not in wrong.zh + wrong.en
    assert wrong_holder_code("001", "91330402XYXY0003XX") is not None


@pytest.mark.parametrize("code", ["", " E1234567", "E12 3456", "护照123", "E\u202e123", "1" * 41])
def test_a_code_of_any_type_is_plain_characters(code: str) -> None:
    assert wrong_holder_code("414", code) is not None


def test_a_passport_number_passes_without_a_check_digit() -> None:
    assert wrong_holder_code("414", "E12345678") is None


def test_the_code_types_are_those_of_the_register() -> None:
    assert set(CODE_TYPES) == {
        "001", "099", "111", "114", "115", "118", "119", "120", "122",
        "411", "412", "413", "414", "511", "516", "999",
    }  # fmt: skip
