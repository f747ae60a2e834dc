"""The embedded register: a file that answers like a channel, for demonstrations and small offices."""

import json
import pickle
from typing import Any
from uuid import uuid4

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from keys.codes.credit import make_credit_code
from tests.unit.trust.persons.registers.server import CHANNEL
from trust.persons.documents import parse_document
from trust.persons.errors import RegisterFileWrong
from trust.persons.organization import make_organization
from trust.persons.person import NaturalPerson, make_person
from trust.persons.registers.answer import Outcome
from trust.persons.registers.channel import parse_channel
from trust.persons.registers.embedded import EmbeddedRegister
from trust.persons.registers.question import Question, organization_question, person_question

PEOPLE = parse_channel(CHANNEL.format(url="https://register.example.cn/", timeout=3.0))
COMPANIES = parse_channel(
    CHANNEL.format(url="https://register.example.cn/", timeout=3.0)
    .replace('"population"', '"business"')
    .replace('"person"', '"organization"')
    .replace('name = "xm"\nnumber = "gmsfhm"', 'credit_code = "tyshxydm"\nrepresentative_number = "frsfz"')
    .replace('[answer.echo]\nnumber = "gmsfhm"', "")
)


def person_file(*people: NaturalPerson, **more: Any) -> bytes:
    entries = [
        {
            "name": each.name,
            "document_type": each.document.document_type.value,
            "number": each.document.number,
        }
        for each in people
    ]
    return json.dumps({"version": 1, "channel": "population", "people": entries} | more).encode()


def ask(register: EmbeddedRegister, question: Question) -> Outcome:
    return register.ask(question, uuid4()).outcome


def test_it_tells_match_mismatch_and_absence(zhang: NaturalPerson) -> None:
    register = EmbeddedRegister(PEOPLE, person_file(zhang))
    other = Question("person", {**person_question(zhang).fields, "name": "张三"}, zhang.document)
    assert len(register) == 1
    assert ask(register, person_question(zhang)) is Outcome.MATCHED
    assert ask(register, other) is Outcome.MISMATCH
    stranger = make_person("李四", parse_document("passport", "E12345678"))
    assert ask(register, person_question(stranger)) is Outcome.ABSENT


def test_every_answer_has_a_reference_of_its_own(zhang: NaturalPerson) -> None:
    register = EmbeddedRegister(PEOPLE, person_file(zhang))
    answers = {register.ask(person_question(zhang), uuid4()).reference for _ in range(2)}
    assert len(answers) == 2


def test_it_knows_who_represents_an_organisation(zhang: NaturalPerson) -> None:
    code = make_credit_code("330100")
    entry = {
        "credit_code": code,
        "name": "杭州某某有限公司",
        "representative_name": zhang.name,
        "representative_number": zhang.document.number,
    }
    data = json.dumps({"version": 1, "channel": "business", "organizations": [entry]}).encode()
    register = EmbeddedRegister(COMPANIES, data)
    organization = make_organization(code, "杭州某某有限公司")
    assert ask(register, organization_question(organization, zhang)) is Outcome.MATCHED


def test_it_keeps_nobody_in_clear(zhang: NaturalPerson) -> None:
    register = EmbeddedRegister(PEOPLE, person_file(zhang))
    kept = pickle.dumps({"held": register._held, "nobody": register._nobody})
    assert zhang.name.encode() not in kept
    assert zhang.document.number.encode() not in kept


GOOD = {"name": "张三", "document_type": "passport", "number": "E12345678"}
WRONG: dict[str, Any] = {
    "no object": [],
    "another version": {"version": 2, "channel": "population", "people": [GOOD]},
    "another channel": {"version": 1, "channel": "business", "people": [GOOD]},
    "nobody": {"version": 1, "channel": "population", "people": []},
    "an unknown part": {"version": 1, "channel": "population", "people": [GOOD], "dogs": []},
    "somebody twice": {"version": 1, "channel": "population", "people": [GOOD, GOOD]},
    "a wrong number": {"version": 1, "channel": "population", "people": [GOOD | {"number": "E1"}]},
    "an unknown field": {"version": 1, "channel": "population", "people": [GOOD | {"age": "7"}]},
    "a missing name": {
        "version": 1,
        "channel": "population",
        "people": [{"document_type": "passport", "number": "E12345678"}],
    },
    "a number as a number": {"version": 1, "channel": "population", "people": [GOOD | {"number": 7}]},
    "a list for a person": {"version": 1, "channel": "population", "people": [[]]},
}


@pytest.mark.parametrize("mistake", WRONG)
def test_a_file_with_a_mistake_is_refused_whole_and_not_shown(mistake: str) -> None:
    with pytest.raises(RegisterFileWrong) as refused:
        EmbeddedRegister(PEOPLE, json.dumps(WRONG[mistake]).encode())
    assert "E12345678" not in str(refused.value)


@settings(max_examples=80)
@given(
    st.one_of(st.binary(max_size=200), st.integers(0, 120).map(lambda end: json.dumps(GOOD).encode()[:end]))
)
def test_garbage_never_breaks_the_reader(data: bytes) -> None:
    with pytest.raises(RegisterFileWrong):
        EmbeddedRegister(PEOPLE, data)
