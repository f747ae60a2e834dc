"""Passwords: cost, gate, rehash, dummy, and what a good one is."""

import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import BoundedSemaphore, Event, Lock

import pytest
from argon2 import PasswordHasher as Argon2
from hypothesis import given, settings
from hypothesis import strategies as st

from trust.authn.errors import LoginBusy, PasswordTooWeak
from trust.authn.password_rules import RULES, check_new_password
from trust.authn.passwords import LADDER, LONGEST, OWASP, Cost, PasswordHasher, calibrate

CHEAP = Cost(64, 1)
GOOD = "青石板上的 rain 1987 kettle"


def hasher(cost: Cost = CHEAP) -> PasswordHasher:
    return PasswordHasher(cost, BoundedSemaphore(2))


def test_a_password_matches_its_hash_and_no_other(hasher: PasswordHasher) -> None:
    stored = hasher.hash(GOOD)
    assert hasher.check(stored, GOOD).matches
    assert not hasher.check(stored, GOOD + " ").matches
    assert not hasher.check(stored, GOOD.upper()).matches


def test_two_hashes_of_one_password_differ(hasher: PasswordHasher) -> None:
    assert hasher.hash(GOOD) != hasher.hash(GOOD)


def test_the_parameters_are_those_owasp_asks_for_or_above() -> None:
    stored = hasher(OWASP).hash(GOOD)
    assert stored.startswith("$argon2id$v=19$m=19456,t=2,p=1$")
    assert all(cost.memory_kib * cost.passes >= OWASP.memory_kib * OWASP.passes for cost in LADDER)


def test_calibration_takes_the_highest_cost_that_fits_and_never_less_than_the_first() -> None:
    ladder = (Cost(64, 1), Cost(64, 2), Cost(64, 3))

    def clock(*, each: tuple[float, ...]) -> Callable[[], float]:
        moments = iter([moment for span in each for moment in (0.0, span)])
        return lambda: next(moments)

    assert calibrate(clock(each=(0.01, 0.02, 0.09)), target=0.05, ladder=ladder) == ladder[1]
    assert calibrate(clock(each=(0.01, 0.02, 0.03)), target=0.05, ladder=ladder) == ladder[2]
    assert calibrate(clock(each=(0.9,)), target=0.05, ladder=ladder) == ladder[0]


def test_calibration_runs_with_a_real_clock() -> None:
    assert calibrate(time.perf_counter, target=0.0) == OWASP


def test_a_hash_of_another_cost_is_renewed_at_the_next_good_login() -> None:
    old = hasher(Cost(64, 1)).hash(GOOD)
    now = hasher(Cost(64, 2))
    checked = now.check(old, GOOD)
    assert checked.matches
    assert checked.renewed is not None
    assert now.check(checked.renewed, GOOD).renewed is None
    assert now.check(old, "wrong").renewed is None


def test_a_name_without_a_password_costs_as_many_hashes_as_one_with(
    hasher: PasswordHasher, monkeypatch: pytest.MonkeyPatch
) -> None:
    stored = hasher.hash(GOOD)
    seen: list[str] = []
    verify = Argon2.verify

    def counted(self: Argon2, stored: str, typed: str) -> bool:
        seen.append(stored.split("$")[3])
        return verify(self, stored, typed)

    monkeypatch.setattr(Argon2, "verify", counted)
    assert not hasher.check(None, "wrong").matches
    assert not hasher.check(stored, "wrong").matches
    assert seen == ["m=64,t=1,p=1"] * 2


def test_full_width_and_composed_spellings_are_one_password(hasher: PasswordHasher) -> None:
    stored = hasher.hash("Ｋettle Ångström")
    assert hasher.check(stored, "Kettle A\u030angstro\u0308m").matches


@pytest.mark.parametrize("typed", ["", "x" * (LONGEST + 1), "\ud800", "\x00", "𠮷" * 256])
def test_strange_input_is_simply_wrong(typed: str, hasher: PasswordHasher) -> None:
    assert not hasher.check(hasher.hash(GOOD), typed).matches
    assert not hasher.check(None, typed).matches


@pytest.mark.parametrize(
    "stored", ["", "x", "$argon2id$v=19$m=1", "$argon2i$v=19$m=64,t=1,p=1$c2FsdA$aGFzaA"]
)
def test_a_damaged_hash_matches_nothing(stored: str, hasher: PasswordHasher) -> None:
    assert not hasher.check(stored, GOOD).matches


def test_no_more_hashes_run_at_once_than_the_gate_has_places() -> None:
    running, most, lock = 0, 0, Lock()

    class Watched(PasswordHasher):
        def _verify(self, stored: str, text: str) -> bool:
            nonlocal running, most
            with lock:
                running += 1
                most = max(most, running)
            good = super()._verify(stored, text)
            with lock:
                running -= 1
            return good

    watched = Watched(Cost(256, 1), BoundedSemaphore(2), patience=30)
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda _: watched.check(None, GOOD), range(64)))
    assert most <= 2


def test_whoever_waits_too_long_at_the_gate_is_told_to_come_again() -> None:
    gate = BoundedSemaphore(1)
    busy = PasswordHasher(CHEAP, gate, patience=0.01)
    taken = Event()
    with gate:
        taken.set()
        with pytest.raises(LoginBusy):
            busy.check(None, GOOD)
    assert not busy.check(None, GOOD).matches


def test_a_failed_hash_gives_its_place_back(hasher: PasswordHasher) -> None:
    for _ in range(5):
        assert not hasher.check("damaged", GOOD).matches
    assert hasher.check(hasher.hash(GOOD), GOOD).matches


BAD_PASSWORDS = {
    "_long_enough": "kz7 青石",
    "_short_enough": "青石 kettle rain " * 30,
    "_about_oneself": "my 330106199003071234 number",
    "_hard_to_guess": "password123456",
    "_writable": "kettle \ud800 rain 1987 qz",
}


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.__name__)
def test_each_rule_of_new_passwords_refuses_its_bad_one(rule: Callable[..., None]) -> None:
    bad = BAD_PASSWORDS[rule.__name__]
    with pytest.raises(PasswordTooWeak):
        rule(bad, ["330106199003071234"])
    with pytest.raises(PasswordTooWeak):
        check_new_password(bad, words=["330106199003071234"])


@pytest.mark.parametrize("common", ["qwertyuiop", "1234567890", "aaaaaaaaaaaa", "iloveyou1234", "1990-03-07"])
def test_what_attackers_try_first_is_refused(common: str) -> None:
    with pytest.raises(PasswordTooWeak):
        check_new_password(common)


def test_a_good_password_needs_neither_digits_nor_signs() -> None:
    check_new_password("correct kettle umbrella moss", words=["张晓明"])
    check_new_password(GOOD)


@settings(max_examples=40)
@given(st.text(max_size=300))
def test_any_text_is_judged_in_our_own_words(text: str) -> None:
    try:
        check_new_password(text)
    except PasswordTooWeak:
        return
    assert hasher().check(hasher().hash(text), text).matches
