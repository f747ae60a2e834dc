"""What a node publishes, read from its database by the name in the address. Read-only, no rendering."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from cryptography.hazmat.primitives.serialization import Encoding
from sqlalchemy.orm import Session

from api.refusals import NotPublished
from api.roles import Role
from api.store import certificates
from ca import store as ca_store
from ca.authority import key_id_of
from keys.errors import XinzhengError
from licenses.store import departments, statuses

MAX_NAME = 64


@dataclass(frozen=True, slots=True)
class Timed:
    """A document that is good until a moment."""

    content: bytes
    until: datetime


def certificate(session: Session, name: str) -> bytes:
    """A certificate, DER, by the role it has here (`node-ca`) or by its serial number in hexadecimal.

    Raises NotPublished. A pending certificate is not in the world yet and is not published.
    """
    by_role = certificates(session).get(name)
    if by_role is not None:
        return by_role[0].public_bytes(Encoding.DER)
    found = ca_store.find_certificate(session, name) if len(name) <= MAX_NAME else None
    if found is None or found.der is None:
        raise NotPublished("There is no certificate of this name", "没有该名称的证书")
    return found.der


def crl(session: Session, name: str) -> Timed:
    """The newest CRL, DER, of the authority with this role (`root`, `node-ca`). Raises NotPublished."""
    authority = certificates(session).get(name) if name in (Role.ROOT, Role.NODE_CA) else None
    newest = ca_store.newest_crl(session, key_id_of(authority[0])) if authority else None
    if newest is None:
        raise NotPublished("There is no revocation list of this name", "没有该名称的撤销列表")
    return Timed(newest.der, newest.next_update)


def status_token(session: Session, list_id: str) -> Timed:
    """The newest status list token, ASCII. Raises NotPublished."""
    try:
        found = statuses.token(session, UUID(list_id))
    except ValueError:
        found = None
    if found is None:
        raise NotPublished("There is no status list of this name", "没有该名称的状态列表")
    return Timed(found.token.encode("ascii"), found.expires_at)


def status_list_ids(session: Session) -> list[str]:
    """Every published list, for the aggregation of the status list specification."""
    return [str(one.list_id) for one in statuses.tokens(session)]


def trust_list(session: Session) -> Timed:
    """The newest signed trust list, ASCII. Raises NotPublished."""
    found = departments.newest_trust_list(session)
    if found is None:
        raise NotPublished("This node has not published its trust list yet", "本节点尚未公布签发机关名单")
    return Timed(found[0].encode("ascii"), found[1])


def department(session: Session, credit_code: str) -> departments.Department:
    """A department with its issuer certificates. Raises NotPublished."""
    try:
        return departments.department(session, credit_code)
    except XinzhengError as error:
        raise NotPublished("This node has no such issuer", "本节点没有该签发机关") from error
