"""A dispute as a value: its states, what leads to each, and the steps of its trace."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from types import MappingProxyType
from uuid import UUID


class CorrectionState(StrEnum):
    FILED = "filed"
    FORWARDED = "forwarded"
    CORRECTED = "corrected"
    UPHELD = "upheld"
    """The source keeps its data, and says why to the person."""
    WITHDRAWN = "withdrawn"


BEFORE: Mapping[CorrectionState, CorrectionState] = MappingProxyType(
    {
        CorrectionState.FORWARDED: CorrectionState.FILED,
        CorrectionState.WITHDRAWN: CorrectionState.FILED,
        CorrectionState.CORRECTED: CorrectionState.FORWARDED,
        CorrectionState.UPHELD: CorrectionState.FORWARDED,
    }
)
"""From where each state is reached."""


@dataclass(frozen=True, slots=True)
class Correction:
    id: UUID
    person_id: UUID
    claim: str
    source: str
    state: CorrectionState
    filed_at: datetime


@dataclass(frozen=True, slots=True)
class CorrectionEvent:
    """One step in the trace."""

    state: CorrectionState
    actor: str
    reference: str | None
    at: datetime
