"""Who looked (访问留痕): one row each time somebody saw or received a person's data; the person reads it in
/me.

A row names claims, never values, and actors by account or client, never by name. Rows are only ever appended.
Erasing a person keeps them: they prove what was done with the data (PIPL art. 54, at least three years).
"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from sqlalchemy.orm import Session

from keys.encoding import uuid7
from trust.persons.store import ledger

LONGEST_PURPOSE = 200
PAGE = 50


class Act(StrEnum):
    LOGIN = "login"
    RELEASE = "release"
    """Claims went to a client."""
    VIEW = "view"
    """A human saw them in clear."""
    QUERY = "query"
    """A register was asked."""
    CORRECTION = "correction"
    ERASURE = "erasure"


class ActorKind(StrEnum):
    SELF = "self"
    CLIENT = "client"
    CLERK = "clerk"
    OPERATOR = "operator"
    AUDITOR = "auditor"
    REGISTER = "register"
    NODE = "node"


@dataclass(frozen=True, slots=True)
class Actor:
    kind: ActorKind
    code: str
    """client_id, account or channel."""


@dataclass(frozen=True, slots=True)
class Trace:
    id: UUID
    person_id: UUID
    act: Act
    actor: Actor
    claims: tuple[str, ...]
    purpose: str
    at: datetime


def record(
    session: Session,
    person_id: UUID,
    *,
    act: Act,
    actor: Actor,
    claims: Collection[str] = (),
    purpose: str,
    now: datetime,
) -> UUID:
    """Append one row."""
    trace_id = uuid7(now)
    ledger.insert_trace(
        session,
        {
            "id": trace_id,
            "person_id": person_id,
            "act": act.value,
            "actor_kind": actor.kind.value,
            "actor": actor.code,
            "claims": " ".join(sorted(claims)),
            "purpose": purpose[:LONGEST_PURPOSE],
            "at": now,
        },
    )
    return trace_id


def who_looked(
    session: Session, person_id: UUID, *, before: UUID | None = None, limit: int = PAGE
) -> list[Trace]:
    """Newest first; `before` is the id of the last row of the page before."""
    return [
        Trace(
            id=row.id,
            person_id=row.person_id,
            act=Act(row.act),
            actor=Actor(ActorKind(row.actor_kind), row.actor),
            claims=tuple(row.claims.split()),
            purpose=row.purpose,
            at=row.at,
        )
        for row in ledger.read_traces(session, person_id, before, min(limit, PAGE))
    ]


def whose_data(session: Session, actor: Actor, since: datetime, until: datetime) -> list[UUID]:
    """Whose data an actor has touched in a time: the question after an incident (PIPL art. 57)."""
    return ledger.people_touched(session, actor.kind.value, actor.code, since, until)
