"""Asking for a seal and approving it: two people, two keys, one signature over everything (T21)."""

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from typing import Any
from uuid import uuid4

import pytest
from sqlalchemy import text

from keys.errors import ApprovalRefused, ApprovalReplayed, XinzhengError
from keys.store import spend_nonce
from seal.errors import PictureRefused, RankMismatch, SealNotFound, SealStateConflict
from seal.lifecycle import Operation, RequestState
from seal.rank import Emblem
from seal.request import (
    OPERATION,
    approve_request,
    check_approved,
    list_requests,
    read_request,
    reject_request,
    renew_request,
)
from tests.unit.seal.office import OTHER_CODE, OWNER_CODE, Office, Person, application


def approve(office: Office, request_id: Any, person: Person, signature: bytes) -> None:
    with office.database.writing() as session:
        approve_request(session, request_id, approver=person.operator, signature=signature, now=office.now)
        session.commit()


def test_a_request_waits_for_a_second_operator(office: Office) -> None:
    request = office.request()
    with office.database.reading() as session:
        assert list_requests(session, state=RequestState.APPLIED) == [request]
    assert request.approval.operation == OPERATION
    assert request.approved_by is None


def test_a_second_operator_approves(office: Office) -> None:
    approved = office.approve(office.request())
    assert approved.state is RequestState.APPROVED
    assert approved.approved_by == "op-2"
    check_approved(approved, office.approvers, at=office.now)


@pytest.mark.parametrize(
    ("changes", "error"),
    [
        ({"diameter_mm": Decimal(50)}, RankMismatch),
        ({"emblem": Emblem.STATE_EMBLEM}, RankMismatch),
        ({"rank": "galaxy"}, RankMismatch),
        ({"name": "局"}, PictureRefused),
        (
            {"rank": "township_or_mission", "emblem": Emblem.STATE_EMBLEM, "demonstration": False},
            PictureRefused,
        ),
        ({"owner_code": "91330000MB00012300"}, XinzhengError),
        ({"replaces": uuid4()}, SealNotFound),
    ],
    ids=[
        "a diameter above the rank",
        "an emblem above the rank",
        "no such rank",
        "an illegible name",
        "a state emblem without artwork",
        "a credit code with a wrong check digit",
        "a change of a seal that is not there",
    ],
)
def test_a_request_that_breaks_a_rule_is_not_written(
    office: Office, changes: dict[str, Any], error: type[XinzhengError]
) -> None:
    with pytest.raises(error):
        office.request(**changes)
    with office.database.reading() as session:
        assert list_requests(session) == []


def test_who_asks_cannot_approve(office: Office) -> None:
    request = office.request()
    with pytest.raises(ApprovalRefused, match="cannot approve"):
        approve(office, request.request_id, office.asker, office.asker.signature(request))


def test_the_same_person_under_a_second_code_cannot_approve(office: Office) -> None:
    request = office.request()
    double = Person("op-3", office.asker.key)
    with pytest.raises(ApprovalRefused, match="cannot approve"):
        approve(office, request.request_id, double, double.signature(request))


def test_approving_one_request_never_approves_another(office: Office) -> None:
    one, other = office.request(), office.request()
    with pytest.raises(ApprovalRefused):
        approve(office, other.request_id, office.approver, office.approver.signature(one))


@pytest.mark.parametrize("signature", [b"", b"x", bytes(70)])
def test_a_signature_that_is_none_does_not_approve(office: Office, signature: bytes) -> None:
    with pytest.raises(ApprovalRefused):
        approve(office, office.request().request_id, office.approver, signature)


def test_an_approval_cannot_be_used_twice(office: Office) -> None:
    request = office.request()
    office.approve(request)
    with pytest.raises(SealStateConflict):
        office.approve(request)


def test_an_approval_whose_nonce_is_spent_is_refused(office: Office) -> None:
    request = office.request()
    with office.database.writing() as session:
        approval = request.approval
        spend_nonce(
            session, approval.nonce, operation=OPERATION, now=office.now, expires_at=approval.expires_at
        )
        session.commit()
    with pytest.raises(ApprovalReplayed):
        office.approve(request)
    with office.database.reading() as session:
        assert read_request(session, request.request_id).state is RequestState.APPLIED


def test_an_approval_after_a_day_comes_too_late(office: Office) -> None:
    request = office.request()
    office.later(timedelta(hours=25))
    with pytest.raises(ApprovalRefused, match="expired"):
        office.approve(request)


def test_a_request_that_waited_too_long_is_renewed(office: Office) -> None:
    request = office.request()
    office.later(timedelta(hours=25))
    with office.database.writing() as session:
        renewed = renew_request(session, request.request_id, now=office.now)
        session.commit()
    assert renewed.approval.nonce != request.approval.nonce
    assert office.approve(renewed).state is RequestState.APPROVED


@pytest.mark.parametrize(
    "changed",
    [
        "name = '云上市市场监督管理局'",
        "diameter_mm = '45'",
        "line = '专用章'",
        "owner_code = '" + OTHER_CODE + "'",
        "demonstration = false",
        "artwork = CAST('<svg/>' AS {bytes})",
        "requested_by = 'op-9'",
        "reason = 'another'",
    ],
)
def test_a_row_changed_after_the_approval_no_longer_fits_it(office: Office, changed: str) -> None:
    request = office.approve(office.request())
    sqlite = office.database.engine.dialect.name == "sqlite"
    with office.database.writing() as session:
        statement = f"UPDATE seal_request SET {changed.format(bytes='BLOB' if sqlite else 'BYTEA')}"  # noqa: S608
        session.connection().execute(text(statement))
        session.commit()
    with office.database.reading() as session:
        forged = read_request(session, request.request_id)
    with pytest.raises(ApprovalRefused):
        check_approved(forged, office.approvers, at=office.now)


def test_a_row_that_claims_an_approval_nobody_signed_is_refused(office: Office) -> None:
    forged = replace(
        office.request(), state=RequestState.APPROVED, approved_by="op-2", approval_signature=bytes(70)
    )
    with pytest.raises(ApprovalRefused):
        check_approved(forged, office.approvers, at=office.now)


def test_an_approval_by_somebody_who_is_no_operator_is_refused(office: Office) -> None:
    approved = office.approve(office.request())
    with pytest.raises(ApprovalRefused, match="second operator"):
        check_approved(approved, {"op-1": office.asker.key.public_key()}, at=office.now)


def test_a_rejected_request_is_over(office: Office) -> None:
    request = office.request()
    with office.database.writing() as session:
        reject_request(session, request.request_id)
        session.commit()
    with pytest.raises(SealStateConflict):
        office.approve(request)


def test_a_change_of_name_follows_a_cancelled_seal_of_the_same_organ(office: Office) -> None:
    old = office.active_seal()
    with pytest.raises(SealStateConflict):
        office.request(replaces=old)
    office.change(old, Operation.CANCEL)
    with pytest.raises(SealStateConflict):
        office.request(replaces=old, owner_code=OTHER_CODE)
    assert office.request(replaces=old, owner_code=OWNER_CODE).application.replaces == old


def test_an_unknown_request_is_not_found(office: Office) -> None:
    with office.database.reading() as session, pytest.raises(SealNotFound):
        read_request(session, uuid4())


def test_the_parameters_name_everything_that_is_asked_for(office: Office) -> None:
    request = office.request()
    assert set(application().__dataclass_fields__) - {"artwork"} <= set(request.parameters())
