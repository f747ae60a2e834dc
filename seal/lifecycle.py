"""The life of a seal 印章生命周期, as a pure table (国办电政函〔2019〕252号: 申请、制作、备案、使用、注销).

    request   applied ─► approved ─► used                          applied, approved ─► rejected
    seal      pending ─► made ─► filed ─► active ⇄ suspended        every one of the last four ─► cancelled
                 └─► abandoned

A change of name or rank (变更) is a cancellation and a new request that names the old seal. Expiry is not a
state: it follows from the certificate's period. Does not check who may ask.
"""

from collections.abc import Mapping
from enum import StrEnum
from types import MappingProxyType

from seal.errors import SealStateConflict


class RequestState(StrEnum):
    APPLIED = "applied"
    APPROVED = "approved"
    REJECTED = "rejected"
    USED = "used"
    """A seal is being made, or was made, from it: an approval makes one seal."""


class SealState(StrEnum):
    PENDING = "pending"
    """Its record is about to be signed."""
    MADE = "made"
    FILED = "filed"
    ACTIVE = "active"
    SUSPENDED = "suspended"
    CANCELLED = "cancelled"
    ABANDONED = "abandoned"
    """Making it was interrupted before it was finished."""


class Operation(StrEnum):
    MAKE = "make"
    """制作"""
    ABANDON = "abandon"
    FILE = "file"
    """备案"""
    ACTIVATE = "activate"
    """启用"""
    SUSPEND = "suspend"
    """停用"""
    RESUME = "resume"
    """恢复启用"""
    CANCEL = "cancel"
    """注销"""


TRANSITIONS: Mapping[tuple[SealState, Operation], SealState] = MappingProxyType(
    {
        (SealState.PENDING, Operation.MAKE): SealState.MADE,
        (SealState.PENDING, Operation.ABANDON): SealState.ABANDONED,
        (SealState.MADE, Operation.FILE): SealState.FILED,
        (SealState.FILED, Operation.ACTIVATE): SealState.ACTIVE,
        (SealState.ACTIVE, Operation.SUSPEND): SealState.SUSPENDED,
        (SealState.SUSPENDED, Operation.RESUME): SealState.ACTIVE,
        (SealState.MADE, Operation.CANCEL): SealState.CANCELLED,
        (SealState.FILED, Operation.CANCEL): SealState.CANCELLED,
        (SealState.ACTIVE, Operation.CANCEL): SealState.CANCELLED,
        (SealState.SUSPENDED, Operation.CANCEL): SealState.CANCELLED,
    }
)

REQUEST_TRANSITIONS = frozenset(
    {
        (RequestState.APPLIED, RequestState.APPROVED),
        (RequestState.APPLIED, RequestState.REJECTED),
        (RequestState.APPROVED, RequestState.REJECTED),
        (RequestState.APPROVED, RequestState.USED),
        # Making was interrupted: the approval, while it lives, may be used again.
        (RequestState.USED, RequestState.APPROVED),
    }
)

_NAMES_ZH: Mapping[str, str] = MappingProxyType(
    {
        SealState.PENDING: "制作中",
        SealState.MADE: "已制作",
        SealState.FILED: "已备案",
        SealState.ACTIVE: "启用",
        SealState.SUSPENDED: "停用",
        SealState.CANCELLED: "已注销",
        SealState.ABANDONED: "制作中断",
    }
)
_OPERATIONS_ZH: Mapping[str, str] = MappingProxyType(
    {
        Operation.MAKE: "制作",
        Operation.ABANDON: "放弃制作",
        Operation.FILE: "备案",
        Operation.ACTIVATE: "启用",
        Operation.SUSPEND: "停用",
        Operation.RESUME: "恢复启用",
        Operation.CANCEL: "注销",
    }
)


def after(state: SealState, operation: Operation) -> SealState:
    """The state an operation leads to. Raises SealStateConflict when the table has no such step."""
    try:
        return TRANSITIONS[state, operation]
    except KeyError:
        raise SealStateConflict(
            f"A seal that is {state.value} cannot be changed by “{operation.value}”.",
            f"印章当前状态为“{_NAMES_ZH[state]}”，不能进行“{_OPERATIONS_ZH[operation]}”操作。",
        ) from None
