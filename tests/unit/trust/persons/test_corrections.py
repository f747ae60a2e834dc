"""Disputes: they go to the source, the source decides, and every step is on record."""

from datetime import datetime, timedelta
from uuid import UUID, uuid4

import pytest
from sqlalchemy.orm import Session

from keys.fields import FieldCipher
from tests.unit.trust.persons.conftest import MakePerson
from trust.persons import accounts, corrections, traces
from trust.persons.assurance import Level
from trust.persons.correction import BEFORE, Correction, CorrectionState
from trust.persons.errors import CorrectionConflict, CorrectionRefused, PersonNotFound
from trust.persons.levels import assurance

STATEMENT = "我的姓名应为张晓明。"


@pytest.fixture
def me(somebody: MakePerson) -> UUID:
    return somebody()


@pytest.fixture
def filed(session: Session, cipher: FieldCipher, me: UUID, now: datetime) -> Correction:
    return corrections.file(session, cipher, me, "name", "test", STATEMENT, now)


def test_a_dispute_waits_for_its_source_and_reads_back_only_with_the_persons_key(
    session: Session, cipher: FieldCipher, me: UUID, filed: Correction, now: datetime
) -> None:
    assert corrections.waiting(session, "test") == [filed]
    assert corrections.waiting(session, "elsewhere") == []
    assert corrections.read_statement(session, cipher, filed.id) == STATEMENT
    accounts.erase_account(session, me, "op-1", now)
    with pytest.raises(PersonNotFound):
        corrections.read_statement(session, cipher, filed.id)


def test_when_the_source_corrects_its_proof_stands_no_more(
    session: Session, me: UUID, filed: Correction, now: datetime
) -> None:
    assert assurance(session, me, now) is Level.L2
    corrections.forward(session, filed.id, actor="op-1", reference="GA-2026-17", now=now)
    corrections.answer(session, filed.id, corrected=True, actor="op-1", reference="GA-2026-17/2", now=now)
    assert assurance(session, me, now) is Level.L1
    assert [step.state for step in corrections.trace_of(session, filed.id)] == [
        "filed",
        "forwarded",
        "corrected",
    ]
    assert corrections.trace_of(session, filed.id)[1].reference == "GA-2026-17"


def test_when_the_source_upholds_its_data_nothing_changes(
    session: Session, me: UUID, filed: Correction, now: datetime
) -> None:
    later = now + timedelta(days=3)
    corrections.forward(session, filed.id, actor="op-1", reference="r", now=now)
    corrections.answer(session, filed.id, corrected=False, actor="op-1", reference="r", now=later)
    assert assurance(session, me, later) is Level.L2
    assert corrections.of_person(session, me)[0].state is CorrectionState.UPHELD


def test_the_person_sees_every_step_among_the_traces(
    session: Session, me: UUID, filed: Correction, now: datetime
) -> None:
    corrections.forward(session, filed.id, actor="op-1", reference="r", now=now + timedelta(seconds=1))
    seen = traces.who_looked(session, me)
    assert [(step.actor.kind.value, step.purpose) for step in seen] == [
        ("node", "forwarded: test"),
        ("self", "filed: test"),
    ]


def test_the_person_takes_a_dispute_back_before_it_is_forwarded(
    session: Session, me: UUID, filed: Correction, now: datetime
) -> None:
    with pytest.raises(CorrectionConflict):
        corrections.withdraw(session, filed.id, uuid4(), now)
    assert corrections.withdraw(session, filed.id, me, now).state is CorrectionState.WITHDRAWN
    with pytest.raises(CorrectionConflict):
        corrections.forward(session, filed.id, actor="op-1", reference="r", now=now)


def test_no_step_is_skipped_or_done_twice(
    session: Session, me: UUID, filed: Correction, now: datetime
) -> None:
    with pytest.raises(CorrectionConflict):
        corrections.answer(session, filed.id, corrected=True, actor="op-1", reference="r", now=now)
    corrections.forward(session, filed.id, actor="op-1", reference="r", now=now)
    with pytest.raises(CorrectionConflict):
        corrections.forward(session, filed.id, actor="op-1", reference="r", now=now)
    with pytest.raises(CorrectionConflict):
        corrections.withdraw(session, filed.id, me, now)
    assert set(BEFORE) == set(CorrectionState) - {CorrectionState.FILED}


@pytest.mark.parametrize(
    ("claim", "source", "statement"),
    [
        ("shoe_size", "test", "x"),
        ("name", "elsewhere", "x"),
        ("name", "test", "  "),
        ("name", "test", "x" * 2001),
    ],
)
def test_a_dispute_that_nobody_could_answer_is_refused(
    session: Session, cipher: FieldCipher, me: UUID, now: datetime, claim: str, source: str, statement: str
) -> None:
    with pytest.raises(CorrectionRefused):
        corrections.file(session, cipher, me, claim, source, statement, now)


def test_a_person_has_a_bounded_number_of_open_disputes(
    session: Session, cipher: FieldCipher, me: UUID, filed: Correction, now: datetime
) -> None:
    for _ in range(corrections.MOST_OPEN - 1):
        corrections.file(session, cipher, me, "name", "test", STATEMENT, now)
    with pytest.raises(CorrectionRefused):
        corrections.file(session, cipher, me, "name", "test", STATEMENT, now)


@pytest.mark.parametrize("reference", ["", "x" * 129, "a\nb"])
def test_a_reference_that_cannot_be_kept_is_refused(
    session: Session, filed: Correction, now: datetime, reference: str
) -> None:
    with pytest.raises(CorrectionRefused):
        corrections.forward(session, filed.id, actor="op-1", reference=reference, now=now)
