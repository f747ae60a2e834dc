"""The list of matters: read strictly, line by line."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from keys.errors import MalformedInput
from trust.persons.matters import COLUMNS, built_in_matters, highest_level, parse_matters

HEAD = ",".join(COLUMNS)
GOOD = "business-registration,企业登记,business registration,3,yes,no"


def test_the_built_in_list_reads_and_keeps_acts_of_the_person_alone() -> None:
    matters = built_in_matters()
    assert matters["business-registration"].agent
    assert matters["license-display"].relative
    assert not matters["marriage-registration"].agent
    assert not matters["marriage-registration"].relative


def test_the_strictest_matter_decides_the_level_and_an_unknown_one_needs_the_highest() -> None:
    matters = built_in_matters()
    assert highest_level(matters, ()) == 1
    assert highest_level(matters, ("tax-filing", "business-registration")) == 3
    assert highest_level(matters, ("tax-filing", "nowhere")) == 4


@pytest.mark.parametrize(
    "text",
    [
        "",
        HEAD,
        f"{HEAD}\n{GOOD}\n{GOOD}",
        f"code,name\n{GOOD}",
        '"a"b',
        f'"{HEAD}',
        f"{HEAD}\n{GOOD},more",
        f"{HEAD}\nbusiness-registration,企业登记,business registration,3,yes",
        f"{HEAD}\nbusiness registration,企业登记,business registration,3,yes,no",
        f"{HEAD}\nbusiness-registration,,business registration,3,yes,no",
        f"{HEAD}\nbusiness-registration,企业登记,business registration,5,yes,no",
        f"{HEAD}\nbusiness-registration,企业登记,business registration,3,maybe,no",
        f'{HEAD}\n"business-registration"x,企业登记,business registration,3,yes,no',
    ],
)
def test_a_list_with_a_mistake_is_refused_whole(text: str) -> None:
    with pytest.raises(MalformedInput):
        parse_matters(text)


@settings(max_examples=100)
@given(st.text(max_size=200), st.booleans())
def test_garbage_never_breaks_the_reader(text: str, headed: bool) -> None:
    try:
        parse_matters(f"{HEAD}\n{text}" if headed else text)
    except MalformedInput:
        return
