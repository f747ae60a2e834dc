"""Ask for a seal 申请 and approve it 批准: two operators, two keys, one signature over every parameter (T21).

What the approver signs is `keys.approval.ApprovalRequest` over the digest of all parameters, with a nonce
and an expiry. The digest is computed anew from the stored row whenever it counts, so a row changed after
the approval no longer fits it. Does not check that an operator may act for this organ; the caller knows
its operators.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from hashlib import sha256
from typing import Any
from uuid import UUID

from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from sqlalchemy.orm import Session

from keys.algorithms import PublicKey
from keys.approval import ApprovalRequest, digest_of, verify_approval
from keys.codes.credit import parse_credit_code
from keys.encoding import uuid7
from keys.errors import ApprovalRefused
from keys.store import spend_nonce
from seal import store
from seal.errors import PictureRefused, SealStateConflict
from seal.lifecycle import RequestState, SealState
from seal.models import SealRequestRow
from seal.picture import Face, draw
from seal.rank import Emblem, check_rank

OPERATION = "seal.make"


@dataclass(frozen=True, slots=True)
class Operator:
    """A person who asks or approves: a short code, not a name, and a P-256 key."""

    code: str
    public_key: PublicKey

    def key_der(self) -> bytes:
        return self.public_key.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)


@dataclass(frozen=True, slots=True)
class Application:
    """What is asked for. `rank` is a code of `seal.rank.RANKS`."""

    owner_code: str
    """统一社会信用代码 of the organ, 18 characters."""
    name: str
    rank: str
    diameter_mm: Decimal
    emblem: Emblem
    line: str = ""
    demonstration: bool = False
    artwork: bytes | None = None
    """The organ's own centre; needed where the rank asks for the state emblem, unless a demonstration."""
    replaces: UUID | None = None
    """The cancelled seal this one follows (变更)."""
    reason: str = ""
    needs_approval: bool = False
    """Each use of the seal shall need a second operator's approval."""

    @property
    def face(self) -> Face:
        return Face(self.name, self.diameter_mm, self.line, self.demonstration, self.artwork)


@dataclass(frozen=True, slots=True)
class SealRequest:
    """A request as it stands in the database."""

    request_id: UUID
    state: RequestState
    application: Application
    requested_by: str
    requester_key: bytes
    approval: ApprovalRequest
    """What the approver signs: `approval.signed_bytes()`."""
    approved_by: str | None
    approval_signature: bytes | None

    def parameters(self) -> dict[str, Any]:
        """Everything the approval binds."""
        wanted = self.application
        return {
            "request": str(self.request_id),
            "owner_code": wanted.owner_code,
            "name": wanted.name,
            "rank": wanted.rank,
            "diameter_mm": str(wanted.diameter_mm),
            "emblem": wanted.emblem.value,
            "line": wanted.line,
            "demonstration": wanted.demonstration,
            "artwork": None if wanted.artwork is None else sha256(wanted.artwork).hexdigest(),
            "replaces": None if wanted.replaces is None else str(wanted.replaces),
            "needs_approval": wanted.needs_approval,
            "reason": wanted.reason,
            "requested_by": self.requested_by,
            "requester_key": sha256(self.requester_key).hexdigest(),
        }


def check_application(application: Application) -> None:
    """Credit code, rank, emblem and legibility. Raises CreditCodeWrong, RankMismatch, PictureRefused."""
    parse_credit_code(application.owner_code)
    check_rank(application.rank, application.diameter_mm, application.emblem)
    needs_artwork = application.emblem is Emblem.STATE_EMBLEM and not application.demonstration
    if needs_artwork and application.artwork is None:
        raise PictureRefused(
            "A seal with the state emblem needs the organ's own artwork; the emblem is never drawn here.",
            "刊国徽的印章须由单位提供图案文件，系统不绘制国徽。",
        )
    draw(application.face)


def request_seal(
    session: Session, application: Application, *, requester: Operator, now: datetime
) -> SealRequest:
    """Write a request down, to be approved within 24 hours.

    Raises as `check_application`; SealNotFound, SealStateConflict for the seal it replaces.
    """
    check_application(application)
    if application.replaces is not None:
        old = store.read_seal(session, application.replaces)
        if old.state != SealState.CANCELLED or old.owner_code != application.owner_code:
            raise SealStateConflict(
                "A seal is changed by cancelling it first, then asking for a new one for the same organ.",
                "变更印章须先注销原印章，再由同一单位申请新印章。",
            )
    row = _row(application, requester, now)
    row.approval_request = _approval_for(_from_row(row), now).to_json()
    store.insert_request(session, row)
    return _from_row(row)


def read_request(session: Session, request_id: UUID) -> SealRequest:
    """Raises SealNotFound."""
    return _from_row(store.read_request(session, request_id))


def list_requests(session: Session, *, state: RequestState | None = None) -> list[SealRequest]:
    """Oldest first."""
    return [_from_row(row) for row in store.list_requests(session, state=state)]


def renew_request(session: Session, request_id: UUID, *, now: datetime) -> SealRequest:
    """A fresh nonce and expiry for a request nobody approved in time.

    Raises SealNotFound, SealStateConflict.
    """
    request = read_request(session, request_id)
    store.replace_approval_request(session, request_id, _approval_for(request, now).to_json())
    return read_request(session, request_id)


def approve_request(
    session: Session, request_id: UUID, *, approver: Operator, signature: bytes, now: datetime
) -> SealRequest:
    """applied → approved, by a second operator's signature over the request; its nonce is spent.

    Raises SealNotFound, SealStateConflict, ApprovalRefused, ApprovalReplayed.
    """
    request = read_request(session, request_id)
    _check_two_people(request, approver)
    _check_signature(request, signature, approver.public_key, now)
    store.change_request(
        session,
        request_id,
        RequestState.APPLIED,
        RequestState.APPROVED,
        approved_by=approver.code,
        approval_signature=signature,
        approved_at=now,
    )
    approval = request.approval
    spend_nonce(session, approval.nonce, operation=OPERATION, now=now, expires_at=approval.expires_at)
    return read_request(session, request_id)


def reject_request(session: Session, request_id: UUID) -> None:
    """Refuse a request that has not become a seal. Raises SealNotFound, SealStateConflict."""
    current = read_request(session, request_id).state
    store.change_request(session, request_id, current, RequestState.REJECTED)


def check_approved(request: SealRequest, approvers: Mapping[str, PublicKey], *, at: datetime) -> None:
    """Whether a second operator really approved exactly this; nothing in the row is believed.

    `approvers` are the active operators by code. Raises ApprovalRefused.
    """
    code, signature = request.approved_by, request.approval_signature
    if code is None or signature is None or code not in approvers:
        raise ApprovalRefused("No second operator has approved this seal.", "该印章尚未经第二名操作员批准。")
    approver = Operator(code, approvers[code])
    _check_two_people(request, approver)
    _check_signature(request, signature, approver.public_key, at)


def _check_two_people(request: SealRequest, approver: Operator) -> None:
    if approver.code == request.requested_by or approver.key_der() == request.requester_key:
        raise ApprovalRefused("Who asks for a seal cannot approve it.", "申请人不能批准自己的申请。")


def _check_signature(request: SealRequest, signature: bytes, public_key: PublicKey, at: datetime) -> None:
    if request.approval.operation != OPERATION:
        raise ApprovalRefused("The approval is for something else.", "该批准不是针对制作印章的。")
    if request.approval.parameters_digest != digest_of(request.parameters()):
        raise ApprovalRefused(
            "The request is not what was put before the approver.", "申请内容与提交批准的内容不一致。"
        )
    verify_approval(request.approval, signature, public_key, at)


def _approval_for(request: SealRequest, now: datetime) -> ApprovalRequest:
    return ApprovalRequest.of(OPERATION, request.parameters(), now=now)


def _row(application: Application, requester: Operator, now: datetime) -> SealRequestRow:
    return SealRequestRow(
        id=uuid7(now),
        state=RequestState.APPLIED.value,
        owner_code=application.owner_code,
        name=application.name,
        rank=application.rank,
        diameter_mm=str(application.diameter_mm),
        emblem=application.emblem.value,
        line=application.line,
        demonstration=application.demonstration,
        artwork=application.artwork,
        replaces_id=application.replaces,
        reason=application.reason,
        needs_approval=application.needs_approval,
        requested_by=requester.code,
        requester_key=requester.key_der(),
        requested_at=now,
        approval_request=ApprovalRequest(OPERATION, bytes(32), bytes(16), now).to_json(),
    )


def _from_row(row: SealRequestRow) -> SealRequest:
    return SealRequest(
        request_id=row.id,
        state=RequestState(row.state),
        application=Application(
            owner_code=row.owner_code,
            name=row.name,
            rank=row.rank,
            diameter_mm=Decimal(row.diameter_mm),
            emblem=Emblem(row.emblem),
            line=row.line,
            demonstration=row.demonstration,
            artwork=row.artwork,
            replaces=row.replaces_id,
            reason=row.reason,
            needs_approval=row.needs_approval,
        ),
        requested_by=row.requested_by,
        requester_key=row.requester_key,
        approval=ApprovalRequest.from_json(row.approval_request),
        approved_by=row.approved_by,
        approval_signature=row.approval_signature,
    )
