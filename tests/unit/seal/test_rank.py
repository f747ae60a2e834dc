"""国发〔1999〕25号 as a table: every rank has its diameter and its centre."""

from decimal import Decimal

import pytest

from seal.errors import RankMismatch
from seal.rank import RANKS, Emblem, Rank, check_rank

ALL = list(RANKS.values())


def test_the_table_is_the_regulation() -> None:
    state = {code: (int(rank.largest), Emblem.STATE_EMBLEM in rank.emblems) for code, rank in RANKS.items()}
    assert state == {
        "state_council": (60, True),
        "province_or_ministry": (50, True),
        "direct_agency_ministerial": (50, True),
        "direct_agency_vice_ministerial": (45, True),
        "institution_administrative_ministerial": (50, True),
        "institution_administrative_vice_ministerial": (45, True),
        "institution_ministerial": (50, False),
        "institution_vice_ministerial": (45, False),
        "coordinating_body": (50, False),
        "national_bureau": (45, True),
        "prefecture_or_county": (45, True),
        "prefectural_office": (45, False),
        "township_or_mission": (42, True),
        "department_or_unit": (45, False),
    }


@pytest.mark.parametrize("rank", ALL, ids=lambda rank: rank.code)
def test_a_seal_that_fits_its_rank_is_accepted(rank: Rank) -> None:
    for emblem in rank.emblems:
        assert check_rank(rank.code, rank.smallest, emblem) is rank
        assert check_rank(rank.code, rank.largest, emblem) is rank


@pytest.mark.parametrize("rank", ALL, ids=lambda rank: rank.code)
@pytest.mark.parametrize("step", [Decimal("0.1"), Decimal(1), Decimal(100)])
def test_a_diameter_that_does_not_fit_the_rank_is_refused(rank: Rank, step: Decimal) -> None:
    emblem = next(iter(rank.emblems))
    for diameter in (rank.smallest - step, rank.largest + step):
        with pytest.raises(RankMismatch, match="mm") as refused:
            check_rank(rank.code, diameter, emblem)
        assert rank.name_zh in refused.value.detail_zh


@pytest.mark.parametrize("rank", ALL, ids=lambda rank: rank.code)
def test_a_centre_that_does_not_fit_the_rank_is_refused(rank: Rank) -> None:
    for emblem in set(Emblem) - rank.emblems:
        with pytest.raises(RankMismatch) as refused:
            check_rank(rank.code, rank.largest, emblem)
        assert ("国徽" if emblem is Emblem.STAR else "五角星") in refused.value.detail_zh


def test_an_unknown_rank_is_refused_with_the_ranks_there_are() -> None:
    with pytest.raises(RankMismatch, match="township_or_mission"):
        check_rank("village", Decimal(42), Emblem.STAR)


@pytest.mark.parametrize("diameter", [Decimal("NaN"), Decimal("Infinity"), Decimal("-45")])
def test_a_diameter_that_is_no_size_is_refused(diameter: Decimal) -> None:
    with pytest.raises(RankMismatch):
        check_rank("department_or_unit", diameter, Emblem.STAR)
