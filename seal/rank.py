"""Organ rank 单位级别 → diameter and centre of its seal, as data (国发〔1999〕25号 on official seals).

`check_rank` is the whole rule. It does not check that an organ really has the rank it claims: the second
operator who approves the request answers for that.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from types import MappingProxyType

from seal.errors import RankMismatch


class Emblem(StrEnum):
    """What stands in the centre of a seal."""

    STATE_EMBLEM = "state_emblem"
    """国徽. Never drawn by this program: the operator supplies the organ's own artwork."""
    STAR = "star"
    """五角星."""


@dataclass(frozen=True, slots=True)
class Rank:
    """One row of the table. Diameters in millimetres; both ends are allowed."""

    code: str
    name: str
    name_zh: str
    smallest: Decimal
    largest: Decimal
    emblems: frozenset[Emblem]

    def diameter_text(self) -> str:
        if self.smallest == self.largest:
            return f"{self.largest} mm"
        return f"{self.smallest}–{self.largest} mm"


_STATE = frozenset({Emblem.STATE_EMBLEM})
_STAR = frozenset({Emblem.STAR})

# The row also serves departments of local governments, for which provinces set their own rules.
# Below this the characters of a long name can no longer be told apart; the regulation names only the largest.
_LEGIBLE = 30


def _rank(
    code: str, name: str, name_zh: str, largest: int, emblems: frozenset[Emblem], smallest: int | None = None
) -> Rank:
    return Rank(
        code, name, name_zh, Decimal(largest if smallest is None else smallest), Decimal(largest), emblems
    )


_TABLE = (
    _rank("state_council", "State Council", "国务院", 60, _STATE),
    _rank(
        "province_or_ministry",
        "Provincial government, State Council office, ministry",
        "省级人民政府、国务院办公厅、国务院部委",
        50,
        _STATE,
    ),
    _rank(
        "direct_agency_ministerial",
        "Directly affiliated agency or office, ministerial grade",
        "国务院直属机构、办事机构（正部级）",
        50,
        _STATE,
    ),
    _rank(
        "direct_agency_vice_ministerial",
        "Directly affiliated agency or office, vice-ministerial grade",
        "国务院直属机构、办事机构（副部级）",
        45,
        _STATE,
    ),
    _rank(
        "institution_administrative_ministerial",
        "Institution under the State Council with administrative functions, ministerial grade",
        "国务院直属事业单位（有行政职能，正部级）",
        50,
        _STATE,
    ),
    _rank(
        "institution_administrative_vice_ministerial",
        "Institution under the State Council with administrative functions, vice-ministerial grade",
        "国务院直属事业单位（有行政职能，副部级）",
        45,
        _STATE,
    ),
    _rank(
        "institution_ministerial",
        "Institution under the State Council without administrative functions, ministerial grade",
        "国务院直属事业单位（无行政职能，正部级）",
        50,
        _STAR,
    ),
    _rank(
        "institution_vice_ministerial",
        "Institution under the State Council without administrative functions, vice-ministerial grade",
        "国务院直属事业单位（无行政职能，副部级）",
        45,
        _STAR,
    ),
    _rank("coordinating_body", "Coordinating or temporary body", "国务院议事协调机构、临时机构", 50, _STAR),
    _rank("national_bureau", "National bureau under a ministry", "国务院部委管理的国家局", 45, _STATE),
    _rank(
        "prefecture_or_county",
        "Government of a prefecture, city, county or district",
        "自治州、市、县级（含区）人民政府",
        45,
        _STATE,
    ),
    _rank("prefectural_office", "Prefectural administrative office", "地区（盟）行政公署", 45, _STAR),
    _rank(
        "township_or_mission",
        "Township government, foreign affairs department, national-named organ, embassy or consulate",
        "乡镇人民政府、部委外事司（局）、冠“中华人民共和国”或“国家”的内设机构、驻外使领馆",
        42,
        _STATE,
    ),
    _rank(
        "department_or_unit",
        "Internal organ or subordinate unit, enterprise, institution, association",
        "内设机构、直属单位、企业事业单位、社会团体",
        45,
        _STAR,
        _LEGIBLE,
    ),
)

RANKS: Mapping[str, Rank] = MappingProxyType({rank.code: rank for rank in _TABLE})


def rank_named(code: str) -> Rank:
    """The row of the table. Raises RankMismatch, naming the codes there are."""
    try:
        return RANKS[code]
    except KeyError:
        known = ", ".join(RANKS)
        raise RankMismatch(
            f"There is no organ rank of this name; the ranks are: {known}.",
            f"没有这个单位级别；可用的级别代码为：{known}。",
        ) from None


def check_rank(code: str, diameter_mm: Decimal, emblem: Emblem) -> Rank:
    """Return the rank when diameter and centre fit it; raise RankMismatch with the rule otherwise."""
    rank = rank_named(code)
    if not (diameter_mm.is_finite() and rank.smallest <= diameter_mm <= rank.largest):
        raise RankMismatch(
            f"The seal of this rank ({rank.name}) measures {rank.diameter_text()}, not {diameter_mm} mm.",
            f"“{rank.name_zh}”的印章直径应为 {rank.diameter_text()}，而不是 {diameter_mm} mm。",
        )
    if emblem not in rank.emblems:
        wanted, wanted_zh = (
            ("the state emblem", "国徽") if Emblem.STATE_EMBLEM in rank.emblems else ("a star", "五角星")
        )
        raise RankMismatch(
            f"The seal of this rank ({rank.name}) carries {wanted} in its centre.",
            f"“{rank.name_zh}”的印章中央应刊{wanted_zh}。",
        )
    return rank
