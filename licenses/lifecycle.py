"""Life of a license (证照状态与业务操作) as one pure table.

States 01-07 and 99 and operations 01-10 are those of the national interface for construction licenses
(C0293-2024), the only published set that knows a transfer between provinces. Reading the table answers every
question about what may follow what; `licenses.store` does it by compare-and-swap.

Does not know: who may ask (the department's own rules), nor when (see `licenses.accreditation`).
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from licenses.errors import ChangeRefused, TransitionRefused
from licenses.status_list import LicenseStatus


class State(StrEnum):
    """State of a license (证照状态). The value is the national code; `PENDING` is ours and never leaves."""

    PENDING = "00"
    """Logged, not yet signed and stored: nobody outside has seen it."""
    VALID = "01"
    SUSPENDED = "02"
    RESCINDED = "03"
    """撤销: should never have been granted; void from the beginning."""
    CANCELLED = "04"
    """注销: the procedural end."""
    EXPIRED = "05"
    LEAVING = "06"
    """办理转出: on its way to another province, and used nowhere meanwhile."""
    REVOKED = "07"
    """吊销: taken away as a sanction."""
    SUPERSEDED = "99"
    """其他. The code demands a text, and ours is always 已由新版本取代: nothing else is filed under 99."""


STATE_NAMES: Mapping[State, tuple[str, str]] = {
    State.PENDING: ("签发中", "being issued"),
    State.VALID: ("有效", "valid"),
    State.SUSPENDED: ("暂扣", "suspended"),
    State.RESCINDED: ("撤销", "rescinded"),
    State.CANCELLED: ("注销", "cancelled"),
    State.EXPIRED: ("失效", "expired"),
    State.LEAVING: ("办理转出", "being transferred"),
    State.REVOKED: ("吊销", "revoked"),
    State.SUPERSEDED: ("已由新版本取代", "superseded by a new version"),
}


class Operation(StrEnum):
    """What was done to a license (业务操作), national code."""

    ISSUE = "01"
    RENEW = "02"
    SUSPEND = "03"
    EXPIRE = "04"
    END = "05"
    """注销业务, on one of the four grounds of `Ground`."""
    RESTORE = "06"
    """暂扣发还."""
    OTHER = "07"
    """其他. Here: the receiving province has confirmed the transfer."""
    TRANSFER_IN = "08"
    CHANGE = "09"
    CANCEL_TRANSFER = "10"


class Ground(StrEnum):
    """Legal basis of an ending (注销情形); told only to those entitled to know."""

    CANCELLED = "注销"
    RESCINDED = "撤销"
    REVOKED = "吊销"
    TRANSFERRED = "转出"


_PUBLIC: Mapping[State, LicenseStatus] = {
    State.PENDING: LicenseStatus.VALID,  # as unused slots read; nobody holds the index yet
    State.VALID: LicenseStatus.VALID,
    State.SUSPENDED: LicenseStatus.SUSPENDED,
    State.RESCINDED: LicenseStatus.INVALID,
    State.CANCELLED: LicenseStatus.INVALID,
    State.EXPIRED: LicenseStatus.INVALID,
    State.LEAVING: LicenseStatus.SUSPENDED,
    State.REVOKED: LicenseStatus.INVALID,
    State.SUPERSEDED: LicenseStatus.SUPERSEDED,
}


def public_status(state: State) -> LicenseStatus:
    """What the world may learn of a state: two bits, without the legal reason (DESIGN §3)."""
    return _PUBLIC[state]


@dataclass(frozen=True, slots=True)
class Transition:
    operation: Operation
    ground: Ground | None
    before: frozenset[State]
    after: State


def _row(operation: Operation, before: set[State], after: State, ground: Ground | None = None) -> Transition:
    return Transition(operation, ground, frozenset(before), after)


_IN_FORCE = {State.VALID, State.SUSPENDED}

TRANSITIONS: tuple[Transition, ...] = (
    # a new license
    _row(Operation.ISSUE, {State.PENDING}, State.VALID),
    _row(Operation.TRANSFER_IN, {State.PENDING}, State.VALID),
    # a new version, and in the same transaction the old one
    _row(Operation.RENEW, {State.PENDING}, State.VALID),
    _row(Operation.CHANGE, {State.PENDING}, State.VALID),
    _row(Operation.RENEW, {State.VALID, State.EXPIRED}, State.SUPERSEDED),
    _row(Operation.CHANGE, {State.VALID}, State.SUPERSEDED),
    # for a while
    _row(Operation.SUSPEND, {State.VALID}, State.SUSPENDED),
    _row(Operation.RESTORE, {State.SUSPENDED}, State.VALID),
    # for good
    _row(Operation.EXPIRE, _IN_FORCE, State.EXPIRED),
    _row(Operation.END, _IN_FORCE | {State.EXPIRED}, State.CANCELLED, Ground.CANCELLED),
    _row(Operation.END, _IN_FORCE | {State.EXPIRED, State.CANCELLED}, State.RESCINDED, Ground.RESCINDED),
    _row(Operation.END, _IN_FORCE, State.REVOKED, Ground.REVOKED),
    # to another province, in two phases: out, then confirmed or cancelled
    _row(Operation.END, {State.VALID}, State.LEAVING, Ground.TRANSFERRED),
    _row(Operation.CANCEL_TRANSFER, {State.LEAVING}, State.VALID),
    _row(Operation.OTHER, {State.LEAVING}, State.SUPERSEDED),
)


def next_state(operation: Operation, before: State, ground: Ground | None = None) -> State:
    """The state an operation leads to.

    ground: needed for `Operation.END`, and for no other operation.
    Raises: ChangeRefused when the ground is missing or out of place, TransitionRefused when the operation
    does not start from `before`.
    """
    rows = [row for row in TRANSITIONS if row.operation is operation]
    if not rows:
        raise TransitionRefused(f"Operation {operation} is not known.", f"不支持业务操作{operation}。")
    fitting = [row for row in rows if row.ground is ground]
    if not fitting:
        raise ChangeRefused(
            "Ending a license needs its legal ground (cancelled, rescinded, revoked or transferred); "
            "no other operation has one.",
            "办理注销业务须写明情形（注销、撤销、吊销或转出），其他业务不填此项。",
        )
    for row in fitting:
        if before in row.before:
            return row.after
    name_zh, name = STATE_NAMES[before]
    raise TransitionRefused(
        f"The license is {name}; this cannot be done to it now.",
        f"证照当前状态为“{name_zh}”，不能办理此项业务。",
    )


SUCCESSIONS: frozenset[Operation] = frozenset({Operation.RENEW, Operation.CHANGE})
"""By these a new version follows an old one."""
BIRTHS: frozenset[Operation] = frozenset({Operation.ISSUE, Operation.TRANSFER_IN}) | SUCCESSIONS
"""By these `licenses.issue` brings a license into being; all others are done to one that exists."""
