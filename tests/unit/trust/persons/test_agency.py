"""The rules of acting for somebody: every rule has the wish it refuses."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest

from trust.persons.agency import (
    OPEN,
    RULES,
    TRANSITIONS,
    Grant,
    GrantState,
    Kind,
    Naming,
    Step,
    check_naming,
)
from trust.persons.errors import GrantRefused
from trust.persons.matters import built_in_matters

NOW = datetime(2026, 11, 22, tzinfo=UTC)
COMPANY, BOSS, AGENT, HELPER = (uuid4() for _ in range(4))
GOOD = Naming(
    kind=Kind.ORGANIZATION,
    principal_id=COMPANY,
    entitled=BOSS,
    named_by=BOSS,
    delegate_id=AGENT,
    matters=("tax-filing", "business-registration"),
    valid_from=NOW,
    valid_until=NOW + timedelta(days=30),
    may_subdelegate=True,
)
HELD = Grant(
    id=uuid4(),
    principal_id=COMPANY,
    kind=Kind.ORGANIZATION,
    epoch=1,
    parent_id=None,
    depth=1,
    named_by=BOSS,
    delegate_id=AGENT,
    matters=("tax-filing", "business-registration"),
    may_subdelegate=True,
    state=GrantState.CONFIRMED,
    valid_from=NOW,
    valid_until=NOW + timedelta(days=30),
    named_at=NOW,
)
PASSED_ON = replace(
    GOOD, named_by=AGENT, delegate_id=HELPER, parent=HELD, matters=("tax-filing",), may_subdelegate=False
)
REFUSED = {
    "_namer_is_entitled": [
        replace(GOOD, named_by=HELPER),
        replace(GOOD, entitled=None),
        replace(PASSED_ON, parent=replace(HELD, may_subdelegate=False)),
        replace(PASSED_ON, parent=replace(HELD, state=GrantState.NAMED)),
        replace(PASSED_ON, parent=replace(HELD, valid_until=NOW)),
        replace(PASSED_ON, parent=replace(HELD, principal_id=uuid4())),
        replace(PASSED_ON, named_by=BOSS),
    ],
    "_delegate_is_somebody_else": [replace(GOOD, delegate_id=BOSS), replace(PASSED_ON, delegate_id=BOSS)],
    "_time_is_sensible": [
        replace(GOOD, valid_until=NOW),
        replace(GOOD, valid_from=NOW - timedelta(days=3), valid_until=NOW - timedelta(days=1)),
        replace(GOOD, valid_until=NOW + timedelta(days=367)),
        replace(GOOD, valid_from=NOW + timedelta(days=400), valid_until=NOW + timedelta(days=401)),
    ],
    "_matters_can_be_delegated": [
        replace(GOOD, matters=("nowhere",)),
        replace(GOOD, matters=("tax-filing", "tax-filing")),
        replace(GOOD, matters=("marriage-registration",)),
        replace(GOOD, matters=("license-display",)),
        replace(GOOD, kind=Kind.PERSON),
    ],
    "_not_beyond_the_superior": [
        replace(PASSED_ON, valid_until=HELD.valid_until + timedelta(seconds=1)),
        replace(PASSED_ON, valid_from=NOW - timedelta(days=1)),
        replace(PASSED_ON, matters=("invoice-services",)),
        replace(PASSED_ON, matters=()),
    ],
    "_not_too_deep": [
        replace(PASSED_ON, may_subdelegate=True),
        replace(PASSED_ON, parent=replace(HELD, depth=2)),
    ],
}
CASES = [(rule, naming) for rule, namings in REFUSED.items() for naming in namings]


@pytest.mark.parametrize("naming", [GOOD, PASSED_ON, replace(GOOD, matters=())])
def test_a_sensible_wish_passes_every_rule(naming: Naming) -> None:
    check_naming(naming, built_in_matters(), NOW)


@pytest.mark.parametrize(("rule", "naming"), CASES)
def test_a_wish_that_breaks_a_rule_is_refused_by_that_rule(rule: str, naming: Naming) -> None:
    refusing = [check.__name__ for check in RULES if check(naming, built_in_matters(), NOW)]
    assert refusing[0] == rule
    with pytest.raises(GrantRefused):
        check_naming(naming, built_in_matters(), NOW)


def test_every_rule_has_a_wish_it_refuses() -> None:
    assert {rule.__name__ for rule in RULES} == set(REFUSED)
    assert RULES


def test_what_is_over_stays_over() -> None:
    leaving = {before for before, _step in TRANSITIONS}
    assert leaving == OPEN
    assert {step for _before, step in TRANSITIONS} == set(Step)


def test_a_grant_holds_only_when_confirmed_and_within_its_time() -> None:
    assert HELD.holds(NOW)
    assert not HELD.holds(HELD.valid_until)
    assert not HELD.holds(NOW - timedelta(seconds=1))
    assert not any(replace(HELD, state=state).holds(NOW) for state in GrantState if state != "confirmed")


def test_a_grant_without_matters_covers_all() -> None:
    assert replace(HELD, matters=()).covers("anything")
    assert HELD.covers("tax-filing")
    assert not HELD.covers("anything")
