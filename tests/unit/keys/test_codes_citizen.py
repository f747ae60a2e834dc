"""Citizen numbers: the check character, real birthdays, areas that exist."""

from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from keys.codes.citizen import (
    PROVINCES,
    CitizenNumber,
    Sex,
    check_character,
    make_citizen_number,
    parse_citizen_number,
)
from keys.errors import CitizenNumberWrong

EXAMPLE = "11010519491231002X"
"""The example of GB 11643-1999 appendix A."""


def with_check(first_17: str) -> str:
    return first_17 + check_character(first_17)


def test_the_example_of_the_standard_is_read() -> None:
    number = parse_citizen_number(EXAMPLE)
    assert (number.value, number.area) == (EXAMPLE, "110105")
    assert (number.birthday, number.sex) == (date(1949, 12, 31), Sex.FEMALE)


def test_the_second_example_of_the_standard_is_read() -> None:
    assert parse_citizen_number("440524188001010014").sex is Sex.MALE


def test_a_small_x_and_surrounding_space_are_forgiven() -> None:
    assert parse_citizen_number(f" {EXAMPLE.lower()}\n").value == EXAMPLE


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("110105194912310021", "check"),
        ("11010519491231003X", "check"),
        (with_check("99010519491231002"), "area"),
        (with_check("00010519491231002"), "area"),
        (with_check("16010519491231002"), "area"),
        (with_check("95510519491231002"), "area"),
        (with_check("11010519490230002"), "birthday"),
        (with_check("11010519490431002"), "birthday"),
        (with_check("11010519010229002"), "birthday"),
        (with_check("11010519491301002"), "birthday"),
        (with_check("11010519490001002"), "birthday"),
        (with_check("11010518791231002"), "birthday"),
        (with_check("11010500001231002"), "birthday"),
        ("110105491231002", "17 digits"),
        ("", "17 digits"),
        (EXAMPLE + "0", "17 digits"),
        (EXAMPLE[:-1], "17 digits"),
        ("1101051949123100X2", "17 digits"),
        ("１１０１０５１９４９１２３１００２Ｘ", "17 digits"),
        ("11010519491231002x".replace("0", "٠"), "17 digits"),
        ("110105 19491231 002X", "17 digits"),
    ],
)
def test_a_wrong_number_is_refused_and_said_why(text: str, why: str) -> None:
    with pytest.raises(CitizenNumberWrong, match=why) as refused:
        parse_citizen_number(text)
    assert refused.value.detail_zh


def test_a_leap_day_counts_only_in_a_leap_year() -> None:
    assert parse_citizen_number(with_check("11010520000229002")).birthday == date(2000, 2, 29)
    with pytest.raises(CitizenNumberWrong):
        parse_citizen_number(with_check("11010519000229002"))


def test_a_birthday_after_today_is_refused_when_today_is_told() -> None:
    number = with_check("11010520261123002")
    assert parse_citizen_number(number).value == number
    with pytest.raises(CitizenNumberWrong):
        parse_citizen_number(number, today=date(2026, 11, 22))
    assert parse_citizen_number(number, today=date(2026, 11, 23)).value == number


@pytest.mark.parametrize(
    "area", ["710000", "810000", "820000", "830000", "911156", "931156", "110103", "512301"]
)
def test_residence_permits_foreigners_and_abolished_counties_are_taken(area: str) -> None:
    assert parse_citizen_number(with_check(f"{area}19900101123")).area == area


def test_every_single_digit_error_is_found() -> None:
    for place in range(17):
        for digit in "0123456789":
            changed = EXAMPLE[:place] + digit + EXAMPLE[place + 1 :]
            if changed != EXAMPLE:
                with pytest.raises(CitizenNumberWrong):
                    parse_citizen_number(changed)


def test_every_swap_of_neighbours_is_found() -> None:
    for place in range(16):
        swapped = EXAMPLE[:place] + EXAMPLE[place + 1] + EXAMPLE[place] + EXAMPLE[place + 2 :]
        if swapped != EXAMPLE:
            with pytest.raises(CitizenNumberWrong):
                parse_citizen_number(swapped)


def test_a_number_is_masked_wherever_it_is_shown() -> None:
    number = parse_citizen_number(EXAMPLE)
    for shown in (repr(number), str(number), f"{number}", number.masked()):
        assert "110***********002X" in shown
        assert "19491231" not in shown


def test_no_refusal_repeats_the_number() -> None:
    with pytest.raises(CitizenNumberWrong) as refused:
        parse_citizen_number("110105194912310021")
    assert "1101051949" not in f"{refused.value} {refused.value.detail_zh} {refused.value.log_only}"


@given(st.sampled_from(sorted(PROVINCES)), st.dates(date(1900, 1, 1), date(2026, 1, 1)), st.integers(0, 999))
@settings(max_examples=50)
def test_made_up_numbers_are_valid(area: str, birthday: date, sequence: int) -> None:
    number = parse_citizen_number(make_citizen_number(f"{area}0100", birthday, sequence))
    assert number.birthday == birthday
    assert isinstance(number, CitizenNumber)


@given(st.text(max_size=20))
@settings(max_examples=50)
def test_garbage_gives_only_our_error(text: str) -> None:
    with pytest.raises(CitizenNumberWrong):
        parse_citizen_number(text)
