"""T19 real-name enumeration at the password door: who has an account shows neither in an answer, nor in what
the database is asked, nor in the number of hashes, nor in time (ASVS 5.0 §6.3.8)."""

import time
from collections.abc import Iterator
from datetime import datetime
from math import erf, sqrt
from pathlib import Path
from statistics import median
from threading import BoundedSemaphore

import pytest
from sqlalchemy import event
from sqlalchemy.orm import Session

from api.db import Database
from keys.fields import FieldCipher
from tests.unit.trust.authn.stores import Stores, open_stores
from trust.authn.accounts import add_login_name, find_password, open_account, set_password
from trust.authn.attempts import AttemptPolicy, Rate, admit, settle
from trust.authn.errors import LoginRefused
from trust.authn.passwords import Cost, PasswordHasher

CIPHER = FieldCipher(b"f" * 32)
HASHER = PasswordHasher(Cost(2048, 1), BoundedSemaphore(2))
"""Real Argon2id at a tenth of the real cost, so that anything beside it would show ten times as clearly."""
POLICY = AttemptPolicy()
KNOWN, WITHOUT_PASSWORD, UNKNOWN = "zhang@example.test", "li@example.test", "nobody@example.test"
SAMPLES = 300


@pytest.fixture
def stores(database: Database, tmp_path: Path, now: datetime) -> Iterator[Stores]:
    with open_stores(database, tmp_path) as opened:
        with opened.durable.writing() as session:
            for person, name in (("p1", KNOWN), ("p2", WITHOUT_PASSWORD)):
                open_account(session, person, now)
                add_login_name(session, CIPHER, person, name, now)
            set_password(session, CIPHER, "p1", HASHER.hash("the right one"), now)
            session.commit()
        yield opened


def answer(session: Session, name: str, typed: str) -> str:
    """What the visitor is told."""
    found = find_password(session, CIPHER, name)
    if HASHER.check(found.stored, typed).matches:
        return "welcome"
    error = LoginRefused()
    return f"{error.code}|{error.detail}|{error.detail_zh}"


def test_wrong_password_no_password_and_no_account_are_answered_alike(stores: Stores) -> None:
    with stores.durable.reading() as session:
        answers = {answer(session, name, "wrong") for name in (KNOWN, WITHOUT_PASSWORD, UNKNOWN)}
        assert len(answers) == 1
        assert answer(session, KNOWN, "the right one") == "welcome"


def test_the_database_is_asked_the_same_questions(stores: Stores) -> None:
    asked: dict[str, list[str]] = {}
    for name in (KNOWN, WITHOUT_PASSWORD, UNKNOWN):
        with stores.durable.reading() as session:
            seen = asked.setdefault(name, [])

            def note(*arguments: object, seen: list[str] = seen) -> None:
                seen.append(str(arguments[2]))

            event.listen(stores.durable.engine, "before_cursor_execute", note)
            answer(session, name, "wrong")
            event.remove(stores.durable.engine, "before_cursor_execute", note)
    assert asked[KNOWN]
    assert asked[KNOWN] == asked[WITHOUT_PASSWORD] == asked[UNKNOWN]


def test_limits_and_locks_are_the_same_for_a_name_nobody_has(stores: Stores, now: datetime) -> None:
    policy = AttemptPolicy(address=Rate("address", 1000, POLICY.address.every), lock_after=6)
    told: dict[str, list[str]] = {}
    with stores.durable.reading() as session, stores.short.writing() as short:
        for name in (KNOWN, UNKNOWN):
            subject = find_password(session, CIPHER, name).name_index
            for _ in range(15):
                admission = admit(short, policy, subject=subject, address="192.0.2.1", now=now)
                told.setdefault(name, []).append(f"{admission.stopped} {admission.retry_after}")
                if admission.allowed:
                    settle(short, policy, subject=subject, good=False, now=now)
    assert told[KNOWN] == told[UNKNOWN]
    assert any("locked" in line for line in told[KNOWN])


def test_time_does_not_tell_whether_an_account_exists(stores: Stores) -> None:
    """Interleaved samples; a real difference shows in every round, a busy machine only in some."""
    for _ in range(4):
        known: list[float] = []
        unknown: list[float] = []
        with stores.durable.reading() as session:
            for _ in range(SAMPLES):
                for name, samples in ((KNOWN, known), (UNKNOWN, unknown)):
                    begun = time.perf_counter()
                    answer(session, name, "wrong")
                    samples.append(time.perf_counter() - begun)
        difference = abs(median(known) - median(unknown)) / median(known)
        if difference < 0.05 or mann_whitney(known, unknown) > 0.01:
            return
    pytest.fail(f"the medians differ by {difference:.1%}")


def mann_whitney(first: list[float], second: list[float]) -> float:
    """Two-sided p by the normal approximation."""
    ranked = sorted([(value, 0) for value in first] + [(value, 1) for value in second])
    ranks = sum(rank for rank, (_, group) in enumerate(ranked, 1) if group == 0)
    n, m = len(first), len(second)
    u = ranks - n * (n + 1) / 2
    z = (u - n * m / 2) / sqrt(n * m * (n + m + 1) / 12)
    return 1 - erf(abs(z) / sqrt(2))


def test_the_measure_of_time_would_notice_a_missing_hash() -> None:
    quick = [0.0001 + number * 1e-9 for number in range(SAMPLES)]
    slow = [0.0002 + number * 1e-9 for number in range(SAMPLES)]
    assert mann_whitney(quick, slow) < 1e-6
    assert mann_whitney(quick, quick) > 0.5
