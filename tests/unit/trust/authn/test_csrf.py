"""Tokens of forms."""

from datetime import datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from keys.encoding import b64url
from tests.conftest import NOW
from trust.authn.csrf import LIFETIME, check_form_token, form_token
from trust.authn.errors import FormRefused
from trust.authn.secret import AuthnSecret

SECRET = AuthnSecret(bytes(range(32)))


def test_a_token_is_good_for_its_form_in_its_browser_for_half_a_day(now: datetime) -> None:
    token = form_token(SECRET, binding="b", purpose="consent", now=now)
    check_form_token(SECRET, token, binding="b", purpose="consent", now=now)
    check_form_token(SECRET, token, binding="b", purpose="consent", now=now + LIFETIME)


@pytest.mark.parametrize(
    ("binding", "purpose", "wait", "secret"),
    [
        ("c", "consent", timedelta(0), SECRET),
        ("b", "logout", timedelta(0), SECRET),
        ("b", "consent", LIFETIME + timedelta(minutes=1), SECRET),
        ("b", "consent", timedelta(minutes=-2), SECRET),
        ("b", "consent", timedelta(0), AuthnSecret(b"x" * 32)),
        ("", "consent", timedelta(0), SECRET),
    ],
    ids=["another browser", "another form", "too old", "from the future", "another node", "no browser"],
)
def test_a_token_of_anything_else_is_refused(
    binding: str, purpose: str, wait: timedelta, secret: AuthnSecret, now: datetime
) -> None:
    token = form_token(SECRET, binding="b", purpose="consent", now=now)
    with pytest.raises(FormRefused):
        check_form_token(secret, token, binding=binding, purpose=purpose, now=now + wait)


def test_no_two_pages_carry_the_same_token(now: datetime) -> None:
    assert len({form_token(SECRET, binding="b", purpose="consent", now=now) for _ in range(50)}) == 50


@given(st.text(max_size=120) | st.binary(max_size=80).map(b64url), st.text(max_size=20))
def test_any_other_text_is_refused(token: str, binding: str) -> None:
    with pytest.raises(FormRefused):
        check_form_token(SECRET, token, binding=binding, purpose="consent", now=NOW)


def test_the_secret_shows_itself_nowhere() -> None:
    import pickle

    assert "0001" not in repr(SECRET) + str(SECRET)
    with pytest.raises(TypeError):
        pickle.dumps(SECRET)
    with pytest.raises(ValueError, match="32 octets"):
        AuthnSecret(b"short")
