"""Fixtures of the tests of authentication."""

from collections.abc import Iterator
from pathlib import Path
from threading import BoundedSemaphore

import pytest
from sqlalchemy.orm import Session

from api.db import Database
from keys.fields import FieldCipher
from tests.unit.trust.authn.stores import Stores, open_stores
from trust.authn.passwords import Cost, PasswordHasher
from trust.authn.secret import AuthnSecret


@pytest.fixture
def stores(database: Database, tmp_path: Path) -> Iterator[Stores]:
    with open_stores(database, tmp_path) as opened:
        yield opened


@pytest.fixture
def session(stores: Stores) -> Iterator[Session]:
    with stores.durable.writing() as opened:
        yield opened


@pytest.fixture
def short(stores: Stores) -> Iterator[Session]:
    with stores.short.writing() as opened:
        yield opened


@pytest.fixture
def cipher() -> FieldCipher:
    return FieldCipher(bytes(range(32)))


@pytest.fixture
def secret() -> AuthnSecret:
    return AuthnSecret(bytes(range(32)))


@pytest.fixture
def hasher() -> PasswordHasher:
    """Real Argon2id, cheap: what is tested here is not its cost."""
    return PasswordHasher(Cost(64, 1), BoundedSemaphore(2))
