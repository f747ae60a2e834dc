"""Sessions and attempts against a model: whatever order things happen in, both agree."""

from datetime import timedelta
from typing import Any

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import Bundle, RuleBasedStateMachine, invariant, rule, run_state_machine_as_test
from sqlalchemy import text

from tests.conftest import NOW
from tests.unit.trust.authn.stores import Stores
from trust.authn.attempts import AttemptPolicy, Rate, Stopped, admit, settle
from trust.authn.factors import AcrLevel, Factor, Proof
from trust.authn.session_store import (
    current_session,
    end_session,
    end_sessions_of,
    list_sessions,
    raise_session,
    rotate_session,
    start_session,
    touch_session,
)
from trust.authn.sessions import CITIZEN_LIMITS

PEOPLE = ("p1", "p2")
POLICY = AttemptPolicy(
    account=Rate("account", 5, timedelta(minutes=1)),
    address=Rate("address", 10_000, timedelta(milliseconds=1)),
    node=Rate("node", 10_000, timedelta(milliseconds=1)),
    lock_after=8,
    forget_after=timedelta(days=3650),
)


class Machine(RuleBasedStateMachine):
    """The model: cookie → [person, sid, level, step-up until, idle until, absolute end]."""

    stores: Stores
    cookies = Bundle("cookies")

    def __init__(self) -> None:
        super().__init__()
        self.now = NOW
        self.model: dict[str, list[Any]] = {}
        self.spent: set[str] = set()
        self.admitted: dict[bytes, list[Any]] = {}
        self.opened = self.stores.short.writing()
        self.short = self.opened.__enter__()
        for table in ("authn_session", "authn_bucket", "authn_failures"):
            self.short.execute(text(f"DELETE FROM {table}"))  # noqa: S608

    def teardown(self) -> None:
        self.short.rollback()
        self.opened.__exit__(None, None, None)

    def living(self, cookie: str) -> list[Any] | None:
        found = self.model.get(cookie)
        return found if found and self.now < found[4] and self.now < found[5] else None

    @rule(target=cookies, person=st.sampled_from(PEOPLE))
    def log_in(self, person: str) -> str:
        entered = start_session(
            self.short,
            person_id=person,
            proof=Proof(AcrLevel.L2, frozenset({Factor.PASSWORD}), self.now),
            limits=CITIZEN_LIMITS,
            label="",
            now=self.now,
        )
        ends = self.now + CITIZEN_LIMITS.idle, self.now + CITIZEN_LIMITS.absolute
        self.model[entered.cookie] = [person, entered.session.sid, AcrLevel.L2, None, *ends]
        return entered.cookie

    @rule(target=cookies, cookie=cookies)
    def step_up(self, cookie: str) -> str:
        proof = Proof(AcrLevel.L3, frozenset({Factor.PASSKEY}), self.now)
        entered = raise_session(self.short, cookie, proof, limits=CITIZEN_LIMITS, now=self.now)
        state = self.living(cookie)
        assert (entered is None) is (state is None)
        if entered is None or state is None:
            return cookie
        self.model.pop(cookie)
        self.spent.add(cookie)
        until = self.now + CITIZEN_LIMITS.raised
        self.model[entered.cookie] = [*state[:3], until, self.now + CITIZEN_LIMITS.idle, state[5]]
        return entered.cookie

    @rule(target=cookies, cookie=cookies)
    def rotate(self, cookie: str) -> str:
        entered = rotate_session(self.short, cookie, self.now)
        state = self.living(cookie)
        assert (entered is None) is (state is None)
        if entered is None or state is None:
            return cookie
        self.model[entered.cookie] = self.model.pop(cookie)
        self.spent.add(cookie)
        return entered.cookie

    @rule(cookie=cookies)
    def touch(self, cookie: str) -> None:
        found = current_session(self.short, cookie, self.now)
        if found is not None and touch_session(self.short, cookie, found, self.now):
            self.model[cookie][4] = self.now + CITIZEN_LIMITS.idle

    @rule(cookie=cookies)
    def log_out(self, cookie: str) -> None:
        sid = end_session(self.short, cookie)
        state = self.model.pop(cookie, None)
        assert sid == (state[1] if state else None)
        self.spent.add(cookie)

    @rule(person=st.sampled_from(PEOPLE))
    def end_all(self, person: str) -> None:
        ended = set(end_sessions_of(self.short, person))
        assert ended == {state[1] for state in self.model.values() if state[0] == person}
        self.model = {cookie: state for cookie, state in self.model.items() if state[0] != person}

    @rule(minutes=st.sampled_from([1, 4, 11, 29, 30, 700]))
    def wait(self, minutes: int) -> None:
        self.now += timedelta(minutes=minutes)

    @rule(subject=st.sampled_from([b"known", b"unknown"]), good=st.booleans())
    def attempt(self, subject: bytes, good: bool) -> None:
        """Model of a bucket: tokens as a fraction; of the lock: failures in a row."""
        tokens, at, failures, locked = self.admitted.get(subject, [5.0, self.now, 0, None])
        tokens = min(5.0, tokens + (self.now - at) / timedelta(minutes=1))
        answer = admit(self.short, POLICY, subject=subject, address="192.0.2.1", now=self.now)
        if locked is not None and self.now < locked:
            assert answer.stopped is Stopped.LOCKED
            return
        assert answer.allowed is (tokens >= 1)
        if answer.allowed:
            tokens -= 1
            settle(self.short, POLICY, subject=subject, good=good, now=self.now)
            failures = 0 if good else failures + 1
            tokens = 5.0 if good else tokens
            if failures == POLICY.lock_after:
                failures, locked = 0, self.now + POLICY.lock_for
        self.admitted[subject] = [tokens, self.now, failures, locked]

    @invariant()
    def cookies_open_what_they_should(self) -> None:
        for cookie in self.spent:
            assert current_session(self.short, cookie, self.now) is None
        for cookie, state in self.model.items():
            found = current_session(self.short, cookie, self.now)
            if self.living(cookie) is None:
                assert found is None
                continue
            assert found is not None
            raised = state[3] is not None and self.now < state[3]
            assert (found.person_id, found.sid) == (state[0], state[1])
            assert found.proof.level == (AcrLevel.L3 if raised else AcrLevel.L2)

    @invariant()
    def lists_show_what_is_open(self) -> None:
        for person in PEOPLE:
            listed = {found.sid for found in list_sessions(self.short, person, self.now)}
            living = {s[1] for c, s in self.model.items() if s[0] == person and self.living(c)}
            assert listed == living


@pytest.mark.filterwarnings("default::hypothesis.errors.NonInteractiveExampleWarning")
def test_sessions_and_attempts_agree_with_their_model(stores: Stores) -> None:
    machine = type("BoundMachine", (Machine,), {"stores": stores})
    run_state_machine_as_test(
        machine, settings=settings(max_examples=30, stateful_step_count=25, deadline=None)
    )
