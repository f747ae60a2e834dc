"""Identity documents: each type accepts its own numbers and nobody else's."""

from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from keys.codes.citizen import Sex, make_citizen_number
from trust.persons.documents import TITLES, DocumentType, parse_document
from trust.persons.errors import IdentityDocumentWrong

BORN = date(1990, 3, 7)
CITIZEN = make_citizen_number("330106", BORN, 11)
HONG_KONG = make_citizen_number("810000", BORN, 12)
MACAO = make_citizen_number("820000", BORN, 13)
TAIWAN = make_citizen_number("830000", BORN, 14)
FOREIGN = make_citizen_number("911156", BORN, 15)


@pytest.mark.parametrize(
    ("kind", "number", "state"),
    [
        ("citizen_number", CITIZEN, "CHN"),
        ("citizen_number", "11010519491231002X", "CHN"),
        ("hk_residence", HONG_KONG, "CHN"),
        ("macao_residence", MACAO, "CHN"),
        ("taiwan_residence", TAIWAN, "CHN"),
        ("foreign_permanent_resident", FOREIGN, "CHN"),
        ("foreign_permanent_resident", "USA110187010101", "CHN"),
        ("passport", "L01X00T47", "DEU"),
        ("passport", "E12345678", "CHN"),
    ],
)
def test_every_type_accepts_its_own_number(kind: str, number: str, state: str) -> None:
    document = parse_document(kind, f" {number.lower()} ", issuing_state=state)
    assert (document.document_type, document.number, document.issuing_state) == (kind, number, state)


@pytest.mark.parametrize(
    ("kind", "number", "state"),
    [
        ("citizen_number", HONG_KONG, "CHN"),
        ("citizen_number", FOREIGN, "CHN"),
        ("citizen_number", CITIZEN[:-1], "CHN"),
        ("citizen_number", CITIZEN[:-1] + ("0" if CITIZEN[-1] != "0" else "1"), "CHN"),
        ("citizen_number", "110105491231002", "CHN"),
        ("hk_residence", MACAO, "CHN"),
        ("macao_residence", TAIWAN, "CHN"),
        ("taiwan_residence", CITIZEN, "CHN"),
        ("hk_residence", make_citizen_number("810101", BORN, 1), "CHN"),
        ("foreign_permanent_resident", CITIZEN, "CHN"),
        ("foreign_permanent_resident", "US110187010101", "CHN"),
        ("passport", "L01", "DEU"),
        ("passport", "L01X00T47", "DE"),
        ("passport", "护照号码八九", "DEU"),
        ("citizen_number", CITIZEN, "DEU"),
        ("driving_license", CITIZEN, "CHN"),
        ("citizen_number", "1" * 10_000, "CHN"),
    ],
)
def test_a_number_of_another_type_or_form_is_refused(kind: str, number: str, state: str) -> None:
    with pytest.raises(IdentityDocumentWrong) as refused:
        parse_document(kind, number, issuing_state=state)
    assert number[:6] not in refused.value.detail + refused.value.detail_zh


def test_a_birthday_in_the_future_is_refused_when_the_day_is_known() -> None:
    tomorrow = make_citizen_number("330106", date(2026, 11, 23), 1)
    with pytest.raises(IdentityDocumentWrong):
        parse_document("citizen_number", tomorrow, today=date(2026, 11, 22))
    assert parse_document("citizen_number", tomorrow).birthday == date(2026, 11, 23)


def test_birthday_and_sex_are_read_from_numbers_that_have_them() -> None:
    assert parse_document("citizen_number", CITIZEN).birthday == BORN
    assert parse_document("taiwan_residence", TAIWAN).sex is Sex.FEMALE
    assert parse_document("passport", "E12345678").birthday is None


def test_a_document_never_shows_its_number_by_accident() -> None:
    document = parse_document("citizen_number", CITIZEN)
    assert CITIZEN not in f"{document!r} {document} {[document]}"


def test_the_same_passport_number_of_two_states_is_two_documents() -> None:
    german, french = (parse_document("passport", "X1234567", issuing_state=state) for state in ("DEU", "FRA"))
    assert german.key != french.key


def test_every_type_has_a_title() -> None:
    assert set(TITLES) == set(DocumentType)


@settings(max_examples=100)
@given(st.sampled_from([*DocumentType, "x"]), st.text(max_size=60), st.sampled_from(["CHN", "DEU", "", "国"]))
def test_garbage_is_refused_and_never_breaks_the_parser(kind: str, number: str, state: str) -> None:
    try:
        parse_document(kind, number, issuing_state=state)
    except IdentityDocumentWrong:
        return
