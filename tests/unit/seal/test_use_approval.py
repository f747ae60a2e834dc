"""Approval of one use of a seal: for this document, by a second person, once, in time (T21)."""

import json
from dataclasses import replace
from datetime import timedelta
from hashlib import sha256
from io import BytesIO
from typing import Any

import pytest
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from hypothesis import given, settings
from hypothesis import strategies as st
from pyhanko.pdf_utils.reader import PdfFileReader
from sqlalchemy import text

from api.perform import perform
from keys.errors import ApprovalRefused, ApprovalReplayed, XinzhengError
from seal import store
from seal.oids import USE_RECORD
from seal.use import ApplySeal, UseRecord
from seal.use_approval import UseApproval
from tests.unit.seal.local import MIDDLE, NOW
from tests.unit.seal.office import Office, Person
from tests.unit.seal.papers import Paper, Sheet

A = Paper(sheets=(Sheet(texts=((72, 700, "A: one thousand"),)),)).to_bytes()
B = Paper(sheets=(Sheet(texts=((72, 700, "B: one million"),)),)).to_bytes()


def guarded_seal(office: Office) -> Any:
    """A seal whose every use needs an approval."""
    return office.active_seal(needs_approval=True)


def applying(office: Office, which: Any, pdf: bytes = A, **changes: Any) -> ApplySeal:
    wanted: dict[str, Any] = {
        "purpose": "notice 12",
        "used_by": "op-1",
        "on_behalf_of": "",
        "timestamper": None,
        "operators": office.approvers,
    }
    return ApplySeal(office.in_use(which), pdf, MIDDLE, **{**wanted, **changes})


def approval(
    office: Office, which: Any, pdf: bytes = A, *, by: Person | None = None, **changes: Any
) -> UseApproval:
    asked = UseApproval.ask(applying(office, which, pdf, **changes).terms, now=office.now)
    person = by or office.approver
    signature = person.key.sign(asked.request.signed_bytes(), ec.ECDSA(hashes.SHA256()))
    return asked.approved(person.code, signature)


def test_an_approved_use_is_recorded_with_its_approval(office: Office) -> None:
    which = guarded_seal(office)
    given_ = approval(office, which)
    action = applying(office, which, approval=given_, timestamper=office.timestamper())
    [sealed] = perform(office, [action])
    with office.database.reading() as session:
        [use] = store.list_uses(session, which)
    assert (use.state, use.approved_by, use.approval) == ("done", "op-2", given_.to_json())
    assert use.timestamp is not None
    assert use.timestamp.hex().encode() in sealed
    assert use.log_index is not None
    [signature] = PdfFileReader(BytesIO(sealed)).embedded_signatures
    held = {each["type"].dotted: each["values"][0].native for each in signature.signer_info["signed_attrs"]}
    record = UseRecord.from_json(held[USE_RECORD])
    assert (record.approved_by, record.approval) == ("op-2", sha256(given_.to_json()).digest())


def test_without_an_approval_the_seal_stays_in_the_drawer(office: Office) -> None:
    which = guarded_seal(office)
    with pytest.raises(ApprovalRefused, match="second operator"):
        perform(office, [applying(office, which)])
    with office.database.reading() as session:
        assert store.list_uses(session, which) == []


def test_a_seal_without_that_rule_needs_none(office: Office) -> None:
    [sealed] = perform(office, [applying(office, office.active_seal())])
    assert sealed.startswith(A)


def test_the_rule_stands_in_the_makers_record_where_no_database_can_lift_it(office: Office) -> None:
    which = guarded_seal(office)
    with office.database.writing() as session:
        session.connection().execute(text("UPDATE seal_request SET needs_approval = false"))
        session.commit()
    assert office.in_use(which).needs_approval
    with pytest.raises(ApprovalRefused):
        perform(office, [applying(office, which)])


def test_approving_a_never_seals_b(office: Office) -> None:
    which = guarded_seal(office)
    with pytest.raises(ApprovalRefused, match="another document"):
        perform(office, [applying(office, which, B, approval=approval(office, which, A))])


@pytest.mark.parametrize(
    "changes", [{"purpose": "notice 13"}, {"on_behalf_of": "somebody else"}, {"used_by": "op-3"}]
)
def test_approving_one_purpose_never_approves_another(office: Office, changes: dict[str, str]) -> None:
    which = guarded_seal(office)
    operators = {**office.approvers, "op-3": Person("op-3").key.public_key()}
    action = applying(office, which, approval=approval(office, which), operators=operators, **changes)
    with pytest.raises(ApprovalRefused):
        perform(office, [action])


def test_an_approval_for_one_seal_does_not_move_another(office: Office) -> None:
    one, other = guarded_seal(office), guarded_seal(office)
    with pytest.raises(ApprovalRefused):
        perform(office, [applying(office, other, approval=approval(office, one))])


def test_nobody_approves_their_own_use(office: Office) -> None:
    which = guarded_seal(office)
    with pytest.raises(ApprovalRefused, match="cannot approve"):
        perform(office, [applying(office, which, approval=approval(office, which, by=office.asker))])


def test_one_person_under_two_codes_is_one_person(office: Office) -> None:
    which = guarded_seal(office)
    twin = Person("op-9", office.asker.key)
    operators = {**office.approvers, "op-9": twin.key.public_key()}
    action = applying(office, which, approval=approval(office, which, by=twin), operators=operators)
    with pytest.raises(ApprovalRefused, match="cannot approve"):
        perform(office, [action])


@pytest.mark.parametrize("codes", [("op-1",), ("op-2",), ()])
def test_both_people_must_be_operators_now(office: Office, codes: tuple[str, ...]) -> None:
    which = guarded_seal(office)
    left = {code: key for code, key in office.approvers.items() if code in codes}
    with pytest.raises(ApprovalRefused, match="operators"):
        perform(office, [applying(office, which, approval=approval(office, which), operators=left)])


def test_an_expired_approval_is_refused(office: Office) -> None:
    which = guarded_seal(office)
    action = applying(office, which, approval=approval(office, which))
    office.later(timedelta(hours=24, seconds=1))
    with pytest.raises(ApprovalRefused, match="expired"):
        perform(office, [action])


def test_an_approval_is_used_once(office: Office) -> None:
    which = guarded_seal(office)
    once = approval(office, which)
    perform(office, [applying(office, which, approval=once)])
    with pytest.raises(ApprovalReplayed):
        perform(office, [applying(office, which, approval=once)])


def test_a_forged_approval_is_refused(office: Office) -> None:
    which = guarded_seal(office)
    good = approval(office, which)
    forgeries = (
        good.approved("op-2", b""),
        good.approved("op-2", bytes(70)),
        good.approved("op-2", office.asker.key.sign(good.request.signed_bytes(), ec.ECDSA(hashes.SHA256()))),
        replace(good, request=replace(good.request, expires_at=NOW + timedelta(days=300))),
        replace(good, request=replace(good.request, operation="seal.make")),
    )
    for forged in forgeries:
        with pytest.raises(ApprovalRefused):
            perform(office, [applying(office, which, approval=forged)])


def test_the_signer_itself_refuses_when_document_and_record_are_exchanged_after_the_check(
    office: Office,
) -> None:
    """Even with a record and a log entry for B, an approval of A signs nothing but A."""
    which = guarded_seal(office)
    action = applying(office, which, A, approval=approval(office, which, A))
    other = applying(office, which, B, approval=approval(office, which, B))
    original = action._approved.check
    calls = []

    def exchanged(digest: bytes, **moment: Any) -> None:
        calls.append(digest)
        if len(calls) == 1:  # before anything is logged, all is well; then everything else becomes B's
            original(digest, **moment)
            action._pdf, action._record = B, other.record
            return
        original(digest, **moment)

    action._approved.check = exchanged  # type: ignore[method-assign]
    with pytest.raises(ApprovalRefused, match="another document"):
        perform(office, [action])
    assert calls == [sha256(A).digest(), sha256(B).digest()]


def test_an_approval_reads_back(office: Office) -> None:
    which = guarded_seal(office)
    given_ = approval(office, which)
    assert UseApproval.from_json(given_.to_json()) == given_


@pytest.mark.parametrize("data", [b"", b"[]", b"{}", b"null", b'{"v":1}', b"[" * 9000, b'{"v":2,"terms":{}}'])
def test_what_is_no_approval_is_malformed(data: bytes) -> None:
    with pytest.raises(XinzhengError):
        UseApproval.from_json(data)


@settings(max_examples=60, deadline=None)
@given(
    st.dictionaries(
        st.sampled_from(["v", "terms", "request", "approved_by", "signature"]), st.none() | st.text()
    )
)
def test_odd_members_are_no_approval(members: dict[str, Any]) -> None:
    with pytest.raises(XinzhengError):
        UseApproval.from_json(json.dumps(members).encode())
