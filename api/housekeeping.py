"""What must be signed again before it runs out: CRL, status tokens, trust list. Standing keys, no intent.

Every worker may try at the same time: whether something is due is asked again inside the transaction that
signs it, behind a lock on the signing role, so that the second one finds nothing due.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from typing import Protocol

from cryptography.hazmat.primitives import hashes
from sqlalchemy.orm import Session

from api import store
from api.config import NodeConfig
from api.db import Database
from api.perform import retrying
from api.roles import Role
from api.services import Services
from ca import store as ca_store
from ca.authority import key_id_of
from ca.crl import NODE_CRL_LIFETIME, publish_crl
from keys.clock import Clock
from keys.log.journal import Log
from keys.signer import KeyUse
from licenses.status_publishing import RENEW_BEFORE
from licenses.store import departments, statuses
from licenses.trust_list import TrustList, sign_trust_list

TRUST_LIST_LIFETIME = timedelta(days=7)
CRL_RENEW_BEFORE = NODE_CRL_LIFETIME / 2
TRUST_LIST_RENEW_BEFORE = TRUST_LIST_LIFETIME / 2


class Housed(Protocol):
    """What housekeeping needs of a node."""

    @property
    def config(self) -> NodeConfig: ...
    @property
    def database(self) -> Database: ...
    @property
    def clock(self) -> Clock: ...
    @property
    def log(self) -> Log: ...
    @property
    def services(self) -> Services: ...


IsDue = Callable[[Housed, Session], bool]
Publish = Callable[[Housed, Session], None]


def publish_due(node: Housed) -> list[str]:
    """Sign again whatever needs it soon; says what that was. One short transaction each."""
    done = []
    for duty in DUTIES:
        with node.database.reading() as session:
            due = duty.is_due(node, session)
        if due and retrying(node.database, partial(_publish_if_due, node, duty)):
            done.append(duty.name)
    return done


def publish_node_crl(node: Housed, session: Session) -> None:
    """The next CRL of the node's authority."""
    publish_crl(session, node.services.authority, node.clock())


def publish_trust_list(node: Housed, session: Session) -> None:
    """The next version of the trust list, from the accreditations as the database has them."""
    now = node.clock().replace(microsecond=0)
    services = node.services
    version = departments.next_trust_list_version(session)
    content = TrustList(
        url=node.config.url,
        name=node.config.name,
        region=node.config.region,
        version=version,
        issued_at=now,
        expires_at=now + TRUST_LIST_LIFETIME,
        authorities=frozenset({key_id_of(services.certificate(Role.NODE_CA))}),
        grants=tuple(departments.grants(session)),
        log=node.log.verifier,
        anchors=(services.certificate(Role.ROOT).fingerprint(hashes.SHA256()).hex(),),
    )
    token = sign_trust_list(
        content,
        signer=services.handle(Role.TRUST_LIST).standing(KeyUse.TRUST_LIST),
        x5c=services.chain(Role.TRUST_LIST),
    )
    departments.save_trust_list(session, version, token, published_at=now, expires_at=content.expires_at)


def publish_statuses(node: Housed, session: Session) -> None:
    """Every status list whose token is missing or soon too old."""
    node.services.status.publish_due(session, now=node.clock())


def _publish_if_due(node: Housed, duty: "Duty", session: Session) -> bool:
    store.lock_role(session, duty.role)
    if not duty.is_due(node, session):
        return False
    duty.publish(node, session)
    return True


def _crl_is_due(node: Housed, session: Session) -> bool:
    newest = ca_store.newest_crl(session, node.services.authority.issuer_key_id)
    return newest is None or newest.next_update - node.clock() < CRL_RENEW_BEFORE


def _trust_list_is_due(node: Housed, session: Session) -> bool:
    newest = departments.newest_trust_list(session)
    return newest is None or newest[1] - node.clock() < TRUST_LIST_RENEW_BEFORE


def _statuses_are_due(node: Housed, session: Session) -> bool:
    return bool(statuses.lists_to_publish(session, expiring_before=node.clock() + RENEW_BEFORE))


@dataclass(frozen=True, slots=True)
class Duty:
    """Something this node must keep from running out."""

    name: str
    role: Role
    """Whose key signs it; the role's row is locked meanwhile."""
    is_due: IsDue
    publish: Publish


DUTIES: tuple[Duty, ...] = (
    Duty("crl", Role.NODE_CA, _crl_is_due, publish_node_crl),
    Duty("trust-list", Role.TRUST_LIST, _trust_list_is_due, publish_trust_list),
    Duty("status", Role.STATUS_SIGNER, _statuses_are_due, publish_statuses),
)
