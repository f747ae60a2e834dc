"""Changing the state of a license (证照状态变更): suspend, restore, end, expire, and the steps of a transfer.

An `Action` of kind `license.status`. The change waits in `license_change` from the intent on, so that a crash
leaves a work list; the new state, the history and the new status token are one transaction. The legal ground
and the reason stay in the database; the world sees two bits.

Does not check: whether the one who asks may ask. That is the department's right, judged by the caller.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from keys.action import Committed, Draft, Intent
from keys.encoding import canonical_json, uuid7
from keys.fields import FieldCipher
from keys.log.receipt import Receipt
from licenses.errors import ChangeRefused, LicenseChangedMeanwhile, LicenseNotFound, TransitionRefused
from licenses.lifecycle import BIRTHS, Ground, Operation, State, next_state
from licenses.status_publishing import StatusPublisher
from licenses.store import changes, licenses
from licenses.store.changes import Change

KIND = "license.status"
LONGEST_NOTE = 2000


@dataclass(frozen=True, slots=True)
class ChangeOrder:
    """What is asked for. Construction refuses an order that no license could obey (ChangeRefused)."""

    license_id: UUID
    operation: Operation
    note: str
    """The reason in words, for the file; 1 to 2000 characters."""
    requested_by: str
    ground: Ground | None = None

    def __post_init__(self) -> None:
        if self.operation in BIRTHS:
            raise TransitionRefused(
                "This operation issues a license; it does not change one.",
                "此项业务用于签发证照，不能用于变更现有证照的状态。",
            )
        if not 0 < len(self.note.strip()) <= LONGEST_NOTE:
            raise ChangeRefused(
                f"State the reason in 1 to {LONGEST_NOTE} characters.", f"请写明事由（1至{LONGEST_NOTE}字）。"
            )


@dataclass(frozen=True, slots=True)
class Changed:
    """A change that is in the log."""

    change_id: UUID
    license_id: UUID
    before: State
    after: State
    intent_id: UUID


class ChangeStatus:
    """`Action[Changed]`."""

    def __init__(self, order: ChangeOrder, *, cipher: FieldCipher, publisher: StatusPublisher) -> None:
        self._order = order
        self._cipher = cipher
        self._publisher = publisher
        self._change: Change | None = None
        self._identifier = ""

    def prepare(self, session: Session, *, now: datetime) -> Draft:
        """Judge the change against the present state and put it on the work list.

        Raises: LicenseNotFound, ChangeRefused, TransitionRefused.
        """
        order = self._order
        entry = licenses.require(session, order.license_id)
        self._change = Change(
            id=uuid7(now),
            license_id=entry.id,
            operation=order.operation,
            ground=order.ground,
            before=entry.state,
            after=next_state(order.operation, entry.state, order.ground),
            requested_by=order.requested_by,
            requested_at=now,
        )
        self._identifier = entry.identifier
        changes.insert(session, self._cipher, self._change, order.note)
        return self.draft()

    def draft(self) -> Draft:
        """What the log commits to; the same before and after a crash."""
        order = self._order
        return Draft(
            kind=KIND,
            record=canonical_json(status_record(self._prepared(), self._identifier, order.note)),
            kids=frozenset({self._publisher.handle.kid}),
            requested_by=order.requested_by,
            reason=f"operation {order.operation.value}",
        )

    def sign(self, intent: Committed[Intent], receipt: Receipt, *, now: datetime) -> Changed:
        """Nothing is signed here: the standing status key signs the new list when the change is stored."""
        del receipt, now
        change = self._prepared()
        return Changed(change.id, change.license_id, change.before, change.after, intent.value.id)

    def store(self, session: Session, signed: Changed, *, now: datetime) -> None:
        """Move the state, close the change and publish the list. Raises LicenseChangedMeanwhile."""
        licenses.move(session, signed.license_id, signed.before, signed.after)
        changes.complete(session, signed.change_id, intent_id=signed.intent_id, now=now)
        entry = licenses.require(session, signed.license_id)
        self._publisher.publish(session, entry.status_list_id, now=now)

    def _prepared(self) -> Change:
        if self._change is None:
            raise LicenseChangedMeanwhile(log_only="sign() before prepare()")
        return self._change


def resume_change(
    session: Session, change_id: UUID, *, cipher: FieldCipher, publisher: StatusPublisher
) -> ChangeStatus:
    """The action of a change that was logged and not made, ready to be signed. Raises LicenseNotFound."""
    change = changes.find(session, change_id)
    if change is None or change.done_at is not None:
        raise LicenseNotFound()
    order = ChangeOrder(
        license_id=change.license_id,
        operation=change.operation,
        note=changes.open_note(session, cipher, change_id),
        requested_by=change.requested_by,
        ground=change.ground,
    )
    action = ChangeStatus(order, cipher=cipher, publisher=publisher)
    action._change = change
    action._identifier = licenses.require(session, change.license_id).identifier
    return action


def status_record(change: Change, identifier: str, note: str) -> Mapping[str, Any]:
    """What the log commits to: the whole change, in canonical JSON. Only its salted digest is public."""
    return {
        "v": 1,
        "change": str(change.id),
        "identifier": identifier,
        "operation": change.operation.value,
        "ground": change.ground.value if change.ground else None,
        "before": change.before.value,
        "after": change.after.value,
        "requested_by": change.requested_by,
        "note": note,
    }
