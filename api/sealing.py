"""Seals of this node: requested by one operator, approved by another, made, put in force, applied, withdrawn.

An approval makes the seal at once: its key and certificate, its record by the seal maker, filed and active.
When that dies in the middle the approval stands, and making goes on from where it can (`make_approved`).
"""

from collections.abc import Sequence
from decimal import Decimal
from functools import partial
from uuid import UUID

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from sqlalchemy.orm import Session

from api import store
from api.housekeeping import publish_node_crl
from api.node import Node
from api.perform import Observe, perform, retrying, unobserved
from api.roles import Role, department_subject, seal_label
from ca.issue import IssueCertificate
from ca.profile import SEAL
from keys.algorithms import PublicKey
from keys.signer import KeyHandle, KeyUse
from licenses.store import departments
from seal import changes, in_use
from seal import request as requests
from seal import store as seal_store
from seal.anchor import Anchor
from seal.lifecycle import Operation, SealState
from seal.make import MakeSeal, SealMaker
from seal.models import SealRow
from seal.place import Place
from seal.rank import Emblem
from seal.request import Application, Operator, SealRequest
from seal.use import ApplySeal


def operator_of(session: Session, code: str) -> Operator:
    """An active operator. Raises UnknownOperator."""
    return Operator(code, store.operator_key(store.active_operator(session, code)))


def request_seal(node: Node, application: Application, *, by: str) -> SealRequest:
    """Write a request down. Raises UnknownOperator, RankMismatch, PictureRefused, CreditCodeWrong."""

    def work(session: Session) -> SealRequest:
        return requests.request_seal(
            session, application, requester=operator_of(session, by), now=node.clock()
        )

    return retrying(node.database, work)


def application_for(
    node: Node, owner_code: str, *, name: str, rank: str, diameter_mm: Decimal, emblem: Emblem, reason: str
) -> Application:
    """What is asked for; at a demonstration node every seal carries the word 演示."""
    return Application(
        owner_code=owner_code,
        name=name,
        rank=rank,
        diameter_mm=diameter_mm,
        emblem=emblem,
        demonstration=node.config.demonstration,
        reason=reason,
    )


def sign_approval(request: SealRequest, key: ec.EllipticCurvePrivateKey) -> bytes:
    """What the approving operator does, at their own place, with their own key: ES256, DER."""
    return key.sign(request.approval.signed_bytes(), ec.ECDSA(hashes.SHA256()))


def approve(node: Node, request_id: UUID, *, by: str, signature: bytes) -> None:
    """Record a second operator's approval.

    Raises UnknownOperator, SealNotFound, SealStateConflict, ApprovalRefused, ApprovalReplayed.
    """

    def work(session: Session) -> None:
        requests.approve_request(
            session,
            request_id,
            approver=operator_of(session, by),
            signature=signature,
            now=node.clock(),
        )

    retrying(node.database, work)


def make_approved(node: Node, request_ids: Sequence[UUID], *, observe: Observe = unobserved) -> list[SealRow]:
    """Make the seals of approved requests, file and activate them, give them to their departments.

    Raises ApprovalRefused, SealUnusable, SealStateConflict.
    """
    with node.database.writing() as session:
        approved = [requests.read_request(session, one) for one in request_ids]
        approvers = active_keys(session)
        handles = [_new_key(node, session, one) for one in approved]
        session.commit()
    certificates = perform(
        node,
        [_certificate(node, one, handle) for one, handle in zip(approved, handles, strict=True)],
        observe=observe,
    )
    maker = SealMaker(node.services.handle(Role.SEAL_MAKER), node.services.certificate(Role.SEAL_MAKER))
    now = node.clock()
    actions = [
        MakeSeal(one, approvers=approvers, maker=maker, handle=handle, certificate=certificate, now=now)
        for one, handle, certificate in zip(approved, handles, certificates, strict=True)
    ]
    perform(node, actions, observe=observe)
    return [retrying(node.database, partial(_put_in_force, node, action.seal_id)) for action in actions]


def change_seal(node: Node, number: str, operation: Operation, *, by: str, reason: str) -> SealState:
    """Suspend, resume or cancel a seal and its certificate; the CRL follows in the same commit.

    Raises UnknownOperator, SealNotFound, SealStateConflict.
    """

    def work(session: Session) -> SealState:
        operator_of(session, by)
        state = changes.change_state(
            session, _which(number), operation, requested_by=by, reason=reason, now=node.clock()
        )
        publish_node_crl(node, session)
        return state

    with node.acting():
        return retrying(node.database, work)


def apply_seal(
    node: Node,
    pdf: bytes,
    number: str,
    place: Place | Anchor | str,
    *,
    by: str,
    purpose: str,
    on_behalf_of: str = "",
    observe: Observe = unobserved,
) -> bytes:
    """Seal a document. Raises SealNotFound, SealUnusable, UnreadablePdf, PlaceNotFound, AnchorAmbiguous, …"""
    with node.database.reading() as session:
        seal = open_seal(node, session, _which(number))
    action = ApplySeal(
        seal,
        pdf,
        place,
        purpose=purpose,
        used_by=by,
        on_behalf_of=on_behalf_of,
        timestamper=node.timestamper,
    )
    return perform(node, [action], observe=observe)[0]


def open_seal(node: Node, session: Session, which: UUID | str) -> in_use.SealInUse:
    """A seal in force. Raises SealNotFound, SealUnusable, SealMakerWrong."""
    return in_use.open_seal(
        session,
        which,
        handle_of=node.keyring.handle,
        chain=(node.services.certificate(Role.NODE_CA),),
        now=node.clock(),
    )


def active_keys(session: Session) -> dict[str, PublicKey]:
    """Keys of the operators who may approve now, by code."""
    rows = [row for row in store.operators(session) if row.state == store.ACTIVE]
    return {row.code: store.operator_key(row) for row in rows}


def _which(number: str) -> UUID | str:
    try:
        return UUID(number)
    except ValueError:
        return number


def _new_key(node: Node, session: Session, request: SealRequest) -> KeyHandle:
    label = f"{seal_label(request.application.owner_code)}/{request.request_id}"
    for held in node.keyring.handles(KeyUse.APPLY_SEAL):
        if held.label == label:
            return held  # made before a crash
    return node.keyring.generate(session, uses=[KeyUse.APPLY_SEAL], label=label, now=node.clock())


def _certificate(node: Node, request: SealRequest, handle: KeyHandle) -> IssueCertificate:
    wanted = request.application
    return IssueCertificate(
        node.services.authority,
        SEAL,
        department_subject(
            wanted.name,
            wanted.name,
            wanted.owner_code,
            node_name=node.config.name,
            region_name=node.config.region_name,
        ),
        handle.public_key,
        requested_by=request.requested_by,
        reason=f"seal request {request.request_id}",
    )


def _put_in_force(node: Node, seal_id: UUID, session: Session) -> SealRow:
    row = seal_store.read_seal(session, seal_id)
    request = requests.read_request(session, row.request_id)
    for operation in (Operation.FILE, Operation.ACTIVATE):
        changes.change_state(
            session,
            seal_id,
            operation,
            requested_by=request.approved_by or request.requested_by,
            reason="seal made as approved",
            now=node.clock(),
        )
    departments.give_seal(session, row.owner_code, seal_id)
    return seal_store.read_seal(session, seal_id)
