"""A register query in three steps, so that no transaction is open while a register takes its time:

    permit = prepare(session, …)     breaker, limits, the record of who asks why          → the caller commits
    answer = register.ask(…)         no database
    settle(session, permit, answer)  outcome and breaker                                  → the caller commits

A query that was prepared and never settled stays in the table as `asked`: it may have left the machine.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy.orm import Session

from keys.encoding import uuid7
from keys.fields import FieldCipher
from trust.persons import traces
from trust.persons.errors import RegisterQueryRefused, RegisterUnavailable
from trust.persons.registers import breaker, store
from trust.persons.registers.answer import Outcome, RegisterAnswer
from trust.persons.registers.channel import Channel
from trust.persons.registers.client import require_askable
from trust.persons.registers.question import Question
from trust.persons.traces import Actor, ActorKind

DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Permit:
    """One query that is recorded and may be asked, once."""

    query_id: UUID
    channel: Channel
    person_id: UUID | None
    prepared_at: datetime


def prepare(
    session: Session,
    cipher: FieldCipher,
    channel: Channel,
    question: Question,
    *,
    purpose: str,
    asked_by: str,
    person_id: UUID | None = None,
    now: datetime,
) -> Permit:
    """asked_by: an account or `node`; person_id: the account it is about, when there is one.

    Raises: RegisterQueryRefused (kind, purpose, fields, too many), RegisterUnavailable (the breaker is open).
    """
    require_askable(channel, question, purpose)
    subject = question.subject_index(cipher)
    _require_within_limits(session, channel, subject, asked_by, now)
    if not breaker.may_ask(session, channel, now):
        raise RegisterUnavailable()
    query_id = uuid7(now)
    store.insert_query(
        session,
        {
            "id": query_id,
            "channel": channel.name,
            "subject_index": subject,
            "person_id": person_id,
            "purpose": purpose,
            "asked_by": asked_by,
            "fields": " ".join(sorted(set(channel.send) & set(question.fields))),
            "outcome": "asked",
            "attempts": 0,
            "asked_at": now,
        },
    )
    if person_id is not None:
        actor = Actor(ActorKind.REGISTER, channel.name)
        sent = set(channel.send)
        traces.record(
            session, person_id, act=traces.Act.QUERY, actor=actor, claims=sent, purpose=purpose, now=now
        )
    return Permit(query_id, channel, person_id, now)


def settle(session: Session, permit: Permit, answer: RegisterAnswer, now: datetime) -> bool:
    """Write what came back. False when it was settled before: then nothing follows from the answer."""
    written = store.settle_query(
        session,
        permit.query_id,
        {
            "outcome": answer.outcome.value,
            "attempts": answer.attempts,
            "reference": answer.reference,
            "failure": answer.failure.value if answer.failure else None,
            "answered_at": now,
        },
    )
    if written:
        breaker.record(session, permit.channel, answered=answer.outcome is not Outcome.FAILED, now=now)
    return written


def _require_within_limits(
    session: Session, channel: Channel, subject: bytes, asked_by: str, now: datetime
) -> None:
    """Nobody finds out a stranger's particulars by trying (T19). The two limits answer alike."""
    since = now - DAY
    if (
        store.count_subject(session, channel.name, subject, since) >= channel.daily_per_subject
        or store.count_asker(session, channel.name, asked_by, since) >= channel.daily_per_asker
    ):
        raise RegisterQueryRefused(
            "Too many queries today; try again tomorrow or go to a counter.",
            "今日核验次数过多，请明日再试或到窗口办理。",
        )
