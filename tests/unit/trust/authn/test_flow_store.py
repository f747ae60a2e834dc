"""Logins under way in the store: bound to a browser, one answer a step, gone when finished."""

from datetime import datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy.orm import Session

from keys.encoding import b64url
from tests.conftest import NOW
from trust.authn.errors import FlowRefused
from trust.authn.factors import AcrLevel, Factor
from trust.authn.flow_store import (
    LIFETIME,
    advance_flow,
    begin_flow,
    finish_flow,
    new_browser_value,
    open_flow,
)
from trust.authn.login_flow import LoginFlow, failed, passed
from trust.authn.secret import AuthnSecret

FLOW = LoginFlow(AcrLevel.L3, "interaction-handle")


def test_a_flow_is_read_back_as_it_was_written(short: Session, secret: AuthnSecret, now: datetime) -> None:
    browser = new_browser_value()
    link = begin_flow(short, secret, browser, FLOW, now)
    opened = open_flow(short, secret, link, browser, now)
    assert opened.flow == FLOW
    further = passed(
        FLOW,
        Factor.PASSWORD,
        person_id="p1",
        enrolled=frozenset({Factor.PASSWORD, Factor.TOTP}),
        person_level=AcrLevel.L4,
    )
    advance_flow(short, opened, further)
    assert open_flow(short, secret, link, browser, now).flow == further


def test_two_answers_to_one_step_do_not_both_count(
    short: Session, secret: AuthnSecret, now: datetime
) -> None:
    link = begin_flow(short, secret, "b", FLOW, now)
    first = open_flow(short, secret, link, "b", now)
    second = open_flow(short, secret, link, "b", now)
    advance_flow(short, first, failed(first.flow))
    with pytest.raises(FlowRefused):
        advance_flow(short, second, failed(second.flow))
    with pytest.raises(FlowRefused):
        finish_flow(short, second)


def test_a_finished_flow_is_gone(short: Session, secret: AuthnSecret, now: datetime) -> None:
    link = begin_flow(short, secret, "b", FLOW, now)
    opened = open_flow(short, secret, link, "b", now)
    finish_flow(short, opened)
    with pytest.raises(FlowRefused):
        finish_flow(short, opened)
    with pytest.raises(FlowRefused):
        open_flow(short, secret, link, "b", now)


def test_a_flow_waits_a_quarter_of_an_hour(short: Session, secret: AuthnSecret, now: datetime) -> None:
    link = begin_flow(short, secret, "b", FLOW, now)
    open_flow(short, secret, link, "b", now + LIFETIME - timedelta(seconds=1))
    with pytest.raises(FlowRefused):
        open_flow(short, secret, link, "b", now + LIFETIME)


@given(st.text(max_size=100) | st.binary(max_size=100).map(b64url), st.none() | st.text(max_size=50))
def test_any_other_link_is_refused(link: str, browser: str | None) -> None:
    """The binding is checked before the store is asked, so none is needed here."""
    with pytest.raises(FlowRefused):
        open_flow(None, AuthnSecret(b"s" * 32), link, browser, NOW)  # type: ignore[arg-type]
