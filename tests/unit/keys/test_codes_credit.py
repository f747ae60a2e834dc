"""Unified social credit codes: both check characters, the table of departments, no forbidden letters."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from keys.codes.credit import (
    ALPHABET,
    DEPARTMENTS,
    check_character,
    make_credit_code,
    organization_check,
    parse_credit_code,
)
from keys.errors import CreditCodeWrong

EXAMPLE = "91350100M000100Y43"


def with_check(first_17: str) -> str:
    return first_17 + check_character(first_17)


def test_the_worked_example_is_read() -> None:
    code = parse_credit_code(EXAMPLE)
    assert (code.value, str(code)) == (EXAMPLE, EXAMPLE)
    assert (code.department, code.area, code.organization_code) == ("工商", "350100", "M000100Y4")


@pytest.mark.parametrize(
    "text", ["91330100799655058B", "914403001922038216", "12100000400000624D", EXAMPLE.lower()]
)
def test_codes_of_real_organisations_are_read(text: str) -> None:
    assert parse_credit_code(f" {text} ").value == text.upper()


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("91350100M000100Y4Z", "18 digits or letters"),
        ("91350100M000100Y44", "Its check character"),
        (with_check("91350100M000100Y5"), "organisation code"),
        (with_check("B1350100M000100Y4"), "department"),
        (with_check("91160100M000100Y4"), "area"),
        (with_check("91990100M000100Y4"), "area"),
        ("", "18 digits"),
        (EXAMPLE[:-1], "18 digits"),
        (EXAMPLE + "0", "18 digits"),
        ("9135O100M000100Y43", "18 digits"),
        ("91350100I000100Y43", "18 digits"),
        ("９1350100M000100Y43", "18 digits"),
        ("91350100-M000100Y4", "18 digits"),
        ("9135010٠M000100Y43", "18 digits"),
    ],
)
def test_a_wrong_code_is_refused_and_said_why(text: str, why: str) -> None:
    with pytest.raises(CreditCodeWrong, match=why) as refused:
        parse_credit_code(text)
    assert refused.value.detail_zh


def test_every_single_character_error_is_found() -> None:
    for place in range(18):
        for character in ALPHABET:
            changed = EXAMPLE[:place] + character + EXAMPLE[place + 1 :]
            if changed != EXAMPLE:
                with pytest.raises(CreditCodeWrong):
                    parse_credit_code(changed)


def test_the_organisation_code_of_gb_11714_checks() -> None:
    # GB 11714-1997 appendix A: D2143569 has the check character X
    assert organization_check("D2143569") == "X"


@given(st.sampled_from(sorted(DEPARTMENTS)), st.sampled_from(["110000", "330100", "100000", "650000"]))
@settings(max_examples=50)
def test_made_up_codes_are_valid(department: str, area: str) -> None:
    code = parse_credit_code(make_credit_code(area, department=department))
    assert (code.value[0], code.area) == (department, area)


@given(st.text(max_size=20))
@settings(max_examples=50)
def test_garbage_gives_only_our_error(text: str) -> None:
    with pytest.raises(CreditCodeWrong):
        parse_credit_code(text)
