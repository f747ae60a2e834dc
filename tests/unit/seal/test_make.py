"""Making a seal along the one path: approved by a second person, signed by the maker, found in the log."""

from datetime import timedelta
from hashlib import sha256

import pytest
from cryptography.hazmat.primitives.serialization import Encoding

from api.perform import perform, sign_all
from ca.profile import SEAL
from keys.errors import ApprovalRefused, KeyUseRefused
from keys.intents import declare
from keys.log.checkpoint import CheckpointVerifier
from keys.log.receipt import verify_receipt
from keys.signer import KeyUse
from seal import store
from seal.errors import SealStateConflict, SealUnusable
from seal.lifecycle import RequestState, SealState
from seal.make import MAKE_KIND, MakeSeal, SealMaker, abandon_making, new_number
from seal.record import check_maker, parse_record
from seal.request import read_request
from tests.unit.seal.office import NAME, OTHER_CODE, OWNER_CODE, Office


def test_an_approved_request_becomes_a_seal_its_maker_answers_for(office: Office) -> None:
    seal_id = office.made_seal()
    with office.database.reading() as session:
        row = store.read_seal(session, seal_id)
        request = read_request(session, row.request_id)
    assert row.state == SealState.MADE
    assert request.state is RequestState.USED
    record = parse_record(row.record or b"")
    check_maker(record)
    assert (record.seal_id, record.name) == (row.number, NAME)
    assert record.names_certificate(row.certificate)
    assert record.artwork_digest == sha256(row.artwork).digest()
    assert record.demonstration
    assert row.number.startswith("330000")


def test_a_seal_is_valid_as_long_as_its_certificate(office: Office) -> None:
    handle = office.handle(KeyUse.APPLY_SEAL)
    certificate = office.certificate(SEAL, handle, code=OWNER_CODE)
    action = office.making(office.approve(office.request()), handle=handle, certificate=certificate)
    record = parse_record(perform(office, [action])[0])
    assert record.valid_from == certificate.not_valid_before_utc
    assert record.valid_until == certificate.not_valid_after_utc
    assert record.certificates == (certificate.public_bytes(Encoding.DER),)


def test_the_log_holds_what_the_maker_signed(office: Office) -> None:
    action = office.making(office.approve(office.request()))
    with office.database.writing() as session:
        [declared] = declare(
            session, [action.prepare(session, now=office.now)], log=office.log, now=office.now
        )
        session.commit()
    [der] = sign_all(office, [action], [declared])
    verifier = CheckpointVerifier("node.example/log", office.keyring.by_label("log").public_key)
    verify_receipt(declared.receipt, parse_record(der).signed, kind=MAKE_KIND, verifier=verifier)


def test_a_request_nobody_approved_makes_no_seal(office: Office) -> None:
    with pytest.raises(ApprovalRefused):
        office.making(office.request())


def test_an_approval_makes_one_seal(office: Office) -> None:
    approved = office.approve(office.request())
    perform(office, [office.making(approved)])
    with pytest.raises(SealStateConflict):
        perform(office, [office.making(approved)])


def test_an_approval_that_expired_makes_no_seal(office: Office) -> None:
    approved = office.approve(office.request())
    office.later(timedelta(hours=25))
    with pytest.raises(ApprovalRefused):
        office.making(approved)


def test_the_approval_is_verified_again_before_anything_is_signed(office: Office) -> None:
    action = office.making(office.approve(office.request()))
    action._approvers.clear()
    with pytest.raises(ApprovalRefused):
        perform(office, [action])
    with office.database.reading() as session:
        [row] = store.pending_seals(session)
    assert row.record is None


def test_the_makers_key_signs_only_what_was_committed(office: Office) -> None:
    approved = office.approve(office.request())
    maker, stranger = office.maker(), office.maker()
    action = office.making(approved, maker=maker)
    with office.database.writing() as session:
        [declared] = declare(
            session, [action.prepare(session, now=office.now)], log=office.log, now=office.now
        )
        session.commit()
    action._maker = stranger
    with pytest.raises(KeyUseRefused):
        sign_all(office, [action], [declared])


def test_key_and_certificate_have_to_belong_together(office: Office) -> None:
    approved = office.approve(office.request())
    one, other = office.handle(KeyUse.APPLY_SEAL), office.handle(KeyUse.APPLY_SEAL)
    with pytest.raises(SealUnusable, match="key"):
        office.making(approved, handle=one, certificate=office.certificate(SEAL, other, code=OWNER_CODE))
    with pytest.raises(SealUnusable, match="another organ"):
        office.making(approved, handle=one, certificate=office.certificate(SEAL, one, code=OTHER_CODE))
    maker = office.maker()
    with pytest.raises(SealUnusable, match="maker"):
        office.making(approved, maker=SealMaker(office.handle(KeyUse.MAKE_SEAL), maker.certificate))


def test_one_certificate_serves_one_seal(office: Office) -> None:
    handle = office.handle(KeyUse.APPLY_SEAL)
    certificate = office.certificate(SEAL, handle, code=OWNER_CODE)

    def making() -> MakeSeal:
        return office.making(office.approve(office.request()), handle=handle, certificate=certificate)

    perform(office, [making()])
    with pytest.raises(SealStateConflict, match="another seal"):
        perform(office, [making()])


def test_an_interrupted_making_is_given_up_and_the_approval_used_again(office: Office) -> None:
    approved = office.approve(office.request())
    action = office.making(approved)
    with office.database.writing() as session:
        declare(session, [action.prepare(session, now=office.now)], log=office.log, now=office.now)
        session.commit()
    with office.database.writing() as session:
        [pending] = store.pending_seals(session)
        abandon_making(session, pending.id, now=office.now)
        session.commit()
    with office.database.reading() as session:
        assert store.read_seal(session, pending.id).state == SealState.ABANDONED
        again = read_request(session, approved.request_id)
    assert again.state is RequestState.APPROVED
    perform(office, [office.making(again)])


def test_numbers_name_the_region_and_do_not_repeat() -> None:
    numbers = {new_number(OWNER_CODE) for _ in range(500)}
    assert len(numbers) == 500
    assert all(number.startswith("330000") and len(number) == 14 for number in numbers)
