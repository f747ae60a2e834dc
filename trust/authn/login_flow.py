"""A login under way (登录流程) as a pure step machine: which factor is asked next for the wanted level.

    offer a first factor → (offer a second) → finished | enrol something stronger | raise the assurance | over

Until somebody has proven who they are, the steps depend on what is wanted and on nothing about any account
(T19). Five wrong answers end a flow (T20). Whoever set up one-time codes is asked for one after the password,
whatever the platform wanted: else a stolen password would be enough to change the account. Pure; kept and
bound to its browser by `flow_store.py`.
"""

from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum

from trust.authn.errors import FlowRefused
from trust.authn.factors import FIRST_FACTORS, WORTH, AcrLevel, Factor, Proof, proof_of, worth

TRIES = 5


class StepKind(StrEnum):
    OFFER = "offer"
    """Show the offered factors; any of them leads on."""
    FINISHED = "finished"
    ENROL = "enrol"
    """Who it is is known, but none of the person's authenticators reaches the wanted level: offer to set one
    of these up."""
    RAISE_ASSURANCE = "raise_assurance"
    """The person was never identified as well as wanted: live proof or counter first."""
    OVER = "over"
    """Too many wrong answers; begin again."""


@dataclass(frozen=True, slots=True)
class Step:
    kind: StepKind
    factors: tuple[Factor, ...] = ()


@dataclass(frozen=True, slots=True)
class LoginFlow:
    """What is known so far."""

    wanted: AcrLevel
    return_to: str
    """Where `api` goes on afterwards: the handle of an authorization request or a page of ours."""
    person_id: str | None = None
    """Known from the first good factor on; from the beginning in a step-up."""
    step_up_of: str | None = None
    """`sid` of the session that is to be raised."""
    done: frozenset[Factor] = frozenset()
    enrolled: frozenset[Factor] = frozenset()
    """The person's authenticators; empty until the first good factor."""
    person_level: AcrLevel = AcrLevel.L1
    tries_left: int = TRIES


def next_step(flow: LoginFlow) -> Step:
    """What to show now."""
    if flow.tries_left <= 0:
        return Step(StepKind.OVER)
    if not flow.done:
        return Step(StepKind.OFFER, _first_offers(flow.wanted))
    if _second_owed(flow):
        return Step(StepKind.OFFER, _in_order(_seconds(flow)))
    if _enough(flow):
        low = flow.person_level < flow.wanted
        return Step(StepKind.RAISE_ASSURANCE if low else StepKind.FINISHED)
    offers = _useful(flow, flow.enrolled)
    if offers:
        return Step(StepKind.OFFER, offers)
    return Step(StepKind.ENROL, _useful(flow, frozenset(Factor) - {Factor.RECOVERY_CODE}))


def require_offered(flow: LoginFlow, factor: Factor) -> None:
    """Ask this before an answer is looked at: a code nobody asked for is neither judged nor used up.

    Raises: FlowRefused.
    """
    step = next_step(flow)
    if step.kind is not StepKind.OFFER or factor not in step.factors:
        raise FlowRefused()


def passed(
    flow: LoginFlow,
    factor: Factor,
    *,
    person_id: str,
    enrolled: frozenset[Factor],
    person_level: AcrLevel,
) -> LoginFlow:
    """The flow after a good answer. Raises: FlowRefused when it was not asked for or is somebody else's."""
    require_offered(flow, factor)
    if flow.person_id not in (None, person_id):
        raise FlowRefused(
            "This is another person's login; log out first.", "这是另一人的登录信息，请先退出当前账号。"
        )
    return replace(
        flow,
        person_id=person_id,
        enrolled=enrolled | {factor},
        person_level=person_level,
        done=flow.done | {factor},
    )


def failed(flow: LoginFlow) -> LoginFlow:
    """The flow after a wrong answer."""
    return replace(flow, tries_left=max(0, flow.tries_left - 1))


def proof_so_far(flow: LoginFlow, now: datetime) -> Proof | None:
    """What has been proven, once nothing more is owed; None before.

    Not only when FINISHED: on ENROL and RAISE_ASSURANCE the visitor may be logged in at what was reached, and
    the platform is told that the wanted level was not (`unmet_authentication_requirements`).
    """
    if flow.tries_left <= 0 or not flow.done or _second_owed(flow):
        return None
    return proof_of(flow.done, person_level=flow.person_level, now=now)


def _enough(flow: LoginFlow) -> bool:
    reached = worth(flow.done)
    return reached is not None and reached >= flow.wanted


def _second_owed(flow: LoginFlow) -> bool:
    alone = flow.done == frozenset({Factor.PASSWORD})
    return alone and Factor.TOTP in flow.enrolled


def _seconds(flow: LoginFlow) -> frozenset[Factor]:
    return flow.enrolled & {Factor.TOTP, Factor.RECOVERY_CODE, Factor.PASSKEY, Factor.CERTIFICATE}


def _first_offers(wanted: AcrLevel) -> tuple[Factor, ...]:
    """First factors from which the wanted level can be reached at all."""
    return _in_order(
        frozenset(
            factor
            for factor in FIRST_FACTORS
            if any(level >= wanted and factor in needed for needed, level in WORTH)
        )
    )


def _useful(flow: LoginFlow, among: frozenset[Factor]) -> tuple[Factor, ...]:
    """Factors not done yet that complete a set of the wanted worth, given what is done."""
    return _in_order(
        frozenset(
            factor
            for needed, level in WORTH
            if level >= flow.wanted and needed - flow.done <= among
            for factor in needed - flow.done
        )
    )


def _in_order(factors: frozenset[Factor]) -> tuple[Factor, ...]:
    """In the order pages show them: easiest and safest first."""
    order = (Factor.PASSKEY, Factor.PASSWORD, Factor.TOTP, Factor.CERTIFICATE, Factor.RECOVERY_CODE)
    return tuple(factor for factor in order if factor in factors)
