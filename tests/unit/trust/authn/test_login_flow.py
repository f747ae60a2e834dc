"""The step machine of a login."""

from datetime import datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.conftest import NOW
from trust.authn.errors import FlowRefused
from trust.authn.factors import AcrLevel, Factor, worth
from trust.authn.login_flow import (
    TRIES,
    LoginFlow,
    Step,
    StepKind,
    failed,
    next_step,
    passed,
    proof_so_far,
    require_offered,
)

P, T, R, K, C = Factor.PASSWORD, Factor.TOTP, Factor.RECOVERY_CODE, Factor.PASSKEY, Factor.CERTIFICATE


def flow(wanted: AcrLevel = AcrLevel.L2) -> LoginFlow:
    return LoginFlow(wanted, "/me")


def after(
    start: LoginFlow, *factors: Factor, enrolled: set[Factor], level: AcrLevel = AcrLevel.L4
) -> LoginFlow:
    for factor in factors:
        start = passed(start, factor, person_id="p1", enrolled=frozenset(enrolled), person_level=level)
    return start


@pytest.mark.parametrize(
    ("wanted", "offered"),
    [
        (AcrLevel.L1, (K, P, C)),
        (AcrLevel.L2, (K, P, C)),
        (AcrLevel.L3, (K, P, C)),
        (AcrLevel.L4, (C,)),
    ],
)
def test_the_first_step_offers_what_can_reach_the_wanted_level(
    wanted: AcrLevel, offered: tuple[Factor, ...]
) -> None:
    assert next_step(flow(wanted)) == Step(StepKind.OFFER, offered)


def test_the_first_step_depends_on_nothing_about_any_account() -> None:
    known = LoginFlow(AcrLevel.L3, "/me", enrolled=frozenset({K, T}), person_level=AcrLevel.L4)
    assert next_step(known) == next_step(flow(AcrLevel.L3))


def test_a_password_is_enough_for_l2_where_nothing_more_is_set_up() -> None:
    done = after(flow(), P, enrolled={P})
    assert next_step(done).kind is StepKind.FINISHED
    proof = proof_so_far(done, NOW)
    assert proof is not None
    assert (proof.level, proof.amr) == (AcrLevel.L2, ("pwd",))


def test_whoever_set_up_codes_is_asked_for_one_whatever_was_wanted() -> None:
    done = after(flow(AcrLevel.L1), P, enrolled={P, T, R})
    assert next_step(done) == Step(StepKind.OFFER, (T, R))
    assert proof_so_far(done, NOW) is None
    assert next_step(after(done, T, enrolled={P, T, R})).kind is StepKind.FINISHED


def test_password_and_code_reach_l3() -> None:
    done = after(flow(AcrLevel.L3), P, T, enrolled={P, T})
    proof = proof_so_far(done, NOW)
    assert next_step(done).kind is StepKind.FINISHED
    assert proof is not None
    assert (proof.level, proof.amr) == (AcrLevel.L3, ("mfa", "otp", "pwd"))


def test_a_passkey_alone_reaches_l3() -> None:
    assert next_step(after(flow(AcrLevel.L3), K, enrolled={K})).kind is StepKind.FINISHED


def test_after_a_password_the_passkey_is_offered_for_l3() -> None:
    assert next_step(after(flow(AcrLevel.L3), P, enrolled={P, K})) == Step(StepKind.OFFER, (K,))


def test_only_a_certificate_reaches_l4() -> None:
    assert next_step(after(flow(AcrLevel.L4), C, enrolled={C})).kind is StepKind.FINISHED


def test_whoever_has_nothing_strong_enough_may_set_it_up() -> None:
    step = next_step(after(flow(AcrLevel.L3), P, enrolled={P}))
    assert step == Step(StepKind.ENROL, (K, T, C))


def test_a_recovery_code_reaches_l2_and_leads_to_a_new_authenticator() -> None:
    done = after(flow(AcrLevel.L2), P, R, enrolled={P, T, R})
    assert next_step(done).kind is StepKind.FINISHED
    proof = proof_so_far(done, NOW)
    assert proof is not None
    assert proof.level is AcrLevel.L2


def test_a_person_identified_less_well_than_wanted_is_sent_to_be_identified() -> None:
    done = after(flow(AcrLevel.L3), K, enrolled={K}, level=AcrLevel.L2)
    assert next_step(done).kind is StepKind.RAISE_ASSURANCE
    proof = proof_so_far(done, NOW)
    assert proof is not None
    assert proof.level is AcrLevel.L2


def test_five_wrong_answers_end_a_flow() -> None:
    state = flow()
    for _ in range(TRIES):
        assert next_step(state).kind is StepKind.OFFER
        state = failed(state)
    assert next_step(state).kind is StepKind.OVER
    assert proof_so_far(state, NOW) is None
    with pytest.raises(FlowRefused):
        after(state, P, enrolled={P})


def test_a_step_up_is_for_the_same_person() -> None:
    begun = LoginFlow(AcrLevel.L3, "/me", person_id="p1", step_up_of="sid")
    assert next_step(begun).kind is StepKind.OFFER
    with pytest.raises(FlowRefused):
        passed(begun, K, person_id="p2", enrolled=frozenset({K}), person_level=AcrLevel.L4)


def test_a_second_factor_of_another_person_is_refused() -> None:
    begun = after(flow(AcrLevel.L3), P, enrolled={P, T, K})
    with pytest.raises(FlowRefused):
        passed(begun, K, person_id="p2", enrolled=frozenset({K}), person_level=AcrLevel.L4)


def test_a_factor_nobody_asked_for_is_refused() -> None:
    for factor in (T, R):
        with pytest.raises(FlowRefused):
            after(flow(), factor, enrolled={T, R})


FACTORS = st.sets(st.sampled_from(list(Factor)))


@given(st.sampled_from(list(AcrLevel)), FACTORS, st.sampled_from(list(AcrLevel)), st.data())
def test_every_flow_comes_to_an_end_and_never_claims_more_than_was_done(
    wanted: AcrLevel, enrolled: set[Factor], level: AcrLevel, data: st.DataObject
) -> None:
    state, now = flow(wanted), datetime.fromisoformat("2026-11-22T00:00:00+00:00")
    for _ in range(len(Factor) + 1):
        step = next_step(state)
        if step.kind is not StepKind.OFFER:
            break
        state = after(state, data.draw(st.sampled_from(step.factors)), enrolled=enrolled, level=level)
    step, proof = next_step(state), proof_so_far(state, now)
    assert step.kind is not StepKind.OFFER
    assert proof is not None
    assert proof.level == min(worth(state.done) or 0, level)
    assert (step.kind is StepKind.FINISHED) is (proof.level >= wanted)


def test_a_code_is_not_looked_at_before_it_is_asked_for() -> None:
    step_up = LoginFlow(AcrLevel.L3, "/me", person_id="p1", step_up_of="sid")
    for factor in (T, R):
        with pytest.raises(FlowRefused):
            require_offered(step_up, factor)
    require_offered(step_up, P)
    require_offered(after(step_up, P, enrolled={P, T}), T)
