"""Queries: who asked why is on record before anything leaves, limits hold, and the breaker is shared."""

from datetime import datetime, timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from api.db import Database
from keys.fields import FieldCipher
from tests.unit.trust.persons.conftest import MakePerson
from tests.unit.trust.persons.registers.server import CHANNEL
from trust.persons import traces
from trust.persons.accounts import read_particulars
from trust.persons.errors import RegisterQueryRefused, RegisterUnavailable
from trust.persons.person import NaturalPerson
from trust.persons.registers import breaker, store
from trust.persons.registers.answer import Failure, Outcome, RegisterAnswer, failed
from trust.persons.registers.breaker import BreakerState
from trust.persons.registers.channel import Channel, parse_channel
from trust.persons.registers.query import Permit, prepare, settle
from trust.persons.registers.question import Question, person_question

DOWN = failed(Failure.UNREACHABLE, 2)
MATCH = RegisterAnswer(Outcome.MATCHED, "S-1")


@pytest.fixture
def channel() -> Channel:
    return parse_channel(CHANNEL.format(url="https://register.example.cn/", timeout=3.0))


@pytest.fixture
def question(zhang: NaturalPerson) -> Question:
    return person_question(zhang)


class Asking:
    """Prepares queries with everything but the moment fixed."""

    def __init__(self, session: Session, cipher: FieldCipher, channel: Channel, question: Question) -> None:
        self.session, self.cipher, self.channel, self.question = session, cipher, channel, question

    def prepare(self, now: datetime, *, asked_by: str = "node", purpose: str = "account") -> Permit:
        return prepare(
            self.session,
            self.cipher,
            self.channel,
            self.question,
            purpose=purpose,
            asked_by=asked_by,
            now=now,
        )

    def fail(self, now: datetime, times: int) -> None:
        for _ in range(times):
            settle(self.session, self.prepare(now), DOWN, now)


@pytest.fixture
def asking(session: Session, cipher: FieldCipher, channel: Channel, question: Question) -> Asking:
    return Asking(session, cipher, channel, question)


def test_a_query_is_on_record_before_it_is_asked_without_anybodys_data(
    session: Session, asking: Asking, zhang: NaturalPerson, now: datetime
) -> None:
    permit = asking.prepare(now, asked_by="clerk-1")
    row = session.execute(select(store.QUERY)).one()
    assert (row.id, row.channel, row.purpose, row.asked_by, row.outcome) == (
        permit.query_id,
        "population",
        "account",
        "clerk-1",
        "asked",
    )
    assert row.fields == "name number"
    shown = repr(row)
    assert zhang.name not in shown
    assert zhang.document.number not in shown


def test_what_came_back_is_written_once(session: Session, asking: Asking, now: datetime) -> None:
    permit = asking.prepare(now)
    assert settle(session, permit, MATCH, now)
    assert not settle(session, permit, DOWN, now)
    row = session.execute(select(store.QUERY)).one()
    assert (row.outcome, row.reference, row.attempts) == ("matched", "S-1", 1)


def test_a_person_sees_which_register_was_asked_about_them(
    session: Session, cipher: FieldCipher, channel: Channel, somebody: MakePerson, now: datetime
) -> None:
    person_id = somebody()
    question = person_question(read_particulars(session, cipher, person_id).person)
    prepare(
        session, cipher, channel, question, purpose="step-up", asked_by="node", person_id=person_id, now=now
    )
    [seen] = traces.who_looked(session, person_id)
    assert (seen.act, seen.actor.code, seen.purpose) == (traces.Act.QUERY, "population", "step-up")
    assert seen.claims == ("name", "number")
    assert [row.channel for row in store.queries_of(session, person_id, 10)] == ["population"]


@pytest.mark.parametrize("wrong", ["purpose", "field", "kind"])
def test_a_query_that_the_channel_is_not_for_is_refused(asking: Asking, now: datetime, wrong: str) -> None:
    held = asking.question
    if wrong == "field":
        asking.question = Question("person", {"name": held.fields["name"]}, held.subject)
    elif wrong == "kind":
        asking.question = Question("organization", held.fields, held.subject)
    with pytest.raises(RegisterQueryRefused):
        asking.prepare(now, purpose="curiosity" if wrong == "purpose" else "account")
    assert asking.session.execute(select(store.QUERY)).all() == []


def test_one_subject_is_asked_about_a_few_times_a_day_only(
    session: Session, asking: Asking, now: datetime
) -> None:
    for turn in range(5):
        settle(session, asking.prepare(now, asked_by=f"a-{turn}"), MATCH, now)
    with pytest.raises(RegisterQueryRefused):
        asking.prepare(now, asked_by="another")
    asking.prepare(now + timedelta(days=1, seconds=1), asked_by="another")


def test_one_asker_asks_a_limited_number_of_times_a_day(
    session: Session, cipher: FieldCipher, asking: Asking, somebody: MakePerson, now: datetime
) -> None:
    for _ in range(8):
        asking.question = person_question(read_particulars(session, cipher, somebody()).person)
        asking.prepare(now)
    asking.question = person_question(read_particulars(session, cipher, somebody()).person)
    with pytest.raises(RegisterQueryRefused):
        asking.prepare(now)
    asking.prepare(now, asked_by="somebody else")


def test_the_breaker_opens_after_failures_in_a_row_and_says_so_at_once(
    session: Session, asking: Asking, channel: Channel, now: datetime
) -> None:
    asking.fail(now, 2)
    settle(session, asking.prepare(now), MATCH, now)
    asking.fail(now, 1)
    assert breaker.state_of(session, channel) is BreakerState.CLOSED
    later = now + timedelta(days=2)
    asking.fail(later, 2)
    assert breaker.state_of(session, channel) is BreakerState.OPEN
    with pytest.raises(RegisterUnavailable):
        asking.prepare(later)


def test_a_mismatch_is_an_answer_and_never_opens_the_breaker(
    session: Session, asking: Asking, channel: Channel, now: datetime
) -> None:
    for _ in range(4):
        settle(session, asking.prepare(now), RegisterAnswer(Outcome.MISMATCH), now)
    assert breaker.state_of(session, channel) is BreakerState.CLOSED


def test_after_a_while_one_query_tries_and_its_success_closes_the_breaker(
    session: Session, asking: Asking, channel: Channel, now: datetime
) -> None:
    asking.fail(now, 3)
    later = now + timedelta(seconds=30)
    trying = asking.prepare(later)
    assert breaker.state_of(session, channel) is BreakerState.HALF_OPEN
    with pytest.raises(RegisterUnavailable):
        asking.prepare(later)
    settle(session, trying, MATCH, later)
    assert breaker.state_of(session, channel) is BreakerState.CLOSED


def test_a_failed_try_opens_the_breaker_again(
    session: Session, asking: Asking, channel: Channel, now: datetime
) -> None:
    asking.fail(now, 3)
    later = now + timedelta(seconds=30)
    settle(session, asking.prepare(later), DOWN, later)
    assert breaker.state_of(session, channel) is BreakerState.OPEN


def test_a_try_that_was_lost_in_a_crash_does_not_shut_the_channel_for_ever(
    asking: Asking, now: datetime
) -> None:
    asking.fail(now, 3)
    asking.prepare(now + timedelta(seconds=30))
    asking.prepare(now + timedelta(seconds=61))


def test_of_two_workers_that_find_the_breaker_run_out_one_may_try(
    people_database: Database, session: Session, asking: Asking, channel: Channel, now: datetime
) -> None:
    asking.fail(now, 3)
    later = now + timedelta(seconds=30)
    row = store.read_breaker(session, channel.name)
    assert row is not None
    swaps = [
        store.swap_breaker(session, row, state="half_open", failures=3, until=later) for _worker in range(2)
    ]
    assert swaps == [True, False]


def test_the_subject_of_a_query_is_found_by_the_index_of_the_account(
    cipher: FieldCipher, question: Question, zhang: NaturalPerson
) -> None:
    again = person_question(zhang, phone="+8613800000000")
    assert question.subject_index(cipher) == again.subject_index(cipher)
    assert zhang.name not in repr(question)


@pytest.mark.parametrize("card", ["6222020200012345678", "1", "6222-0202"])
def test_a_bank_card_with_a_typing_mistake_is_not_sent(zhang: NaturalPerson, card: str) -> None:
    with pytest.raises(RegisterQueryRefused):
        person_question(zhang, bank_card=card)
    assert person_question(zhang, bank_card="4111111111111111").fields["bank_card"]
