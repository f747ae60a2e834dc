"""Who may issue what, where and when."""

from dataclasses import replace
from datetime import timedelta

import pytest

from licenses.accreditation import Accreditation, judge, region_within, require
from licenses.errors import NotAccredited
from tests.materials import BUREAU, BUSINESS, TODAY

GRANT = Accreditation(BUREAU, "局", frozenset({BUSINESS}), "330000", TODAY, TODAY + timedelta(days=10))


def test_a_grant_covers_its_types_in_its_time() -> None:
    assert judge([GRANT], BUREAU, BUSINESS, TODAY).accredited
    assert require([GRANT], BUREAU, BUSINESS, TODAY) is GRANT


def test_an_empty_list_accredits_nobody() -> None:
    assert not judge([], BUREAU, BUSINESS, TODAY).accredited
    assert not judge([replace(GRANT, license_types=frozenset())], BUREAU, BUSINESS, TODAY).accredited


def test_a_type_the_department_may_not_issue_is_refused_in_words() -> None:
    with pytest.raises(NotAccredited) as refused:
        require([GRANT], BUREAU, "real-estate-ownership", TODAY)
    assert "无权签发此类证照" in refused.value.detail_zh


def test_another_body_is_not_accredited_by_its_neighbour() -> None:
    assert not judge([GRANT], "11430000006122244L", BUSINESS, TODAY).accredited


@pytest.mark.parametrize(
    ("days", "covered"),
    [(-1, False), (0, True), (9, True), (10, False)],
    ids=["before", "first", "last", "after"],
)
def test_a_right_counts_from_its_first_day_to_its_last(days: int, covered: bool) -> None:
    assert judge([GRANT], BUREAU, BUSINESS, TODAY + timedelta(days=days)).accredited is covered


def test_a_right_that_begins_during_a_day_covers_the_licenses_of_that_day() -> None:
    from_noon = replace(GRANT, valid_from=TODAY + timedelta(hours=12))
    assert judge([from_noon], BUREAU, BUSINESS, TODAY).accredited


@pytest.mark.parametrize(
    ("inner", "outer", "within"),
    [
        ("330106", "330000", True),
        ("330106", "330100", True),
        ("330106", "330106", True),
        ("330000", "330100", False),
        ("440000", "330000", False),
        ("330106", "000000", True),
        ("000000", "000000", True),
        ("000000", "330000", False),
        ("", "000000", False),
        ("33010６", "330000", False),
        ("990000", "000000", False),
    ],
)
def test_a_region_lies_in_the_ones_above_it(inner: str, outer: str, within: bool) -> None:
    assert region_within(inner, outer) is within
