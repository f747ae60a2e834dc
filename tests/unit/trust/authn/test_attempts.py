"""Rate limits and lockout: atomic, shared, restart-proof, and blind to whether a name exists."""

from datetime import datetime, timedelta

import pytest
from sqlalchemy.orm import Session

from trust.authn.attempts import Admission, AttemptPolicy, Rate, Stopped, admit, settle, take

POLICY = AttemptPolicy(
    account=Rate("account", 3, timedelta(minutes=1)),
    address=Rate("address", 6, timedelta(seconds=10)),
    node=Rate("node", 100, timedelta(milliseconds=10)),
    lock_after=5,
    lock_for=timedelta(minutes=30),
)
NAME = b"n" * 32


def attempt(
    short: Session, now: datetime, subject: bytes | None = NAME, address: str = "192.0.2.1"
) -> Admission:
    return admit(short, POLICY, subject=subject, address=address, now=now)


def test_a_name_has_so_many_tries_and_then_waits(short: Session, now: datetime) -> None:
    assert [attempt(short, now).allowed for _ in range(4)] == [True, True, True, False]
    stopped = attempt(short, now)
    assert stopped.stopped is Stopped.ACCOUNT
    assert stopped.retry_after == timedelta(minutes=1)


def test_a_bucket_fills_again_one_by_one(short: Session, now: datetime) -> None:
    for _ in range(3):
        attempt(short, now)
    later = now + timedelta(minutes=1)
    assert attempt(short, later).allowed
    assert not attempt(short, later).allowed
    much_later = now + timedelta(hours=1)
    assert sum(attempt(short, much_later, address=f"192.0.2.{i}").allowed for i in range(9)) == 3


def test_the_wait_that_is_told_is_exactly_long_enough(short: Session, now: datetime) -> None:
    rate = Rate("x", 2, timedelta(seconds=7))
    while (wait := take(short, rate, b"", now)) is None:
        pass
    assert take(short, rate, b"", now + wait - timedelta(milliseconds=1)) is not None
    assert take(short, rate, b"", now + wait) is None


def test_an_address_is_limited_over_all_names(short: Session, now: datetime) -> None:
    answers = [attempt(short, now, subject=bytes([number]) * 32) for number in range(8)]
    assert sum(answer.allowed for answer in answers) == 6
    assert answers[-1].stopped is Stopped.ADDRESS
    assert attempt(short, now, subject=b"other" * 4, address="192.0.2.9").allowed


def test_the_node_is_limited_over_all_addresses(short: Session, now: datetime) -> None:
    tight = AttemptPolicy(node=Rate("node", 4, timedelta(seconds=1)))
    answers = [admit(short, tight, subject=None, address=f"192.0.2.{i}", now=now) for i in range(6)]
    assert [answer.allowed for answer in answers] == [True] * 4 + [False] * 2
    assert answers[-1].stopped is Stopped.NODE


def test_a_good_login_fills_the_bucket_of_its_name(short: Session, now: datetime) -> None:
    for _ in range(3):
        attempt(short, now)
    settle(short, POLICY, subject=NAME, good=True, now=now)
    assert attempt(short, now).allowed


def fail(short: Session, times: int, now: datetime) -> None:
    for _ in range(times):
        settle(short, POLICY, subject=NAME, good=False, now=now)


def test_failures_in_a_row_lock_the_name_for_a_while(short: Session, now: datetime) -> None:
    fail(short, 4, now)
    assert attempt(short, now).allowed
    fail(short, 1, now)
    locked = attempt(short, now)
    assert (locked.stopped, locked.retry_after) == (Stopped.LOCKED, timedelta(minutes=30))
    assert attempt(short, now + timedelta(minutes=30)).allowed


def test_a_lock_that_is_over_begins_a_new_count(short: Session, now: datetime) -> None:
    fail(short, 5, now)
    later = now + timedelta(minutes=31)
    fail(short, 4, later)
    assert attempt(short, later).allowed
    fail(short, 1, later)
    assert attempt(short, later).stopped is Stopped.LOCKED


def test_a_good_login_clears_the_failures(short: Session, now: datetime) -> None:
    fail(short, 4, now)
    settle(short, POLICY, subject=NAME, good=True, now=now)
    fail(short, 4, now)
    assert attempt(short, now).allowed


def test_failures_of_yesterday_are_forgotten(short: Session, now: datetime) -> None:
    fail(short, 4, now)
    tomorrow = now + timedelta(hours=25)
    fail(short, 4, tomorrow)
    assert attempt(short, tomorrow).allowed


def test_a_locked_name_does_not_lock_proofs_that_cannot_be_guessed(short: Session, now: datetime) -> None:
    fail(short, 5, now)
    assert attempt(short, now).stopped is Stopped.LOCKED
    assert attempt(short, now, subject=None).allowed


def test_a_locked_name_does_not_drain_the_address(short: Session, now: datetime) -> None:
    fail(short, 5, now)
    for _ in range(20):
        attempt(short, now)
    assert attempt(short, now, subject=b"m" * 32).allowed


@pytest.mark.parametrize("jump", [timedelta(days=-2), timedelta(seconds=-1), timedelta(days=3650)])
def test_a_clock_that_jumps_never_gives_more_than_a_full_bucket(
    jump: timedelta, short: Session, now: datetime
) -> None:
    for _ in range(3):
        attempt(short, now)
    given = sum(attempt(short, now + jump, address="192.0.2.77").allowed for _ in range(6))
    assert given == (3 if jump > timedelta(0) else 0)
