"""Accounts and passwords in the database."""

from datetime import datetime

import pytest
from sqlalchemy import text
from sqlalchemy.orm import Session

from keys.fields import FieldCipher
from trust.authn.accounts import (
    add_login_name,
    find_password,
    find_password_of,
    has_password,
    open_account,
    remove_login_name,
    renew_password,
    set_password,
    user_handle,
)
from trust.authn.errors import AuthenticatorConflict
from trust.authn.passwords import PasswordHasher

NAME = "zhang@example.test"


def make(session: Session, cipher: FieldCipher, hasher: PasswordHasher, now: datetime) -> None:
    open_account(session, "p1", now)
    add_login_name(session, cipher, "p1", NAME, now)
    set_password(session, cipher, "p1", hasher.hash("old"), now)


def test_a_password_is_found_by_every_spelling_of_the_name(
    session: Session, cipher: FieldCipher, hasher: PasswordHasher, now: datetime
) -> None:
    make(session, cipher, hasher, now)
    for spelling in (NAME, " ZHANG@example.test ", "ｚhang@example.test"):
        found = find_password(session, cipher, spelling)
        assert found.person_id == "p1"
        assert hasher.check(found.stored, "old").matches


def test_an_unknown_name_looks_like_a_name_without_a_password(session: Session, cipher: FieldCipher) -> None:
    found = find_password(session, cipher, "nobody")
    assert (found.person_id, found.version, found.stored) == (None, 0, None)
    assert len(found.name_index) == 32


@pytest.mark.parametrize("name", ["", "\ud800", "\x00", "x" * 10_000])
def test_a_strange_name_is_nobodys(name: str, session: Session, cipher: FieldCipher) -> None:
    assert find_password(session, cipher, name).person_id is None


def test_neither_name_nor_hash_stands_in_the_database_in_clear(
    session: Session, cipher: FieldCipher, hasher: PasswordHasher, now: datetime
) -> None:
    make(session, cipher, hasher, now)
    rows = [
        bytes(value)
        for table, column in (("authn_login_name", "name_index"), ("authn_password", "sealed"))
        for (value,) in session.execute(text(f"SELECT {column} FROM {table}"))  # noqa: S608
    ]
    assert rows
    assert not any(b"zhang" in row or b"argon2" in row for row in rows)


def test_a_sealed_hash_moved_to_another_person_does_not_open(
    session: Session, cipher: FieldCipher, hasher: PasswordHasher, now: datetime
) -> None:
    from keys.errors import UnwrapFailed

    make(session, cipher, hasher, now)
    session.execute(text("UPDATE authn_password SET person_id = 'p2'"))
    with pytest.raises(UnwrapFailed):
        find_password_of(session, cipher, "p2")


def test_a_login_name_belongs_to_one_person(
    session: Session, cipher: FieldCipher, hasher: PasswordHasher, now: datetime
) -> None:
    make(session, cipher, hasher, now)
    with pytest.raises(AuthenticatorConflict):
        add_login_name(session, cipher, "p2", NAME.upper(), now)
    assert not remove_login_name(session, cipher, "p2", NAME)
    assert remove_login_name(session, cipher, "p1", NAME)
    add_login_name(session, cipher, "p2", NAME, now)
    assert find_password(session, cipher, NAME).person_id == "p2"


def test_an_account_is_opened_once(session: Session, now: datetime) -> None:
    open_account(session, "p1", now)
    handle = user_handle(session, "p1")
    with pytest.raises(AuthenticatorConflict):
        open_account(session, "p1", now)
    assert user_handle(session, "p1") == handle
    assert user_handle(session, "p2") is None


def test_a_new_password_replaces_the_old_one(
    session: Session, cipher: FieldCipher, hasher: PasswordHasher, now: datetime
) -> None:
    make(session, cipher, hasher, now)
    set_password(session, cipher, "p1", hasher.hash("new"), now)
    stored = find_password_of(session, cipher, "p1").stored
    assert hasher.check(stored, "new").matches
    assert not hasher.check(stored, "old").matches
    assert has_password(session, "p1")
    assert not has_password(session, "p2")


def test_a_rehash_never_overwrites_a_password_changed_in_between(
    session: Session, cipher: FieldCipher, hasher: PasswordHasher, now: datetime
) -> None:
    make(session, cipher, hasher, now)
    found = find_password(session, cipher, NAME)
    set_password(session, cipher, "p1", hasher.hash("new"), now)
    assert not renew_password(session, cipher, found, hasher.hash("old"), now)
    fresh = find_password(session, cipher, NAME)
    assert hasher.check(fresh.stored, "new").matches
    assert renew_password(session, cipher, fresh, hasher.hash("new"), now)
    assert not renew_password(session, cipher, fresh, None, now)
