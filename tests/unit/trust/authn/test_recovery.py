"""Recovery codes."""

from concurrent.futures import ThreadPoolExecutor
from datetime import datetime

import pytest
from sqlalchemy import text
from sqlalchemy.orm import Session

from tests.unit.trust.authn.stores import Stores
from trust.authn.recovery import new_recovery_codes, recovery_codes_left, use_recovery_code


def test_each_of_ten_codes_works_once(session: Session, now: datetime) -> None:
    codes = new_recovery_codes(session, "p1", now)
    assert len(set(codes)) == 10
    assert all(use_recovery_code(session, "p1", code, now) for code in codes)
    assert not any(use_recovery_code(session, "p1", code, now) for code in codes)
    assert recovery_codes_left(session, "p1") == 0


def test_a_code_is_read_however_it_was_typed(session: Session, now: datetime) -> None:
    code = new_recovery_codes(session, "p1", now)[0]
    typed = f" {code.lower().replace('-', ' ').replace('0', 'o').replace('1', 'l')} "
    assert use_recovery_code(session, "p1", typed, now)


def test_a_code_is_good_for_its_owner_only(session: Session, now: datetime) -> None:
    code = new_recovery_codes(session, "p1", now)[0]
    assert not use_recovery_code(session, "p2", code, now)
    assert use_recovery_code(session, "p1", code, now)


def test_new_codes_replace_the_old_ones(session: Session, now: datetime) -> None:
    old = new_recovery_codes(session, "p1", now)
    new_recovery_codes(session, "p1", now)
    assert not use_recovery_code(session, "p1", old[0], now)
    assert recovery_codes_left(session, "p1") == 10


def test_the_database_holds_no_code(session: Session, now: datetime) -> None:
    codes = new_recovery_codes(session, "p1", now)
    rows = session.execute(text("SELECT digest FROM authn_recovery_code")).scalars()
    stored = b"".join(bytes(row) for row in rows)
    assert not any(code.replace("-", "").encode() in stored for code in codes)


@pytest.mark.parametrize("typed", ["", "-", "\ud800", "0" * 100_000, "’ OR 1=1"])
def test_a_strange_code_is_simply_wrong(typed: str, session: Session, now: datetime) -> None:
    new_recovery_codes(session, "p1", now)
    assert not use_recovery_code(session, "p1", typed, now)


def test_one_code_sent_twice_at_once_counts_once(stores: Stores, now: datetime) -> None:
    with stores.durable.writing() as session:
        code = new_recovery_codes(session, "p1", now)[0]
        session.commit()

    def send(_: int) -> bool:
        with stores.durable.writing() as session:
            good = use_recovery_code(session, "p1", code, now)
            session.commit()
            return good

    with ThreadPoolExecutor(4) as pool:
        assert sum(pool.map(send, range(8))) == 1
