"""Roles in the database: exclusive under competition, ended and never deleted, forged rows worthless."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import datetime, timedelta
from threading import Barrier

import pytest
from sqlalchemy import text
from sqlalchemy.orm import Session

from keys.fields import FieldCipher
from tests.conftest import NOW
from tests.unit.trust.authn.stores import Stores
from trust.authn.errors import RoleConflict, RoleRefused
from trust.authn.role_store import end_role, grant_role, holders_of, roles_of, tampered_roles
from trust.authn.roles import Role, RoleChange

DEPARTMENT = "11330000002482000A"
CLERK = RoleChange("p1", Role.CLERK, DEPARTMENT, "p9", NOW, NOW + timedelta(days=365))
SYSADMIN = replace(CLERK, role=Role.SYSADMIN, department="")


def roles(session: Session, cipher: FieldCipher, now: datetime) -> list[Role]:
    return [found.role for found in roles_of(session, cipher, "p1", now)]


def test_a_role_counts_from_its_beginning_to_its_end(
    session: Session, cipher: FieldCipher, now: datetime
) -> None:
    grant_role(session, cipher, replace(CLERK, valid_from=now + timedelta(days=1)), now)
    assert roles(session, cipher, now) == []
    assert roles(session, cipher, now + timedelta(days=1)) == [Role.CLERK]
    assert roles(session, cipher, CLERK.valid_until) == []
    assert holders_of(session, cipher, Role.CLERK, now + timedelta(days=1)) == ("p1",)


def test_no_account_holds_two_administrations(session: Session, cipher: FieldCipher, now: datetime) -> None:
    grant_role(session, cipher, SYSADMIN, now)
    for other in (Role.SECADMIN, Role.AUDITOR, Role.OPERATOR):
        with pytest.raises(RoleRefused):
            grant_role(session, cipher, replace(SYSADMIN, role=other), now)
    assert roles(session, cipher, now) == [Role.SYSADMIN]


def test_a_role_that_begins_later_excludes_already(
    session: Session, cipher: FieldCipher, now: datetime
) -> None:
    grant_role(session, cipher, replace(SYSADMIN, valid_from=now + timedelta(days=30)), now)
    with pytest.raises(RoleRefused):
        grant_role(session, cipher, CLERK, now)


def test_after_one_administration_ended_another_may_be_given(
    session: Session, cipher: FieldCipher, now: datetime
) -> None:
    grant_id = grant_role(session, cipher, SYSADMIN, now)
    assert end_role(session, cipher, grant_id, ended_by="p9", now=now)
    assert not end_role(session, cipher, grant_id, ended_by="p9", now=now)
    grant_role(session, cipher, replace(SYSADMIN, role=Role.AUDITOR), now)
    assert roles(session, cipher, now) == [Role.AUDITOR]
    assert session.execute(text("SELECT count(*) FROM authn_role_grant")).scalar() == 2


def test_two_administrations_given_at_once_do_not_meet_in_one_hand(
    stores: Stores, cipher: FieldCipher, now: datetime
) -> None:
    together = Barrier(3)

    def give(role: Role) -> bool:
        together.wait()
        with stores.durable.writing() as session:
            try:
                grant_role(session, cipher, replace(SYSADMIN, role=role), now)
                session.commit()
            except (RoleRefused, RoleConflict):
                return False
            return True

    with ThreadPoolExecutor(3) as pool:
        given = list(pool.map(give, (Role.SYSADMIN, Role.SECADMIN, Role.AUDITOR)))
    assert given.count(True) == 1
    with stores.durable.reading() as session:
        assert len(roles(session, cipher, now)) == 1


@pytest.mark.parametrize(
    "change",
    [
        "role = 'secadmin'",
        "department = '11330000002482000B'",
        "valid_until = '2099-01-01 00:00:00'",
        "person_id = 'p2'",
        "granted_by = 'init'",
    ],
)
def test_a_row_changed_past_the_program_gives_nothing(
    change: str, session: Session, cipher: FieldCipher, now: datetime
) -> None:
    grant_id = grant_role(session, cipher, CLERK, now)
    session.execute(text(f"UPDATE authn_role_grant SET {change}"))  # noqa: S608
    assert roles(session, cipher, now) == []
    assert roles_of(session, cipher, "p2", now) == ()
    assert tampered_roles(session, cipher) == (grant_id,)


def test_an_ended_role_cannot_be_revived_past_the_program(
    session: Session, cipher: FieldCipher, now: datetime
) -> None:
    grant_id = grant_role(session, cipher, CLERK, now)
    end_role(session, cipher, grant_id, ended_by="p9", now=now)
    assert tampered_roles(session, cipher) == ()
    session.execute(text("UPDATE authn_role_grant SET ended_at = NULL, ended_by = NULL"))
    assert roles(session, cipher, now) == []
    assert tampered_roles(session, cipher) == (grant_id,)
