"""Certificate login: possession over our challenge, facts from outside, the human always named."""

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, ed25519
from sqlalchemy.orm import Session

from trust.authn.certificate_login import (
    CertificateFacts,
    CertificateLogin,
    bind_certificate,
    certificates_of,
    end_certificate,
    log_in_with_certificate,
    login_message,
)
from trust.authn.challenges import ChallengePurpose, new_challenge
from trust.authn.errors import AuthenticatorConflict, AuthenticatorRefused

KEY = ec.generate_private_key(ec.SECP256R1())
ORIGIN, BROWSER, FINGERPRINT = "https://zj.example", "browser-1", b"f" * 32


def facts(now: datetime, **changes: Any) -> CertificateFacts:
    made = CertificateFacts(FINGERPRINT, KEY.public_key(), now + timedelta(days=365), now)
    return replace(made, **changes)


def log_in(
    session: Session,
    short: Session,
    now: datetime,
    *,
    shown: CertificateFacts | None = None,
    signed_for: str = ORIGIN,
    key: Any = KEY,
    purpose: ChallengePurpose = ChallengePurpose.USE_CERTIFICATE,
    binding: str = BROWSER,
    wait: timedelta = timedelta(0),
) -> CertificateLogin | None:
    challenge = new_challenge(short, purpose, binding=BROWSER, now=now)
    message = login_message(challenge, signed_for, FINGERPRINT)
    return log_in_with_certificate(
        session,
        short,
        shown or facts(now),
        challenge=challenge,
        signature=key.sign(message, ec.ECDSA(hashes.SHA256())),
        origin=ORIGIN,
        binding=binding,
        now=now + wait,
    )


def test_whoever_holds_the_key_of_a_bound_certificate_is_logged_in(
    session: Session, short: Session, now: datetime
) -> None:
    bind_certificate(session, "p1", facts(now), now)
    assert log_in(session, short, now) == CertificateLogin("p1", None)
    assert certificates_of(session, "p1", now)[0].used_at == now


def test_an_organizations_certificate_names_the_human_and_the_organization_beside(
    session: Session, short: Session, now: datetime
) -> None:
    bind_certificate(session, "p1", facts(now, organization="91350100M000100Y43"), now)
    assert log_in(session, short, now) == CertificateLogin("p1", "91350100M000100Y43")


@pytest.mark.parametrize(
    "wrong",
    [
        {"signed_for": "https://evil.test"},
        {"key": ec.generate_private_key(ec.SECP256R1())},
        {"purpose": ChallengePurpose.USE_PASSKEY},
        {"binding": "browser-2"},
        {"wait": timedelta(minutes=3)},
        {"wait": timedelta(seconds=-1)},
    ],
    ids=["another site", "another key", "another purpose", "another browser", "too late", "from the future"],
)
def test_a_proof_that_is_not_for_us_here_and_now_is_refused(
    wrong: dict[str, Any], session: Session, short: Session, now: datetime
) -> None:
    bind_certificate(session, "p1", facts(now), now)
    assert log_in(session, short, now, **wrong) is None


@pytest.mark.parametrize(
    "changes",
    [
        {"not_after": timedelta(0)},
        {"verified_at": timedelta(minutes=-6)},
        {"verified_at": timedelta(minutes=1)},
        {"fingerprint": b"g" * 32},
        {"fingerprint": b"f"},
    ],
    ids=["expired", "verified too long ago", "verified in the future", "another certificate", "no digest"],
)
def test_facts_that_do_not_hold_now_are_refused(
    changes: dict[str, Any], session: Session, short: Session, now: datetime
) -> None:
    bind_certificate(session, "p1", facts(now), now)
    moved = {name: now + value if isinstance(value, timedelta) else value for name, value in changes.items()}
    assert log_in(session, short, now, shown=facts(now, **moved)) is None


def test_a_key_outside_the_table_of_algorithms_is_refused(
    session: Session, short: Session, now: datetime
) -> None:
    key = ec.generate_private_key(ec.SECP384R1())
    bind_certificate(session, "p1", facts(now), now)
    shown = facts(now, public_key=key.public_key())
    assert log_in(session, short, now, shown=shown, key=key) is None


def test_an_ed25519_certificate_logs_in_too(session: Session, short: Session, now: datetime) -> None:
    key = ed25519.Ed25519PrivateKey.generate()
    shown = facts(now, public_key=key.public_key())
    bind_certificate(session, "p1", shown, now)
    challenge = new_challenge(short, ChallengePurpose.USE_CERTIFICATE, binding=BROWSER, now=now)
    found = log_in_with_certificate(
        session,
        short,
        shown,
        challenge=challenge,
        signature=key.sign(login_message(challenge, ORIGIN, FINGERPRINT)),
        origin=ORIGIN,
        binding=BROWSER,
        now=now,
    )
    assert found == CertificateLogin("p1", None)


def test_a_wrong_signature_uses_the_challenge_up(session: Session, short: Session, now: datetime) -> None:
    bind_certificate(session, "p1", facts(now), now)
    challenge = new_challenge(short, ChallengePurpose.USE_CERTIFICATE, binding=BROWSER, now=now)
    good = KEY.sign(login_message(challenge, ORIGIN, FINGERPRINT), ec.ECDSA(hashes.SHA256()))
    answers = [
        log_in_with_certificate(
            session,
            short,
            facts(now),
            challenge=challenge,
            signature=signature,
            origin=ORIGIN,
            binding=BROWSER,
            now=now,
        )
        for signature in (b"", good)
    ]
    assert answers == [None, None]


def test_a_certificate_belongs_to_one_person(session: Session, now: datetime) -> None:
    bind_certificate(session, "p1", facts(now), now)
    with pytest.raises(AuthenticatorConflict):
        bind_certificate(session, "p2", facts(now), now)


def test_an_expired_certificate_is_not_bound(session: Session, now: datetime) -> None:
    with pytest.raises(AuthenticatorRefused):
        bind_certificate(session, "p1", facts(now, not_after=now), now)


def test_an_ended_or_expired_certificate_opens_nothing(
    session: Session, short: Session, now: datetime
) -> None:
    bound = bind_certificate(session, "p1", facts(now), now)
    assert certificates_of(session, "p1", now + timedelta(days=366)) == ()
    assert not end_certificate(session, "p2", bound)
    assert end_certificate(session, "p1", bound)
    assert not end_certificate(session, "p1", bound)
    assert log_in(session, short, now) is None
