"""The consent ledger (同意台账, PIPL art. 13–17, 29): who gets which claims, why, shown in which words, until
withdrawn.

Sensitive claims need a consent of their own (单独同意): a row never mixes them with others, so that one tick
box can never cover both. Rows are never changed but for the time of withdrawal. Withdrawing returns the
client whose tokens must die; killing them is the caller's, in the same step.
"""

import hashlib
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from keys.encoding import uuid7
from trust.persons.claims import SENSITIVE
from trust.persons.errors import ConsentNotFound, ConsentRefused
from trust.persons.store import ledger

LONGEST_PURPOSE = 200
LONGEST_VERSION = 32
CHANNELS = frozenset({"web", "counter", "device"})


@dataclass(frozen=True, slots=True)
class ConsentText:
    """The very words that were shown."""

    version: str
    text: str

    @property
    def digest(self) -> bytes:
        return hashlib.sha256(self.text.encode()).digest()


@dataclass(frozen=True, slots=True)
class Consent:
    id: UUID
    person_id: UUID
    client_id: str
    claims: tuple[str, ...]
    sensitive: bool
    purpose: str
    text_version: str
    text_digest: bytes
    channel: str
    at: datetime
    withdrawn_at: datetime | None


@dataclass(frozen=True, slots=True)
class Withdrawn:
    """What must stop: every token of this person at this client."""

    person_id: UUID
    client_id: str


def separate(names: Collection[str]) -> tuple[frozenset[str], frozenset[str]]:
    """Claims as a consent page must ask for them: the ordinary ones, and the sensitive ones apart."""
    sensitive = frozenset(names) & SENSITIVE
    return frozenset(names) - sensitive, sensitive


def give(
    session: Session,
    person_id: UUID,
    client_id: str,
    names: Collection[str],
    *,
    purpose: str,
    shown: ConsentText,
    channel: str,
    now: datetime,
) -> Consent:
    """Record one consent. Raises: ConsentRefused for a mix, no purpose, no words, or an unknown channel."""
    ordinary, sensitive = separate(names)
    if bool(ordinary) == bool(sensitive):
        raise ConsentRefused(
            "Sensitive information needs a consent of its own.", "敏感个人信息须单独取得同意。"
        )
    if any(not name or " " in name for name in names):
        raise ConsentRefused("A claim has no usable name.", "信息项名称无效。")
    if not 1 <= len(purpose.strip()) <= LONGEST_PURPOSE or not shown.text.strip():
        raise ConsentRefused("Say what it is for, and show it.", "须告知处理目的及内容。")
    if channel not in CHANNELS or not 1 <= len(shown.version) <= LONGEST_VERSION:
        raise ConsentRefused("Channel or version of the text is not known.", "渠道或告知文本版本无效。")
    consent = Consent(
        id=uuid7(now),
        person_id=person_id,
        client_id=client_id,
        claims=tuple(sorted(names)),
        sensitive=bool(sensitive),
        purpose=purpose.strip(),
        text_version=shown.version,
        text_digest=shown.digest,
        channel=channel,
        at=now,
        withdrawn_at=None,
    )
    values = {name: getattr(consent, name) for name in Consent.__slots__}
    ledger.insert_consent(session, values | {"claims": " ".join(consent.claims)})
    return consent


def covers(session: Session, person_id: UUID, client_id: str, names: Collection[str]) -> bool:
    """Whether consents that stand cover all these claims; nothing asked is covered."""
    return not missing(session, person_id, client_id, names)


def missing(session: Session, person_id: UUID, client_id: str, names: Collection[str]) -> frozenset[str]:
    """The claims a consent page has to ask for."""
    wanted = frozenset(names)
    if not wanted:
        return wanted
    given = {name for row in ledger.standing_claims(session, person_id, client_id) for name in row.split()}
    return wanted - given


def withdraw(session: Session, consent_id: UUID, person_id: UUID, now: datetime) -> Withdrawn:
    """Take one consent back. Raises: ConsentNotFound, for a stranger's consent too."""
    client_id = ledger.withdraw(session, consent_id, person_id, now)
    if client_id is None:
        raise ConsentNotFound()
    return Withdrawn(person_id, client_id)


def withdraw_client(session: Session, person_id: UUID, client_id: str, now: datetime) -> Withdrawn:
    """Take back everything a client was given. Raises: ConsentNotFound."""
    if not ledger.withdraw_client(session, person_id, client_id, now):
        raise ConsentNotFound()
    return Withdrawn(person_id, client_id)


def history(session: Session, person_id: UUID) -> list[Consent]:
    """Every consent of a person, newest first, withdrawn ones too: the page in /me."""
    return [_consent(row) for row in ledger.read_consents(session, person_id)]


class ConsentLedger:
    """What the provider asks (`trust.oidc.people.Consents`)."""

    def covers(self, session: Session, person_id: str, client_id: str, names: Collection[str]) -> bool:
        return covers(session, UUID(person_id), client_id, names)


def _consent(row: Any) -> Consent:
    values = row._asdict()
    values["claims"] = tuple(values["claims"].split())
    return Consent(**values)
