"""What goes into a sealed document so that it verifies years later without asking this node (PAdES B-LT)."""

from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding
from sqlalchemy.orm import Session

from api.node import Node
from api.roles import Role
from ca.crl import current_crl
from seal.dss import Proofs


def proofs_for(node: Node, session: Session, *certificates: x509.Certificate) -> Proofs:
    """These certificates and those above them and of the time-stamps, without the root; both authorities'
    newest revocation lists.
    """
    services = node.services
    authority = services.certificate(Role.NODE_CA)
    chain = (*certificates, authority, services.certificate(Role.TIMESTAMP))
    lists = (current_crl(session, issuer) for issuer in (services.certificate(Role.ROOT), authority))
    return Proofs(
        tuple(dict.fromkeys(each.public_bytes(Encoding.DER) for each in chain)),
        tuple(each for each in lists if each is not None),
    )
