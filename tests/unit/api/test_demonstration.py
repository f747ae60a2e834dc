"""Made-up data is well formed, the same every time, and never somebody's."""

import json
from datetime import date

import pytest

from api.demonstration.departments import BUILT_IN, foundings
from api.demonstration.people import company, person
from api.demonstration.records import record
from keys.codes.citizen import parse_citizen_number
from keys.codes.credit import parse_credit_code
from licenses.catalogue import load_catalogue
from licenses.record import parse_record
from tests.nodes import EXAMPLES

TODAY = date(2026, 11, 22)


@pytest.mark.parametrize("number", range(0, 400, 7))
def test_made_up_people_and_companies_have_valid_check_digits(number: int) -> None:
    parse_citizen_number(person(number).code)
    parse_credit_code(company(number).code)
    assert person(number) == person(number)


def test_no_made_up_number_can_be_a_living_persons() -> None:
    assert all(person(number).code[14:17] in {"996", "997", "998", "999"} for number in range(200))
    assert all("XYXY" in company(number).code for number in range(200))


@pytest.mark.parametrize("number", range(60))
def test_every_made_up_record_is_acceptable(number: int) -> None:
    made = record(number, TODAY)
    parsed = parse_record(json.dumps(made), load_catalogue())
    assert parsed.issuer in {one.credit_code for one in BUILT_IN}


def test_there_is_a_department_for_every_issuer_among_the_examples() -> None:
    allowed = {one.credit_code: one.license_types for one in foundings()}
    for path in EXAMPLES.glob("*.json"):
        found = json.loads(path.read_text(encoding="utf-8"))
        assert found["license_type"] in allowed[found["issuer"]]


def test_every_license_type_has_a_department() -> None:
    types = {name for one in BUILT_IN for name in one.license_types}
    assert types == {one.key for one in load_catalogue()}
