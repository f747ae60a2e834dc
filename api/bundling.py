"""The trust bundle of this node: its own region's lists, status, certificates and types, in one ZIP."""

from dataclasses import dataclass
from datetime import datetime
from functools import partial
from uuid import UUID

from sqlalchemy.orm import Session

from api.housekeeping import publish_due
from api.node import Node
from api.perform import retrying
from api.roles import Role
from ca.crl import current_crl
from keys.signer import KeyUse
from licenses.bundle import BundleContents, write_bundle
from licenses.catalogue import BUILT_IN_TYPES
from licenses.status_publishing import LIFETIME
from licenses.store import departments, statuses


@dataclass(frozen=True, slots=True)
class MadeBundle:
    """A bundle ready to be carried away."""

    content: bytes
    version: int
    """Milliseconds since 1970 at which it was made: of two bundles of one second one is the later."""
    expires_at: datetime


def make_bundle(node: Node) -> MadeBundle:
    """Sign every status list anew, publish what is due, pack the newest of everything.

    The bundle expires with its first status token.
    """
    publish_due(node)
    now = node.clock()
    with node.database.reading() as session:
        lists = [one.list_id for one in statuses.tokens(session)]
    for list_id in lists:
        retrying(node.database, partial(_publish, node, list_id))
    services = node.services
    authority = services.certificate(Role.NODE_CA)
    with node.database.reading() as session:
        newest = departments.newest_trust_list(session)
        tokens = statuses.tokens(session)
        crls = [current_crl(session, issuer) for issuer in (node.anchor, authority)]
    expires_at = min((one.expires_at for one in tokens), default=now + LIFETIME)
    contents = BundleContents(
        trust_lists=() if newest is None else (newest[0],),
        status_tokens=tuple(one.token for one in tokens),
        intermediates=(authority,),
        crls=tuple(der for der in crls if der is not None),
        types={path.stem: path.read_bytes() for path in sorted(BUILT_IN_TYPES.glob("*.toml"))},
    )
    version = int(now.timestamp() * 1000)
    content = write_bundle(
        contents,
        url=node.config.url,
        version=version,
        signer=services.handle(Role.TRUST_LIST).standing(KeyUse.TRUST_LIST),
        x5c=services.chain(Role.TRUST_LIST),
        now=now,
        expires_at=expires_at,
    )
    return MadeBundle(content, version, expires_at)


def _publish(node: Node, list_id: UUID, session: Session) -> None:
    node.services.status.publish(session, list_id, now=node.clock())
