"""States and operations of a license: the table, its grounds and its two public bits."""

from itertools import product

import pytest

from licenses.errors import ChangeRefused, TransitionRefused
from licenses.lifecycle import (
    BIRTHS,
    STATE_NAMES,
    TRANSITIONS,
    Ground,
    Operation,
    State,
    next_state,
    public_status,
)
from licenses.status_list import LicenseStatus

FINAL = {State.RESCINDED, State.REVOKED, State.SUPERSEDED}


def test_the_codes_are_those_of_the_national_interface() -> None:
    assert {state.value for state in State} == {"00", "01", "02", "03", "04", "05", "06", "07", "99"}
    assert [operation.value for operation in Operation] == [f"{n:02}" for n in range(1, 11)]
    assert set(STATE_NAMES) == set(State)


def test_every_pair_outside_the_table_is_refused() -> None:
    allowed = {(row.operation, row.ground, before) for row in TRANSITIONS for before in row.before}
    for operation, ground, before in product(Operation, [None, *Ground], State):
        if (operation, ground, before) in allowed:
            next_state(operation, before, ground)
        else:
            with pytest.raises((ChangeRefused, TransitionRefused)):
                next_state(operation, before, ground)


def test_one_question_has_one_answer() -> None:
    asked = [(row.operation, row.ground, before) for row in TRANSITIONS for before in row.before]
    assert len(asked) == len(set(asked))


@pytest.mark.parametrize("state", sorted(FINAL))
def test_nothing_follows_what_is_final(state: State) -> None:
    assert not [row for row in TRANSITIONS if state in row.before]


def test_an_ending_needs_its_legal_ground_and_nothing_else_has_one() -> None:
    with pytest.raises(ChangeRefused):
        next_state(Operation.END, State.VALID)
    with pytest.raises(ChangeRefused):
        next_state(Operation.SUSPEND, State.VALID, Ground.REVOKED)


@pytest.mark.parametrize(
    ("ground", "after"),
    [
        (Ground.CANCELLED, State.CANCELLED),
        (Ground.RESCINDED, State.RESCINDED),
        (Ground.REVOKED, State.REVOKED),
        (Ground.TRANSFERRED, State.LEAVING),
    ],
)
def test_the_law_tells_four_endings_apart(ground: Ground, after: State) -> None:
    assert next_state(Operation.END, State.VALID, ground) is after


def test_a_transfer_can_be_cancelled_or_confirmed() -> None:
    assert next_state(Operation.CANCEL_TRANSFER, State.LEAVING) is State.VALID
    assert next_state(Operation.OTHER, State.LEAVING) is State.SUPERSEDED


def test_only_a_pending_license_is_born() -> None:
    for operation in BIRTHS:
        assert next_state(operation, State.PENDING) is State.VALID


def test_the_public_learns_two_bits_and_not_the_reason() -> None:
    assert {
        public_status(state) for state in (State.RESCINDED, State.CANCELLED, State.REVOKED, State.EXPIRED)
    } == {LicenseStatus.INVALID}
    assert public_status(State.VALID) is LicenseStatus.VALID
    assert public_status(State.SUSPENDED) is public_status(State.LEAVING) is LicenseStatus.SUSPENDED
    assert public_status(State.SUPERSEDED) is LicenseStatus.SUPERSEDED


def test_a_refusal_says_in_which_state_the_license_is() -> None:
    with pytest.raises(TransitionRefused) as refused:
        next_state(Operation.RESTORE, State.REVOKED)
    assert "吊销" in refused.value.detail_zh
    assert "revoked" in refused.value.detail
