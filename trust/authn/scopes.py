"""Scopes of machine clients (接口权限): what a program may do at the node's own API, in the words of `roles`.

A machine holds scopes where a person holds roles; both come down to permissions, and the department of the
client bounds what it sees. No scope gives what must be decided by a person: approving, giving roles.
"""

from collections.abc import Collection, Mapping
from types import MappingProxyType

from trust.authn.roles import Permission

SCOPES: Mapping[str, frozenset[Permission]] = MappingProxyType(
    {
        "verify": frozenset({Permission.VERIFY}),
        "licenses.read": frozenset({Permission.READ_LICENSES}),
        "licenses.issue": frozenset({Permission.ISSUE_LICENSES}),
        "licenses.change": frozenset({Permission.CHANGE_LICENSES}),
        "seals.read": frozenset({Permission.READ_SEALS}),
        "seals.use": frozenset({Permission.USE_SEALS}),
        "certificates.read": frozenset({Permission.READ_CERTIFICATES}),
        "certificates.issue": frozenset({Permission.ISSUE_CERTIFICATES}),
        "certificates.revoke": frozenset({Permission.REVOKE_CERTIFICATES}),
        "audit.read": frozenset({Permission.READ_AUDIT}),
    }
)
MACHINE_SCOPES = frozenset(SCOPES)
"""For `Provider.machine_scopes`."""
ONLY_PEOPLE = frozenset(
    {
        Permission.APPROVE,
        Permission.MAKE_SEALS,
        Permission.PROOF_PERSON,
        Permission.GRANT_ROLES,
        Permission.UNLOCK_ACCOUNTS,
        Permission.MANAGE_NODE,
        Permission.MANAGE_CLIENTS,
    }
)
"""Never in a scope."""


def permissions_of(scopes: Collection[str]) -> frozenset[Permission]:
    """What these scopes allow together; unknown ones allow nothing."""
    return frozenset(permission for scope in scopes for permission in SCOPES.get(scope, frozenset()))
