"""The janitor takes what is over and nothing else."""

from datetime import datetime, timedelta

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from tests.unit.trust.authn.stores import SHORT
from trust.authn.attempts import AttemptPolicy, admit, settle
from trust.authn.challenges import ChallengePurpose, new_challenge
from trust.authn.factors import AcrLevel, Factor, Proof
from trust.authn.flow_store import begin_flow
from trust.authn.janitor import TABLES, sweep
from trust.authn.login_flow import LoginFlow
from trust.authn.secret import AuthnSecret
from trust.authn.session_store import current_session, start_session
from trust.authn.sessions import CITIZEN_LIMITS

POLICY = AttemptPolicy()


def fill(short: Session, secret: AuthnSecret, now: datetime) -> str:
    proof = Proof(AcrLevel.L2, frozenset({Factor.PASSWORD}), now)
    entered = start_session(short, person_id="p1", proof=proof, limits=CITIZEN_LIMITS, label="", now=now)
    begin_flow(short, secret, "b", LoginFlow(AcrLevel.L2, "/me"), now)
    new_challenge(short, ChallengePurpose.USE_PASSKEY, binding="b", now=now)
    admit(short, POLICY, subject=b"n", address="192.0.2.1", now=now)
    settle(short, POLICY, subject=b"n", good=False, now=now)
    return entered.cookie


def rows(short: Session) -> dict[str, int]:
    connection = short.connection()
    return {
        table.name: connection.execute(select(func.count()).select_from(table)).scalar_one()
        for table in TABLES
    }


def test_every_short_lived_table_is_swept() -> None:
    assert {table.name for table in TABLES} == {table.name for table in SHORT}


def test_what_is_over_goes_and_what_lives_stays(short: Session, secret: AuthnSecret, now: datetime) -> None:
    cookie = fill(short, secret, now)
    before = rows(short)
    assert all(before.values())
    assert sweep(short, now) == 0
    assert rows(short) == before
    assert current_session(short, cookie, now) is not None
    sweep(short, now + timedelta(days=2))
    assert not any(rows(short).values())


def test_a_sweep_is_bounded(short: Session, secret: AuthnSecret, now: datetime) -> None:
    for _ in range(5):
        fill(short, secret, now)
    later = now + timedelta(days=2)
    assert sweep(short, later, batch=2) == 2
    assert rows(short)["authn_session"] == 3
    assert [sweep(short, later, batch=2) for _ in range(3)] == [2, 1, 0]


def test_a_swept_bucket_gives_nobody_a_try_more(short: Session, now: datetime) -> None:
    for _ in range(POLICY.account.size):
        assert admit(short, POLICY, subject=b"n", address="192.0.2.1", now=now).allowed
    almost = now + timedelta(minutes=POLICY.account.size)
    sweep(short, almost)
    given = sum(
        admit(short, POLICY, subject=b"n", address="192.0.2.1", now=almost).allowed for _ in range(30)
    )
    assert given == POLICY.account.size
