"""Proofing at the counter (窗口核验): one clerk sees the person and the document, a second clerk confirms.

    propose ──▶ proposed ──confirm by another clerk within 24 h──▶ standing
                    └──decline──▶ declined

The clerk who proposes says which document was seen, that face and document were compared, and where the copy
is kept (by digest). Nobody proves themself, nobody confirms their own proposal: both are asked by account,
and two accounts of one person cannot exist (one document opens one account). Not checked: that both are
clerks on duty (roles are the caller's).
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy.orm import Session

from keys.encoding import uuid7
from keys.fields import FieldCipher
from trust.persons.accounts import read_particulars
from trust.persons.assurance import DECLINED, PROPOSED, STANDING, Proof, built_in_table
from trust.persons.documents import IdentityDocument
from trust.persons.errors import ProofConflict, ProofRefused
from trust.persons.store import proofs

METHOD = "counter"
WAITS = timedelta(hours=24)
WORK_LIST = 50


@dataclass(frozen=True, slots=True)
class CounterEvidence:
    """What the first clerk has done and seen."""

    document: IdentityDocument
    """As read from the document on the desk, not from the account."""
    document_valid: bool
    face_compared: bool
    copy_digest: str
    """SHA-256 of the copy that was filed, 64 hexadecimal digits."""
    office: str
    """Short code of the counter, such as `hz-xihu-03`."""


Wrong = tuple[str, str]
Rule = Callable[[CounterEvidence, IdentityDocument], Wrong | None]


def propose(
    session: Session,
    cipher: FieldCipher,
    person_id: UUID,
    clerk: UUID,
    evidence: CounterEvidence,
    now: datetime,
) -> Proof:
    """The first clerk. Raises: PersonNotFound, ProofRefused, ProofConflict (this copy proved somebody
    before).
    """
    held = read_particulars(session, cipher, person_id).person
    if clerk == person_id:
        raise ProofRefused("Nobody proves themself.", "不能为本人办理核验。")
    for rule in RULES:
        wrong = rule(evidence, held.document)
        if wrong is not None:
            raise ProofRefused(*wrong)
    proof = Proof(
        id=uuid7(now),
        subject_id=person_id,
        subject_kind="person",
        level=built_in_table().methods[METHOD].level,
        method=METHOD,
        source=evidence.office,
        evidence=f"copy:{evidence.copy_digest}",
        proven_by=str(clerk),
        confirmed_by=None,
        state=PROPOSED,
        at=now,
        expires_at=now + WAITS,
    )
    proofs.insert_proof(session, proof)
    return proof


def confirm(session: Session, proof_id: UUID, clerk: UUID, now: datetime) -> Proof:
    """The second clerk. Raises: ProofRefused (the same clerk, or the person), ProofConflict (not waiting any
    more).
    """
    proof = _waiting(session, proof_id)
    if str(clerk) == proof.proven_by or clerk == proof.subject_id:
        raise ProofRefused("Another clerk must confirm.", "须由另一名工作人员确认。")
    until = now + built_in_table().methods[METHOD].term
    if not proofs.move(session, proof_id, PROPOSED, STANDING, now, confirmed_by=str(clerk), expires_at=until):
        raise ProofConflict()
    return _read(session, proof_id)


def decline(session: Session, proof_id: UUID, clerk: UUID, now: datetime) -> Proof:
    """Either clerk throws it out. Raises: ProofConflict, ProofRefused (the person themself)."""
    if clerk == _waiting(session, proof_id).subject_id:
        raise ProofRefused()
    if not proofs.move(session, proof_id, PROPOSED, DECLINED, now):
        raise ProofConflict()
    return _read(session, proof_id)


def work_list(session: Session, clerk: UUID, now: datetime) -> list[Proof]:
    """What this clerk may confirm, oldest first."""
    return [
        proof
        for proof in proofs.waiting(session, PROPOSED, WORK_LIST)
        if proof.proven_by != str(clerk) and proof.subject_id != clerk and now < proof.expires_at
    ]


def _document_is_the_accounts(evidence: CounterEvidence, held: IdentityDocument) -> Wrong | None:
    if evidence.document.key != held.key:
        return "The document on the desk is not the one of the account.", "出示的证件与账户登记的证件不一致。"
    return None


def _document_is_valid(evidence: CounterEvidence, _held: IdentityDocument) -> Wrong | None:
    return None if evidence.document_valid else ("The document is not valid.", "证件已失效或无法辨认。")


def _face_was_compared(evidence: CounterEvidence, _held: IdentityDocument) -> Wrong | None:
    return None if evidence.face_compared else ("Face and document were not compared.", "未进行人证比对。")


def _copy_is_filed(evidence: CounterEvidence, _held: IdentityDocument) -> Wrong | None:
    digest = evidence.copy_digest
    if len(digest) != 64 or set(digest) - set("0123456789abcdef"):
        return "The copy has no digest.", "未提供证件留存件的摘要。"
    return None


def _office_is_named(evidence: CounterEvidence, _held: IdentityDocument) -> Wrong | None:
    office = evidence.office
    if not 1 <= len(office) <= 64 or not office.isascii() or not office.replace("-", "").isalnum():
        return "The counter is not named.", "未填写办理窗口。"
    return None


RULES: tuple[Rule, ...] = (
    _document_is_the_accounts,
    _document_is_valid,
    _face_was_compared,
    _copy_is_filed,
    _office_is_named,
)


def _waiting(session: Session, proof_id: UUID) -> Proof:
    proof = proofs.read(session, proof_id)
    if proof is None or proof.state != PROPOSED or proof.method != METHOD:
        raise ProofConflict()
    return proof


def _read(session: Session, proof_id: UUID) -> Proof:
    proof = proofs.read(session, proof_id)
    if proof is None:
        raise ProofConflict()
    return proof
