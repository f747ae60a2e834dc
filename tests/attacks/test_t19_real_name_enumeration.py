"""T19 for proofing: a stranger learns neither who is in a register nor what is wrong in a guess."""

import hmac
import json
from typing import Any
from uuid import uuid4

import pytest

from keys.codes.citizen import make_citizen_number
from tests.conftest import NOW
from tests.unit.trust.persons.registers.server import CHANNEL
from trust.persons.documents import parse_document
from trust.persons.person import NaturalPerson, make_person
from trust.persons.proofing import refusal_of
from trust.persons.registers import embedded
from trust.persons.registers.channel import parse_channel
from trust.persons.registers.embedded import EmbeddedRegister
from trust.persons.registers.question import Question, person_question


def somebody(name: str, sequence: int) -> NaturalPerson:
    number = make_citizen_number("330106", NOW.date().replace(year=1990), sequence)
    return make_person(name, parse_document("citizen_number", number))


KNOWN, STRANGER = somebody("张晓明", 11), somebody("张晓明", 12)
WRONG_NAME = make_person("张小明", KNOWN.document)
CHANNEL_OF_THREE = parse_channel(
    CHANNEL.format(url="https://register.example.cn/", timeout=1.0).replace(
        'name = "xm"', 'name = "xm"\nphone = "sjh"'
    )
)


@pytest.fixture
def register() -> EmbeddedRegister:
    entry = {
        "name": KNOWN.name,
        "document_type": "citizen_number",
        "number": KNOWN.document.number,
        "phone": "13812345678",
    }
    data = {"version": 1, "channel": "population", "people": [entry]}
    return EmbeddedRegister(CHANNEL_OF_THREE, json.dumps(data).encode())


GUESSES = {
    "unknown": person_question(STRANGER, phone="+8613812345678"),
    "wrong name": person_question(WRONG_NAME, phone="+8613812345678"),
    "wrong phone": person_question(KNOWN, phone="+8613800000000"),
}


def told(register: EmbeddedRegister, question: Question) -> tuple[Any, ...]:
    """Everything the applicant gets to see."""
    refused = refusal_of(register.ask(question, uuid4()))
    assert refused is not None
    return refused.code, refused.kind, refused.detail, refused.detail_zh, refused.title


def test_unknown_wrong_name_and_wrong_telephone_are_answered_alike(register: EmbeddedRegister) -> None:
    assert len({told(register, question) for question in GUESSES.values()}) == 1
    assert refusal_of(register.ask(person_question(KNOWN, phone="+8613812345678"), uuid4())) is None


def test_every_guess_costs_the_same_work(register: EmbeddedRegister, monkeypatch: pytest.MonkeyPatch) -> None:
    """Counted and not timed: keyed digests and comparisons are the same number whoever is asked about."""
    counted: list[str] = []

    class Counting:
        @staticmethod
        def digest(key: bytes, message: bytes, name: str) -> bytes:
            counted.append("digest")
            return hmac.digest(key, message, name)

        @staticmethod
        def compare_digest(one: bytes, other: bytes) -> bool:
            counted.append("compare")
            assert len(one) == len(other) == 32
            return hmac.compare_digest(one, other)

    monkeypatch.setattr(embedded, "hmac", Counting)
    work = []
    for question in [*GUESSES.values(), person_question(KNOWN, phone="+8613812345678")]:
        counted.clear()
        register.ask(question, uuid4())
        work.append(tuple(counted))
    assert len(set(work)) == 1
    assert work[0].count("compare") == 3
