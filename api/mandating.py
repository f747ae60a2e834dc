"""Mandates for the seals of this node 用印授权: one operator asks, another approves, either may revoke."""

from collections.abc import Iterable
from datetime import timedelta
from uuid import UUID

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from sqlalchemy.orm import Session

from api.node import Node
from api.perform import retrying
from api.sealing import operator_of
from seal import mandate_store
from seal import store as seal_store
from seal.mandate import Mandate

DEMONSTRATION_PER_HOUR = 100_000


def request_mandate(
    node: Node,
    seal_number: str,
    *,
    kinds: Iterable[str],
    per_hour: int,
    lifetime: timedelta,
    reason: str,
    by: str,
) -> Mandate:
    """Write a mandate down. Raises UnknownOperator, UnknownLicenseType, SealNotFound, SealUnusable."""
    wanted = [node.catalogue.get(kind).key for kind in kinds]

    def work(session: Session) -> Mandate:
        row = seal_store.read_seal(session, seal_number)
        return mandate_store.request_mandate(
            session,
            row.number,
            kinds=wanted,
            per_hour=per_hour,
            lifetime=lifetime,
            reason=reason,
            requester=operator_of(session, by),
            now=node.clock(),
        )

    return retrying(node.database, work)


def sign_mandate(mandate: Mandate, key: ec.EllipticCurvePrivateKey) -> bytes:
    """What the approving operator does, at their own place, with their own key: ES256, DER."""
    return key.sign(mandate.request.signed_bytes(), ec.ECDSA(hashes.SHA256()))


def approve_mandate(node: Node, mandate_id: UUID, *, by: str, signature: bytes) -> Mandate:
    """Record the second operator's approval.

    Raises UnknownOperator, SealNotFound, SealStateConflict, ApprovalRefused, ApprovalReplayed.
    """

    def work(session: Session) -> Mandate:
        approver = operator_of(session, by)
        return mandate_store.approve_mandate(
            session, mandate_id, approver=approver, signature=signature, now=node.clock()
        )

    return retrying(node.database, work)


def revoke_mandate(node: Node, mandate_id: UUID, *, by: str) -> None:
    """End a mandate. Raises UnknownOperator, SealStateConflict."""

    def work(session: Session) -> None:
        operator_of(session, by)
        mandate_store.revoke_mandate(session, mandate_id, by=by, now=node.clock())

    retrying(node.database, work)


def read_mandate(node: Node, mandate_id: UUID) -> Mandate:
    """Raises SealNotFound."""
    with node.database.reading() as session:
        return mandate_store.read_mandate(session, mandate_id)
