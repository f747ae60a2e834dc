"""The life of a seal: every step the table has is allowed, every other one refused."""

from itertools import product

import pytest

from seal.errors import SealStateConflict
from seal.lifecycle import REQUEST_TRANSITIONS, TRANSITIONS, Operation, RequestState, SealState, after

STEPS = {
    ("pending", "make", "made"),
    ("pending", "abandon", "abandoned"),
    ("made", "file", "filed"),
    ("filed", "activate", "active"),
    ("active", "suspend", "suspended"),
    ("suspended", "resume", "active"),
    ("made", "cancel", "cancelled"),
    ("filed", "cancel", "cancelled"),
    ("active", "cancel", "cancelled"),
    ("suspended", "cancel", "cancelled"),
}


def test_the_table_is_the_one_of_the_regulation() -> None:
    assert {(state.value, by.value, to.value) for (state, by), to in TRANSITIONS.items()} == STEPS


@pytest.mark.parametrize(
    ("state", "operation"),
    list(product(SealState, Operation)),
    ids=lambda value: value.value,
)
def test_a_seal_moves_only_along_the_table(state: SealState, operation: Operation) -> None:
    allowed = {(before, by): to for before, by, to in STEPS}
    wanted = allowed.get((state.value, operation.value))
    if wanted is not None:
        assert after(state, operation) == wanted
        return
    with pytest.raises(SealStateConflict) as refused:
        after(state, operation)
    assert refused.value.detail_zh.startswith("印章当前状态为“")


def test_a_cancelled_seal_never_comes_back() -> None:
    assert not [step for step in TRANSITIONS if step[0] in (SealState.CANCELLED, SealState.ABANDONED)]


def test_a_rejected_request_never_comes_back() -> None:
    assert not [step for step in REQUEST_TRANSITIONS if step[0] is RequestState.REJECTED]
