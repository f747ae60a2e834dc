"""T15 session fixation: no value a browser had before a login is worth anything after it, and no link to a
login that somebody else began works in a victim's browser (CVE-2026-7507, ASVS 5.0 §7.2.4, §3.3.3)."""

from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

import pytest
from sqlalchemy.orm import Session

from api.db import Database
from tests.unit.trust.authn.authenticator import RP, Authenticator
from tests.unit.trust.authn.stores import open_stores
from trust.authn.accounts import open_account
from trust.authn.errors import FlowRefused
from trust.authn.factors import AcrLevel, Factor, Proof
from trust.authn.flow_store import (
    advance_flow,
    begin_flow,
    binding_of,
    finish_flow,
    new_browser_value,
    open_flow,
)
from trust.authn.login_flow import LoginFlow, passed, proof_so_far
from trust.authn.passkey_ceremonies import begin_login, begin_registration, finish_login, finish_registration
from trust.authn.secret import AuthnSecret
from trust.authn.session_store import current_session, end_session, raise_session, start_session
from trust.authn.sessions import CITIZEN_LIMITS, COOKIE

SECRET = AuthnSecret(b"s" * 32)
FLOW = LoginFlow(AcrLevel.L3, "/me")


@pytest.fixture
def both(database: Database, tmp_path: Path) -> Iterator[tuple[Session, Session]]:
    with (
        open_stores(database, tmp_path) as stores,
        stores.durable.writing() as session,
        stores.short.writing() as short,
    ):
        yield session, short


@pytest.fixture
def short(both: tuple[Session, Session]) -> Session:
    return both[1]


def logged_in(short: Session, now: datetime, replaces: str | None, person: str = "victim") -> str:
    proof = Proof(AcrLevel.L2, frozenset({Factor.PASSWORD}), now)
    return start_session(
        short,
        person_id=person,
        proof=proof,
        limits=CITIZEN_LIMITS,
        label="",
        now=now,
        replaces=replaces,
    ).cookie


@pytest.mark.parametrize("planted", ["attacker-chosen", "A" * 43, ""])
def test_a_cookie_planted_before_the_login_opens_nothing_after_it(
    planted: str, short: Session, now: datetime
) -> None:
    cookie = logged_in(short, now, replaces=planted)
    assert cookie != planted
    assert current_session(short, planted, now) is None
    assert current_session(short, cookie, now) is not None


def test_the_attackers_own_session_planted_in_a_browser_ends_at_the_victims_login(
    short: Session, now: datetime
) -> None:
    planted = logged_in(short, now, None, "attacker")
    cookie = logged_in(short, now, replaces=planted)
    assert current_session(short, planted, now) is None
    found = current_session(short, cookie, now)
    assert found is not None
    assert found.person_id == "victim"


def test_a_cookie_copied_before_a_step_up_is_worth_nothing_after_it(short: Session, now: datetime) -> None:
    copied = logged_in(short, now, None)
    proof = Proof(AcrLevel.L4, frozenset({Factor.CERTIFICATE}), now)
    raised = raise_session(short, copied, proof, limits=CITIZEN_LIMITS, now=now)
    assert raised is not None
    assert current_session(short, copied, now) is None
    assert raise_session(short, copied, proof, limits=CITIZEN_LIMITS, now=now) is None


def test_a_cookie_copied_before_logout_is_worth_nothing_after_it(short: Session, now: datetime) -> None:
    copied = logged_in(short, now, None)
    end_session(short, copied)
    assert current_session(short, copied, now) is None


def test_a_restart_link_crafted_in_another_browser_is_refused(short: Session, now: datetime) -> None:
    attacker, victim = new_browser_value(), new_browser_value()
    link = begin_flow(short, SECRET, attacker, FLOW, now)
    for browser in (victim, "", None, attacker[:-1]):
        with pytest.raises(FlowRefused):
            open_flow(short, SECRET, link, browser, now)
    open_flow(short, SECRET, link, attacker, now)


def test_a_login_half_done_by_the_attacker_is_not_finished_by_the_victim(
    short: Session, now: datetime
) -> None:
    attacker, victim = new_browser_value(), new_browser_value()
    link = begin_flow(short, SECRET, attacker, FLOW, now)
    opened = open_flow(short, SECRET, link, attacker, now)
    half = passed(
        opened.flow,
        Factor.PASSWORD,
        person_id="attacker",
        enrolled=frozenset({Factor.PASSWORD, Factor.PASSKEY}),
        person_level=AcrLevel.L3,
    )
    advance_flow(short, opened, half)
    with pytest.raises(FlowRefused):
        open_flow(short, SECRET, link, victim, now)
    with pytest.raises(FlowRefused):
        passed(half, Factor.PASSKEY, person_id="victim", enrolled=half.enrolled, person_level=AcrLevel.L3)


def test_a_finished_link_does_not_log_in_twice(short: Session, now: datetime) -> None:
    browser = new_browser_value()
    link = begin_flow(short, SECRET, browser, FLOW, now)
    opened = open_flow(short, SECRET, link, browser, now)
    done = passed(
        opened.flow,
        Factor.PASSKEY,
        person_id="p",
        enrolled=frozenset({Factor.PASSKEY}),
        person_level=AcrLevel.L3,
    )
    assert proof_so_far(done, now) is not None
    finish_flow(short, opened)
    with pytest.raises(FlowRefused):
        open_flow(short, SECRET, link, browser, now)


def test_a_passkey_answer_the_victim_gave_does_not_log_the_attackers_browser_in(
    both: tuple[Session, Session], now: datetime
) -> None:
    session, short = both
    device, victim, attacker = Authenticator(), binding_of(new_browser_value()), binding_of("attacker")
    open_account(session, "victim", now)
    asked = begin_registration(
        session, short, RP, person_id="victim", user_name="张*明", binding=victim, now=now
    )
    answer = device.register(asked)
    finish_registration(session, short, RP, answer, person_id="victim", label="", binding=victim, now=now)
    given = device.use(begin_login(session, short, RP, binding=victim, now=now))
    assert finish_login(session, short, RP, given, binding=attacker, now=now).person_id is None
    assert finish_login(session, short, RP, given, binding=victim, now=now).person_id == "victim"


def test_the_cookie_is_one_that_no_other_host_can_set() -> None:
    assert COOKIE.startswith("__Host-")
