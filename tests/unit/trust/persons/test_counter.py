"""Counter proofing: two clerks, neither the person, and a document that was really there."""

from dataclasses import replace
from datetime import datetime, timedelta
from uuid import UUID

import pytest
from sqlalchemy.orm import Session

from keys.fields import FieldCipher
from tests.unit.trust.persons.conftest import MakePerson
from trust.persons import counter
from trust.persons.accounts import read_particulars
from trust.persons.assurance import Level, Proof
from trust.persons.counter import RULES, CounterEvidence
from trust.persons.documents import parse_document
from trust.persons.errors import ProofConflict, ProofRefused
from trust.persons.levels import assurance, withdraw_proof
from trust.persons.store import proofs


class Desk:
    """A person at a counter with two clerks."""

    def __init__(self, session: Session, cipher: FieldCipher, somebody: MakePerson, now: datetime) -> None:
        self.session, self.cipher, self.now = session, cipher, now
        self.person, self.first, self.second = somebody("来人", level=1), somebody("甲员"), somebody("乙员")
        document = read_particulars(session, cipher, self.person).person.document
        self.evidence = CounterEvidence(document, True, True, "ab" * 32, "hz-xihu-03")

    def propose(self, **changed: object) -> Proof:
        evidence = replace(self.evidence, **changed)  # type: ignore[arg-type]
        return counter.propose(self.session, self.cipher, self.person, self.first, evidence, self.now)

    def level(self, later: timedelta = timedelta()) -> Level:
        return assurance(self.session, self.person, self.now + later)


@pytest.fixture
def desk(session: Session, cipher: FieldCipher, somebody: MakePerson, now: datetime) -> Desk:
    return Desk(session, cipher, somebody, now)


def test_one_clerk_proves_nothing_and_two_prove_level_four(desk: Desk) -> None:
    proposed = desk.propose()
    assert desk.level() is Level.L1
    proof = counter.confirm(desk.session, proposed.id, desk.second, desk.now)
    assert desk.level() is Level.L4
    assert (proof.proven_by, proof.confirmed_by) == (str(desk.first), str(desk.second))
    assert desk.level(timedelta(days=5 * 365)) is Level.L1


def test_nobody_confirms_their_own_proposal_not_even_in_the_database(desk: Desk) -> None:
    proposed = desk.propose()
    with pytest.raises(ProofRefused):
        counter.confirm(desk.session, proposed.id, desk.first, desk.now)
    until = desk.now + timedelta(days=9)
    moved = proofs.move(
        desk.session,
        proposed.id,
        "proposed",
        "standing",
        desk.now,
        confirmed_by=str(desk.first),
        expires_at=until,
    )
    assert not moved


def test_nobody_proves_confirms_or_declines_themself(desk: Desk) -> None:
    with pytest.raises(ProofRefused):
        counter.propose(desk.session, desk.cipher, desk.person, desk.person, desk.evidence, desk.now)
    proposed = desk.propose()
    for act in (counter.confirm, counter.decline):
        with pytest.raises(ProofRefused):
            act(desk.session, proposed.id, desk.person, desk.now)


def test_a_proposal_is_confirmed_once(desk: Desk, somebody: MakePerson) -> None:
    proposed = desk.propose()
    counter.confirm(desk.session, proposed.id, desk.second, desk.now)
    with pytest.raises(ProofConflict):
        counter.confirm(desk.session, proposed.id, somebody("丙员"), desk.now)


def test_a_proposal_nobody_confirms_lapses_after_a_day(desk: Desk) -> None:
    proposed = desk.propose()
    with pytest.raises(ProofConflict):
        counter.confirm(desk.session, proposed.id, desk.second, desk.now + counter.WAITS)
    assert counter.work_list(desk.session, desk.second, desk.now + counter.WAITS) == []


def test_a_declined_or_withdrawn_proposal_is_over(desk: Desk) -> None:
    first, second = desk.propose(), desk.propose(copy_digest="cd" * 32)
    counter.decline(desk.session, first.id, desk.second, desk.now)
    withdraw_proof(desk.session, second.id, desk.now)
    for proposed in (first, second):
        with pytest.raises(ProofConflict):
            counter.confirm(desk.session, proposed.id, desk.second, desk.now)
    assert desk.level() is Level.L1


def test_the_work_list_shows_what_this_clerk_may_confirm(desk: Desk) -> None:
    proposed = desk.propose()
    lists = [
        counter.work_list(desk.session, clerk, desk.now) for clerk in (desk.first, desk.second, desk.person)
    ]
    assert [[proof.id for proof in each] for each in lists] == [[], [proposed.id], []]


def test_one_filed_copy_proves_one_person(desk: Desk) -> None:
    desk.propose()
    with pytest.raises(ProofConflict):
        desk.propose()


BAD = {
    "_document_is_the_accounts": {"document": parse_document("passport", "E12345678")},
    "_document_is_valid": {"document_valid": False},
    "_face_was_compared": {"face_compared": False},
    "_copy_is_filed": {"copy_digest": "AB" * 32},
    "_office_is_named": {"office": "西湖"},
}


@pytest.mark.parametrize("rule", BAD)
def test_evidence_that_breaks_a_rule_is_refused_by_that_rule(desk: Desk, rule: str) -> None:
    evidence = replace(desk.evidence, **BAD[rule])  # type: ignore[arg-type]
    refusing = [check.__name__ for check in RULES if check(evidence, desk.evidence.document)]
    assert refusing == [rule]
    with pytest.raises(ProofRefused):
        desk.propose(**BAD[rule])


def test_every_rule_has_evidence_it_refuses() -> None:
    assert {rule.__name__ for rule in RULES} == set(BAD)


def test_an_unknown_proposal_is_not_waiting(desk: Desk) -> None:
    with pytest.raises(ProofConflict):
        counter.confirm(desk.session, UUID(int=7), desk.second, desk.now)
