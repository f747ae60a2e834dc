"""Sums in Chinese capitals."""

import pytest

from licenses.amount import amount_in_capitals


@pytest.mark.parametrize(
    ("decimal", "capitals"),
    [
        ("0", "人民币零元整"),
        ("0.05", "人民币伍分"),
        ("0.50", "人民币伍角整"),
        ("1", "人民币壹元整"),
        ("10", "人民币壹拾元整"),
        ("105.00", "人民币壹佰零伍元整"),
        ("1005", "人民币壹仟零伍元整"),
        ("1409.50", "人民币壹仟肆佰零玖元伍角整"),
        ("6007.14", "人民币陆仟零柒元壹角肆分"),
        ("16409.02", "人民币壹万陆仟肆佰零玖元零贰分"),
        ("325.04", "人民币叁佰贰拾伍元零肆分"),
        ("107000.53", "人民币壹拾万柒仟元伍角叁分"),
        ("5000000.00", "人民币伍佰万元整"),
        ("10001", "人民币壹万零壹元整"),
        ("100000001", "人民币壹亿零壹元整"),
        ("1205003060.50", "人民币壹拾贰亿零伍佰万叁仟零陆拾元伍角整"),
        ("100100000000000", "人民币壹佰兆壹仟亿元整"),
        ("999999999999999.99", "人民币玖佰玖拾玖兆玖仟玖佰玖拾玖亿玖仟玖佰玖拾玖万玖仟玖佰玖拾玖元玖角玖分"),
    ],
)
def test_a_sum_is_written_as_on_a_bill(decimal: str, capitals: str) -> None:
    assert amount_in_capitals(decimal) == capitals


@pytest.mark.parametrize("decimal", ["", "1.234", "-1", "1,000", "1" * 16, "五"])
def test_what_is_no_sum_is_refused(decimal: str) -> None:
    with pytest.raises(ValueError, match="sum"):
        amount_in_capitals(decimal)
