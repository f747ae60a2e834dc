from datetime import timedelta

import pytest
from cryptography import x509
from sqlalchemy.orm import Session

from ca import store
from ca.errors import CertificateStateConflict, NoSuchCertificate
from ca.profile import SEAL
from ca.revoke import Reason, State, hold, release, revoke, revoke_unfinished
from ca.serial import new_serial, serial_text
from tests.unit.ca.world import NOW, World, new_key, organ

LATER = NOW + timedelta(hours=1)


@pytest.fixture
def certificate(world: World) -> x509.Certificate:
    return world.issue(SEAL, organ(), new_key().public_key())


def _stored(session: Session, certificate: x509.Certificate) -> store.StoredCertificate:
    found = store.find_certificate(session, serial_text(certificate.serial_number))
    assert found is not None
    return found


@pytest.mark.parametrize("reason", [reason for reason in Reason if reason is not Reason.CERTIFICATE_HOLD])
def test_a_certificate_is_revoked_for_a_reason_that_says_something(
    world: World, certificate: x509.Certificate, reason: Reason
) -> None:
    with Session(world.engine) as session:
        revoke(session, certificate.serial_number, reason, NOW.replace(microsecond=5))
        found = _stored(session, certificate)
    assert (found.state, found.revocation_reason, found.revoked_at) == (State.REVOKED, reason, NOW)


def test_a_revocation_is_final(world: World, certificate: x509.Certificate) -> None:
    with Session(world.engine) as session:
        revoke(session, certificate.serial_number, Reason.SUPERSEDED, NOW)
        for again in (
            lambda: revoke(session, certificate.serial_number, Reason.KEY_COMPROMISE, LATER),
            lambda: hold(session, certificate.serial_number, LATER),
            lambda: release(session, certificate.serial_number),
        ):
            with pytest.raises(CertificateStateConflict):
                again()
        assert _stored(session, certificate).revoked_at == NOW


def test_a_hold_can_be_released_and_leaves_nothing_behind(
    world: World, certificate: x509.Certificate
) -> None:
    with Session(world.engine) as session:
        hold(session, certificate.serial_number, NOW)
        assert _stored(session, certificate).state == State.HELD
        release(session, certificate.serial_number)
        found = _stored(session, certificate)
        assert (found.state, found.revoked_at, found.revocation_reason) == (State.ACTIVE, None, None)
        assert store.listed(session, world.authority.issuer_key_id) == []


def test_a_certificate_revoked_while_held_is_distrusted_from_the_hold_on(
    world: World, certificate: x509.Certificate
) -> None:
    with Session(world.engine) as session:
        hold(session, certificate.serial_number, NOW)
        revoke(session, certificate.serial_number, Reason.KEY_COMPROMISE, LATER)
        found = _stored(session, certificate)
    assert (found.state, found.revocation_reason, found.revoked_at) == (
        State.REVOKED,
        Reason.KEY_COMPROMISE,
        NOW,
    )


def test_what_is_not_held_cannot_be_released(world: World, certificate: x509.Certificate) -> None:
    with Session(world.engine) as session, pytest.raises(CertificateStateConflict):
        release(session, certificate.serial_number)


def test_a_hold_is_not_given_as_a_reason_to_revoke(world: World, certificate: x509.Certificate) -> None:
    with Session(world.engine) as session, pytest.raises(CertificateStateConflict):
        revoke(session, certificate.serial_number, Reason.CERTIFICATE_HOLD, NOW)


def test_a_serial_number_we_never_gave_cannot_be_revoked(world: World) -> None:
    with Session(world.engine) as session:
        for act in (
            lambda: revoke(session, new_serial(), Reason.SUPERSEDED, NOW),
            lambda: hold(session, new_serial(), NOW),
            lambda: release(session, new_serial()),
        ):
            with pytest.raises(NoSuchCertificate):
                act()


def test_a_change_that_lost_its_race_is_told_so(world: World, certificate: x509.Certificate) -> None:
    serial = serial_text(certificate.serial_number)
    with Session(world.engine) as session:
        first = store.change_state(
            session, serial, allowed_from={"active"}, to="held", revoked_at=NOW, reason="certificateHold"
        )
        second = store.change_state(
            session, serial, allowed_from={"active"}, to="held", revoked_at=NOW, reason="certificateHold"
        )
    assert (first, second) == (True, False)


def test_with_nothing_unfinished_nothing_is_revoked(world: World, certificate: x509.Certificate) -> None:
    with Session(world.engine) as session:
        assert revoke_unfinished(session, prepared_before=LATER, now=LATER) == []
        assert _stored(session, certificate).state == State.ACTIVE
