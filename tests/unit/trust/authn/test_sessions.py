"""Login sessions: what they say, when they change, how they end."""

from datetime import datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import text
from sqlalchemy.orm import Session

from tests.conftest import NOW
from trust.authn.factors import AcrLevel, Factor, Proof
from trust.authn.session_store import (
    Entered,
    current_session,
    end_session,
    end_session_named,
    end_sessions_of,
    list_sessions,
    raise_session,
    rotate_session,
    start_session,
    touch_session,
)
from trust.authn.sessions import CITIZEN_LIMITS, STAFF_LIMITS, effective, merge

PASSWORD = frozenset({Factor.PASSWORD})
BOTH = frozenset({Factor.PASSWORD, Factor.TOTP})
PASSKEY = frozenset({Factor.PASSKEY})


def begin(
    short: Session, now: datetime, person: str = "p1", replaces: str | None = None, label: str = "Firefox"
) -> Entered:
    return start_session(
        short,
        person_id=person,
        proof=Proof(AcrLevel.L2, PASSWORD, now),
        limits=CITIZEN_LIMITS,
        label=label,
        now=now,
        replaces=replaces,
    )


def test_a_session_says_what_was_done_and_when(short: Session, now: datetime) -> None:
    entered = begin(short, now)
    found = current_session(short, entered.cookie, now)
    assert found == entered.session
    assert found is not None
    assert (found.person_id, found.acr, found.amr, found.auth_time) == (
        "p1",
        "urn:xinzheng:acr:L2",
        ("pwd",),
        now,
    )


def test_the_store_holds_no_cookie(short: Session, now: datetime) -> None:
    entered = begin(short, now)
    row = short.execute(text("SELECT * FROM authn_session")).one()
    assert not any(
        entered.cookie.encode() in (value if isinstance(value, bytes) else str(value).encode())
        for value in row
        if value is not None
    )
    assert len(entered.cookie) == 43


@pytest.mark.parametrize("cookie", [None, "", "x", "x" * 43, "x" * 5000, "\ud800", "会话", "\x00"])
def test_a_cookie_we_never_gave_opens_nothing(cookie: str | None, short: Session, now: datetime) -> None:
    begin(short, now)
    assert current_session(short, cookie, now) is None


def test_an_idle_session_ends(short: Session, now: datetime) -> None:
    entered = begin(short, now)
    assert current_session(short, entered.cookie, now + CITIZEN_LIMITS.idle - timedelta(seconds=1))
    assert current_session(short, entered.cookie, now + CITIZEN_LIMITS.idle) is None


def test_a_session_in_use_lives_on_but_not_beyond_its_absolute_end(short: Session, now: datetime) -> None:
    entered = begin(short, now)
    moment, session = now, entered.session
    while moment < now + CITIZEN_LIMITS.absolute - timedelta(minutes=10):
        moment += timedelta(minutes=10)
        found = current_session(short, entered.cookie, moment)
        assert found is not None
        touch_session(short, entered.cookie, found, moment)
        session = found
    assert session.idle_until < now + CITIZEN_LIMITS.absolute + CITIZEN_LIMITS.idle
    assert current_session(short, entered.cookie, now + CITIZEN_LIMITS.absolute) is None


def test_a_touch_writes_at_most_once_in_a_tenth_of_the_idle_limit(short: Session, now: datetime) -> None:
    entered = begin(short, now)
    assert not touch_session(short, entered.cookie, entered.session, now + timedelta(minutes=2))
    assert touch_session(short, entered.cookie, entered.session, now + timedelta(minutes=4))


def test_a_touch_does_not_wake_a_session_that_went_idle(short: Session, now: datetime) -> None:
    entered = begin(short, now)
    late = now + timedelta(hours=1)
    assert not touch_session(short, entered.cookie, entered.session, late)
    assert current_session(short, entered.cookie, late) is None


def test_staff_sessions_are_shorter() -> None:
    assert STAFF_LIMITS.idle < CITIZEN_LIMITS.idle
    assert STAFF_LIMITS.absolute < CITIZEN_LIMITS.absolute


def test_a_step_up_raises_the_level_for_a_while_and_falls_back_truthfully(
    short: Session, now: datetime
) -> None:
    entered = begin(short, now)
    later = now + timedelta(minutes=5)
    raised = raise_session(
        short, entered.cookie, Proof(AcrLevel.L3, PASSKEY, later), limits=CITIZEN_LIMITS, now=later
    )
    assert raised is not None
    assert (raised.session.acr, raised.session.amr) == ("urn:xinzheng:acr:L3", ("mfa", "pop", "user"))
    assert raised.session.auth_time == later
    assert raised.session.sid == entered.session.sid
    lapsed = current_session(short, raised.cookie, later + CITIZEN_LIMITS.raised)
    assert lapsed is not None
    assert (lapsed.acr, lapsed.amr, lapsed.auth_time) == ("urn:xinzheng:acr:L2", ("pwd",), now)


def test_every_change_of_privilege_changes_the_cookie(short: Session, now: datetime) -> None:
    first = begin(short, now)
    second = raise_session(short, first.cookie, Proof(AcrLevel.L3, BOTH, now), limits=CITIZEN_LIMITS, now=now)
    assert second is not None
    third = rotate_session(short, second.cookie, now)
    assert third is not None
    fourth = begin(short, now, replaces=third.cookie)
    cookies = [first.cookie, second.cookie, third.cookie, fourth.cookie]
    assert len(set(cookies)) == 4
    assert [current_session(short, cookie, now) is not None for cookie in cookies] == [False] * 3 + [True]
    assert fourth.session.sid != third.session.sid


def test_an_ended_session_is_neither_raised_nor_rotated(short: Session, now: datetime) -> None:
    entered = begin(short, now)
    assert end_session(short, entered.cookie) == entered.session.sid
    assert end_session(short, entered.cookie) is None
    proof = Proof(AcrLevel.L3, PASSKEY, now)
    assert raise_session(short, entered.cookie, proof, limits=CITIZEN_LIMITS, now=now) is None
    assert rotate_session(short, entered.cookie, now) is None


def test_a_person_sees_and_ends_only_his_own_sessions(short: Session, now: datetime) -> None:
    first, second = begin(short, now, label="电脑"), begin(short, now + timedelta(seconds=1), label="手机")
    other = begin(short, now, "p2")
    at = now + timedelta(seconds=2)
    assert [found.label for found in list_sessions(short, "p1", at)] == ["电脑", "手机"]
    assert not end_session_named(short, "p1", other.session.sid)
    assert end_session_named(short, "p1", first.session.sid)
    assert [found.sid for found in list_sessions(short, "p1", at)] == [second.session.sid]
    assert current_session(short, other.cookie, at) is not None


def test_all_sessions_but_the_present_one_end_together(short: Session, now: datetime) -> None:
    sids = [begin(short, now).session.sid for _ in range(3)]
    other = begin(short, now, "p2")
    assert set(end_sessions_of(short, "p1", keep_sid=sids[0])) == set(sids[1:])
    assert set(end_sessions_of(short, "p1")) == {sids[0]}
    assert current_session(short, other.cookie, now) is not None


LEVELS = st.sampled_from(list(AcrLevel))
MINUTES = st.integers(0, 60)


@given(LEVELS, st.lists(st.tuples(LEVELS, MINUTES), max_size=6))
def test_no_authentication_ever_weakens_a_session_or_mixes_two_proofs(
    first: AcrLevel, later: list[tuple[AcrLevel, int]]
) -> None:
    base, raised = Proof(first, PASSWORD, NOW), None
    given_proofs = {(base.level, base.at)}
    now = NOW
    for level, minutes in later:
        now += timedelta(minutes=minutes)
        before = effective(base, raised, now)
        new = Proof(level, PASSKEY, now)
        given_proofs.add((level, now))
        base, raised = merge(base, raised, new, limits=CITIZEN_LIMITS, now=now)
        after = effective(base, raised, now)
        assert after.level == max(before.level, level)
        assert (after.level, after.at) in given_proofs
        assert base.level == first
        assert raised is None or raised.level > base.level
