"""T20 brute force: of any number of guesses by any number of workers, no more are looked at than the limits
say; a restart forgets nothing; a code counts once (ASVS 5.0 §6.3.1, §6.5.1)."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from api.db import Database, open_database
from keys.fields import FieldCipher
from tests.unit.trust.authn.stores import Stores, open_stores
from trust.authn.accounts import person_subject
from trust.authn.attempts import AttemptPolicy, Rate, Stopped, admit, settle
from trust.authn.factors import AcrLevel, Factor
from trust.authn.login_flow import TRIES, LoginFlow, StepKind, failed, next_step

NAME = b"n" * 32
POLICY = AttemptPolicy(
    account=Rate("account", 10, timedelta(minutes=1)),
    address=Rate("address", 10_000_000, timedelta(milliseconds=1)),
    node=Rate("node", 10_000_000, timedelta(milliseconds=1)),
    lock_after=10_000,
)
GUESSES = 300
"""A worker. The arithmetic is the same for 300 and for 10,000; only the test is quicker."""


@pytest.fixture
def stores(database: Database, tmp_path: Path) -> Iterator[Stores]:
    with open_stores(database, tmp_path) as opened:
        yield opened


def guess(
    stores: Stores, policy: AttemptPolicy, times: int, now: datetime, address: str = "192.0.2.1"
) -> int:
    """How many guesses of one worker were looked at; each in a transaction of its own."""
    looked_at = 0
    for _ in range(times):
        with stores.short.writing() as short:
            looked_at += admit(short, policy, subject=NAME, address=address, now=now).allowed
            short.commit()
    return looked_at


def test_two_workers_guessing_at_once_share_one_limit(stores: Stores, now: datetime) -> None:
    with ThreadPoolExecutor(2) as pool:
        looked_at = sum(pool.map(lambda _: guess(stores, POLICY, GUESSES, now), range(2)))
    assert looked_at == POLICY.account.size


def test_guessing_from_many_addresses_does_not_help(stores: Stores, now: datetime) -> None:
    looked_at = sum(guess(stores, POLICY, 1, now, f"198.51.100.{number}") for number in range(60))
    assert looked_at == POLICY.account.size


def test_guessing_one_password_for_many_names_is_limited_by_address(stores: Stores, now: datetime) -> None:
    policy = AttemptPolicy()
    looked_at = 0
    for number in range(200):
        with stores.short.writing() as short:
            subject = number.to_bytes(32, "big")
            looked_at += admit(short, policy, subject=subject, address="192.0.2.1", now=now).allowed
            short.commit()
    assert looked_at == policy.address.size


def test_the_limit_survives_a_restart(stores: Stores, now: datetime) -> None:
    guess(stores, POLICY, 30, now)
    reopened = open_database(stores.short.engine.url)
    try:
        with reopened.writing() as short:
            stopped = admit(short, POLICY, subject=NAME, address="192.0.2.1", now=now).stopped
            assert stopped is Stopped.ACCOUNT
    finally:
        reopened.close()


def test_a_guess_counts_although_the_worker_died_while_checking_it(stores: Stores, now: datetime) -> None:
    for _ in range(20):
        with stores.short.writing() as short:
            admit(short, POLICY, subject=NAME, address="192.0.2.1", now=now)
            short.commit()
        # no settle: the process ended here
    assert guess(stores, POLICY, 5, now) == 0


def test_a_day_of_guessing_is_bounded_by_the_lock(stores: Stores, now: datetime) -> None:
    policy = AttemptPolicy()
    looked_at, moment = 0, now
    while moment < now + timedelta(days=1):
        with stores.short.writing() as short:
            if admit(short, policy, subject=NAME, address="192.0.2.1", now=moment).allowed:
                looked_at += 1
                settle(short, policy, subject=NAME, good=False, now=moment)
            short.commit()
        moment += timedelta(minutes=1)
    assert looked_at < 700


def test_wrong_codes_end_a_login_before_a_limit_is_reached() -> None:
    flow = LoginFlow(AcrLevel.L3, "/me")
    for _ in range(TRIES):
        flow = failed(flow)
    assert TRIES == 5
    assert next_step(flow).kind is StepKind.OVER


def test_a_stolen_password_does_not_buy_more_guesses_at_the_code(stores: Stores, now: datetime) -> None:
    cipher = FieldCipher(b"f" * 32)
    password = person_subject(cipher, "p1", Factor.PASSWORD)
    code = person_subject(cipher, "p1", Factor.TOTP)
    looked_at = 0
    with stores.short.writing() as short:
        for number in range(100):
            where = f"198.51.100.{number}"
            assert admit(short, POLICY, subject=password, address=where, now=now).allowed
            settle(short, POLICY, subject=password, good=True, now=now)
            looked_at += admit(short, POLICY, subject=code, address=where, now=now).allowed
    assert looked_at == POLICY.account.size
