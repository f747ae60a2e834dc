"""Assurance levels: read from data, given by proofs, gone when the proofs are."""

from datetime import datetime, timedelta
from uuid import UUID

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy.orm import Session

from keys.errors import MalformedInput
from tests.unit.trust.persons.conftest import MakePerson
from trust.oidc.provider import ACR_VALUES
from trust.persons.assurance import Level, built_in_table, parse_table
from trust.persons.errors import ProofConflict, ProofRefused
from trust.persons.levels import assurance, record_proof, withdraw_proof
from trust.persons.store import proofs


@pytest.fixture
def person_id(somebody: MakePerson) -> UUID:
    return somebody(level=1)


def test_the_levels_are_named_as_the_provider_names_them() -> None:
    table = built_in_table()
    assert tuple(table.levels[level].acr for level in sorted(table.levels)) == ACR_VALUES
    assert table.level_of("urn:xinzheng:acr:L3") is Level.L3
    assert table.level_of("urn:elsewhere") is None
    assert {method.level for method in table.methods.values()} == set(table.levels)


@pytest.mark.parametrize("method", ["register", "face", "ctid", "counter", "certificate"])
def test_a_proof_raises_the_level_until_it_expires(
    session: Session, person_id: UUID, now: datetime, method: str
) -> None:
    known = built_in_table().methods[method]
    proof = record_proof(session, person_id, method=method, source="test", evidence="e-1", now=now)
    assert assurance(session, person_id, now) is known.level
    assert assurance(session, person_id, now - timedelta(seconds=1)) is Level.NONE
    assert assurance(session, person_id, proof.expires_at) is Level.L1


def test_the_strongest_proof_that_stands_decides(session: Session, person_id: UUID, now: datetime) -> None:
    for method in ("counter", "register"):
        record_proof(session, person_id, method=method, source="test", evidence=method, now=now)
    assert [proof.level for proof in proofs.standing(session, person_id, now)] == [4, 2, 1]
    assert assurance(session, person_id, now) is Level.L4


def test_a_proof_that_turned_out_wrong_is_withdrawn_once(
    session: Session, person_id: UUID, now: datetime
) -> None:
    proof = record_proof(session, person_id, method="face", source="test", evidence="e", now=now)
    withdraw_proof(session, proof.id, now)
    assert assurance(session, person_id, now) is Level.L1
    with pytest.raises(ProofConflict):
        withdraw_proof(session, proof.id, now)


def test_the_same_evidence_never_proves_twice(session: Session, somebody: MakePerson, now: datetime) -> None:
    one, other = somebody(level=1), somebody(level=1)
    record_proof(session, one, method="face", source="test", evidence="e", now=now)
    with pytest.raises(ProofConflict):
        record_proof(session, other, method="face", source="test", evidence="e", now=now)
    assert assurance(session, other, now) is Level.L1


@pytest.mark.parametrize(
    ("method", "evidence"), [("guess", "e"), ("face", ""), ("face", "x" * 129), ("face", "证")]
)
def test_a_proof_without_a_method_or_a_usable_reference_is_refused(
    session: Session, person_id: UUID, now: datetime, method: str, evidence: str
) -> None:
    with pytest.raises(ProofRefused):
        record_proof(session, person_id, method=method, source="test", evidence=evidence, now=now)


@settings(max_examples=80)
@given(st.text(max_size=200))
def test_garbage_is_no_table_of_levels(text: str) -> None:
    with pytest.raises(MalformedInput):
        parse_table(text)


def test_a_table_without_one_of_the_four_levels_is_refused() -> None:
    with pytest.raises(MalformedInput):
        parse_table(
            '[[level]]\nlevel = 1\nacr = "a"\nname = "b"\nname_en = "c"\n[[method]]\nname = "x"\nlevel = 1\n'
            'days = 1\nevidence = "e"\ncheck = "c"'
        )
