"""The states of a key are a table."""

from itertools import product

import pytest

from keys.errors import KeyStateConflict
from keys.lifecycle import TRANSITIONS, KeyState, check_transition


@pytest.mark.parametrize(("current", "target"), list(product(KeyState, KeyState)))
def test_a_key_takes_the_steps_of_the_table_and_no_other(current: KeyState, target: KeyState) -> None:
    if (current, target) in TRANSITIONS:
        check_transition(current, target)
    else:
        with pytest.raises(KeyStateConflict):
            check_transition(current, target)


def test_nothing_leads_back_from_destroyed() -> None:
    assert not any(current is KeyState.DESTROYED for current, _ in TRANSITIONS)
