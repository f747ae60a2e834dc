"""Proofs of a subject: record one, ask for the level at a moment, withdraw."""

from datetime import datetime
from uuid import UUID

from sqlalchemy.orm import Session

from keys.encoding import uuid7
from trust.persons.assurance import PROPOSED, STANDING, WITHDRAWN, Level, Proof, Table, built_in_table
from trust.persons.errors import ProofConflict, ProofRefused
from trust.persons.store import proofs

LONGEST_EVIDENCE = 128
NODE = "node"


def record_proof(
    session: Session,
    subject_id: UUID,
    *,
    method: str,
    source: str,
    evidence: str,
    now: datetime,
    subject_kind: str = "person",
    proven_by: str = NODE,
    state: str = STANDING,
    table: Table | None = None,
) -> Proof:
    """Write a proof at the level its method gives. `evidence` is a reference without personal data, used
    once.

    Raises: ProofRefused (unknown method, evidence of a wrong shape), ProofConflict (evidence used before).
    """
    known = (table or built_in_table()).methods.get(method)
    if known is None:
        raise ProofRefused("This method of proof is not known.", "不支持该核验方式。")
    if not 1 <= len(evidence) <= LONGEST_EVIDENCE or not evidence.isascii() or not evidence.isprintable():
        raise ProofRefused("The evidence has no usable reference.", "核验凭据编号无效。")
    proof = Proof(
        id=uuid7(now),
        subject_id=subject_id,
        subject_kind=subject_kind,
        level=known.level,
        method=method,
        source=source,
        evidence=evidence,
        proven_by=proven_by,
        confirmed_by=None,
        state=state,
        at=now,
        expires_at=now + known.term,
    )
    proofs.insert_proof(session, proof)
    return proof


def assurance(session: Session, subject_id: UUID, at: datetime) -> Level:
    """The highest level that stands at that moment."""
    return proofs.highest(session, subject_id, at)


def withdraw_proof(session: Session, proof_id: UUID, now: datetime) -> None:
    """A proof turned out to be wrong. Raises: ProofConflict."""
    for before in (STANDING, PROPOSED):
        if proofs.move(session, proof_id, before, WITHDRAWN, now):
            return
    raise ProofConflict()
