"""Administrative divisions: all provinces, their prefectures, nothing invented."""

import pytest

from keys.codes.citizen import PROVINCES
from keys.codes.region import is_within, parse_region, provinces, region_name, regions
from keys.errors import RegionUnknown


def test_there_are_34_provinces() -> None:
    assert len(provinces()) == 34
    assert {code[:2] for code in provinces()} == PROVINCES - {"83"}


def test_every_prefecture_lies_in_a_province() -> None:
    for code in regions():
        assert f"{code[:2]}0000" in provinces()
        assert code.endswith("00")


@pytest.mark.parametrize(
    ("code", "name"),
    [
        ("330000", "浙江省"),
        ("330100", "浙江省杭州市"),
        ("330106", "浙江省杭州市"),
        ("110000", "北京市"),
        ("110105", "北京市"),
        ("650000", "新疆维吾尔自治区"),
        ("222401", "吉林省延边朝鲜族自治州"),
        ("371200", "山东省莱芜市"),
        ("710000", "台湾省"),
        ("810000", "香港特别行政区"),
        ("820000", "澳门特别行政区"),
    ],
)
def test_a_division_has_its_full_name(code: str, name: str) -> None:
    assert region_name(code) == name


@pytest.mark.parametrize(
    "code", ["", "33", "3300000", "990000", "000000", "160000", "33O000", "３３００００", "33000\n"]
)
def test_a_code_that_is_no_division_is_refused(code: str) -> None:
    for read in (parse_region, region_name):
        with pytest.raises(RegionUnknown):
            read(code)


@pytest.mark.parametrize(
    ("code", "region", "inside"),
    [
        ("330106", "330000", True),
        ("330106", "330100", True),
        ("330106", "330106", True),
        ("330000", "330100", False),
        ("330200", "330100", False),
        ("340000", "330000", False),
    ],
)
def test_a_division_lies_within_its_superior_only(code: str, region: str, *, inside: bool) -> None:
    assert is_within(code, region) is inside
