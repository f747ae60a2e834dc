"""Made-up records to issue: the same number and day always give the same record."""

from collections.abc import Callable, Mapping
from datetime import date, timedelta
from typing import Any

from api.demonstration.departments import BUILT_IN
from api.demonstration.people import PLACES, Somebody, company, person

ROADS = "文三路 学院路 解放路 滨江大道 凤起路 中山东路 环城北路 人民路".split()
SCOPES = (
    "软件开发；信息系统集成服务；技术咨询；会议及展览服务。",
    "货物运输；仓储服务（不含危险化学品）；装卸搬运；供应链管理。",
    "农产品种植、初加工与销售；农业技术推广；互联网销售。",
)
QUALIFICATIONS = (
    ["建筑工程施工总承包一级", "市政公用工程施工总承包二级"],
    ["公路工程施工总承包二级", "桥梁工程专业承包一级", "隧道工程专业承包二级"],
    ["建筑装修装饰工程专业承包一级"],
)


def record(number: int, today: date) -> dict[str, Any]:
    """The made-up record of that number; its type goes round with the number."""
    department = BUILT_IN[number % len(BUILT_IN)]
    (license_type,) = department.license_types
    holder, code_type, claims, until = _MAKERS[license_type](number, today)
    return {
        "license_type": license_type,
        "issuer": department.credit_code,
        "holder": {"name": holder.name, "code_type": code_type, "code": holder.code},
        "claims": claims,
        "valid_from": today.isoformat(),
        "valid_until": until.isoformat() if until else None,
    }


Made = tuple[Somebody, str, Mapping[str, Any], date | None]


def _business_license(number: int, today: date) -> Made:
    return (
        company(number),
        "001",
        {
            "entity_type": "有限责任公司",
            "legal_representative": person(number + 1).name,
            "registered_capital": f"{(number % 50 + 1) * 100000}.00",
            "established_on": date(2000 + number % 26, 1 + number % 12, 1 + number % 28).isoformat(),
            "address": _address(number),
            "business_scope": SCOPES[number % len(SCOPES)],
        },
        None,
    )


def _real_estate(number: int, today: date) -> Made:
    place = PLACES[number % len(PLACES)]
    return (
        person(number),
        "111",
        {
            "certificate_number": f"浙（{today.year}）示例不动产权第{number + 1:07}号",
            "co_ownership": ("单独所有", "共同共有")[number % 2],
            "location": f"{_address(number)}{1 + number % 20}幢{1 + number % 4}单元{100 + number % 90}室",
            "unit_number": f"{place}001002GB{number % 100000:05}F{number % 10000:04}0001",
            "right_types": ["国有建设用地使用权", "房屋（构筑物）所有权"],
            "right_nature": "出让/市场化商品房",
            "purpose": "城镇住宅用地/住宅",
            "land_area": f"{12 + number % 9}.5",
            "building_area": f"{80 + number % 60}.36",
            "term_of_use": f"国有建设用地使用权 {2060 + number % 30}年12月31日止",
        },
        None,
    )


def _qualification(number: int, today: date) -> Made:
    return (
        company(number + 500),
        "001",
        {
            "certificate_number": f"D{133000000 + number}",
            "legal_representative": person(number + 2).name,
            "registered_address": _address(number),
            "registered_capital": f"{(number % 40 + 10) * 1000000}.00",
            "qualifications": QUALIFICATIONS[number % len(QUALIFICATIONS)],
            "technical_director": person(number + 3).name,
        },
        date(today.year + 5, today.month, min(today.day, 28)) - timedelta(days=1),
    )


def _address(number: int) -> str:
    return f"示例市示范区{ROADS[number % len(ROADS)]}{1 + number * 7 % 400}号"


_MAKERS: Mapping[str, Callable[[int, date], Made]] = {
    "business-license": _business_license,
    "real-estate-ownership": _real_estate,
    "construction-qualification": _qualification,
}
