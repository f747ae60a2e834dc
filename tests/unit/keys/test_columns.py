"""A moment comes back from the database as it went in, zone included."""

from datetime import UTC, datetime, timedelta, timezone

import pytest
from sqlalchemy import Engine, select
from sqlalchemy.exc import StatementError
from sqlalchemy.orm import Session
from sqlmodel import col

from keys.models import SpentNonce

MOMENT = datetime(2026, 11, 22, 9, 41, 5, 123456, tzinfo=timezone(timedelta(hours=8)))


def test_a_moment_comes_back_aware_in_utc_with_its_microseconds(engine: Engine) -> None:
    with Session(engine) as session:
        session.add(SpentNonce(nonce=b"n", operation="x", spent_at=MOMENT, expires_at=MOMENT))
        session.flush()
        session.expire_all()
        found = session.scalars(select(SpentNonce)).one()
        assert found.spent_at == MOMENT
        assert found.spent_at.tzinfo is UTC


def test_moments_of_different_zones_compare_by_time(engine: Engine) -> None:
    later = (MOMENT + timedelta(minutes=1)).astimezone(UTC)
    with Session(engine) as session:
        session.add(SpentNonce(nonce=b"a", operation="x", spent_at=MOMENT, expires_at=later))
        session.add(SpentNonce(nonce=b"b", operation="x", spent_at=MOMENT, expires_at=MOMENT))
        session.flush()
        query = select(col(SpentNonce.nonce)).where(col(SpentNonce.expires_at) > MOMENT)
        assert session.scalars(query).all() == [b"a"]


def test_a_time_without_a_zone_is_not_stored(engine: Engine) -> None:
    naive = datetime(2026, 11, 22)  # noqa: DTZ001 - the point of the test
    with Session(engine) as session:
        session.add(SpentNonce(nonce=b"n", operation="x", spent_at=naive, expires_at=naive))
        with pytest.raises((StatementError, ValueError)):
            session.flush()
