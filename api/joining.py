"""Joining a real root (`xinzheng ca request`, `ca join`): the node keeps its keys, the certificates above
change.

The root signs the node CA's key as it is, under the same name, so everything issued below stays valid under
the new certificate. What comes back is checked against the key, the name and the new root before a byte is
replaced.
"""

from dataclasses import dataclass, replace
from datetime import datetime

from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding
from sqlalchemy.orm import Session

from api import store
from api.config import JOINED, write_config
from api.errors import JoinRefused
from api.housekeeping import publish_node_crl, publish_trust_list
from api.node import ANCHOR_FILE, Node
from api.perform import retrying
from api.roles import Role, role_subject
from ca.crl import import_crl
from ca.csr import make_csr
from ca.parse import parse_crl
from ca.paths import X509Snapshot, check_path
from ca.profile import NODE_CA, TRUST_LIST_SIGNER, Profile
from keys.report import Trust
from keys.signer import KeyUse

REQUESTED: dict[Role, tuple[KeyUse, Profile]] = {
    Role.NODE_CA: (KeyUse.CRL, NODE_CA),
    Role.TRUST_LIST: (KeyUse.TRUST_LIST, TRUST_LIST_SIGNER),
}
"""What a root certifies for a node: the key's standing use that signs the request, and the profile."""


@dataclass(frozen=True, slots=True)
class RootAnswer:
    """What comes back from the ceremony."""

    root: x509.Certificate
    certificates: dict[Role, x509.Certificate]
    crl: bytes
    """The root's newest CRL, DER."""


def requests_of(node: Node) -> dict[Role, bytes]:
    """Certificate requests for the root, PEM, by role."""
    made = {}
    for role, (use, _profile) in REQUESTED.items():
        subject = role_subject(role, node.config.name, node.config.region_name)
        made[role] = make_csr(node.services.handle(role).standing(use), subject)
    return made


def join(node: Node, answer: RootAnswer) -> None:
    """Replace root, node CA and list signer by what the ceremony made. Raises JoinRefused, CrlRefused.

    Restart the node afterwards: a running worker keeps what it opened.
    """
    now = node.clock()
    for role, (_use, profile) in REQUESTED.items():
        _check(node, role, profile, answer, now)

    def work(session: Session) -> None:
        import_crl(session, answer.crl, answer.root, now)
        store.put_certificate(session, role=Role.ROOT, certificate=answer.root, kid=None, now=now)
        for role, certificate in answer.certificates.items():
            kid = node.services.handle(role).kid
            store.put_certificate(session, role=role, certificate=certificate, kid=kid, now=now)

    retrying(node.database, work)
    (node.folder / ANCHOR_FILE).write_bytes(answer.root.public_bytes(Encoding.PEM))
    write_config(node.folder, replace(node.config, root=JOINED))
    joined = Node.open(node.folder, clock=node.clock)
    try:
        retrying(joined.database, lambda session: publish_node_crl(joined, session))
        retrying(joined.database, lambda session: publish_trust_list(joined, session))
    finally:
        joined.close()


def _check(node: Node, role: Role, profile: Profile, answer: RootAnswer, now: datetime) -> None:
    """The certificate is for our key, under our name, and leads to the new root by the new CRL."""
    certificate = answer.certificates.get(role)
    held = node.services.certificate(role)
    if certificate is None or certificate.public_key() != held.public_key():
        raise JoinRefused(
            f"The certificate for {role} is not for this node's key", f"{role} 证书与本节点密钥不符"
        )
    if certificate.subject != held.subject:
        raise JoinRefused(
            f"The certificate for {role} bears another name; ask for {held.subject.rfc4514_string()}",
            f"{role} 证书主体名称与本节点不符",
        )
    snapshot = X509Snapshot((answer.root,), (), (parse_crl(answer.crl),), now)
    found = check_path(certificate, snapshot, at=now, now=now, profile=profile)
    if found.outcome is not Trust.TRUSTED:
        raise JoinRefused(f"{role}: {found.reason}", f"{role}：{found.reason_zh}")
