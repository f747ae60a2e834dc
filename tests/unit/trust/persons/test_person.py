"""Particulars of people and organisations: what fits together, what does not, what is masked."""

from datetime import date

import pytest

from keys.codes.citizen import Sex, make_citizen_number
from keys.codes.credit import make_credit_code
from trust.persons.documents import parse_document
from trust.persons.errors import PersonRefused
from trust.persons.masking import mask_email, mask_name, mask_number, mask_phone
from trust.persons.organization import make_organization
from trust.persons.person import (
    NaturalPerson,
    make_person,
    parse_contact,
    parse_name,
    person_from_json,
    person_to_json,
    with_document,
)

PASSPORT = parse_document("passport", "L01X00T47", issuing_state="DEU")


def test_birthday_and_sex_follow_from_the_number(zhang: NaturalPerson) -> None:
    assert (zhang.birthday, zhang.sex, zhang.nationality) == (date(1990, 3, 7), Sex.MALE, "CHN")


def test_a_birthday_that_contradicts_the_number_is_refused(zhang: NaturalPerson) -> None:
    with pytest.raises(PersonRefused):
        make_person(zhang.name, zhang.document, birthday=date(1990, 3, 8))


def test_the_holder_of_a_passport_says_birthday_and_sex() -> None:
    person = make_person("Erika Mustermann", PASSPORT, birthday=date(1964, 8, 12), sex=Sex.FEMALE)
    assert (person.birthday, person.nationality) == (date(1964, 8, 12), "DEU")
    with pytest.raises(PersonRefused):
        make_person("Erika Mustermann", PASSPORT, nationality="FRA")


def test_a_foreign_permanent_resident_says_the_nationality() -> None:
    card = parse_document("foreign_permanent_resident", make_citizen_number("911156", date(1990, 1, 1), 5))
    assert make_person("Jean Dupont", card, nationality="FRA").nationality == "FRA"
    for wrong in (None, "CHN", "fra"):
        with pytest.raises(PersonRefused):
            make_person("Jean Dupont", card, nationality=wrong)


@pytest.mark.parametrize("name", ["", "   ", "张\x00三", "a" * 121, "张\u202e三"])
def test_a_name_that_nobody_can_have_is_refused(name: str) -> None:
    with pytest.raises(PersonRefused):
        parse_name(name)


def test_names_are_written_one_way() -> None:
    assert parse_name("  买买提·艾力   ") == "买买提·艾力"
    assert parse_name("Erika \t Mustermann") == "Erika Mustermann"


def test_a_renewed_passport_keeps_the_person() -> None:
    person = make_person("Erika Mustermann", PASSPORT, birthday=date(1964, 8, 12))
    renewed = parse_document("passport", "C01X0006H", issuing_state="DEU")
    assert with_document(person, renewed).birthday == date(1964, 8, 12)


def test_a_new_document_with_another_birthday_is_refused(zhang: NaturalPerson) -> None:
    other = parse_document("citizen_number", make_citizen_number("330106", date(1991, 3, 7), 11))
    with pytest.raises(PersonRefused):
        with_document(zhang, other)


def test_what_is_sealed_reads_back(zhang: NaturalPerson) -> None:
    assert person_from_json(person_to_json(zhang)) == zhang
    erika = make_person("Erika Mustermann", PASSPORT)
    assert person_from_json(person_to_json(erika)) == erika


def test_contacts_are_written_one_way() -> None:
    contact = parse_contact("138 1234-5678", "name@example.cn")
    assert contact.phone == "+8613812345678"
    assert not contact.phone_verified
    assert "5678" in repr(contact)
    assert "1381234" not in repr(contact)
    for phone, email in (("12", None), ("+0123456789", None), (None, "no"), (None, "a@b\nc"), (None, "a@-b")):
        with pytest.raises(PersonRefused):
            parse_contact(phone, email)


def test_masks_show_enough_to_recognise_and_no_more() -> None:
    assert (mask_name("张三"), mask_name("欧阳明日"), mask_name("李")) == ("张*", "欧***", "李*")
    assert mask_number("110105194912310021") == "110***********0021"
    assert (mask_number("E12345678"), mask_number("123")) == ("E******78", "***")
    assert mask_phone("+8613812345678") == "**********5678"
    assert mask_email("zhang@example.cn") == "z***@example.cn"


def test_people_never_show_themselves_by_accident(zhang: NaturalPerson) -> None:
    shown = f"{zhang!r} {zhang}"
    assert zhang.name not in shown
    assert zhang.document.number not in shown


def test_an_organisation_needs_a_right_code_and_a_name() -> None:
    code = make_credit_code("330100")
    assert make_organization(code.lower(), "杭州某某有限公司").credit_code.value == code
    for wrong in ((code[:-1], "名"), (code, "")):
        with pytest.raises(PersonRefused):
            make_organization(*wrong)
