"""What factors are worth and what they are called."""

from datetime import datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from trust.authn.factors import (
    AMR,
    WORTH,
    AcrLevel,
    Factor,
    amr_of,
    level_of,
    person_level,
    proof_of,
    worth,
)
from trust.oidc.provider import ACR_VALUES

IANA = frozenset(
    "face fpt geo hwk iris kba mca mfa otp pin pop pwd rba retina sc sms swk tel user vbm wia".split()
)
"""The registered values of `amr` (RFC 8176 §6.1, OpenID EAP ACR Values)."""


def test_the_levels_are_those_the_provider_announces() -> None:
    assert tuple(level.acr for level in AcrLevel) == ACR_VALUES
    assert [level_of(acr) for acr in ACR_VALUES] == list(AcrLevel)
    assert level_of("urn:mace:incommon:iap:silver") is None


def test_every_name_of_a_method_is_registered() -> None:
    assert set(AMR) == set(Factor)
    assert {name for names in AMR.values() for name in names} <= IANA


def test_no_key_is_called_hardware_without_an_attestation() -> None:
    assert not {"hwk", "sc"} & set(amr_of(frozenset(Factor)))


@pytest.mark.parametrize(
    ("factors", "level", "amr"),
    [
        ({Factor.PASSWORD}, AcrLevel.L2, ("pwd",)),
        ({Factor.PASSWORD, Factor.TOTP}, AcrLevel.L3, ("mfa", "otp", "pwd")),
        ({Factor.PASSWORD, Factor.RECOVERY_CODE}, AcrLevel.L2, ("mfa", "otp", "pwd")),
        ({Factor.PASSKEY}, AcrLevel.L3, ("mfa", "pop", "user")),
        ({Factor.CERTIFICATE}, AcrLevel.L4, ("pop",)),
        ({Factor.PASSWORD, Factor.CERTIFICATE}, AcrLevel.L4, ("mfa", "pop", "pwd")),
        ({Factor.TOTP}, None, ("otp",)),
        ({Factor.TOTP, Factor.RECOVERY_CODE}, None, ("otp",)),
        (set(), None, ()),
    ],
)
def test_level_and_names_follow_from_what_was_done(
    factors: set[Factor], level: AcrLevel | None, amr: tuple[str, ...]
) -> None:
    assert worth(factors) == level
    assert amr_of(factors) == amr


def test_the_level_is_the_lower_of_person_and_visit(now: datetime) -> None:
    for person in AcrLevel:
        proof = proof_of({Factor.PASSKEY}, person_level=person, now=now)
        assert proof is not None
        assert proof.level == min(person, AcrLevel.L3)
    assert proof_of({Factor.TOTP}, person_level=AcrLevel.L4, now=now) is None


@given(st.sets(st.sampled_from(list(Factor))), st.sampled_from(list(Factor)))
def test_doing_more_is_never_worth_less(factors: set[Factor], more: Factor) -> None:
    assert (worth(factors | {more}) or 0) >= (worth(factors) or 0)


def test_the_table_of_worth_is_best_first() -> None:
    levels = [level for _, level in WORTH]
    assert levels == sorted(levels, reverse=True)


def test_a_person_whose_proofs_have_lapsed_is_still_registered() -> None:
    assert [person_level(number) for number in range(6)] == [1, 1, 2, 3, 4, 4]
