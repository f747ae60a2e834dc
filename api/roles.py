"""The certificates a node works with, by role, and the keys behind them."""

from enum import StrEnum

from ca.names import Subject
from keys.signer import KeyUse


class Role(StrEnum):
    """Who a certificate of the node stands for."""

    ROOT = "root"
    """National root; its key is offline."""
    NODE_CA = "node-ca"
    SEAL_MAKER = "seal-maker"
    STATUS_SIGNER = "status-signer"
    TIMESTAMP = "timestamp"
    TRUST_LIST = "trust-list"


USES: dict[Role, frozenset[KeyUse]] = {
    Role.NODE_CA: frozenset({KeyUse.ISSUE_CERTIFICATE, KeyUse.CRL}),
    Role.SEAL_MAKER: frozenset({KeyUse.MAKE_SEAL}),
    Role.STATUS_SIGNER: frozenset({KeyUse.STATUS_TOKEN}),
    Role.TIMESTAMP: frozenset({KeyUse.TIMESTAMP}),
    Role.TRUST_LIST: frozenset({KeyUse.TRUST_LIST}),
}
"""What the key of each role may sign, and nothing else."""

LOG_LABEL = "log"
"""Label of the key that signs checkpoints; Ed25519, without a certificate (C2SP notes name keys by hash)."""


def issuer_label(credit_code: str) -> str:
    """Label of a department's license key."""
    return f"issuer/{credit_code}"


def seal_label(credit_code: str) -> str:
    """Label of a department's seal key."""
    return f"seal/{credit_code}"


TITLES: dict[Role, str] = {
    Role.ROOT: "根证书",
    Role.NODE_CA: "签发机构",
    Role.SEAL_MAKER: "电子印章制作者",
    Role.STATUS_SIGNER: "证照状态签发者",
    Role.TIMESTAMP: "时间戳服务",
    Role.TRUST_LIST: "信任列表签发者",
}
"""What the certificate of a role is called, after the node's name."""


def role_subject(role: Role, node_name: str, region_name: str | None) -> Subject:
    """The name in the certificate of a role; the same at the node and at the root's ceremony."""
    return Subject(f"{node_name}{TITLES[role]}", node_name, None, region_name)


def department_subject(
    common_name: str, department: str, credit_code: str, *, node_name: str, region_name: str | None
) -> Subject:
    """The name in a department's certificate, inside what the node's CA is bound to.

    A province binds by its region; a ministry has none and binds by its own name as organization.
    """
    organization = node_name if region_name is None else department
    return Subject(common_name, organization, credit_code, region_name)
