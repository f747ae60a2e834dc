"""Issuing and changing licenses at this node: what a department's order becomes (DESIGN §2).

The same order under the same idempotency key gives the same license, also when the first attempt died in the
middle: then the license is found pending and finished here.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from api.desks import desk_of
from api.node import Node
from api.perform import Observe, perform, unobserved
from api.recover import resume_license
from keys.encoding import parse_json
from keys.errors import IntentRefused
from licenses.change import Changed, ChangeOrder, ChangeStatus
from licenses.desk import public_url
from licenses.errors import AlreadyRequested, LicenseChangedMeanwhile, LicenseNotFound
from licenses.holder import Holder
from licenses.issue import Issued, IssueLicense
from licenses.lifecycle import STATE_NAMES, Ground, Operation, State
from licenses.order import IssueOrder
from licenses.record import LARGEST_RECORD, LicenseRecord, parse_record
from licenses.store import changes, licenses
from licenses.store.licenses import Entry


@dataclass(frozen=True, slots=True)
class Faces:
    """An issued license as it leaves the node."""

    license_id: UUID
    identifier: str
    credential: str = field(repr=False)
    document: bytes = field(repr=False)
    repeated: bool
    """True when the same order had been carried out before."""
    public_url: str | None = field(default=None, repr=False)
    """What the printed QR code says; None when repeated, for the node keeps only a digest of it."""


def read_record(node: Node, data: bytes) -> LicenseRecord:
    """Parse and judge a record. Raises MalformedRecord, UnknownLicenseType, RecordRefused."""
    return parse_record(data, node.catalogue)


def issue(node: Node, order: IssueOrder, *, observe: Observe = unobserved) -> Faces:
    """Issue one license, or give the one this order got before.

    Raises: NotAccredited, IdempotencyConflict, SuccessorRefused, TransitionRefused, DocumentRefused, Busy.
    """
    try:
        return issue_batch(node, [order], observe=observe)[0]
    except AlreadyRequested as error:
        return _again(node, error.license_id)
    except (LicenseChangedMeanwhile, IntentRefused):
        # The same request came twice at once and the other one finished our license first.
        if order.idempotency_key is None:
            raise
        with node.database.reading() as session:
            found = licenses.by_idempotency_key(session, order.record.issuer, order.idempotency_key)
        if found is None:
            raise
        return _again(node, found.id)


def issue_batch(node: Node, orders: Sequence[IssueOrder], *, observe: Observe = unobserved) -> list[Faces]:
    """Issue many under one checkpoint and one commit. Raises as `issue`, and AlreadyRequested."""
    with node.database.reading() as session:
        desks = {code: desk_of(node, session, code) for code in {order.record.issuer for order in orders}}
    actions = [IssueLicense(order, desks[order.record.issuer]) for order in orders]
    return [_faces(node, made) for made in perform(node, actions, observe=observe)]


def change(
    node: Node,
    license_id: UUID,
    operation: Operation,
    *,
    note: str,
    requested_by: str,
    ground: Ground | None = None,
    observe: Observe = unobserved,
) -> Changed:
    """Suspend, restore, end or expire a license; the new status is published in the same commit.

    Raises: LicenseNotFound, ChangeRefused, TransitionRefused, LicenseChangedMeanwhile.
    """
    order = ChangeOrder(license_id, operation, note, requested_by, ground)
    action = ChangeStatus(order, cipher=node.cipher, publisher=node.services.status)
    return perform(node, [action], observe=observe)[0]


def find(session: Session, name: str) -> Entry:
    """An issued license by its 证照标识 or by our own id. Raises LicenseNotFound."""
    try:
        found = licenses.require(session, UUID(name))
    except ValueError:
        return licenses.by_identifier(session, name)
    if found.state is State.PENDING:
        raise LicenseNotFound
    return found


def describe(node: Node, session: Session, entry: Entry) -> dict[str, Any]:
    """What an operator may see of a license: a person's name and code masked, the reasons left sealed."""
    raw = parse_json(licenses.open_record(session, node.cipher, entry.id), max_bytes=LARGEST_RECORD)
    holder = Holder(raw["holder"]["name"], raw["holder"]["code_type"], raw["holder"]["code"]).masked()
    zh, en = STATE_NAMES[entry.state]
    successor = licenses.successor_of(session, entry.id)
    return {
        "id": str(entry.id),
        "identifier": entry.identifier,
        "license_type": entry.license_type,
        "issuer": entry.issuer_code,
        "holder": {"name": holder.name, "code_type": holder.code_type, "code": holder.code},
        "valid_from": entry.valid_from.isoformat(),
        "valid_until": entry.valid_until.isoformat() if entry.valid_until else None,
        "state": entry.state.value,
        "state_name": {"zh": zh, "en": en},
        "version": entry.version,
        "issued_at": entry.issued_at.isoformat() if entry.issued_at else None,
        "successor": successor.identifier if successor else None,
        "history": [_line(one) for one in changes.history(session, entry.id)],
    }


def _line(one: changes.Change) -> Mapping[str, Any]:
    return {
        "operation": one.operation.value,
        "ground": one.ground.value if one.ground else None,
        "before": one.before.value,
        "after": one.after.value,
        "requested_by": one.requested_by,
        "done_at": one.done_at.isoformat() if one.done_at else None,
    }


def _faces(node: Node, made: Issued) -> Faces:
    address = public_url(node.config.url, made.secret)
    return Faces(made.license_id, made.identifier, made.credential, made.document, False, address)


def _again(node: Node, license_id: UUID) -> Faces:
    """The license of an order that came before; finished first when its process died."""
    with node.database.reading() as session:
        pending = licenses.require(session, license_id).state is State.PENDING
    if pending:
        resume_license(node, license_id)
    with node.database.reading() as session:
        entry = licenses.require(session, license_id)
        opened = partial(licenses.open_document, session, node.cipher)
        credential = licenses.open_credential(session, node.cipher, license_id)
        return Faces(license_id, entry.identifier, credential, opened(license_id), repeated=True)
