"""Passkeys: both ceremonies, and everything that must not get through them."""

import json
from datetime import datetime, timedelta
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from sqlalchemy.orm import Session

from keys.encoding import b64url
from tests.unit.trust.authn.authenticator import RP, Authenticator
from trust.authn.accounts import open_account
from trust.authn.errors import AuthenticatorConflict, AuthenticatorMissing, AuthenticatorRefused
from trust.authn.passkey_ceremonies import (
    PasskeyLogin,
    begin_login,
    begin_registration,
    finish_login,
    finish_registration,
)
from trust.authn.passkey_store import end_passkey, passkeys_of

BROWSER = "browser-1"


def options(session: Session, short: Session, now: datetime, person: str = "p1") -> dict[str, Any]:
    return begin_registration(
        session, short, RP, person_id=person, user_name="张*明", binding=BROWSER, now=now
    )


def register(session: Session, short: Session, device: Authenticator, now: datetime) -> None:
    open_account(session, "p1", now)
    answer = device.register(options(session, short, now))
    finish_registration(session, short, RP, answer, person_id="p1", label="手机", binding=BROWSER, now=now)


def log_in(
    session: Session, short: Session, device: Authenticator, now: datetime, binding: str = BROWSER
) -> PasskeyLogin:
    asked = begin_login(session, short, RP, binding=BROWSER, now=now)
    return finish_login(session, short, RP, device.use(asked), binding=binding, now=now)


def test_a_registered_passkey_logs_its_owner_in_without_a_name(
    session: Session, short: Session, now: datetime
) -> None:
    device = Authenticator()
    register(session, short, device, now)
    assert log_in(session, short, device, now).person_id == "p1"
    assert passkeys_of(session, "p1")[0].used_at == now


def test_the_options_ask_for_a_discoverable_passkey_with_user_verification(
    session: Session, short: Session, now: datetime
) -> None:
    open_account(session, "p1", now)
    asked = options(session, short, now)
    assert asked["authenticatorSelection"]["residentKey"] == "required"
    assert asked["authenticatorSelection"]["userVerification"] == "required"
    assert asked["attestation"] == "none"
    login = begin_login(session, short, RP, binding=BROWSER, now=now)
    assert login["userVerification"] == "required"
    assert login["allowCredentials"] == []


def test_the_name_an_authenticator_keeps_is_random_and_not_the_person(
    session: Session, short: Session, now: datetime
) -> None:
    open_account(session, "p1", now)
    open_account(session, "p2", now)
    first, second = options(session, short, now), options(session, short, now, "p2")
    assert first["user"]["id"] != second["user"]["id"]
    assert len(first["user"]["id"]) == 43


@pytest.mark.parametrize(
    "device",
    [
        Authenticator(user_verified=False),
        Authenticator(origin="https://zj.example.evil.test"),
        Authenticator(rp_id="evil.test"),
        Authenticator(embedded=True),
        Authenticator(curve=ec.SECP384R1()),
    ],
    ids=["unverified user", "foreign origin", "foreign host", "in a frame", "another curve"],
)
def test_a_registration_that_does_not_prove_enough_is_refused(
    device: Authenticator, session: Session, short: Session, now: datetime
) -> None:
    with pytest.raises(AuthenticatorRefused):
        register(session, short, device, now)
    assert passkeys_of(session, "p1") == ()


@pytest.mark.parametrize(
    "change",
    [
        {"user_verified": False},
        {"origin": "http://zj.example"},
        {"rp_id": "evil.test"},
        {"embedded": True},
    ],
    ids=lambda change: next(iter(change)),
)
def test_a_login_that_does_not_prove_enough_is_refused(
    change: dict[str, Any], session: Session, short: Session, now: datetime
) -> None:
    device = Authenticator()
    register(session, short, device, now)
    for name, value in change.items():
        setattr(device, name, value)
    assert log_in(session, short, device, now).person_id is None


def test_an_answer_is_good_once(session: Session, short: Session, now: datetime) -> None:
    device = Authenticator(counts=False)
    register(session, short, device, now)
    answer = device.use(begin_login(session, short, RP, binding=BROWSER, now=now))
    assert finish_login(session, short, RP, answer, binding=BROWSER, now=now).person_id == "p1"
    assert finish_login(session, short, RP, answer, binding=BROWSER, now=now).person_id is None


def test_an_answer_to_another_browsers_challenge_is_refused(
    session: Session, short: Session, now: datetime
) -> None:
    device = Authenticator()
    register(session, short, device, now)
    assert log_in(session, short, device, now, binding="browser-2").person_id is None


def test_a_challenge_is_good_for_three_minutes(session: Session, short: Session, now: datetime) -> None:
    device = Authenticator()
    register(session, short, device, now)
    asked = begin_login(session, short, RP, binding=BROWSER, now=now)
    late = now + timedelta(minutes=3)
    assert finish_login(session, short, RP, device.use(asked), binding=BROWSER, now=late).person_id is None


def test_a_registration_challenge_does_not_serve_for_login(
    session: Session, short: Session, now: datetime
) -> None:
    device = Authenticator()
    register(session, short, device, now)
    asked = options(session, short, now)
    assert finish_login(session, short, RP, device.use(asked), binding=BROWSER, now=now).person_id is None


def test_a_registration_begun_by_one_person_is_not_finished_by_another(
    session: Session, short: Session, now: datetime
) -> None:
    open_account(session, "p1", now)
    open_account(session, "p2", now)
    answer = Authenticator().register(options(session, short, now))
    with pytest.raises(AuthenticatorRefused):
        finish_registration(session, short, RP, answer, person_id="p2", label="", binding=BROWSER, now=now)


def test_a_counter_that_does_not_rise_puts_the_passkey_out_of_use(
    session: Session, short: Session, now: datetime
) -> None:
    device = Authenticator()
    register(session, short, device, now)
    assert log_in(session, short, device, now).person_id == "p1"
    device.sign_count = 0
    stopped = log_in(session, short, device, now)
    assert stopped.person_id is None
    assert stopped.suspected
    device.sign_count = 100
    assert log_in(session, short, device, now).person_id is None
    assert passkeys_of(session, "p1")[0].state == "suspected"


def test_a_synced_passkey_that_never_counts_stays_good(
    session: Session, short: Session, now: datetime
) -> None:
    device = Authenticator(counts=False, synced=True)
    register(session, short, device, now)
    assert [log_in(session, short, device, now).person_id for _ in range(3)] == ["p1"] * 3
    assert passkeys_of(session, "p1")[0].synced


def test_a_passkey_that_names_another_person_is_refused(
    session: Session, short: Session, now: datetime
) -> None:
    device = Authenticator()
    register(session, short, device, now)
    device.user_handle = b"x" * 32
    assert log_in(session, short, device, now).person_id is None


def test_a_step_up_takes_only_the_same_persons_passkeys(
    session: Session, short: Session, now: datetime
) -> None:
    device = Authenticator()
    register(session, short, device, now)
    open_account(session, "p2", now)
    asked = begin_login(session, short, RP, binding=BROWSER, now=now, person_id="p2")
    assert finish_login(session, short, RP, device.use(asked), binding=BROWSER, now=now).person_id is None
    asked = begin_login(session, short, RP, binding=BROWSER, now=now, person_id="p1")
    assert asked["allowCredentials"][0]["id"] == b64url(device.credential_id)
    assert finish_login(session, short, RP, device.use(asked), binding=BROWSER, now=now).person_id == "p1"


def test_an_ended_passkey_opens_nothing(session: Session, short: Session, now: datetime) -> None:
    device = Authenticator()
    register(session, short, device, now)
    known = passkeys_of(session, "p1")[0].passkey_id
    assert not end_passkey(session, "p2", known)
    assert end_passkey(session, "p1", known)
    assert log_in(session, short, device, now).person_id is None
    assert passkeys_of(session, "p1") == ()


def test_a_passkey_is_registered_once_for_whomever(session: Session, short: Session, now: datetime) -> None:
    device = Authenticator()
    register(session, short, device, now)
    open_account(session, "p2", now)
    answer = device.register(options(session, short, now, "p2"))
    with pytest.raises(AuthenticatorConflict):
        finish_registration(session, short, RP, answer, person_id="p2", label="", binding=BROWSER, now=now)


def test_nobody_registers_a_passkey_without_an_account(
    session: Session, short: Session, now: datetime
) -> None:
    with pytest.raises(AuthenticatorMissing):
        options(session, short, now)


def test_a_signature_of_another_key_is_refused(session: Session, short: Session, now: datetime) -> None:
    device, thief = Authenticator(), Authenticator()
    register(session, short, device, now)
    thief.credential_id, thief.user_handle = device.credential_id, device.user_handle
    assert log_in(session, short, thief, now).person_id is None


def test_an_attestation_of_another_format_is_refused(session: Session, short: Session, now: datetime) -> None:
    open_account(session, "p1", now)
    body = json.loads(Authenticator().register(options(session, short, now)))
    body["response"]["attestationObject"] = b64url(b"\xa3cfmtctpmgattStmt\xa0hauthDataA\x00")
    with pytest.raises(AuthenticatorRefused):
        finish_registration(
            session, short, RP, json.dumps(body), person_id="p1", label="", binding=BROWSER, now=now
        )
