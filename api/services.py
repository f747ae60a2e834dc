"""What a node can do with its keys, made from its certificates: authority, time-stamps, status, seals.

A service exists once its certificate does. While a node is being founded they come one by one.
"""

from dataclasses import dataclass
from functools import cached_property

from cryptography import x509

from api.addresses import certificate_url, crl_url
from api.config import NodeConfig
from api.errors import NodeDamaged
from api.roles import Role
from ca.authority import Authority
from ca.timestamp import TimeStampAuthority
from keys.keyring import Keyring
from keys.signer import KeyHandle
from licenses.status_publishing import StatusPublisher


@dataclass(frozen=True)
class Services:
    """The signing services of one node. Values are made at first use and kept."""

    config: NodeConfig
    keyring: Keyring
    held: dict[str, tuple[x509.Certificate, str | None]]
    """Role → certificate in use and the name of its key."""

    def certificate(self, role: Role) -> x509.Certificate:
        """Raises NodeDamaged when the node has no certificate for the role."""
        if role not in self.held:
            raise NodeDamaged(
                f"This node has no certificate for {role}; it was not founded to the end",
                f"本节点缺少 {role} 证书，初始化未完成",
            )
        return self.held[role][0]

    def handle(self, role: Role) -> KeyHandle:
        """The key behind the certificate of a role. Raises NodeDamaged, KeyNotFound."""
        self.certificate(role)
        return self.keyring.handle(str(self.held[role][1]))

    def chain(self, role: Role) -> tuple[x509.Certificate, ...]:
        """The certificate of the role and what leads to the anchor, without the anchor."""
        leaf = self.certificate(role)
        authority = self.certificate(Role.NODE_CA)
        return (leaf, authority) if leaf.issuer == authority.subject else (leaf,)

    @cached_property
    def authority(self) -> Authority:
        return Authority(
            certificate=self.certificate(Role.NODE_CA),
            handle=self.handle(Role.NODE_CA),
            chain=(self.certificate(Role.ROOT),),
            crl_url=crl_url(self.config.url, Role.NODE_CA),
            certificate_url=certificate_url(self.config.url, Role.NODE_CA),
        )

    @cached_property
    def timestamping(self) -> TimeStampAuthority:
        return TimeStampAuthority(
            self.handle(Role.TIMESTAMP), self.certificate(Role.TIMESTAMP), self.chain(Role.TIMESTAMP)[1:]
        )

    @cached_property
    def status(self) -> StatusPublisher:
        return StatusPublisher(
            self.config.url, self.handle(Role.STATUS_SIGNER), self.chain(Role.STATUS_SIGNER)
        )
