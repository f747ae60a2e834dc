"""Disputes (异议、更正, PIPL art. 46): the person says what is wrong, the source decides, every step leaves a
trace.

```
filed ──▶ forwarded ──▶ corrected | upheld
  └──▶ withdrawn
```

What comes from a register is never corrected here by hand: it goes to the register (一数一源), and only its
answer changes anything. When the source corrects, its proof of the person is withdrawn and the person is
matched anew. The statement is sealed under the person's own key; the trace holds references and actors only.
"""

from datetime import datetime
from uuid import UUID

from sqlalchemy.orm import Session

from keys.encoding import uuid7
from keys.fields import FieldCipher
from trust.persons import traces, vault
from trust.persons.claims import CLAIMS
from trust.persons.correction import BEFORE, Correction, CorrectionEvent, CorrectionState
from trust.persons.errors import CorrectionConflict, CorrectionRefused
from trust.persons.store import correcting, proofs
from trust.persons.traces import Actor, ActorKind

LONGEST_STATEMENT = 2000
MOST_OPEN = 10


def file(
    session: Session,
    cipher: FieldCipher,
    person_id: UUID,
    claim: str,
    source: str,
    statement: str,
    now: datetime,
) -> Correction:
    """The person disputes a claim that a source has proven. Raises: CorrectionRefused, PersonNotFound."""
    if claim not in CLAIMS:
        raise CorrectionRefused("There is no such information.", "没有该信息项。")
    if source not in {proof.source for proof in proofs.of_subject(session, person_id)}:
        raise CorrectionRefused("This source has said nothing about you.", "该来源未提供过您的信息。")
    if not 1 <= len(statement.strip()) <= LONGEST_STATEMENT:
        raise CorrectionRefused("Say in a few words what is wrong.", "请简要说明有误之处。")
    if correcting.count_open(session, person_id) >= MOST_OPEN:
        raise CorrectionRefused(
            "Wait for the answers to your earlier ones.", "请等待此前的更正申请处理完毕。"
        )
    correction_id = uuid7(now)
    key = vault.open_key(session, cipher, person_id)
    sealed = key.seal(statement.strip().encode(), aad=_aad(correction_id))
    correction = Correction(correction_id, person_id, claim, source, CorrectionState.FILED, now)
    correcting.insert_correction(session, correction, sealed)
    _trace(session, correction, CorrectionState.FILED, str(person_id), None, now)
    return correction


def waiting(session: Session, source: str | None = None, limit: int = 50) -> list[Correction]:
    """Filed and not yet forwarded, oldest first: the work list of whoever carries them to the sources."""
    return correcting.by_state(session, CorrectionState.FILED, source, limit)


def read_statement(session: Session, cipher: FieldCipher, correction_id: UUID) -> str:
    """What the person wrote; for the forwarder and the source. Raises: PersonNotFound, CorrectionConflict."""
    found = correcting.read_sealed(session, correction_id)
    if found is None:
        raise CorrectionConflict()
    person_id, sealed = found
    return vault.open_key(session, cipher, person_id).open(sealed, aad=_aad(correction_id)).decode()


def forward(
    session: Session, correction_id: UUID, *, actor: str, reference: str, now: datetime
) -> Correction:
    """It was handed to the source, which gave this reference. Raises: CorrectionConflict."""
    return _move(session, correction_id, CorrectionState.FORWARDED, actor, reference, now)


def answer(
    session: Session, correction_id: UUID, *, corrected: bool, actor: str, reference: str, now: datetime
) -> Correction:
    """The source has decided. When it corrected, what it had proven of the person stands no more.

    Raises: CorrectionConflict.
    """
    state = CorrectionState.CORRECTED if corrected else CorrectionState.UPHELD
    moved = _move(session, correction_id, state, actor, reference, now)
    if corrected:
        proofs.withdraw_source(session, moved.person_id, moved.source, now)
    return moved


def withdraw(session: Session, correction_id: UUID, person_id: UUID, now: datetime) -> Correction:
    """The person takes it back before it was forwarded. Raises: CorrectionConflict, a stranger's too."""
    found = correcting.read(session, correction_id)
    if found is None or found.person_id != person_id:
        raise CorrectionConflict()
    return _move(session, correction_id, CorrectionState.WITHDRAWN, str(person_id), None, now)


def of_person(session: Session, person_id: UUID) -> list[Correction]:
    """Newest first, for /me."""
    return correcting.of_person(session, person_id)


def trace_of(session: Session, correction_id: UUID) -> list[CorrectionEvent]:
    """Every step, oldest first."""
    return correcting.events(session, correction_id)


def _move(
    session: Session,
    correction_id: UUID,
    after: CorrectionState,
    actor: str,
    reference: str | None,
    now: datetime,
) -> Correction:
    if reference is not None and not (1 <= len(reference) <= 128 and reference.isprintable()):
        raise CorrectionRefused("The source's reference is not usable.", "来源单位的受理编号无效。")
    if not correcting.move(session, correction_id, BEFORE[after], after):
        raise CorrectionConflict()
    correction = correcting.read(session, correction_id)
    if correction is None:
        raise CorrectionConflict()
    _trace(session, correction, after, actor, reference, now)
    return correction


def _trace(
    session: Session,
    correction: Correction,
    state: CorrectionState,
    actor: str,
    reference: str | None,
    now: datetime,
) -> None:
    correcting.insert_event(session, correction.id, CorrectionEvent(state, actor, reference, now))
    own = actor == str(correction.person_id)
    traces.record(
        session,
        correction.person_id,
        act=traces.Act.CORRECTION,
        actor=Actor(ActorKind.SELF if own else ActorKind.NODE, actor),
        claims=(correction.claim,),
        purpose=f"{state.value}: {correction.source}",
        now=now,
    )


def _aad(correction_id: UUID) -> str:
    return f"correction/statement_sealed/{correction_id}"
