"""Roles as a table, and the rules of giving them."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from itertools import combinations
from uuid import uuid4

import pytest

from tests.conftest import NOW
from trust.authn.errors import NotPermitted, RoleRefused, StrongerLoginNeeded
from trust.authn.factors import AcrLevel, Factor, Proof
from trust.authn.roles import (
    ADMINISTRATORS,
    IN_A_DEPARTMENT,
    PERMISSIONS,
    READING,
    RULES,
    HeldRole,
    Permission,
    Role,
    RoleChange,
    allows,
    check_change,
    require,
)
from trust.authn.scopes import MACHINE_SCOPES, ONLY_PEOPLE, SCOPES, permissions_of
from trust.authn.sessions import LoginSession

DEPARTMENT, OTHER = "11330000002482000A", "11330000002482000B"
GOOD = RoleChange("p1", Role.CLERK, DEPARTMENT, "p9", NOW, NOW + timedelta(days=365))


def held(role: Role, department: str = "") -> HeldRole:
    return HeldRole(uuid4(), role, department, NOW + timedelta(days=1))


def login(*factors: Factor) -> LoginSession:
    proof = Proof(AcrLevel.L3, frozenset(factors), NOW)
    return LoginSession("sid", "p1", "", proof, proof, NOW, NOW, NOW, timedelta(minutes=30))


def test_every_role_has_permissions_and_every_permission_a_role() -> None:
    assert set(PERMISSIONS) == set(Role)
    assert all(PERMISSIONS.values())
    assert frozenset().union(*PERMISSIONS.values()) == frozenset(Permission)


def test_the_auditor_cannot_write() -> None:
    assert PERMISSIONS[Role.AUDITOR] <= READING


def test_only_the_auditor_reads_what_everybody_did() -> None:
    assert [role for role in Role if Permission.READ_AUDIT in PERMISSIONS[role]] == [Role.AUDITOR]


def test_no_two_administrators_may_write_the_same_thing() -> None:
    for first, second in combinations(ADMINISTRATORS, 2):
        assert not (PERMISSIONS[first] & PERMISSIONS[second]) - READING


def test_no_permission_stops_or_changes_the_audit() -> None:
    assert [p for p in Permission if "audit" in p.value] == [Permission.READ_AUDIT]


@pytest.mark.parametrize("first", sorted(ADMINISTRATORS))
@pytest.mark.parametrize("second", sorted(Role))
def test_an_administrator_holds_no_other_role(first: Role, second: Role) -> None:
    if first is second:
        return
    place = {role: DEPARTMENT if role in IN_A_DEPARTMENT else "" for role in Role}
    with pytest.raises(RoleRefused):
        check_change(replace(GOOD, role=first, department=place[first]), {second})
    with pytest.raises(RoleRefused):
        check_change(replace(GOOD, role=second, department=place[second]), {first})


BAD_CHANGES = {
    "_not_to_oneself": (replace(GOOD, granted_by="p1"), set()),
    "_has_its_place": (replace(GOOD, department=""), set()),
    "_has_an_end": (replace(GOOD, valid_until=NOW), set()),
    "_administrators_stand_alone": (replace(GOOD, role=Role.AUDITOR, department=""), {Role.CLERK}),
}


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.__name__)
def test_each_rule_of_giving_roles_refuses_its_bad_change(rule: Callable[..., None]) -> None:
    change, others = BAD_CHANGES[rule.__name__]
    with pytest.raises(RoleRefused):
        rule(change, others)
    with pytest.raises(RoleRefused):
        check_change(change, others)


def test_business_roles_may_be_held_together() -> None:
    check_change(GOOD, {Role.DEPARTMENT_OFFICER, Role.CLERK})
    check_change(replace(GOOD, role=Role.OPERATOR, department=""), {Role.DEPARTMENT_OFFICER})


def test_a_role_of_a_department_counts_only_there() -> None:
    roles = [held(Role.DEPARTMENT_OFFICER, DEPARTMENT)]
    assert allows(roles, Permission.ISSUE_LICENSES, department=DEPARTMENT)
    assert not allows(roles, Permission.ISSUE_LICENSES, department=OTHER)
    assert not allows(roles, Permission.ISSUE_LICENSES)
    assert not allows(roles, Permission.MAKE_SEALS, department=DEPARTMENT)
    assert not allows([], Permission.VERIFY)


def test_a_role_of_the_node_counts_everywhere() -> None:
    assert allows([held(Role.OPERATOR)], Permission.MAKE_SEALS, department=DEPARTMENT)
    assert allows([held(Role.SECADMIN)], Permission.GRANT_ROLES)


@pytest.mark.parametrize("factors", [(Factor.PASSWORD,), (Factor.PASSWORD, Factor.RECOVERY_CODE)])
def test_a_password_alone_opens_no_role(factors: tuple[Factor, ...]) -> None:
    with pytest.raises(StrongerLoginNeeded):
        require([held(Role.OPERATOR)], Permission.APPROVE, login=login(*factors))


@pytest.mark.parametrize(
    "factors", [(Factor.PASSKEY,), (Factor.PASSWORD, Factor.TOTP), (Factor.CERTIFICATE,)]
)
def test_two_factors_open_a_role(factors: tuple[Factor, ...]) -> None:
    require([held(Role.OPERATOR)], Permission.APPROVE, login=login(*factors))


def test_whoever_holds_no_fitting_role_is_turned_away_before_being_asked_for_more() -> None:
    with pytest.raises(NotPermitted):
        require([held(Role.CLERK, DEPARTMENT)], Permission.APPROVE, login=login(Factor.PASSWORD))


def test_no_machine_decides_what_people_must() -> None:
    assert not permissions_of(MACHINE_SCOPES) & ONLY_PEOPLE
    assert permissions_of(MACHINE_SCOPES) | ONLY_PEOPLE | {
        Permission.READ_CLIENTS,
        Permission.READ_ROLES,
    } == frozenset(Permission)


def test_an_unknown_scope_allows_nothing() -> None:
    assert permissions_of(["openid", "licenses.*", ""]) == frozenset()
    assert permissions_of(["licenses.read"]) == frozenset({Permission.READ_LICENSES})
    assert all(scope == scope.lower() and " " not in scope for scope in SCOPES)
