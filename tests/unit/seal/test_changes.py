"""States of a seal, and what verifiers elsewhere see of them on the revocation list."""

from typing import Any
from uuid import UUID, uuid4

import pytest
from cryptography import x509

from ca.crl import publish_crl
from ca.revoke import Reason, revoke
from seal import store
from seal.changes import change_state
from seal.errors import SealNotFound, SealStateConflict
from seal.lifecycle import Operation
from tests.unit.seal.office import Office


def on_list(office: Office, which: UUID) -> x509.ReasonFlags | None:
    """The reason under which the seal's certificate stands on the CRL, None when it does not."""
    with office.database.writing() as session:
        der = publish_crl(session, office.authority, office.now)
        serial = int(store.read_seal(session, which).certificate_serial or "0", 16)
        session.commit()
    crl: Any = x509.load_der_x509_crl(der)
    entry = crl.get_revoked_certificate_by_serial_number(serial)
    return None if entry is None else entry.extensions.get_extension_for_class(x509.CRLReason).value.reason


def test_a_made_seal_is_filed_then_activated(office: Office) -> None:
    which = office.made_seal()
    with pytest.raises(SealStateConflict):
        office.change(which, Operation.ACTIVATE)
    office.change(which, Operation.FILE)
    office.change(which, Operation.ACTIVATE)
    assert on_list(office, which) is None


def test_a_suspended_seal_is_on_hold_for_everybody_and_comes_back(office: Office) -> None:
    which = office.active_seal()
    office.change(which, Operation.SUSPEND)
    assert on_list(office, which) is x509.ReasonFlags.certificate_hold
    office.change(which, Operation.RESUME)
    assert on_list(office, which) is None


@pytest.mark.parametrize("first", [None, Operation.SUSPEND])
def test_a_cancelled_seal_is_revoked_for_good(office: Office, first: Operation | None) -> None:
    which = office.active_seal()
    if first is not None:
        office.change(which, first)
    office.change(which, Operation.CANCEL)
    assert on_list(office, which) is x509.ReasonFlags.cessation_of_operation
    for operation in Operation:
        with pytest.raises(SealStateConflict):
            office.change(which, operation)


def test_a_seal_whose_certificate_was_revoked_can_still_be_cancelled(office: Office) -> None:
    which = office.active_seal()
    with office.database.writing() as session:
        serial = int(store.read_seal(session, which).certificate_serial or "", 16)
        revoke(session, serial, Reason.KEY_COMPROMISE, office.now)
        session.commit()
    office.change(which, Operation.CANCEL)
    assert on_list(office, which) is x509.ReasonFlags.key_compromise


def test_every_change_is_kept_with_who_and_why(office: Office) -> None:
    which = office.active_seal()
    office.change(which, Operation.SUSPEND)
    with office.database.reading() as session:
        changes = store.list_changes(session, which)
    assert [(one.operation, one.before, one.after) for one in changes] == [
        ("make", "pending", "made"),
        ("file", "made", "filed"),
        ("activate", "filed", "active"),
        ("suspend", "active", "suspended"),
    ]
    assert {one.requested_by for one in changes} == {"op-1"}


def test_two_who_change_at_once_do_not_both_succeed(office: Office) -> None:
    which = office.active_seal()
    with office.database.writing() as session:
        seen = store.read_seal(session, which)
        session.expunge(seen)
    office.change(which, Operation.SUSPEND)
    with office.database.writing() as session, pytest.raises(SealStateConflict):
        store.change_seal(
            session, seen, Operation.SUSPEND, requested_by="op-2", reason="late", now=office.now
        )


@pytest.mark.parametrize("operation", [Operation.MAKE, Operation.ABANDON])
def test_making_is_no_change_an_operator_can_ask_for(office: Office, operation: Operation) -> None:
    which = office.made_seal()
    with pytest.raises(SealStateConflict):
        office.change(which, operation)


def test_a_seal_is_found_by_its_number_too(office: Office) -> None:
    which = office.made_seal()
    with office.database.reading() as session:
        number = store.read_seal(session, which).number
        assert store.read_seal(session, number).id == which
        assert [row.id for row in store.list_seals(session)] == [which]
    office.change(number, Operation.FILE)


@pytest.mark.parametrize("which", [uuid4(), "330000XXXXXXXX", "'; DROP TABLE seal; --", ""])
def test_an_unknown_seal_is_not_found(office: Office, which: Any) -> None:
    with office.database.writing() as session, pytest.raises(SealNotFound):
        change_state(session, which, Operation.FILE, requested_by="op-1", reason="", now=office.now)
