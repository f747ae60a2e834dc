"""When ways of logging in may be changed."""

from datetime import datetime, timedelta

import pytest
from sqlalchemy.orm import Session

from keys.fields import FieldCipher
from trust.authn.accounts import open_account, set_password
from trust.authn.enrolment import enrolled_factors, require_fresh_login, wanted_for_change
from trust.authn.errors import StrongerLoginNeeded
from trust.authn.factors import AcrLevel, Factor, Proof
from trust.authn.passwords import PasswordHasher
from trust.authn.recovery import new_recovery_codes
from trust.authn.sessions import LoginSession

P, T, R, K, C = Factor.PASSWORD, Factor.TOTP, Factor.RECOVERY_CODE, Factor.PASSKEY, Factor.CERTIFICATE


def login(factors: set[Factor], at: datetime) -> LoginSession:
    proof = Proof(AcrLevel.L1, frozenset(factors), at)
    return LoginSession("sid", "p1", "", proof, proof, at, at, at, timedelta(minutes=30))


@pytest.mark.parametrize(
    ("enrolled", "done", "may"),
    [
        ({P}, {P}, True),
        ({P, T}, {P}, False),
        ({P, T}, {P, T}, True),
        ({P, K}, {P}, False),
        ({P, K}, {K}, True),
        ({P, T, R}, {P, R}, True),
        ({P, C}, {P}, False),
        ({P, K, C}, {K}, True),
        (set(), {P}, True),
    ],
)
def test_a_change_needs_a_proof_as_strong_as_what_the_account_has(
    enrolled: set[Factor], done: set[Factor], may: bool, now: datetime
) -> None:
    if may:
        require_fresh_login(login(done, now), frozenset(enrolled), now)
        return
    with pytest.raises(StrongerLoginNeeded):
        require_fresh_login(login(done, now), frozenset(enrolled), now)


@pytest.mark.parametrize("age", [timedelta(minutes=11), timedelta(minutes=-1)])
def test_an_old_proof_or_one_from_the_future_is_not_fresh(age: timedelta, now: datetime) -> None:
    with pytest.raises(StrongerLoginNeeded):
        require_fresh_login(login({K}, now - age), frozenset({K}), now)


def test_the_level_to_step_up_to_is_what_the_change_will_ask_for() -> None:
    assert wanted_for_change(frozenset({P})) is AcrLevel.L2
    assert wanted_for_change(frozenset({P, T})) is AcrLevel.L3
    assert wanted_for_change(frozenset({C})) is AcrLevel.L3
    assert wanted_for_change(frozenset()) is AcrLevel.L1


def test_what_a_person_has_is_read_from_every_table(
    session: Session, cipher: FieldCipher, hasher: PasswordHasher, now: datetime
) -> None:
    assert enrolled_factors(session, "p1", now) == frozenset()
    open_account(session, "p1", now)
    set_password(session, cipher, "p1", hasher.hash("x"), now)
    new_recovery_codes(session, "p1", now)
    assert enrolled_factors(session, "p1", now) == frozenset({P, R})
