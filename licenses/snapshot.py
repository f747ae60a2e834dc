"""What a verifier trusts, as one frozen value (信任快照).

Anchors, certificates and CRLs say whose key it is, trust lists who may issue what, status tokens what still
holds.

Built once from a database or a bundle, then used for any number of verifications without network or
database. Building checks every signature in the evidence; what does not hold is left out and named in
`rejected`. Paths to the anchors are judged when something is verified, at the time it is verified for, and
remembered in `memory` by certificate and minute.

Does not know: where the evidence came from, nor what time it is.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from types import MappingProxyType
from typing import Any

from cryptography import x509
from cryptography.exceptions import UnsupportedAlgorithm

from ca.paths import X509Snapshot
from keys.errors import XinzhengError
from keys.log.checkpoint import CheckpointVerifier
from licenses.catalogue import Catalogue
from licenses.errors import MalformedStatusList, TrustListWrong
from licenses.status_token import StatusToken, status_token_certificates, verify_status_token
from licenses.trust_list import TrustList, read_trust_list
from licenses.verification.certificates import authority_key_id, key_id, same_region

MOST_MEMORIES = 4096


@dataclass(frozen=True, slots=True)
class NodeTrust:
    """One node's trust list; its signature holds, the path of its signer is judged at each verification."""

    content: TrustList
    signer: x509.Certificate


@dataclass(frozen=True, slots=True)
class StatusEvidence:
    """One status token; its signature holds under the certificate it brought along."""

    token: StatusToken
    signer: x509.Certificate
    authority: str
    """Key identifier of the CA that certified the signer, hexadecimal: whose licenses it may speak of."""


@dataclass(frozen=True, slots=True)
class Rejected:
    """Evidence that was left out."""

    what: str
    reason: str
    reason_zh: str


@dataclass(frozen=True, slots=True, repr=False)
class TrustSnapshot:
    """Everything a verification may rest on."""

    x509: X509Snapshot
    nodes: Mapping[str, NodeTrust]
    """By key identifier of the issuing CA, hexadecimal."""
    statuses: Mapping[str, StatusEvidence]
    """By URI of the list."""
    logs: Mapping[str, CheckpointVerifier]
    """By origin."""
    catalogue: Catalogue
    as_of: datetime
    """The oldest evidence in it."""
    rejected: tuple[Rejected, ...] = ()
    expires_at: datetime | None = None
    """When the bundle it came in runs out; None where each piece has only its own end."""
    memory: dict[Any, Any] = field(default_factory=dict, compare=False)
    """Answers that follow from the snapshot alone. Never an input."""

    def __repr__(self) -> str:
        return f"<trust snapshot of {len(self.nodes)} authorities as of {self.as_of:%Y-%m-%dT%H:%M:%SZ}>"

    def remember(self, key: Any, answer: Any) -> None:
        """Keep an answer that depends on nothing but this snapshot and `key`."""
        if len(self.memory) >= MOST_MEMORIES:
            self.memory.clear()
        self.memory[key] = answer

    def node_at(self, url: str) -> NodeTrust | None:
        """The node whose base URL `url` begins with."""
        for node in self.nodes.values():
            if url == node.content.url or url.startswith(node.content.url + "/"):
                return node
        return None


def build_snapshot(
    *,
    x509: X509Snapshot,
    trust_lists: Iterable[str],
    status_tokens: Mapping[str, str],
    catalogue: Catalogue,
) -> TrustSnapshot:
    """Join the evidence. Never raises for bad evidence: it is left out and named.

    status_tokens: URI of the list → token.
    """
    rejected: list[Rejected] = []
    nodes: dict[str, NodeTrust] = {}
    statuses: dict[str, StatusEvidence] = {}
    for token in trust_lists:
        try:
            node = _node(token)
            _enter(nodes, node, x509)
        except XinzhengError as error:
            rejected.append(Rejected("trust list", error.detail, error.detail_zh))
    for uri, token in status_tokens.items():
        try:
            statuses[uri] = _status(uri, token)
        except XinzhengError as error:
            rejected.append(Rejected(uri, error.detail, error.detail_zh))
    moments = [node.content.issued_at for node in nodes.values()]
    moments += [one.token.issued_at for one in statuses.values()]
    return TrustSnapshot(
        x509=x509,
        nodes=MappingProxyType(nodes),
        statuses=MappingProxyType(statuses),
        logs=MappingProxyType({one.content.log.name: one.content.log for one in nodes.values()}),
        catalogue=catalogue,
        as_of=min(moments, default=x509.as_of),
        rejected=tuple(rejected),
    )


def _node(token: str) -> NodeTrust:
    read = read_trust_list(token)
    return NodeTrust(read.content, read.signer)


def _enter(nodes: dict[str, NodeTrust], node: NodeTrust, held: X509Snapshot) -> None:
    """Enter a list under each issuing CA it names, if that CA is of the same region; the newest list wins.

    A node cannot take over another one's CA: the root wrote the region into both certificates.
    """
    known = {key_id(one): one for one in (*held.intermediates, *held.anchors)}
    for authority in node.content.authorities:
        certificate = known.get(authority)
        if certificate is None or not same_region(certificate, node.signer):
            raise TrustListWrong(
                "The trust list names an issuing authority that is not of its region.",
                "信任列表所列的签发机构不属于本地区。",
            )
    for authority in node.content.authorities:
        earlier = nodes.get(authority)
        if earlier is None or earlier.content.version < node.content.version:
            nodes[authority] = node


def _status(uri: str, token: str) -> StatusEvidence:
    chain = status_token_certificates(token)
    if not chain:
        raise MalformedStatusList("The status list names no signer.", "状态列表未附签发者证书。")
    try:
        signer = x509.load_der_x509_certificate(chain[0])
        public_key = signer.public_key()
    except (ValueError, UnsupportedAlgorithm) as error:
        raise MalformedStatusList(log_only=str(error)) from error
    verified = verify_status_token(token, public_key, uri=uri)  # type: ignore[arg-type]
    return StatusEvidence(verified, signer, authority_key_id(signer))
