"""Personal fields: sealed to their place, found by a keyed index, never readable from the database alone."""

import pickle
from datetime import datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from keys.custody import Kek
from keys.errors import UnwrapFailed
from keys.fields import FieldCipher
from keys.models import FieldKey
from tests.unit.keys.world import KEK

CIPHER = FieldCipher(b"f" * 32)
NUMBER = "11010519491231002X"


def test_a_field_opens_in_its_own_place_only() -> None:
    sealed = CIPHER.seal(NUMBER.encode(), aad="license:1:holder_code")
    assert CIPHER.open(sealed, aad="license:1:holder_code") == NUMBER.encode()
    with pytest.raises(UnwrapFailed):
        CIPHER.open(sealed, aad="license:2:holder_code")


def test_the_sealed_field_holds_nothing_of_the_value() -> None:
    sealed = CIPHER.seal(NUMBER.encode(), aad="a")
    assert NUMBER.encode() not in sealed
    assert sealed != CIPHER.seal(NUMBER.encode(), aad="a")


@given(st.binary(max_size=60))
@settings(max_examples=50)
def test_garbage_does_not_open(raw: bytes) -> None:
    with pytest.raises(UnwrapFailed):
        CIPHER.open(raw, aad="a")


def test_the_index_is_equal_for_equal_values_of_one_field_only() -> None:
    index = CIPHER.blind_index(NUMBER, field="holder_code")
    assert len(index) == 32
    assert index == CIPHER.blind_index(" 11010519491231002x ", field="holder_code")
    assert index != CIPHER.blind_index(NUMBER, field="applicant_code")
    assert index != CIPHER.blind_index("110105194912310021", field="holder_code")
    assert index != FieldCipher(b"g" * 32).blind_index(NUMBER, field="holder_code")


def test_field_name_and_value_do_not_run_together() -> None:
    assert CIPHER.blind_index("bc", field="a") != CIPHER.blind_index("c", field="ab")


def test_the_node_keeps_one_field_key_over_restarts(session: Session, now: datetime) -> None:
    sealed = FieldCipher.load_or_create(session, KEK, now).seal(b"x", aad="a")
    session.commit()
    assert FieldCipher.load_or_create(session, KEK, now).open(sealed, aad="a") == b"x"
    assert len(session.scalars(select(FieldKey)).all()) == 1


def test_a_field_key_does_not_open_under_another_key_encryption_key(session: Session, now: datetime) -> None:
    FieldCipher.load_or_create(session, KEK, now)
    session.commit()
    with pytest.raises(UnwrapFailed):
        FieldCipher.load_or_create(session, Kek(b"x" * 32), now)


def test_a_field_key_row_that_was_edited_does_not_open(session: Session, now: datetime) -> None:
    FieldCipher.load_or_create(session, KEK, now)
    session.execute(update(FieldKey).values(version=2))
    session.commit()
    session.expire_all()
    with pytest.raises(UnwrapFailed):
        FieldCipher.load_or_create(session, KEK, now)


def test_the_field_key_is_never_seen() -> None:
    assert "f" * 8 not in repr(CIPHER)
    with pytest.raises(TypeError):
        pickle.dumps(CIPHER)
    with pytest.raises(UnwrapFailed):
        FieldCipher(b"short")
