"""A database with the tables of people, a field cipher, and made-up people in it."""

from collections.abc import Callable, Iterator
from datetime import date, datetime
from uuid import UUID

import pytest
from sqlalchemy.orm import Session
from sqlmodel import SQLModel

from api.db import Database
from keys.codes.citizen import make_citizen_number
from keys.fields import FieldCipher
from tests.unit.trust.persons.made import TABLES
from trust.persons.accounts import open_account
from trust.persons.documents import parse_document
from trust.persons.levels import record_proof
from trust.persons.person import NaturalPerson, make_person

MakePerson = Callable[..., UUID]


@pytest.fixture
def people_database(database: Database) -> Database:
    """Tables are made from the models where the migrations have not come to them yet."""
    with database.writer.begin() as connection:
        SQLModel.metadata.create_all(connection, tables=list(TABLES), checkfirst=True)
    return database


@pytest.fixture
def session(people_database: Database) -> Iterator[Session]:
    with people_database.writing() as opened:
        yield opened


@pytest.fixture
def cipher() -> FieldCipher:
    return FieldCipher(bytes(range(32)))


@pytest.fixture
def zhang() -> NaturalPerson:
    return make_person(
        "张晓明", parse_document("citizen_number", make_citizen_number("330106", date(1990, 3, 7), 11))
    )


@pytest.fixture
def somebody(session: Session, cipher: FieldCipher, now: datetime) -> MakePerson:
    """Opens an account for a made-up person, at the level asked for."""
    made = 0

    def open_one(name: str = "李四", level: int = 2) -> UUID:
        nonlocal made
        made += 1
        number = make_citizen_number("330106", date(1980, 1, 1), 100 + made)
        person_id = open_account(
            session, cipher, make_person(name, parse_document("citizen_number", number)), now
        )
        for method, gives in (("register", 2), ("face", 3), ("counter", 4)):
            if gives <= level:
                evidence = f"{method}-{person_id}"
                record_proof(session, person_id, method=method, source="test", evidence=evidence, now=now)
        return person_id

    return open_one
