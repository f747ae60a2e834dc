"""T21: seals misused by those who work with them. Each test is one way in, and it stays shut."""

from datetime import timedelta
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text

from api.db import Database
from api.perform import perform, sign_all
from keys.errors import ApprovalRefused, ApprovalReplayed, KeyUseRefused
from keys.intents import Declared, declare
from keys.store import spend_nonce
from seal.errors import NotWhatWasLogged, SealStateConflict, SealUnusable
from seal.request import OPERATION, approve_request, read_request
from seal.use import ApplySeal
from tests.unit.seal.local import MIDDLE
from tests.unit.seal.office import Office, Person, open_office
from tests.unit.seal.papers import Paper, Sheet

DOCUMENT_A = Paper(sheets=(Sheet(texts=((72, 700, "A: one thousand"),)),)).to_bytes()
DOCUMENT_B = Paper(sheets=(Sheet(texts=((72, 700, "B: one million"),)),)).to_bytes()


@pytest.fixture
def office(database: Database, tmp_path: Path) -> Office:
    return open_office(database, tmp_path)


def applying(office: Office, pdf: bytes) -> ApplySeal:
    return ApplySeal(
        office.in_use(office.active_seal()),
        pdf,
        MIDDLE,
        purpose="notice",
        used_by="op-1",
        on_behalf_of="",
        timestamper=None,
    )


def declared(office: Office, action: Any) -> Declared:
    with office.database.writing() as session:
        [made] = declare(session, [action.prepare(session, now=office.now)], log=office.log, now=office.now)
        session.commit()
    return made


def test_t21_a_use_logged_for_one_document_never_seals_another(office: Office) -> None:
    action = applying(office, DOCUMENT_A)
    logged = declared(office, action)
    action._pdf = DOCUMENT_B
    with pytest.raises(NotWhatWasLogged):
        sign_all(office, [action], [logged])


def test_t21_a_use_record_rewritten_after_logging_is_refused(office: Office) -> None:
    one, other = applying(office, DOCUMENT_A), applying(office, DOCUMENT_B)
    logged = declared(office, one)
    one._pdf, one._record = DOCUMENT_B, other.record
    assert one.record.document_digest == sha256(DOCUMENT_B).digest()
    with pytest.raises(NotWhatWasLogged):
        sign_all(office, [one], [logged])


def test_t21_a_seal_approved_under_one_name_is_never_made_under_another(office: Office) -> None:
    approved = office.approve(office.request())
    action = office.making(approved)
    other = office.making(office.approve(office.request(name="云上市人民政府办公室")))
    logged = declared(office, action)
    declared(office, other)
    action._info = other._info
    with pytest.raises(NotWhatWasLogged):
        sign_all(office, [action], [logged])


def test_t21_the_key_of_another_seal_does_not_sign_under_this_intent(office: Office) -> None:
    one, other = applying(office, DOCUMENT_A), applying(office, DOCUMENT_A)
    logged = declared(office, one)
    mine, theirs = one._in_use, other._in_use
    assert mine.handle.kid != theirs.handle.kid
    one._in_use = theirs
    with pytest.raises(KeyUseRefused):
        sign_all(office, [one], [logged])


def test_t21_who_asks_does_not_approve(office: Office) -> None:
    request = office.request()
    for code in ("op-1", "op-2", "op-99"):
        person = Person(code, office.asker.key)
        with office.database.writing() as session, pytest.raises(ApprovalRefused):
            approve_request(
                session,
                request.request_id,
                approver=person.operator,
                signature=person.signature(request),
                now=office.now,
            )


def test_t21_an_approval_is_not_replayed(office: Office) -> None:
    request = office.request()
    with office.database.writing() as session:
        approval = request.approval
        spend_nonce(
            session, approval.nonce, operation=OPERATION, now=office.now, expires_at=approval.expires_at
        )
        session.commit()
    with pytest.raises(ApprovalReplayed):
        office.approve(request)


def test_t21_an_approval_does_not_outlive_its_day(office: Office) -> None:
    approved = office.approve(office.request())
    office.later(timedelta(hours=24, seconds=1))
    with pytest.raises(ApprovalRefused):
        office.making(approved)


def test_t21_a_forged_row_makes_no_seal(office: Office) -> None:
    request = office.request()
    with office.database.writing() as session:
        session.connection().execute(
            text("UPDATE seal_request SET state='approved', approved_by='op-2', approval_signature=:forged"),
            {"forged": office.asker.signature(request)},
        )
        session.commit()
    with office.database.reading() as session:
        forged = read_request(session, request.request_id)
    with pytest.raises(ApprovalRefused):
        office.making(forged)


def test_t21_one_approval_makes_one_seal(office: Office) -> None:
    approved = office.approve(office.request())
    perform(office, [office.making(approved)])
    with pytest.raises(SealStateConflict):
        perform(office, [office.making(approved)])


def test_t21_a_seal_switched_on_in_the_database_alone_is_not_applied(office: Office) -> None:
    """A row says `active`; its maker never signed that record."""
    one, other = office.active_seal(), office.made_seal()
    with office.database.writing() as session:
        session.connection().execute(
            text(
                "UPDATE seal SET state='active', record=(SELECT record FROM seal WHERE id=:one)"
                " WHERE id=:other"
            ),
            {"one": _key(office, one), "other": _key(office, other)},
        )
        session.commit()
    with pytest.raises(SealUnusable):
        office.in_use(other)


def _key(office: Office, which: Any) -> Any:
    return which.hex if office.database.engine.dialect.name == "sqlite" else which
