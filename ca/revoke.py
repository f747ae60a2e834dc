"""Revocation and hold (证书撤销、冻结、解冻), RFC 5280 §5.3.1. States change by compare-and-swap, never
back from revoked.

    pending ─┬─► active ⇄ held
             └──────┴───────┴─► revoked

A certificate revoked while held keeps the date of the hold: what was signed in between was not to be
trusted then and does not become so. A change shows to the world with the next CRL (`ca/crl.py`); the caller
publishes one.
"""

from datetime import datetime
from enum import StrEnum

from sqlalchemy.orm import Session

from ca import store
from ca.errors import CertificateStateConflict, NoSuchCertificate
from ca.serial import serial_text
from keys.clock import require_utc


class State(StrEnum):
    PENDING = "pending"
    ACTIVE = "active"
    HELD = "held"
    REVOKED = "revoked"


class Reason(StrEnum):
    """CRL reason codes we give. `unspecified` says nothing and is never one (RFC 5280 §5.3.1: SHOULD be
    absent).
    """

    KEY_COMPROMISE = "keyCompromise"
    CA_COMPROMISE = "cACompromise"
    AFFILIATION_CHANGED = "affiliationChanged"
    SUPERSEDED = "superseded"
    CESSATION_OF_OPERATION = "cessationOfOperation"
    PRIVILEGE_WITHDRAWN = "privilegeWithdrawn"
    CERTIFICATE_HOLD = "certificateHold"


def revoke(session: Session, serial: int, reason: Reason, now: datetime) -> None:
    """Revoke for good (撤销), also a certificate whose signing or storing never finished.

    Raises: NoSuchCertificate; CertificateStateConflict when it is revoked already, or the reason is a hold.
    """
    if reason is Reason.CERTIFICATE_HOLD:
        raise CertificateStateConflict(
            "A hold is not a revocation; use hold.", "冻结不是撤销，请使用冻结操作。"
        )
    text = serial_text(serial)
    found = _find(session, text)
    since = found.revoked_at if found.state == State.HELD else _whole_second(now)
    allowed = {State.HELD} if found.state == State.HELD else {State.PENDING, State.ACTIVE}
    _swap(session, text, allowed, State.REVOKED, since, reason)


def hold(session: Session, serial: int, now: datetime) -> None:
    """Put on hold (冻结): untrusted until released. Raises: NoSuchCertificate, CertificateStateConflict."""
    text = serial_text(serial)
    _find(session, text)
    _swap(session, text, {State.ACTIVE}, State.HELD, _whole_second(now), Reason.CERTIFICATE_HOLD)


def release(session: Session, serial: int) -> None:
    """Take off hold (解冻): the next full CRL no longer lists it. Raises: NoSuchCertificate,
    CertificateStateConflict.
    """
    text = serial_text(serial)
    _find(session, text)
    _swap(session, text, {State.HELD}, State.ACTIVE, None, None)


def revoke_unfinished(session: Session, *, prepared_before: datetime, now: datetime) -> list[int]:
    """Revoke every pending certificate prepared before a moment: after a crash a signature may be in the
    world.

    Answers their serial numbers. The caller publishes a CRL when there are any.
    """
    serials = store.pending_serials(session, prepared_before=require_utc(prepared_before))
    for text in serials:
        _swap(
            session, text, {State.PENDING}, State.REVOKED, _whole_second(now), Reason.CESSATION_OF_OPERATION
        )
    return [int(text, 16) for text in serials]


def _find(session: Session, serial: str) -> store.StoredCertificate:
    found = store.find_certificate(session, serial)
    if found is None:
        raise NoSuchCertificate()
    return found


def _swap(
    session: Session,
    serial: str,
    allowed: set[State],
    to: State,
    revoked_at: datetime | None,
    reason: Reason | None,
) -> None:
    changed = store.change_state(
        session, serial, allowed_from=allowed, to=to, revoked_at=revoked_at, reason=reason
    )
    if not changed:
        raise CertificateStateConflict()


def _whole_second(now: datetime) -> datetime:
    # A CRL tells whole seconds; the earlier one is the safe one.
    return require_utc(now).replace(microsecond=0)
