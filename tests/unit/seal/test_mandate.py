"""Mandates to use a seal: two people, one seal, named work, a rate no number of workers exceeds (T21)."""

from dataclasses import replace
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from hypothesis import given, settings
from hypothesis import strategies as st

from api.perform import retrying
from keys.errors import ApprovalRefused, ApprovalReplayed, XinzhengError
from keys.store import spend_nonce
from seal import mandate_store
from seal.errors import MandateExhausted, MandateMissing, SealNotFound, SealStateConflict, SealUnusable
from seal.mandate import Mandate, Mandates, MandateTerms, check_mandate
from tests.unit.seal.office import Office, Person

SEAL = "3300007K3M9Q2D"
KIND = "business-license"


def asked(office: Office, **changes: Any) -> Mandate:
    wanted: dict[str, Any] = {
        "kinds": [KIND],
        "per_hour": 3,
        "lifetime": timedelta(days=30),
        "reason": "the counter",
        "requester": office.asker.operator,
        "now": office.now,
    }
    return retrying(
        office.database, lambda session: mandate_store.request_mandate(session, SEAL, **{**wanted, **changes})
    )


def signature(person: Person, mandate: Mandate) -> bytes:
    return person.key.sign(mandate.request.signed_bytes(), ec.ECDSA(hashes.SHA256()))


def approved(office: Office, mandate: Mandate, by: Person | None = None) -> Mandate:
    person = by or office.approver
    return retrying(
        office.database,
        lambda session: mandate_store.approve_mandate(
            session,
            mandate.terms.mandate_id,
            approver=person.operator,
            signature=signature(person, mandate),
            now=office.now,
        ),
    )


def held(office: Office) -> Mandates:
    with office.database.reading() as session:
        return mandate_store.mandates_for(session, SEAL, office.approvers)


def take(office: Office, mandate: Mandate, record: bytes) -> None:
    retrying(
        office.database,
        lambda session: mandate_store.take(
            session, mandate, record, purpose="license", used_by="op-1", now=office.now
        ),
    )


def test_two_people_make_a_mandate(office: Office) -> None:
    mandate = approved(office, asked(office))
    assert held(office).require(SEAL, KIND, at=office.now) == mandate
    assert (mandate.approved_by, mandate.terms.requested_by) == ("op-2", "op-1")


def test_what_was_only_asked_for_permits_nothing(office: Office) -> None:
    asked(office)
    with pytest.raises(ApprovalRefused):
        held(office).require(SEAL, KIND, at=office.now)


def test_without_a_mandate_the_refusal_says_what_to_do(office: Office) -> None:
    with pytest.raises(MandateMissing) as refused:
        held(office).require(SEAL, KIND, at=office.now)
    assert "mandate request" in refused.value.detail
    assert "用印授权" in refused.value.detail_zh


@pytest.mark.parametrize(("seal", "kind"), [(SEAL, "food-license"), ("330000ANOTHER0", KIND)])
def test_a_mandate_is_for_its_seal_and_its_work(office: Office, seal: str, kind: str) -> None:
    approved(office, asked(office))
    with pytest.raises(MandateMissing):
        held(office).require(seal, kind, at=office.now)


def test_a_mandate_ends(office: Office) -> None:
    approved(office, asked(office))
    with pytest.raises(MandateMissing):
        held(office).require(SEAL, KIND, at=office.now + timedelta(days=30))


def test_a_revoked_mandate_permits_nothing_from_then_on(office: Office) -> None:
    mandate = approved(office, asked(office))
    office.later(timedelta(hours=1))
    retrying(
        office.database,
        lambda session: mandate_store.revoke_mandate(
            session, mandate.terms.mandate_id, by="op-1", now=office.now
        ),
    )
    with pytest.raises(MandateMissing):
        held(office).require(SEAL, KIND, at=office.now)
    # What was declared before is finished after a crash.
    assert held(office).require(SEAL, KIND, at=office.now - timedelta(minutes=1))
    with pytest.raises(MandateMissing):
        take(office, mandate, b"late")


def test_nobody_approves_their_own_mandate(office: Office) -> None:
    mandate = asked(office)
    for person in (office.asker, Person("op-9", office.asker.key)):
        with pytest.raises(ApprovalRefused, match="cannot approve"):
            approved(office, mandate, by=person)


def test_a_mandate_approved_too_late_must_be_asked_for_again(office: Office) -> None:
    mandate = asked(office)
    office.later(timedelta(hours=24, seconds=1))
    with pytest.raises(ApprovalRefused, match="expired"):
        approved(office, mandate)


def test_a_mandate_is_approved_once_and_its_nonce_never_again(office: Office) -> None:
    mandate = approved(office, asked(office))
    with pytest.raises(SealStateConflict):
        approved(office, mandate)
    request = mandate.request
    with pytest.raises(ApprovalReplayed):
        retrying(
            office.database,
            lambda session: spend_nonce(
                session,
                request.nonce,
                operation=request.operation,
                now=office.now,
                expires_at=request.expires_at,
            ),
        )


def test_a_row_changed_by_hand_no_longer_fits_what_was_signed(office: Office) -> None:
    good = approved(office, asked(office))
    terms = good.terms
    for changed in (
        replace(good, terms=replace(terms, per_hour=1_000_000)),
        replace(good, terms=replace(terms, kinds=frozenset({KIND, "food-license"}))),
        replace(good, terms=replace(terms, expires_at=terms.expires_at + timedelta(days=900))),
        replace(good, terms=replace(terms, seal_number="330000ANOTHER0")),
        replace(good, requester_key=b"somebody"),
        replace(good, approved_by="op-1"),
        replace(good, signature=bytes(70)),
        replace(good, request=replace(good.request, operation="seal.use")),
    ):
        with pytest.raises(ApprovalRefused):
            check_mandate(changed, office.approvers)
    check_mandate(good, office.approvers)


def test_a_mandate_ends_with_its_approver(office: Office) -> None:
    mandate = approved(office, asked(office))
    with pytest.raises(ApprovalRefused):
        check_mandate(mandate, {"op-1": office.approvers["op-1"]})


def test_the_rate_is_counted_by_the_hour_of_the_clock(office: Office) -> None:
    mandate = approved(office, asked(office))
    for number in range(3):
        take(office, mandate, b"%d" % number)
    with pytest.raises(MandateExhausted) as refused:
        take(office, mandate, b"one too many")
    assert "3" in refused.value.detail
    office.later(timedelta(hours=1))
    take(office, mandate, b"next hour")
    with office.database.reading() as session:
        assert len(mandate_store.uses_under(session, mandate.terms.mandate_id)) == 4


def test_a_use_is_written_down_with_what_became_of_it(office: Office) -> None:
    mandate = approved(office, asked(office))
    take(office, mandate, b"record")
    retrying(
        office.database,
        lambda session: mandate_store.finish_take(session, b"record", b"pdf", log_index=7, now=office.now),
    )
    with office.database.reading() as session:
        [use] = mandate_store.uses_under(session, mandate.terms.mandate_id)
    assert (use.used_by, use.purpose, use.log_index) == ("op-1", "license", 7)
    assert use.result_digest is not None
    with pytest.raises(SealStateConflict):
        retrying(
            office.database,
            lambda session: mandate_store.finish_take(
                session, b"record", b"other", log_index=8, now=office.now
            ),
        )


@pytest.mark.parametrize(
    "changes",
    [{"kinds": []}, {"per_hour": 0}, {"lifetime": timedelta(0)}, {"lifetime": timedelta(days=400)}],
)
def test_boundless_or_empty_mandates_are_refused(office: Office, changes: dict[str, Any]) -> None:
    with pytest.raises(SealUnusable):
        asked(office, **changes)


def test_an_unknown_mandate_is_not_found(office: Office) -> None:
    with office.database.reading() as session, pytest.raises(SealNotFound):
        mandate_store.read_mandate(session, uuid4())


def test_terms_read_back(office: Office) -> None:
    terms = asked(office).terms
    assert MandateTerms.from_json(terms.to_json()) == terms


@settings(max_examples=60, deadline=None)
@given(st.binary(max_size=200))
def test_random_bytes_are_no_terms(data: bytes) -> None:
    with pytest.raises(XinzhengError):
        MandateTerms.from_json(data)
