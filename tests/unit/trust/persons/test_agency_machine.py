"""Whatever people do to grants in whatever order: places are counted right and rights follow states."""

from datetime import UTC, datetime, timedelta
from uuid import UUID

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule
from sqlalchemy import create_engine, select
from sqlalchemy.orm import Session
from sqlmodel import SQLModel

from keys.codes.citizen import make_citizen_number
from keys.codes.credit import make_credit_code
from keys.fields import FieldCipher
from tests.unit.trust.persons.made import TABLES
from trust.persons import accounts, companies, delegation
from trust.persons.delegation import Wish
from trust.persons.documents import parse_document
from trust.persons.errors import GrantConflict, GrantNotFound, GrantRefused, OrganizationConflict
from trust.persons.levels import record_proof
from trust.persons.matters import built_in_matters
from trust.persons.organization import make_organization
from trust.persons.person import make_person
from trust.persons.store import agency

MATTERS = built_in_matters()
CIPHER = FieldCipher(bytes(range(32)))
WHO = st.integers(0, 3)
WHICH = st.integers(0, 9)


class Grants(RuleBasedStateMachine):
    """One company with two places, four people who take every part."""

    @initialize()
    def start(self) -> None:
        self.engine = create_engine("sqlite://")
        SQLModel.metadata.create_all(self.engine, tables=list(TABLES))
        self.session = Session(self.engine)
        self.now = datetime(2026, 11, 22, tzinfo=UTC)
        self.people = [self._person(number) for number in range(4)]
        organization = make_organization(make_credit_code("330100"), "杭州某某有限公司")
        self.company = companies.enrol(self.session, organization, self.people[0], self.now).organization_id
        agency.set_most(self.session, self.company, 2)

    def _person(self, number: int) -> UUID:
        document = parse_document(
            "citizen_number", make_citizen_number("330106", self.now.date().replace(year=1990), number)
        )
        person_id = accounts.open_account(self.session, CIPHER, make_person("某人", document), self.now)
        evidence = f"e-{number}"
        record_proof(
            self.session, person_id, method="register", source="test", evidence=evidence, now=self.now
        )
        return person_id

    def _grant(self, which: int) -> UUID | None:
        grants = agency.of_principal(self.session, self.company)
        return grants[which % len(grants)].id if grants else None

    @rule(namer=WHO, delegate=WHO, may_pass_on=st.booleans())
    def name(self, namer: int, delegate: int, may_pass_on: bool) -> None:
        wish = Wish(self.people[delegate], ("tax-filing",), may_subdelegate=may_pass_on)
        try:
            delegation.name_agent(self.session, self.company, self.people[namer], wish, MATTERS, self.now)
        except GrantRefused:
            return

    @rule(which=WHICH, delegate=WHO)
    def pass_on(self, which: int, delegate: int) -> None:
        grant_id = self._grant(which)
        grant = agency.read(self.session, grant_id) if grant_id else None
        if grant is None:
            return
        wish = Wish(self.people[delegate], ("tax-filing",))
        try:
            delegation.pass_on(self.session, grant.id, grant.delegate_id, wish, MATTERS, self.now)
        except (GrantRefused, GrantConflict):
            return

    @rule(which=WHICH, who=WHO, act=st.sampled_from(["confirm", "decline", "end"]))
    def step(self, which: int, who: int, act: str) -> None:
        grant_id = self._grant(which)
        if grant_id is None:
            return
        try:
            if act == "confirm":
                delegation.confirm(self.session, grant_id, self.people[who], MATTERS, self.now)
            elif act == "decline":
                delegation.decline(self.session, grant_id, self.people[who], self.now)
            else:
                delegation.end(self.session, grant_id, self.people[who], self.now)
        except (GrantConflict, GrantNotFound, GrantRefused):
            return

    @rule(who=WHO)
    def change_representative(self, who: int) -> None:
        try:
            companies.change_representative(self.session, self.company, self.people[who], "test", self.now)
        except OrganizationConflict:
            return
        assert all(agency.holding(self.session, person, self.now) == [] for person in self.people)

    @rule(days=st.integers(0, 20), sweep=st.booleans())
    def wait(self, days: int, sweep: bool) -> None:
        self.now += timedelta(days=days)
        if sweep:
            delegation.expire(self.session, self.now)

    @invariant()
    def places_are_counted_right(self) -> None:
        if not hasattr(self, "company"):
            return
        row = self.session.execute(
            select(agency.PRINCIPAL).where(agency.PRINCIPAL.c.id == self.company)
        ).one()
        confirmed = [
            grant
            for grant in agency.of_principal(self.session, self.company)
            if grant.state == "confirmed" and grant.epoch == row.epoch
        ]
        assert row.confirmed == len(confirmed) <= row.most

    @invariant()
    def rights_come_from_above(self) -> None:
        if not hasattr(self, "company"):
            return
        for person in self.people:
            for grant in agency.holding(self.session, person, self.now):
                parent = agency.read(self.session, grant.parent_id) if grant.parent_id else None
                assert grant.parent_id is None or (parent is not None and parent.holds(self.now))

    def teardown(self) -> None:
        if hasattr(self, "session"):
            self.session.close()
            self.engine.dispose()


Grants.TestCase.settings = settings(max_examples=25, stateful_step_count=25, deadline=None)
TestGrants = Grants.TestCase
