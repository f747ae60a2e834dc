"""A key signs what its uses, its state and a committed intent allow, and never shows itself."""

import copy
import pickle
from datetime import datetime
from typing import Any

import pytest
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from sqlalchemy.orm import Session

from keys.action import Committed
from keys.errors import KeyUseRefused
from keys.intents import committed, declare
from keys.lifecycle import KeyState
from keys.signer import NEEDS_INTENT, KeyUse
from tests.unit.keys.world import World, declared_intent, loose_handle


def test_a_key_signs_under_a_committed_intent_that_names_it(
    world: World, session: Session, now: datetime
) -> None:
    intent = declared_intent(world, session, now)
    signer = world.issuer.under(committed(session, intent), KeyUse.ISSUE_LICENSE)
    assert signer.kid == world.issuer.kid
    assert signer.sign(b"message")


def test_a_key_does_not_sign_for_an_intent_that_was_never_committed(
    world: World, session: Session, now: datetime
) -> None:
    intent = declare(session, [world.draft()], log=world.log, now=now)[0].intent
    unproven: Any = intent
    with pytest.raises(KeyUseRefused, match="committed"):
        world.issuer.under(unproven, KeyUse.ISSUE_LICENSE)


def test_nobody_but_the_intents_module_can_make_a_committed(world: World) -> None:
    with pytest.raises(TypeError):
        Committed("anything", object())


def test_a_committed_something_else_is_no_committed_intent(
    world: World, session: Session, now: datetime
) -> None:
    held = committed(session, declared_intent(world, session, now))
    held.value = "an intent, surely"  # type: ignore[assignment]
    with pytest.raises(KeyUseRefused):
        world.issuer.under(held, KeyUse.ISSUE_LICENSE)


def test_a_key_the_intent_does_not_name_does_not_sign(world: World, session: Session, now: datetime) -> None:
    other = world.keyring.generate(session, uses=[KeyUse.ISSUE_LICENSE], label="other", now=now)
    session.commit()
    held = committed(session, declared_intent(world, session, now))
    with pytest.raises(KeyUseRefused, match="does not name"):
        other.under(held, KeyUse.ISSUE_LICENSE)


def test_a_key_does_not_sign_for_a_use_it_was_not_made_for(
    world: World, session: Session, now: datetime
) -> None:
    held = committed(session, declared_intent(world, session, now))
    with pytest.raises(KeyUseRefused, match="not for"):
        world.issuer.under(held, KeyUse.APPLY_SEAL)


def test_a_routine_use_is_not_served_under_an_intent(world: World, session: Session, now: datetime) -> None:
    held = committed(session, declared_intent(world, session, now))
    handle, _ = loose_handle(KeyUse.CRL, kid=world.issuer.kid)
    with pytest.raises(KeyUseRefused):
        handle.under(held, KeyUse.CRL)


@pytest.mark.parametrize("use", sorted(NEEDS_INTENT))
def test_a_use_that_creates_trust_never_signs_without_an_intent(use: KeyUse) -> None:
    handle, _ = loose_handle(*KeyUse)
    with pytest.raises(KeyUseRefused, match="committed intent"):
        handle.standing(use)


@pytest.mark.parametrize("use", sorted(set(KeyUse) - NEEDS_INTENT))
def test_a_routine_use_signs_without_an_intent_with_its_own_key_only(use: KeyUse) -> None:
    own, _ = loose_handle(use)
    assert own.standing(use).sign(b"message")
    other, _ = loose_handle(*(set(KeyUse) - {use}))
    with pytest.raises(KeyUseRefused):
        other.standing(use)


@pytest.mark.parametrize("state", sorted(set(KeyState) - {KeyState.ACTIVE}))
def test_only_an_active_key_signs(state: KeyState) -> None:
    handle, _ = loose_handle(KeyUse.CRL, state=state)
    with pytest.raises(KeyUseRefused, match=str(state)):
        handle.standing(KeyUse.CRL)


def test_no_key_bytes_are_seen_in_a_handle_or_a_signer() -> None:
    handle, private_key = loose_handle(KeyUse.CRL)
    scalar = private_key.private_numbers().private_value
    der = private_key.private_bytes(Encoding.DER, PrivateFormat.PKCS8, NoEncryption())
    for thing in (handle, handle.standing(KeyUse.CRL)):
        for shown in (repr(thing), str(thing), f"{thing}"):
            assert f"{scalar:x}" not in shown
            assert der.hex() not in shown
        assert not hasattr(thing, "__dict__")
        for leave in (pickle.dumps, copy.copy, copy.deepcopy):
            with pytest.raises(TypeError):
                leave(thing)
