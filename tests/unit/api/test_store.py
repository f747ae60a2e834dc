"""Operators and the node's certificates in the database."""

from datetime import datetime

import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from sqlalchemy.orm import Session

from api import store
from api.errors import OperatorExists, UnknownOperator
from keys.errors import UnacceptableKey


@pytest.fixture(scope="module")
def key() -> ec.EllipticCurvePublicKey:
    return ec.generate_private_key(ec.SECP256R1()).public_key()


def test_an_operator_is_known_by_code_and_key(
    session: Session, now: datetime, key: ec.EllipticCurvePublicKey
) -> None:
    store.add_operator(session, code="op-1", name="经办人甲", public_key=key, now=now)
    found = store.active_operator(session, "op-1")
    assert store.operator_key(found).public_numbers() == key.public_numbers()
    assert [row.code for row in store.operators(session)] == ["op-1"]


@pytest.mark.parametrize("code", ["op-1", "op-2"])
def test_one_person_does_not_approve_under_two_names(
    session: Session, now: datetime, key: ec.EllipticCurvePublicKey, code: str
) -> None:
    store.add_operator(session, code="op-1", name="甲", public_key=key, now=now)
    with pytest.raises(OperatorExists):
        store.add_operator(session, code=code, name="乙", public_key=key, now=now)


def test_an_operators_key_of_another_curve_is_refused(session: Session, now: datetime) -> None:
    weak = ec.generate_private_key(ec.SECP384R1()).public_key()
    with pytest.raises(UnacceptableKey):
        store.add_operator(session, code="op-1", name="甲", public_key=weak, now=now)


def test_a_retired_operator_may_do_nothing_and_is_retired_once(
    session: Session, now: datetime, key: ec.EllipticCurvePublicKey
) -> None:
    store.add_operator(session, code="op-1", name="甲", public_key=key, now=now)
    store.retire_operator(session, "op-1", now)
    with pytest.raises(UnknownOperator):
        store.active_operator(session, "op-1")
    with pytest.raises(UnknownOperator):
        store.retire_operator(session, "op-1", now)


def test_a_stranger_is_no_operator(session: Session) -> None:
    with pytest.raises(UnknownOperator):
        store.active_operator(session, "nobody")
