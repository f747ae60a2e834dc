"""Agents in the database: named, confirmed, passed on, ended by either side, by time, by a new
representative.
"""

import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from uuid import UUID, uuid4

import pytest
from sqlalchemy.orm import Session

from api.db import Database
from keys.codes.credit import make_credit_code
from keys.fields import FieldCipher
from tests.unit.trust.persons.conftest import MakePerson
from trust.persons import companies, delegation, directory
from trust.persons.agency import EndReason, Grant, GrantState
from trust.persons.delegation import Wish
from trust.persons.errors import (
    GrantConflict,
    GrantNotFound,
    GrantRefused,
    OrganizationConflict,
    OrganizationNotFound,
    PersonNotFound,
)
from trust.persons.levels import record_proof
from trust.persons.matters import built_in_matters
from trust.persons.organization import OrganizationView, make_organization
from trust.persons.store import agency

MATTERS = built_in_matters()


@pytest.fixture
def boss(somebody: MakePerson) -> UUID:
    return somebody("王总")


@pytest.fixture
def company(session: Session, boss: UUID, now: datetime) -> OrganizationView:
    enrolled = companies.enrol(
        session, make_organization(make_credit_code("330100"), "杭州某某有限公司"), boss, now
    )
    record_proof(
        session,
        enrolled.organization_id,
        method="register",
        source="business",
        evidence="business-1",
        now=now,
        subject_kind="organization",
    )
    return enrolled


def named(session: Session, company: OrganizationView, boss: UUID, agent: UUID, now: datetime) -> Grant:
    wish = Wish(agent, ("tax-filing",), may_subdelegate=True)
    return delegation.name_agent(session, company.organization_id, boss, wish, MATTERS, now)


def confirmed(session: Session, company: OrganizationView, boss: UUID, agent: UUID, now: datetime) -> Grant:
    return delegation.confirm(session, named(session, company, boss, agent, now).id, agent, MATTERS, now)


def test_a_named_agent_has_no_right_until_they_confirm(
    session: Session,
    cipher: FieldCipher,
    company: OrganizationView,
    boss: UUID,
    somebody: MakePerson,
    now: datetime,
) -> None:
    agent = somebody()
    grant = named(session, company, boss, agent, now)
    assert directory.grants_for(session, cipher, agent, now) == []
    delegation.confirm(session, grant.id, agent, MATTERS, now)
    [held] = directory.grants_for(session, cipher, agent, now)
    assert (held.kind, held.code, held.name) == ("organization", company.credit_code, company.name)
    assert held.to_claim()["matters"] == ["tax-filing"]
    assert held.until == now + timedelta(days=30)


def test_the_representative_acts_by_office_as_long_as_the_register_stands(
    session: Session, cipher: FieldCipher, company: OrganizationView, boss: UUID, now: datetime
) -> None:
    [held] = directory.grants_for(session, cipher, boss, now)
    assert held.code == company.credit_code
    assert directory.grants_for(session, cipher, boss, held.until) == []


def test_only_the_representative_names_agents(
    session: Session, company: OrganizationView, somebody: MakePerson, now: datetime
) -> None:
    with pytest.raises(GrantRefused):
        named(session, company, somebody(), somebody(), now)
    with pytest.raises(OrganizationNotFound):
        delegation.name_agent(session, uuid4(), somebody(), Wish(somebody()), MATTERS, now)


def test_nobody_confirms_for_somebody_else(
    session: Session, company: OrganizationView, boss: UUID, somebody: MakePerson, now: datetime
) -> None:
    grant = named(session, company, boss, somebody(), now)
    for stranger in (boss, somebody()):
        with pytest.raises(GrantNotFound):
            delegation.confirm(session, grant.id, stranger, MATTERS, now)


def test_an_agent_is_proven_as_the_strictest_matter_asks(
    session: Session, company: OrganizationView, boss: UUID, somebody: MakePerson, now: datetime
) -> None:
    unproven, matched = somebody(level=1), somebody(level=2)
    grant = named(session, company, boss, unproven, now)
    strict = Wish(matched, ("business-registration",))
    other = delegation.name_agent(session, company.organization_id, boss, strict, MATTERS, now)
    for refused, delegate in ((grant, unproven), (other, matched)):
        with pytest.raises(GrantRefused):
            delegation.confirm(session, refused.id, delegate, MATTERS, now)


def test_a_delegate_without_an_account_cannot_be_named(
    session: Session, company: OrganizationView, boss: UUID, now: datetime
) -> None:
    with pytest.raises(GrantRefused):
        named(session, company, boss, uuid4(), now)


def test_the_delegate_may_say_no_and_that_is_final(
    session: Session, company: OrganizationView, boss: UUID, somebody: MakePerson, now: datetime
) -> None:
    agent = somebody()
    grant = named(session, company, boss, agent, now)
    assert delegation.decline(session, grant.id, agent, now).state is GrantState.DECLINED
    for act in (delegation.decline, delegation.end):
        with pytest.raises(GrantConflict):
            act(session, grant.id, agent, now)
    with pytest.raises(GrantConflict):
        delegation.confirm(session, grant.id, agent, MATTERS, now)


@pytest.mark.parametrize("side", ["grantor", "delegate"])
def test_either_side_ends_it_and_no_third(
    session: Session, company: OrganizationView, boss: UUID, somebody: MakePerson, now: datetime, side: str
) -> None:
    agent = somebody()
    grant = confirmed(session, company, boss, agent, now)
    with pytest.raises(GrantNotFound):
        delegation.end(session, grant.id, somebody(), now)
    [ended] = delegation.end(session, grant.id, boss if side == "grantor" else agent, now)
    assert (ended.state, ended.end_reason) == (GrantState.ENDED, side)
    assert agency.holding(session, agent, now) == []


def test_what_was_passed_on_ends_with_what_it_came_from(
    session: Session, company: OrganizationView, boss: UUID, somebody: MakePerson, now: datetime
) -> None:
    agent, helper = somebody(), somebody()
    grant = confirmed(session, company, boss, agent, now)
    below = delegation.pass_on(session, grant.id, agent, Wish(helper, ("tax-filing",)), MATTERS, now)
    delegation.confirm(session, below.id, helper, MATTERS, now)
    assert below.valid_until == grant.valid_until
    ended = delegation.end(session, grant.id, boss, now)
    assert [(held.id, held.end_reason) for held in ended][1] == (below.id, EndReason.SUPERIOR)
    assert agency.holding(session, helper, now) == []


def test_only_the_agent_passes_a_grant_on(
    session: Session, company: OrganizationView, boss: UUID, somebody: MakePerson, now: datetime
) -> None:
    grant = confirmed(session, company, boss, somebody(), now)
    with pytest.raises(GrantNotFound):
        delegation.pass_on(session, grant.id, boss, Wish(somebody()), MATTERS, now)


def test_a_helper_cannot_confirm_after_the_agent_has_gone(
    session: Session, company: OrganizationView, boss: UUID, somebody: MakePerson, now: datetime
) -> None:
    agent, helper = somebody(), somebody()
    grant = confirmed(session, company, boss, agent, now)
    below = delegation.pass_on(session, grant.id, agent, Wish(helper, ("tax-filing",)), MATTERS, now)
    agency.move(session, grant, delegation.Step.END, now)
    with pytest.raises(GrantConflict):
        delegation.confirm(session, below.id, helper, MATTERS, now)


def test_a_new_representative_ends_every_grant(
    session: Session,
    cipher: FieldCipher,
    company: OrganizationView,
    boss: UUID,
    somebody: MakePerson,
    now: datetime,
) -> None:
    agents = [somebody() for _ in range(3)]
    for agent in agents:
        confirmed(session, company, boss, agent, now)
    waiting, successor = somebody(), somebody()
    grant = named(session, company, boss, waiting, now)
    ended = companies.change_representative(session, company.organization_id, successor, "business", now)
    assert len(ended) == 4
    assert {held.end_reason for held in ended} == {EndReason.REPRESENTATIVE}
    assert all(directory.grants_for(session, cipher, agent, now) == [] for agent in [*agents, boss])
    assert directory.grants_for(session, cipher, successor, now) != []
    with pytest.raises(GrantConflict):
        delegation.confirm(session, grant.id, waiting, MATTERS, now)
    with pytest.raises(OrganizationConflict):
        companies.change_representative(session, company.organization_id, successor, "business", now)
    confirmed(session, company, successor, waiting, now)


def test_a_confirmation_that_races_a_new_representative_loses(
    session: Session, company: OrganizationView, boss: UUID, somebody: MakePerson, now: datetime
) -> None:
    """The grant was read before the change, its place is taken after it."""
    grant = named(session, company, boss, somebody(), now)
    companies.change_representative(session, company.organization_id, somebody(), "business", now)
    assert not agency.take_place(session, company.organization_id, grant.epoch)


def test_two_agents_confirming_the_last_place_at_once_is_decided_by_the_database(
    people_database: Database,
    session: Session,
    company: OrganizationView,
    boss: UUID,
    somebody: MakePerson,
    now: datetime,
) -> None:
    agency.set_most(session, company.organization_id, 1)
    first, second = somebody(), somebody()
    grants = [named(session, company, boss, agent, now) for agent in (first, second)]
    session.commit()
    outcomes = []
    for grant in grants:
        with people_database.writing() as own:
            try:
                outcomes.append(delegation.confirm(own, grant.id, grant.delegate_id, MATTERS, now).state)
                own.commit()
            except GrantConflict:
                outcomes.append(None)
    assert outcomes == [GrantState.CONFIRMED, None]


def test_the_same_grant_is_confirmed_once(
    session: Session, company: OrganizationView, boss: UUID, somebody: MakePerson, now: datetime
) -> None:
    grant = named(session, company, boss, somebody(), now)
    assert agency.move(session, grant, delegation.Step.CONFIRM, now)
    assert not agency.move(session, grant, delegation.Step.CONFIRM, now)


def test_a_place_comes_back_when_an_agent_goes_or_time_is_over(
    session: Session, company: OrganizationView, boss: UUID, somebody: MakePerson, now: datetime
) -> None:
    agency.set_most(session, company.organization_id, 1)
    first = confirmed(session, company, boss, somebody(), now)
    with pytest.raises(GrantConflict):
        confirmed(session, company, boss, somebody(), now)
    delegation.end(session, first.id, boss, now)
    confirmed(session, company, boss, somebody(), now)
    later = now + timedelta(days=31)
    confirmed(session, company, boss, somebody(), later)


def test_overdue_grants_are_closed_in_batches(
    session: Session, company: OrganizationView, boss: UUID, somebody: MakePerson, now: datetime
) -> None:
    agent = somebody()
    grant = confirmed(session, company, boss, agent, now)
    later = now + timedelta(days=30)
    assert agency.holding(session, agent, later) == []
    assert delegation.expire(session, later) == 1
    assert delegation.expire(session, later) == 0
    held = agency.read(session, grant.id)
    assert held is not None
    assert held.state is GrantState.EXPIRED


def test_a_relative_acts_by_a_grant_of_the_same_kind_and_sees_a_masked_name(
    session: Session, cipher: FieldCipher, somebody: MakePerson, now: datetime
) -> None:
    mother, son = somebody("陈秀英"), somebody("陈小明")
    grant = delegation.name_relative(session, mother, Wish(son, ("license-display",)), MATTERS, now)
    delegation.confirm(session, grant.id, son, MATTERS, now)
    [held] = directory.grants_for(session, cipher, son, now)
    assert (held.kind, held.code, held.name) == ("person", None, "陈**")
    delegation.end(session, grant.id, mother, now)
    assert directory.grants_for(session, cipher, son, now) == []


def test_an_ended_organisation_has_no_agents(
    session: Session,
    cipher: FieldCipher,
    company: OrganizationView,
    boss: UUID,
    somebody: MakePerson,
    now: datetime,
) -> None:
    agent = somebody()
    confirmed(session, company, boss, agent, now)
    companies.end_organization(session, company.organization_id, "business", now)
    assert directory.grants_for(session, cipher, agent, now) == []
    assert directory.grants_for(session, cipher, boss, now) == []
    with pytest.raises(OrganizationNotFound):
        named(session, company, boss, agent, now)
    with pytest.raises(OrganizationConflict):
        companies.end_organization(session, company.organization_id, "business", now)


def test_an_organisation_is_enrolled_once_and_only_with_a_representative_who_is_here(
    session: Session, company: OrganizationView, now: datetime
) -> None:
    with pytest.raises(OrganizationConflict):
        companies.enrol(session, make_organization(company.credit_code, "别名"), None, now)
    with pytest.raises(PersonNotFound):
        companies.enrol(session, make_organization(make_credit_code("330100"), "别名"), uuid4(), now)
    assert companies.rename(session, company.organization_id, "新名", now).name == "新名"
    assert companies.find(session, company.credit_code) is not None


def test_two_workers_confirming_the_last_place_at_the_same_moment_get_one_yes(
    people_database: Database,
    session: Session,
    company: OrganizationView,
    boss: UUID,
    somebody: MakePerson,
    now: datetime,
) -> None:
    agency.set_most(session, company.organization_id, 1)
    grants = [named(session, company, boss, somebody(), now) for _ in range(4)]
    session.commit()
    together = threading.Barrier(len(grants))

    def work(grant: Grant) -> bool:
        together.wait(10)
        with people_database.writing() as own:
            try:
                delegation.confirm(own, grant.id, grant.delegate_id, MATTERS, now)
            except GrantConflict:
                return False
            own.commit()
            return True

    with ThreadPoolExecutor(len(grants)) as pool:
        outcomes = list(pool.map(work, grants))
    assert sorted(outcomes) == [False, False, False, True]
