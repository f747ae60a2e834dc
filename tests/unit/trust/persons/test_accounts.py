"""Accounts at rest: sealed, found by blind index, masked on reading, gone when erased."""

from datetime import datetime
from uuid import UUID

import pytest
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from keys.codes.citizen import make_citizen_number
from keys.codes.credit import make_credit_code
from keys.errors import UnwrapFailed
from keys.fields import FieldCipher
from tests.unit.trust.persons.conftest import MakePerson
from tests.unit.trust.persons.made import TABLES
from trust.persons import accounts, companies, directory, traces
from trust.persons.assurance import Level
from trust.persons.delegation import Wish, confirm, name_relative
from trust.persons.documents import parse_document
from trust.persons.errors import PersonConflict, PersonNotFound
from trust.persons.levels import record_proof
from trust.persons.matters import built_in_matters
from trust.persons.organization import make_organization
from trust.persons.person import NaturalPerson, make_person, parse_contact
from trust.persons.store import agency, people


@pytest.fixture
def zhang_id(session: Session, cipher: FieldCipher, zhang: NaturalPerson, now: datetime) -> UUID:
    contact = parse_contact("13812345678", "zhang@example.cn")
    return accounts.open_account(session, cipher, zhang, now, contact)


def dump(session: Session) -> bytes:
    """Every column of every table as bytes."""
    rows = [row for table in TABLES for row in session.execute(select(table)).all()]
    cells = [cell for row in rows for cell in row]
    return b"\n".join(cell if isinstance(cell, bytes) else str(cell).encode() for cell in cells)


def test_nothing_of_a_person_lies_in_clear(session: Session, zhang: NaturalPerson, zhang_id: UUID) -> None:
    stored = dump(session)
    assert str(zhang_id).encode() in stored
    for secret in (zhang.name, zhang.document.number, "19900307", "1990-03-07", "13812345678", "zhang@"):
        assert secret.encode() not in stored


def test_a_person_is_found_by_document_and_read_masked(
    session: Session, cipher: FieldCipher, zhang: NaturalPerson, zhang_id: UUID
) -> None:
    found = directory.find_person(session, cipher, zhang.document)
    assert found is not None
    assert found.person_id == zhang_id
    assert (found.name, found.number) == ("张**", zhang.document.masked())
    assert zhang.document.number not in repr(found)
    assert "1381234" not in repr(found)


def test_a_document_nobody_registered_finds_nobody(session: Session, cipher: FieldCipher) -> None:
    assert directory.find_person(session, cipher, parse_document("passport", "E12345678")) is None


def test_one_document_opens_one_account(
    session: Session, cipher: FieldCipher, zhang: NaturalPerson, zhang_id: UUID, now: datetime
) -> None:
    with pytest.raises(PersonConflict):
        accounts.open_account(session, cipher, make_person("别人", zhang.document), now)


def test_a_new_account_is_level_one(session: Session, zhang_id: UUID, now: datetime) -> None:
    assert directory.assurance(session, zhang_id, now) is Level.L1


def test_sealed_particulars_open_only_for_their_own_person(
    session: Session, cipher: FieldCipher, zhang_id: UUID, somebody: MakePerson
) -> None:
    other = somebody("王五")
    row = session.execute(select(people.PERSON).where(people.PERSON.c.id == other)).one()
    session.execute(
        update(people.PERSON)
        .where(people.PERSON.c.id == zhang_id)
        .values(identity_sealed=row.identity_sealed)
    )
    with pytest.raises(UnwrapFailed):
        directory.person(session, cipher, zhang_id)


def test_a_renewed_passport_finds_the_same_account(
    session: Session, cipher: FieldCipher, now: datetime
) -> None:
    old, new = (
        parse_document("passport", number, issuing_state="DEU") for number in ("C01X0006H", "C01X0007K")
    )
    erika = accounts.open_account(session, cipher, make_person("Erika Mustermann", old), now)
    accounts.add_document(session, cipher, erika, new, now)
    assert accounts.find_account(session, cipher, old) == accounts.find_account(session, cipher, new) == erika
    assert accounts.read_particulars(session, cipher, erika).person.document == new


def test_a_document_of_somebody_else_cannot_be_added(
    session: Session, cipher: FieldCipher, zhang: NaturalPerson, zhang_id: UUID, now: datetime
) -> None:
    german = parse_document("passport", "C01X0006H", issuing_state="DEU")
    other = accounts.open_account(session, cipher, make_person("Erika Mustermann", german), now)
    with pytest.raises(PersonConflict):
        accounts.add_document(session, cipher, other, zhang.document, now)


def test_two_changes_at_once_do_not_overwrite_each_other(
    session: Session, cipher: FieldCipher, zhang_id: UUID, now: datetime
) -> None:
    stored = accounts.require(session, zhang_id)
    accounts.change_contact(session, cipher, zhang_id, parse_contact("13900000000"), now)
    with pytest.raises(PersonConflict):
        people.write(session, zhang_id, stored.version, identity_sealed=b"x", contact_sealed=None, now=now)
    assert accounts.read_particulars(session, cipher, zhang_id).contact.phone == "+8613900000000"


def test_a_corrected_name_is_kept_and_the_document_stays(
    session: Session, cipher: FieldCipher, zhang: NaturalPerson, zhang_id: UUID, now: datetime
) -> None:
    accounts.change_person(session, cipher, zhang_id, make_person("张小明", zhang.document), now)
    assert accounts.read_particulars(session, cipher, zhang_id).person.name == "张小明"
    other = parse_document("citizen_number", make_citizen_number("330106", zhang.birthday, 13))  # type: ignore[arg-type]
    with pytest.raises(PersonConflict):
        accounts.change_person(session, cipher, zhang_id, make_person("张小明", other), now)


def test_a_locked_person_is_nobody_to_the_provider(
    session: Session, cipher: FieldCipher, zhang_id: UUID, now: datetime
) -> None:
    known = directory.Directory(cipher)
    assert known.subject(session, str(zhang_id), now) is not None
    accounts.lock(session, zhang_id, now)
    assert known.subject(session, str(zhang_id), now) is None
    with pytest.raises(PersonConflict):
        accounts.lock(session, zhang_id, now)
    accounts.unlock(session, zhang_id, now)
    assert known.subject(session, str(zhang_id), now) is not None


def test_an_erased_person_cannot_be_read_again_even_from_a_copied_row(
    session: Session, cipher: FieldCipher, zhang: NaturalPerson, zhang_id: UUID, now: datetime
) -> None:
    copied = session.execute(select(people.PERSON).where(people.PERSON.c.id == zhang_id)).one()
    accounts.erase_account(session, zhang_id, str(zhang_id), now)
    assert directory.find_person(session, cipher, zhang.document) is None
    with pytest.raises(PersonNotFound):
        directory.person(session, cipher, zhang_id)
    session.execute(
        update(people.PERSON)
        .where(people.PERSON.c.id == zhang_id)
        .values(identity_sealed=copied.identity_sealed, state="active")
    )
    with pytest.raises(PersonNotFound):
        accounts.read_particulars(session, cipher, zhang_id)


def test_erasing_twice_is_refused_and_the_document_is_free_again(
    session: Session, cipher: FieldCipher, zhang: NaturalPerson, zhang_id: UUID, now: datetime
) -> None:
    accounts.erase_account(session, zhang_id, "op-1", now)
    with pytest.raises(PersonConflict):
        accounts.erase_account(session, zhang_id, "op-1", now)
    assert accounts.open_account(session, cipher, zhang, now) != zhang_id


def test_erasing_a_person_ends_grants_on_both_sides(
    session: Session, somebody: MakePerson, now: datetime
) -> None:
    grantor, delegate, third = somebody("甲"), somebody("乙"), somebody("丙")
    matters = built_in_matters()
    for giver, taker in ((grantor, delegate), (third, grantor)):
        wish = Wish(taker, ("license-display",))
        confirm(session, name_relative(session, giver, wish, matters, now).id, taker, matters, now)
    accounts.erase_account(session, grantor, str(grantor), now)
    assert agency.holding(session, delegate, now) == []
    assert agency.of_principal(session, third, open_only=True) == []


def test_a_new_document_or_name_stands_for_nothing_that_was_proven_of_the_old_one(
    session: Session, cipher: FieldCipher, zhang: NaturalPerson, zhang_id: UUID, now: datetime
) -> None:
    """Else a proven person could write a stranger's number into a proven account."""
    passport = parse_document("passport", "E12345678")
    renamed = make_person("张小明", passport, birthday=zhang.birthday, sex=zhang.sex)
    changes = (
        lambda: accounts.add_document(session, cipher, zhang_id, passport, now),
        lambda: accounts.change_person(session, cipher, zhang_id, renamed, now),
    )
    for turn, change in enumerate(changes):
        evidence = f"e-{turn}"
        record_proof(session, zhang_id, method="register", source="population", evidence=evidence, now=now)
        assert directory.assurance(session, zhang_id, now) is Level.L2
        change()
        assert directory.assurance(session, zhang_id, now) is Level.L1


def test_the_same_particulars_again_change_nothing(
    session: Session, cipher: FieldCipher, zhang: NaturalPerson, zhang_id: UUID, now: datetime
) -> None:
    record_proof(session, zhang_id, method="register", source="population", evidence="e", now=now)
    accounts.change_person(session, cipher, zhang_id, zhang, now)
    assert directory.assurance(session, zhang_id, now) is Level.L2


def test_whoever_registered_a_strangers_number_makes_room_for_its_holder(
    session: Session, cipher: FieldCipher, zhang: NaturalPerson, zhang_id: UUID, now: datetime
) -> None:
    assert accounts.evict_unproven(session, cipher, zhang.document, "clerk-1", now)
    assert not accounts.evict_unproven(session, cipher, zhang.document, "clerk-1", now)
    rightful = accounts.open_account(session, cipher, zhang, now)
    record_proof(session, rightful, method="register", source="population", evidence="e", now=now)
    with pytest.raises(PersonConflict):
        accounts.evict_unproven(session, cipher, zhang.document, "clerk-1", now)


def test_an_erasure_is_on_record(session: Session, zhang_id: UUID, now: datetime) -> None:
    accounts.erase_account(session, zhang_id, str(zhang_id), now)
    assert [seen.act for seen in traces.who_looked(session, zhang_id)] == [traces.Act.ERASURE]
    assert directory.assurance(session, zhang_id, now) is Level.NONE


def test_a_representative_is_not_erased_before_there_is_another(
    session: Session, zhang_id: UUID, now: datetime
) -> None:
    companies.enrol(session, make_organization(make_credit_code("330100"), "杭州某某有限公司"), zhang_id, now)
    with pytest.raises(PersonConflict):
        accounts.erase_account(session, zhang_id, "op-1", now)
