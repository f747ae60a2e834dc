"""Acting for somebody (经办人、亲友代办) as a pure table of states and one ordered list of rules.

```
named ──confirm──▶ confirmed ──end──▶ ended        either side, a superior grant, a change of representative
  │                    └────expire──▶ expired      when its time is over
  ├──decline──▶ declined                           the delegate says no
  ├──end──▶ ended                                  the grantor takes it back before
  └──expire──▶ expired                             nobody answered in time
```

Who names: the legal representative (法定代表人) for an organisation, a person for themself, or an agent whose
own grant says it may be passed on. Matters only ever get fewer and time only ever shorter down the line.

Public facts followed: the agent must confirm and either side unbinds (Guangdong); 30 days unless said
otherwise, at most five managers, a flag for passing on, everything ends with the representative (electronic
business license).
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from types import MappingProxyType
from uuid import UUID

from trust.persons.errors import GrantRefused
from trust.persons.matters import Matter

USUAL_TERM = timedelta(days=30)
LONGEST_TERM = timedelta(days=366)
MOST_MATTERS = 64
DEEPEST = 2
"""Representative → agent (depth 1) → whom the agent names (depth 2)."""
MOST_AGENTS: Mapping[str, int] = MappingProxyType({"organization": 5, "person": 5})
"""Confirmed grants at a time, unless the operator says otherwise for a principal."""


class Kind(StrEnum):
    ORGANIZATION = "organization"
    """经办人: for a legal person."""
    PERSON = "person"
    """亲友代办: for a relative or friend."""


class GrantState(StrEnum):
    NAMED = "named"
    CONFIRMED = "confirmed"
    DECLINED = "declined"
    ENDED = "ended"
    EXPIRED = "expired"


class Step(StrEnum):
    CONFIRM = "confirm"
    DECLINE = "decline"
    END = "end"
    EXPIRE = "expire"


TRANSITIONS: Mapping[tuple[GrantState, Step], GrantState] = MappingProxyType(
    {
        (GrantState.NAMED, Step.CONFIRM): GrantState.CONFIRMED,
        (GrantState.NAMED, Step.DECLINE): GrantState.DECLINED,
        (GrantState.NAMED, Step.END): GrantState.ENDED,
        (GrantState.NAMED, Step.EXPIRE): GrantState.EXPIRED,
        (GrantState.CONFIRMED, Step.END): GrantState.ENDED,
        (GrantState.CONFIRMED, Step.EXPIRE): GrantState.EXPIRED,
    }
)
"""Everything that may follow. What is not here may not."""
OPEN = frozenset({GrantState.NAMED, GrantState.CONFIRMED})


class EndReason(StrEnum):
    GRANTOR = "grantor"
    DELEGATE = "delegate"
    SUPERIOR = "superior_ended"
    REPRESENTATIVE = "representative_changed"
    PRINCIPAL = "principal_ended"


@dataclass(frozen=True, slots=True)
class Grant:
    """One grant as stored."""

    id: UUID
    principal_id: UUID
    kind: Kind
    epoch: int
    parent_id: UUID | None
    depth: int
    named_by: UUID
    delegate_id: UUID
    matters: tuple[str, ...]
    """Empty: every matter that can be delegated."""
    may_subdelegate: bool
    state: GrantState
    valid_from: datetime
    valid_until: datetime
    named_at: datetime
    confirmed_at: datetime | None = None
    ended_at: datetime | None = None
    ended_by: str | None = None
    end_reason: str | None = None

    def holds(self, at: datetime) -> bool:
        """Confirmed and within its time. The epoch is compared by whoever reads the principal too."""
        return self.state is GrantState.CONFIRMED and self.valid_from <= at < self.valid_until

    def covers(self, matter: str) -> bool:
        return not self.matters or matter in self.matters


@dataclass(frozen=True, slots=True)
class Naming:
    """A wish: somebody names a delegate. `parent` when the namer is an agent passing it on."""

    kind: Kind
    principal_id: UUID
    entitled: UUID | None
    """Who may name for the principal: the representative, or the person."""
    named_by: UUID
    delegate_id: UUID
    matters: tuple[str, ...]
    valid_from: datetime
    valid_until: datetime
    may_subdelegate: bool = False
    parent: Grant | None = None


def check_naming(naming: Naming, matters: Mapping[str, Matter], now: datetime) -> None:
    """Raises: GrantRefused with the first rule that says no."""
    for rule in RULES:
        wrong = rule(naming, matters, now)
        if wrong is not None:
            raise GrantRefused(*wrong)


Wrong = tuple[str, str]
Rule = Callable[[Naming, Mapping[str, Matter], datetime], Wrong | None]


def _namer_is_entitled(naming: Naming, _matters: Mapping[str, Matter], now: datetime) -> Wrong | None:
    parent = naming.parent
    if parent is None:
        if naming.entitled is not None and naming.entitled == naming.named_by:
            return None
    elif parent.delegate_id == naming.named_by and parent.principal_id == naming.principal_id:
        if parent.holds(now) and parent.may_subdelegate:
            return None
    return "You may not name somebody here.", "您无权在此授权他人。"


def _delegate_is_somebody_else(
    naming: Naming, _matters: Mapping[str, Matter], _now: datetime
) -> Wrong | None:
    if naming.delegate_id in (naming.named_by, naming.entitled):
        return "The delegate is you, or can act already.", "被授权人不能是授权人本人或法定代表人。"
    return None


def _time_is_sensible(naming: Naming, _matters: Mapping[str, Matter], now: datetime) -> Wrong | None:
    start, end = naming.valid_from, naming.valid_until
    if end <= start or end <= now:
        return "The end lies before the beginning or in the past.", "授权截止时间有误。"
    if end - start > LONGEST_TERM or start - now > LONGEST_TERM:
        return "At most one year at a time.", "授权期限不得超过一年。"
    return None


def _matters_can_be_delegated(naming: Naming, matters: Mapping[str, Matter], _now: datetime) -> Wrong | None:
    if len(naming.matters) > MOST_MATTERS or len(set(naming.matters)) != len(naming.matters):
        return f"Name each matter once, at most {MOST_MATTERS}.", f"事项不得重复，最多 {MOST_MATTERS} 项。"
    for code in naming.matters:
        matter = matters.get(code)
        if matter is None:
            return "One of the matters is not known.", "含有未知的事项。"
        if not (matter.agent if naming.kind is Kind.ORGANIZATION else matter.relative):
            return f"{matter.name_en} cannot be delegated.", f"“{matter.name}”不能委托他人办理。"
    return None


def _not_beyond_the_superior(naming: Naming, _matters: Mapping[str, Matter], _now: datetime) -> Wrong | None:
    parent = naming.parent
    if parent is None:
        return None
    if naming.valid_until > parent.valid_until or naming.valid_from < parent.valid_from:
        return "Your own authorisation ends earlier.", "期限超出您本人的授权期限。"
    if parent.matters and not (naming.matters and set(naming.matters) <= set(parent.matters)):
        return "Your own authorisation has not all these matters.", "事项超出您本人的授权范围。"
    return None


def _not_too_deep(naming: Naming, _matters: Mapping[str, Matter], _now: datetime) -> Wrong | None:
    depth = depth_of(naming)
    if depth > DEEPEST or (naming.may_subdelegate and depth >= DEEPEST):
        return "It cannot be passed on any further.", "不能再向下转授权。"
    return None


RULES: tuple[Rule, ...] = (
    _namer_is_entitled,
    _delegate_is_somebody_else,
    _time_is_sensible,
    _matters_can_be_delegated,
    _not_beyond_the_superior,
    _not_too_deep,
)


def depth_of(naming: Naming) -> int:
    return 1 if naming.parent is None else naming.parent.depth + 1
