"""T36 for people: canary names and numbers pass through everything and stand only in sealed columns."""

import logging
from datetime import datetime
from uuid import UUID

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session
from sqlmodel import SQLModel

from api.db import Database
from keys.codes.citizen import make_citizen_number
from keys.errors import XinzhengError
from keys.fields import FieldCipher
from tests.unit.trust.persons.made import TABLES
from tests.unit.trust.persons.registers.server import CHANNEL
from trust.persons import accounts, corrections, counter, directory
from trust.persons.counter import CounterEvidence
from trust.persons.delegation import Wish, name_relative
from trust.persons.documents import parse_document
from trust.persons.matters import built_in_matters
from trust.persons.person import NaturalPerson, make_person, parse_contact
from trust.persons.proofing import prove_person
from trust.persons.registers.answer import Outcome, RegisterAnswer
from trust.persons.registers.channel import parse_channel
from trust.persons.registers.query import prepare
from trust.persons.registers.question import person_question
from trust.persons.traces import Actor, ActorKind

NAME, PHONE, MAIL, BORN = "金丝雀鸣", "+8613987654321", "canary@example.cn", "19870605"
CIPHER = FieldCipher(bytes(range(32)))


@pytest.fixture
def canary() -> NaturalPerson:
    number = make_citizen_number("330106", datetime.strptime(BORN, "%Y%m%d").date(), 77)  # noqa: DTZ007  a day
    return make_person(NAME, parse_document("citizen_number", number))


def go_through_everything(session: Session, canary: NaturalPerson, now: datetime) -> UUID:
    """Open, prove by register and counter, dispute, delegate, look."""
    me = accounts.open_account(session, CIPHER, canary, now, parse_contact(PHONE, MAIL))
    clerk = accounts.open_account(
        session, CIPHER, make_person("职员", parse_document("passport", "E12345678")), now
    )
    channel = parse_channel(CHANNEL.format(url="https://register.example.cn/", timeout=1.0))
    permit = prepare(
        session,
        CIPHER,
        channel,
        person_question(canary),
        purpose="account",
        asked_by="node",
        person_id=me,
        now=now,
    )
    prove_person(session, permit, RegisterAnswer(Outcome.MATCHED, "S-1"), me, now)
    evidence = CounterEvidence(canary.document, True, True, "ab" * 32, "hz-01")
    counter.propose(session, CIPHER, me, clerk, evidence, now)
    corrections.file(session, CIPHER, me, "name", "population", f"我叫{NAME}", now)
    name_relative(session, me, Wish(clerk), built_in_matters(), now)
    looking = Actor(ActorKind.CLERK, str(clerk))
    directory.reveal(session, CIPHER, me, actor=looking, purpose="counter", now=now)
    return me


def test_canaries_stand_in_no_table_and_no_log(
    database: Database, canary: NaturalPerson, now: datetime, caplog: pytest.LogCaptureFixture
) -> None:
    with database.writer.begin() as connection:
        SQLModel.metadata.create_all(connection, tables=list(TABLES), checkfirst=True)
    with caplog.at_level(logging.DEBUG), database.writing() as session:
        me = go_through_everything(session, canary, now)
        for act in (
            lambda: accounts.open_account(session, CIPHER, canary, now),
            lambda: parse_document("hk_residence", canary.document.number),
            lambda: counter.confirm(session, me, me, now),
        ):
            with pytest.raises(XinzhengError) as refused:
                act()
            logging.getLogger("test").info("%r %s", refused.value, refused.value.detail_zh)
        logging.getLogger("test").info("%r %s", canary, directory.person(session, CIPHER, me))
        cells = [cell for table in TABLES for row in session.execute(select(table)) for cell in row]
    written = b"\n".join(cell if isinstance(cell, bytes) else str(cell).encode() for cell in cells)
    written += caplog.text.encode()
    assert str(me).encode() in written
    for secret in (NAME, canary.document.number, PHONE, PHONE[3:], MAIL, BORN, "1987-06-05"):
        assert secret.encode() not in written
