"""Proofing by registers from question to level, for people and organisations, whatever a register does."""

from datetime import datetime, timedelta
from uuid import UUID

import pytest
from sqlalchemy.orm import Session

from keys.codes.credit import make_credit_code
from keys.fields import FieldCipher
from tests.unit.trust.persons.conftest import MakePerson
from tests.unit.trust.persons.registers.server import CHANNEL
from tests.unit.trust.persons.registers.test_embedded import COMPANIES
from trust.persons import companies, directory
from trust.persons.accounts import read_particulars
from trust.persons.assurance import Level
from trust.persons.delegation import Wish, confirm, name_agent
from trust.persons.errors import ProofNotMatched, RegisterUnavailable
from trust.persons.matters import built_in_matters
from trust.persons.organization import make_organization
from trust.persons.proofing import prove_organization, prove_person, refusal_of
from trust.persons.registers.answer import Failure, Outcome, RegisterAnswer, failed
from trust.persons.registers.channel import parse_channel
from trust.persons.registers.query import Permit, prepare
from trust.persons.registers.question import Question, organization_question, person_question

PEOPLE = parse_channel(CHANNEL.format(url="https://register.example.cn/", timeout=3.0))
MATCH = RegisterAnswer(Outcome.MATCHED, "S-1")
CODE = make_credit_code("330100")


class Applying:
    def __init__(self, session: Session, cipher: FieldCipher, now: datetime) -> None:
        self.session, self.cipher, self.now = session, cipher, now

    def permit(
        self, person_id: UUID, question: Question | None = None, now: datetime | None = None
    ) -> Permit:
        person = read_particulars(self.session, self.cipher, person_id).person
        channel = PEOPLE if question is None else COMPANIES
        return prepare(
            self.session,
            self.cipher,
            channel,
            question or person_question(person),
            purpose="account",
            asked_by="node",
            person_id=person_id,
            now=now or self.now,
        )

    def company(self, person_id: UUID, name: str = "杭州某某有限公司", now: datetime | None = None) -> Permit:
        person = read_particulars(self.session, self.cipher, person_id).person
        return self.permit(person_id, organization_question(make_organization(CODE, name), person), now)


@pytest.fixture
def applying(session: Session, cipher: FieldCipher, now: datetime) -> Applying:
    return Applying(session, cipher, now)


def test_a_match_proves_level_two_with_the_query_as_evidence(
    session: Session, applying: Applying, somebody: MakePerson, now: datetime
) -> None:
    me = somebody(level=1)
    permit = applying.permit(me)
    proof = prove_person(session, permit, MATCH, me, now)
    assert proof is not None
    assert (proof.source, proof.evidence) == ("population", f"query:{permit.query_id}")
    assert directory.assurance(session, me, now) is Level.L2
    assert refusal_of(MATCH) is None


@pytest.mark.parametrize("outcome", [Outcome.MISMATCH, Outcome.ABSENT])
def test_no_match_is_refused_in_the_same_words_whatever_the_reason(
    session: Session, applying: Applying, somebody: MakePerson, now: datetime, outcome: Outcome
) -> None:
    me = somebody(level=1)
    answer = RegisterAnswer(outcome)
    assert prove_person(session, applying.permit(me), answer, me, now) is None
    refused = refusal_of(answer)
    assert isinstance(refused, ProofNotMatched)
    assert refused.detail == ProofNotMatched.title
    assert directory.assurance(session, me, now) is Level.L1


@pytest.mark.parametrize("failure", Failure)
def test_a_register_that_failed_proves_nothing_and_refuses_nobody(
    session: Session, applying: Applying, somebody: MakePerson, now: datetime, failure: Failure
) -> None:
    me = somebody(level=1)
    assert prove_person(session, applying.permit(me), failed(failure), me, now) is None
    assert isinstance(refusal_of(failed(failure)), RegisterUnavailable)
    assert directory.assurance(session, me, now) is Level.L1


def test_an_answer_proves_once_and_only_the_person_it_is_about(
    session: Session, applying: Applying, somebody: MakePerson, now: datetime
) -> None:
    me, other = somebody(level=1), somebody(level=1)
    permit = applying.permit(me)
    assert prove_person(session, permit, MATCH, other, now) is None
    assert prove_person(session, permit, MATCH, me, now) is not None
    assert prove_person(session, permit, MATCH, me, now) is None
    assert directory.assurance(session, other, now) is Level.L1


def test_an_organisation_is_enrolled_with_the_representative_the_register_confirms(
    session: Session, cipher: FieldCipher, applying: Applying, somebody: MakePerson, now: datetime
) -> None:
    boss = somebody("王总")
    view = prove_organization(
        session, applying.company(boss), MATCH, make_organization(CODE, "杭州某某有限公司"), boss, now
    )
    assert view is not None
    assert view.representative_id == boss
    assert [grant.code for grant in directory.grants_for(session, cipher, boss, now)] == [CODE]


def test_a_mismatch_enrols_nothing(
    session: Session, applying: Applying, somebody: MakePerson, now: datetime
) -> None:
    boss = somebody("王总")
    organization = make_organization(CODE, "杭州某某有限公司")
    answer = RegisterAnswer(Outcome.MISMATCH)
    assert prove_organization(session, applying.company(boss), answer, organization, boss, now) is None
    assert prove_organization(session, applying.company(boss), MATCH, organization, somebody(), now) is None
    assert companies.find(session, CODE) is None


def test_a_new_representative_in_the_register_ends_the_agents_of_the_old_one(
    session: Session, cipher: FieldCipher, applying: Applying, somebody: MakePerson, now: datetime
) -> None:
    old, new, agent = somebody("王总"), somebody("李总"), somebody("经办")
    first = make_organization(CODE, "杭州某某有限公司")
    view = prove_organization(session, applying.company(old), MATCH, first, old, now)
    assert view is not None
    matters = built_in_matters()
    grant = name_agent(session, view.organization_id, old, Wish(agent), matters, now)
    confirm(session, grant.id, agent, matters, now)
    later = now + timedelta(days=1)
    renamed = make_organization(CODE, "杭州新名有限公司")
    permit = applying.company(new, "杭州新名有限公司", later)
    after = prove_organization(session, permit, MATCH, renamed, new, later)
    assert after is not None
    assert (after.representative_id, after.name, after.epoch) == (new, "杭州新名有限公司", view.epoch + 1)
    assert directory.grants_for(session, cipher, agent, later) == []
    assert directory.grants_for(session, cipher, old, later) == []
