"""Using a seal along the one path: a record first, in the log and in the file, bound to this document."""

from hashlib import sha256
from io import BytesIO
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pyhanko.pdf_utils.reader import PdfFileReader
from sqlalchemy import text

from api.perform import perform, sign_all
from ca.revoke import Reason, revoke
from keys.errors import MalformedInput, XinzhengError
from keys.intents import declare
from keys.log.checkpoint import CheckpointVerifier
from keys.log.receipt import Receipt, verify_receipt
from seal import store
from seal.anchor import Anchor
from seal.errors import (
    PdfRefused,
    PlaceNotFound,
    SealMakerWrong,
    SealNotFound,
    SealUnusable,
    UnreadablePdf,
)
from seal.lifecycle import Operation
from seal.oids import LOG_RECEIPT, SEAL_RECORD, USE_RECORD
from seal.place import Place
from seal.use import USE_KIND, ApplySeal, UseRecord
from tests.unit.seal.local import MIDDLE
from tests.unit.seal.office import Office
from tests.unit.seal.papers import Paper, encrypted

PAPER = Paper().to_bytes()


def applying(office: Office, which: Any, pdf: bytes = PAPER, **changes: Any) -> ApplySeal:
    wanted: dict[str, Any] = {
        "purpose": "notice 12",
        "used_by": "op-1",
        "on_behalf_of": "",
        "timestamper": None,
    }
    return ApplySeal(office.in_use(which), pdf, changes.pop("place", MIDDLE), **{**wanted, **changes})


def attributes(sealed: bytes) -> dict[str, Any]:
    [signature] = PdfFileReader(BytesIO(sealed)).embedded_signatures
    return {each["type"].dotted: each["values"][0].native for each in signature.signer_info["signed_attrs"]}


def test_a_use_is_recorded_in_database_log_and_file(office: Office) -> None:
    which = office.active_seal()
    [sealed] = perform(office, [applying(office, which, on_behalf_of="云上市")])
    with office.database.reading() as session:
        [use] = store.list_uses(session, which)
    assert (use.state, use.purpose, use.used_by, use.on_behalf_of) == ("done", "notice 12", "op-1", "云上市")
    assert (use.document_digest, use.pages) == (sha256(PAPER).digest(), 1)
    assert use.result_digest == sha256(sealed).digest()
    held = attributes(sealed)
    receipt = Receipt.from_json(held[LOG_RECEIPT])
    assert receipt.index == use.log_index
    verifier = CheckpointVerifier("node.example/log", office.keyring.by_label("log").public_key)
    verify_receipt(receipt, held[USE_RECORD], kind=USE_KIND, verifier=verifier)


def test_anybody_can_compute_the_documents_digest_again(office: Office) -> None:
    which = office.active_seal()
    [sealed] = perform(office, [applying(office, which)])
    record = UseRecord.from_json(attributes(sealed)[USE_RECORD])
    assert sha256(sealed[: len(PAPER)]).digest() == record.document_digest
    assert record.on_behalf_of == office.in_use(which).name


def test_the_seal_in_the_file_is_the_makers(office: Office) -> None:
    which = office.active_seal()
    [sealed] = perform(office, [applying(office, which, timestamper=office.timestamper())])
    assert attributes(sealed)[SEAL_RECORD] == office.in_use(which).record_der
    [signature] = PdfFileReader(BytesIO(sealed)).embedded_signatures
    [token] = signature.signer_info["unsigned_attrs"]
    assert token["type"].native == "signature_time_stamp_token"


def test_the_organ_stands_in_the_record_when_nobody_else_is_named(office: Office) -> None:
    which = office.active_seal()
    assert applying(office, which).record.on_behalf_of == office.in_use(which).name


@pytest.mark.parametrize(
    ("pdf", "place", "error"),
    [
        (b"no pdf", MIDDLE, UnreadablePdf),
        (encrypted(), MIDDLE, PdfRefused),
        (PAPER, Place(9, 100, 100), PlaceNotFound),
        (PAPER, Place(1, 1, 1), PlaceNotFound),
        (PAPER, Anchor("nowhere"), PlaceNotFound),
        (PAPER, "NoSuchField", PdfRefused),
    ],
)
def test_what_cannot_be_sealed_leaves_no_record(
    office: Office, pdf: bytes, place: Any, error: type[XinzhengError]
) -> None:
    which = office.active_seal()
    with pytest.raises(error):
        perform(office, [applying(office, which, pdf, place=place)])
    with office.database.reading() as session:
        assert store.list_uses(session, which) == []


@pytest.mark.parametrize("changes", [{"purpose": "  "}, {"used_by": ""}])
def test_a_use_without_a_reason_or_a_user_is_refused(office: Office, changes: dict[str, str]) -> None:
    with pytest.raises(SealUnusable):
        applying(office, office.active_seal(), **changes)


def test_a_seal_that_is_not_active_cannot_be_used(office: Office) -> None:
    which = office.made_seal()
    for operation in (None, Operation.FILE):
        if operation is not None:
            office.change(which, operation)
        with pytest.raises(SealUnusable):
            office.in_use(which)
    office.change(which, Operation.ACTIVATE)
    office.in_use(which)
    office.change(which, Operation.SUSPEND)
    with pytest.raises(SealUnusable):
        office.in_use(which)
    office.change(which, Operation.RESUME)
    office.in_use(which)
    office.change(which, Operation.CANCEL)
    with pytest.raises(SealUnusable):
        office.in_use(which)


def test_a_seal_suspended_after_it_was_taken_in_hand_is_not_applied(office: Office) -> None:
    which = office.active_seal()
    action = applying(office, which)
    office.change(which, Operation.SUSPEND)
    with pytest.raises(SealUnusable):
        perform(office, [action])


def test_a_seal_past_its_certificate_cannot_be_used(office: Office) -> None:
    which = office.active_seal()
    office.now = office.in_use(which).certificate.not_valid_after_utc.replace(year=2040)
    with pytest.raises(SealUnusable, match="period"):
        office.in_use(which)


def test_a_seal_whose_certificate_was_revoked_cannot_be_used(office: Office) -> None:
    which = office.active_seal()
    with office.database.writing() as session:
        serial = office.in_use(which).certificate.serial_number
        revoke(session, serial, Reason.KEY_COMPROMISE, office.now)
        session.commit()
    with pytest.raises(SealUnusable, match="revoked"):
        office.in_use(which)


def swap(office: Office, column: str, one: Any, other: Any) -> None:
    """Give one seal's row a part of another's, as somebody with the database in hand could."""
    with office.database.writing() as session:
        session.connection().execute(
            text(f"UPDATE seal SET {column} = (SELECT {column} FROM seal WHERE id = :other) WHERE id = :one"),  # noqa: S608
            {"one": _key(office, one), "other": _key(office, other)},
        )
        session.commit()


def _key(office: Office, which: Any) -> Any:
    return which.hex if office.database.engine.dialect.name == "sqlite" else which


@pytest.mark.parametrize(
    ("column", "words"),
    [("certificate", "not one the seal was made for"), ("kid", "key"), ("record", "not one")],
)
def test_parts_of_another_seal_do_not_fit(office: Office, column: str, words: str) -> None:
    one, other = office.active_seal(), office.active_seal()
    swap(office, column, one, other)
    with pytest.raises(SealUnusable, match=words):
        office.in_use(one)


def test_a_picture_that_is_not_the_records_is_not_stamped(office: Office) -> None:
    which = office.active_seal()
    with office.database.writing() as session:
        session.connection().execute(text("UPDATE seal SET artwork = record"))
        session.commit()
    with pytest.raises(SealUnusable, match="picture"):
        office.in_use(which)


def test_a_record_that_was_changed_is_not_applied(office: Office) -> None:
    which = office.active_seal()
    with office.database.writing() as session:
        row = store.read_seal(session, which)
        forged = (row.record or b"").replace("云上省".encode(), "云下省".encode())
        session.connection().execute(text("UPDATE seal SET record = :forged"), {"forged": forged})
        session.commit()
    with pytest.raises(SealMakerWrong):
        office.in_use(which)


def test_an_unknown_seal_is_not_found(office: Office) -> None:
    with pytest.raises(SealNotFound):
        office.in_use("330000NOTHERE0")


def test_uses_that_a_crash_interrupted_are_closed(office: Office) -> None:
    which = office.active_seal()
    action = applying(office, which)
    with office.database.writing() as session:
        [declared] = declare(
            session, [action.prepare(session, now=office.now)], log=office.log, now=office.now
        )
        session.commit()
    sign_all(office, [action], [declared])
    office.change(which, Operation.SUSPEND)
    with office.database.writing() as session:
        assert store.abandon_uses(session, declared_before=office.now, now=office.now) == 1
        session.commit()
        assert [use.state for use in store.list_uses(session, which)] == ["abandoned"]


def test_a_document_finds_its_uses_before_and_after_sealing(office: Office) -> None:
    which = office.active_seal()
    [sealed] = perform(office, [applying(office, which)])
    with office.database.reading() as session:
        for data in (PAPER, sealed):
            [use] = store.uses_of_document(session, sha256(data).digest())
            assert use.seal_id == which
        assert store.uses_of_document(session, bytes(32)) == []


RECORD = UseRecord("3300007K3M9Q2D", bytes(32), 3, "notice", "op-1", "云上市")


def test_a_use_record_reads_back() -> None:
    assert UseRecord.from_json(RECORD.to_json()) == RECORD


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"[]",
        b"{}",
        RECORD.to_json() + b" ",
        RECORD.to_json().replace(b'"v":1', b'"v":2'),
        RECORD.to_json().replace(b'"pages":3', b'"pages":"3"'),
        RECORD.to_json().replace(b'"pages":3', b'"pages":true'),
        RECORD.to_json().replace(b'"pages":3', b'"pages":3,"pages":3'),
        RECORD.to_json().replace(b'"purpose":"notice"', b'"purpose":1'),
        b"[" * 5000,
    ],
)
def test_what_is_no_use_record_is_malformed(data: bytes) -> None:
    with pytest.raises(MalformedInput):
        UseRecord.from_json(data)


@settings(max_examples=60, deadline=None)
@given(st.binary(max_size=200))
def test_random_bytes_are_no_use_record(data: bytes) -> None:
    with pytest.raises(XinzhengError):
        UseRecord.from_json(data)
