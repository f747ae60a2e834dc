"""Live proof (实人核验) by methods that others provide: face recognition, and CTID/网证 of the national
service.

This project draws no face and knows no private protocol: it has the interface, what must hold of every
answer, and `live_conformance` that an implementation has to pass. There is none by default: then nobody
reaches L3 this way and the counter (L4) stays open. Using 网证 is voluntary (order 173, 2025): nothing may be
reachable by it alone.

The person's data goes to the provider only through `LiveSubject`; face data needs a separate consent, which
the caller has in the ledger before `begin`. No picture and no 网号 is stored here: a 网号 becomes a blind
index.
"""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Protocol
from uuid import UUID

from sqlalchemy.orm import Session

from keys.fields import FieldCipher
from trust.persons.assurance import Proof
from trust.persons.documents import IdentityDocument
from trust.persons.errors import ProofNotMatched, ProofRefused, RegisterUnavailable
from trust.persons.levels import record_proof
from trust.persons.person import NaturalPerson

CHALLENGE_LIVES = timedelta(minutes=5)
MOST_FUTURE = timedelta(seconds=5)
LARGEST_RESPONSE = 256 * 1024


class LiveKind(StrEnum):
    """Names of methods in assurance.toml."""

    FACE = "face"
    CTID = "ctid"


@dataclass(frozen=True, slots=True)
class LiveSubject:
    """Who must be there."""

    name: str = field(repr=False)
    document: IdentityDocument


@dataclass(frozen=True, slots=True)
class LiveChallenge:
    """One attempt. The caller keeps it with the login, for one use."""

    challenge_id: UUID
    nonce: bytes = field(repr=False)
    """32 random octets that the answer must be bound to."""
    subject: LiveSubject
    begun_at: datetime
    hand_over: str
    """What the visitor's device gets: an address to open or the text of a QR code."""

    def open_at(self, now: datetime) -> bool:
        return self.begun_at <= now < self.begun_at + CHALLENGE_LIVES


class LiveOutcome(StrEnum):
    PRESENT = "present"
    """This person, alive, here, now."""
    NOT_PRESENT = "not_present"
    UNKNOWN = "unknown"
    """Could not be judged: the service is down, the answer cannot be read."""


@dataclass(frozen=True, slots=True)
class LiveFinding:
    outcome: LiveOutcome
    challenge_id: UUID | None = None
    """The challenge the answer is bound to."""
    reference: str | None = None
    """The provider's serial number of this one check; no personal data."""
    at: datetime | None = None
    network_number: str | None = field(default=None, repr=False)
    """网号, for CTID only."""


class LiveProof(Protocol):
    """One method of one provider. Neither call raises for what a visitor or a network does."""

    @property
    def kind(self) -> LiveKind: ...
    @property
    def provider(self) -> str:
        """Short name that stands as the source of proofs."""
        ...

    def begin(self, subject: LiveSubject, challenge_id: UUID, nonce: bytes, now: datetime) -> LiveChallenge:
        """Prepare one attempt. Raises RegisterUnavailable when the provider cannot be reached."""
        ...

    def finish(self, challenge: LiveChallenge, response: bytes, now: datetime) -> LiveFinding:
        """Judge what the visitor's device or the provider sent back."""
        ...


def subject_of(person: NaturalPerson) -> LiveSubject:
    return LiveSubject(person.name, person.document)


def prove_live(
    session: Session,
    cipher: FieldCipher,
    method: LiveProof,
    person_id: UUID,
    challenge: LiveChallenge,
    response: bytes,
    now: datetime,
) -> Proof:
    """Judge an answer and write the proof. Whatever the method says, our own conditions hold as well.

    Raises: ProofRefused (challenge over, answer of another challenge or time), ProofNotMatched, ProofConflict
    (the reference was used before), RegisterUnavailable (unknown).
    """
    if not challenge.open_at(now) or len(response) > LARGEST_RESPONSE:
        raise ProofRefused("This attempt is over; start again.", "本次核验已超时，请重新开始。")
    finding = method.finish(challenge, response, now)
    if finding.outcome is LiveOutcome.UNKNOWN:
        raise RegisterUnavailable()
    if finding.outcome is not LiveOutcome.PRESENT:
        raise ProofNotMatched()
    if finding.challenge_id != challenge.challenge_id or finding.reference is None or finding.at is None:
        raise ProofRefused("The answer belongs to another attempt.", "核验结果与本次请求不符。")
    if not challenge.begun_at <= finding.at <= now + MOST_FUTURE:
        raise ProofRefused("The answer is from another time.", "核验结果时间不符。")
    return record_proof(
        session,
        person_id,
        method=method.kind.value,
        source=method.provider,
        evidence=_evidence(cipher, method, finding.reference, finding.network_number),
        now=now,
    )


def _evidence(cipher: FieldCipher, method: LiveProof, reference: str, network_number: str | None) -> str:
    """The reference as a digest: a provider may put into it what it likes."""
    text = f"{method.provider}\x00{reference}\x00{network_number or ''}"
    return f"live:{cipher.blind_index(text, field='live.reference').hex()}"
