"""Who may do what at this node (角色与权限), as data: business roles and the three administrators (三员分立).

GB/T 22239-2019 §8.1.5 separates system, security and audit administration; no hand holds two of them, and an
administrator holds no business role besides. The auditor reads everything that was recorded and writes
nothing. The security administrator gives roles, but not to himself. Pure; the rows are in `role_store.py`.
"""

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from types import MappingProxyType
from uuid import UUID

from trust.authn.errors import NotPermitted, RoleRefused, StrongerLoginNeeded
from trust.authn.factors import AcrLevel, worth
from trust.authn.sessions import LoginSession


class Role(StrEnum):
    CLERK = "clerk"
    """窗口人员: meets people at the counter, verifies what they show."""
    DEPARTMENT_OFFICER = "department_officer"
    """部门经办人员: issues and changes licenses of the department, uses its seals."""
    OPERATOR = "operator"
    """业务操作员: approves what creates seals and certificates."""
    SYSADMIN = "sysadmin"
    """系统管理员: keeps the node running, registers clients."""
    SECADMIN = "secadmin"
    """安全管理员: gives and takes roles, unlocks accounts."""
    AUDITOR = "auditor"
    """审计管理员: reads what happened. Writes nothing."""


class Permission(StrEnum):
    VERIFY = "verify"
    PROOF_PERSON = "proof_person"
    READ_LICENSES = "read_licenses"
    ISSUE_LICENSES = "issue_licenses"
    CHANGE_LICENSES = "change_licenses"
    READ_SEALS = "read_seals"
    USE_SEALS = "use_seals"
    MAKE_SEALS = "make_seals"
    READ_CERTIFICATES = "read_certificates"
    ISSUE_CERTIFICATES = "issue_certificates"
    REVOKE_CERTIFICATES = "revoke_certificates"
    APPROVE = "approve"
    READ_CLIENTS = "read_clients"
    MANAGE_CLIENTS = "manage_clients"
    MANAGE_NODE = "manage_node"
    READ_ROLES = "read_roles"
    GRANT_ROLES = "grant_roles"
    UNLOCK_ACCOUNTS = "unlock_accounts"
    READ_AUDIT = "read_audit"


READING = frozenset(
    {
        Permission.VERIFY,
        Permission.READ_LICENSES,
        Permission.READ_SEALS,
        Permission.READ_CERTIFICATES,
        Permission.READ_CLIENTS,
        Permission.READ_ROLES,
        Permission.READ_AUDIT,
    }
)
"""Permissions that change nothing."""
_P = Permission
PERMISSIONS: Mapping[Role, frozenset[Permission]] = MappingProxyType(
    {
        Role.CLERK: frozenset({_P.VERIFY, _P.PROOF_PERSON}),
        Role.DEPARTMENT_OFFICER: frozenset(
            {
                _P.VERIFY,
                _P.READ_LICENSES,
                _P.ISSUE_LICENSES,
                _P.CHANGE_LICENSES,
                _P.READ_SEALS,
                _P.USE_SEALS,
                _P.READ_CERTIFICATES,
            }
        ),
        Role.OPERATOR: frozenset(
            {
                _P.VERIFY,
                _P.READ_SEALS,
                _P.MAKE_SEALS,
                _P.READ_CERTIFICATES,
                _P.ISSUE_CERTIFICATES,
                _P.REVOKE_CERTIFICATES,
                _P.APPROVE,
            }
        ),
        Role.SYSADMIN: frozenset({_P.READ_CLIENTS, _P.MANAGE_CLIENTS, _P.MANAGE_NODE}),
        Role.SECADMIN: frozenset({_P.READ_ROLES, _P.GRANT_ROLES, _P.UNLOCK_ACCOUNTS}),
        Role.AUDITOR: frozenset({_P.READ_AUDIT, _P.READ_CLIENTS, _P.READ_ROLES}),
    }
)
ADMINISTRATORS = frozenset({Role.SYSADMIN, Role.SECADMIN, Role.AUDITOR})
"""Each excludes every other role."""
IN_A_DEPARTMENT = frozenset({Role.CLERK, Role.DEPARTMENT_OFFICER})
"""Held for one department; the others for the whole node."""


@dataclass(frozen=True, slots=True)
class HeldRole:
    """A role that counts now."""

    grant_id: UUID
    role: Role
    department: str
    """Credit code; empty for roles of the whole node."""
    valid_until: datetime


@dataclass(frozen=True, slots=True)
class RoleChange:
    """A role about to be given."""

    person_id: str
    role: Role
    department: str
    granted_by: str
    """Person id of the giver, or a name of the node's own (`init`)."""
    valid_from: datetime
    valid_until: datetime


def _not_to_oneself(change: RoleChange, _held: Collection[Role]) -> None:
    if change.granted_by == change.person_id:
        raise RoleRefused("Nobody gives a role to himself.", "不得为本人授予角色。")


def _has_its_place(change: RoleChange, _held: Collection[Role]) -> None:
    if (change.role in IN_A_DEPARTMENT) != bool(change.department):
        raise RoleRefused(
            "This role is held for a department, or for the node as a whole; the other was given.",
            "该角色须按部门授予或按全节点授予，与所给范围不符。",
        )


def _has_an_end(change: RoleChange, _held: Collection[Role]) -> None:
    if not change.valid_from < change.valid_until:
        raise RoleRefused("The role would end before it begins.", "角色的截止时间早于开始时间。")


def _administrators_stand_alone(change: RoleChange, held: Collection[Role]) -> None:
    others = set(held) - {change.role}
    if others and (change.role in ADMINISTRATORS or others & ADMINISTRATORS):
        raise RoleRefused(
            "System, security and audit administration are never in one hand, nor joined to other work.",
            "系统、安全、审计管理员须由不同人员担任，且不得兼任其他角色。",
        )


RULES: tuple[Callable[[RoleChange, Collection[Role]], None], ...] = (
    _not_to_oneself,
    _has_its_place,
    _has_an_end,
    _administrators_stand_alone,
)
"""In this order; the first that does not hold is told."""


def check_change(change: RoleChange, held: Collection[Role]) -> None:
    """held: every role of the person that has not ended, also one that begins later. Raises: RoleRefused."""
    for rule in RULES:
        rule(change, held)


def allows(held: Collection[HeldRole], permission: Permission, *, department: str | None = None) -> bool:
    """Whether one of the roles gives the permission there. `None`: an act that belongs to no department."""
    return any(
        permission in PERMISSIONS[role.role] and (not role.department or role.department == department)
        for role in held
    )


def require(
    held: Collection[HeldRole],
    permission: Permission,
    *,
    login: LoginSession,
    department: str | None = None,
) -> None:
    """Before every act at the desk or the console.

    Two factors, one of them cryptographic (GB/T 22239-2019 §8.1.4.1 d): a password alone opens no role.
    Raises: NotPermitted, StrongerLoginNeeded.
    """
    if not allows(held, permission, department=department):
        raise NotPermitted()
    if (worth(login.factors) or AcrLevel.L1) < AcrLevel.L3:
        raise StrongerLoginNeeded()
