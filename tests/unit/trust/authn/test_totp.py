"""One-time codes: RFC 6238's own numbers, the window, and that no step counts twice."""

import base64
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from urllib.parse import parse_qs, urlsplit

import pytest
from sqlalchemy import text
from sqlalchemy.orm import Session

from keys.fields import FieldCipher
from tests.unit.trust.authn.stores import Stores
from trust.authn.errors import AuthenticatorMissing, AuthenticatorRefused
from trust.authn.totp import (
    STEP_SECONDS,
    TotpEnrolment,
    accept_totp,
    begin_totp,
    code_at,
    confirm_totp,
    end_totp,
    has_totp,
    matching_step,
)

RFC_SECRET = b"12345678901234567890"


@pytest.mark.parametrize(
    ("seconds", "eight_digits"),
    [
        (59, "94287082"),
        (1111111109, "07081804"),
        (1111111111, "14050471"),
        (1234567890, "89005924"),
        (2000000000, "69279037"),
        (20000000000, "65353130"),
    ],
)
def test_the_codes_are_those_of_rfc_6238_appendix_b(seconds: int, eight_digits: str) -> None:
    assert code_at(RFC_SECRET, seconds // STEP_SECONDS) == eight_digits[2:]


def enrol(session: Session, cipher: FieldCipher, now: datetime, person: str = "p1") -> bytes:
    """A confirmed generator; confirmed a minute ago, so that the present code is still good."""
    begun = begin_totp(session, cipher, person, service="信证", account="张*明", now=now)
    earlier = now - timedelta(minutes=2)
    confirm_totp(session, cipher, person, begun.totp_id, at(secret_of(begun), earlier), earlier)
    return secret_of(begun)


def secret_of(begun: TotpEnrolment) -> bytes:
    return base64.b32decode(begun.secret)


def at(secret: bytes, moment: datetime) -> str:
    return code_at(secret, int(moment.timestamp()) // STEP_SECONDS)


def test_a_code_is_accepted_once(session: Session, cipher: FieldCipher, now: datetime) -> None:
    secret = enrol(session, cipher, now)
    assert accept_totp(session, cipher, "p1", at(secret, now), now)
    assert not accept_totp(session, cipher, "p1", at(secret, now), now)


def test_an_older_step_is_refused_after_a_newer_one(
    session: Session, cipher: FieldCipher, now: datetime
) -> None:
    secret = enrol(session, cipher, now)
    assert accept_totp(session, cipher, "p1", at(secret, now + timedelta(seconds=30)), now)
    assert not accept_totp(session, cipher, "p1", at(secret, now), now)


def test_one_step_of_clock_difference_is_accepted_and_two_are_not(now: datetime) -> None:
    for steps, good in ((-2, False), (-1, True), (0, True), (1, True), (2, False)):
        code = at(RFC_SECRET, now + timedelta(seconds=30 * steps))
        assert (matching_step(RFC_SECRET, code, now) is not None) is good


def test_one_code_sent_twice_at_once_counts_once(stores: Stores, cipher: FieldCipher, now: datetime) -> None:
    with stores.durable.writing() as session:
        secret = enrol(session, cipher, now)
        session.commit()

    def send(_: int) -> bool:
        with stores.durable.writing() as session:
            good = accept_totp(session, cipher, "p1", at(secret, now), now)
            session.commit()
            return good

    with ThreadPoolExecutor(4) as pool:
        assert sum(pool.map(send, range(8))) == 1


@pytest.mark.parametrize(
    "code", ["", "12345", "1234567", "abcdef", "１２３４５６", "12 456", "-12345", "\x00" * 6]
)
def test_what_is_not_six_digits_is_wrong(code: str, now: datetime) -> None:
    assert matching_step(RFC_SECRET, code, now) is None


def test_a_generator_counts_only_after_its_first_code(
    session: Session, cipher: FieldCipher, now: datetime
) -> None:
    begun = begin_totp(session, cipher, "p1", service="信证", account="张*明", now=now)
    assert not has_totp(session, "p1")
    assert not accept_totp(session, cipher, "p1", at(secret_of(begun), now), now)
    with pytest.raises(AuthenticatorRefused):
        confirm_totp(session, cipher, "p1", begun.totp_id, "000000", datetime(2001, 1, 1, tzinfo=UTC))
    confirm_totp(session, cipher, "p1", begun.totp_id, at(secret_of(begun), now), now)
    assert has_totp(session, "p1")
    assert not accept_totp(session, cipher, "p1", at(secret_of(begun), now), now)


def test_a_new_generator_replaces_the_old_one_when_confirmed(
    session: Session, cipher: FieldCipher, now: datetime
) -> None:
    old = enrol(session, cipher, now)
    begin_totp(session, cipher, "p1", service="信证", account="张*明", now=now)
    assert accept_totp(session, cipher, "p1", at(old, now), now)
    new = enrol(session, cipher, now)
    assert not accept_totp(session, cipher, "p1", at(old, now), now)
    assert accept_totp(session, cipher, "p1", at(new, now), now)


def test_nobody_confirms_anothers_generator(session: Session, cipher: FieldCipher, now: datetime) -> None:
    begun = begin_totp(session, cipher, "p1", service="信证", account="张*明", now=now)
    with pytest.raises(AuthenticatorMissing):
        confirm_totp(session, cipher, "p2", begun.totp_id, at(secret_of(begun), now), now)


def test_an_ended_generator_leaves_no_secret_behind(
    session: Session, cipher: FieldCipher, now: datetime
) -> None:
    secret = enrol(session, cipher, now)
    assert end_totp(session, "p1")
    assert not end_totp(session, "p1")
    assert not accept_totp(session, cipher, "p1", at(secret, now), now)
    assert session.execute(text("SELECT count(*) FROM authn_totp")).scalar() == 0


def test_the_address_for_the_application_says_what_it_must(
    session: Session, cipher: FieldCipher, now: datetime
) -> None:
    begun = begin_totp(session, cipher, "p1", service="信证", account="张*明", now=now)
    parts = urlsplit(begun.uri)
    query = parse_qs(parts.query)
    assert (parts.scheme, parts.netloc) == ("otpauth", "totp")
    assert query == {"secret": [begun.secret], "issuer": ["信证"], "digits": ["6"], "period": ["30"]}
