"""The node's `TrustSnapshot`, kept in memory and refreshed off the hot path (DESIGN §8: a verify touches no
database).

A background thread asks once a second, with one cheap query, whether anything the snapshot is made of has
changed, and builds a new one when it has. Verifications meanwhile go on with the one they have. When the
database cannot be read the old snapshot stays: its tokens and CRLs run out by themselves and verdicts become
`indeterminate`, never wrong.
"""

import logging
import threading
from collections.abc import Callable

from cryptography import x509
from sqlalchemy import Row, func, select
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from api.db import Database
from api.housekeeping import Housed
from api.roles import Role
from ca.crl import current_crl
from ca.models import CrlRow
from ca.parse import parse_crl
from ca.paths import X509Snapshot
from keys.errors import XinzhengError
from licenses.catalogue import Catalogue
from licenses.models import StatusListRow, TrustListRow
from licenses.snapshot import TrustSnapshot, build_snapshot
from licenses.store import departments, statuses

REFRESH_S = 1.0
log = logging.getLogger("xinzheng.snapshot")


class Snapshots:
    """Holds the newest snapshot of one process. Safe to share between threads."""

    def __init__(
        self, database: Database, build: Callable[[Session], TrustSnapshot], *, refresh_s: float = REFRESH_S
    ) -> None:
        self._database = database
        self._build = build
        self._refresh_s = refresh_s
        self._lock = threading.Lock()
        self._held: TrustSnapshot | None = None
        self._version: tuple[object, ...] = ()
        self._stop = threading.Event()
        self._thread: threading.Thread | None = None

    def current(self) -> TrustSnapshot:
        """The newest snapshot; built here and now only when there is none."""
        held = self._held
        if held is None:
            self.refresh()
            held = self._held
            assert held is not None  # noqa: S101 - refresh sets it or raises
        return held

    def refresh(self) -> bool:
        """Build anew when the database holds something newer; says whether it did. Raises what the database
        raises.
        """
        with self._lock, self._database.reading() as session:
            version = version_of(session)
            if self._held is not None and version == self._version:
                return False
            self._held = self._build(session)
            self._version = version
        return True

    def forget(self) -> None:
        """Something was just written here: the next `current` builds anew."""
        self._held = None

    def start(self) -> None:
        """Begin refreshing in the background; once."""
        if self._thread is None:
            self._thread = threading.Thread(target=self._run, name="snapshot", daemon=True)
            self._thread.start()

    def stop(self) -> None:
        """End the background thread and wait for it."""
        self._stop.set()
        if self._thread is not None:
            self._thread.join()

    def _run(self) -> None:
        while not self._stop.wait(self._refresh_s):
            try:
                self.refresh()
            except (SQLAlchemyError, XinzhengError) as error:
                log.warning("the trust snapshot could not be refreshed: %s", type(error).__name__)


def version_of(session: Session) -> tuple[object, ...]:
    """A value that changes whenever a CRL, a trust list or a status token is published. One query."""
    found: Row[tuple[object, ...]] = session.execute(
        select(
            select(func.count()).select_from(CrlRow).scalar_subquery(),
            select(func.max(CrlRow.this_update)).scalar_subquery(),
            select(func.max(TrustListRow.version)).scalar_subquery(),
            select(func.count()).select_from(StatusListRow).scalar_subquery(),
            select(func.max(StatusListRow.published_at)).scalar_subquery(),
        )
    ).one()
    return tuple(found)


def build_own_snapshot(
    session: Session, *, node: Housed, anchor: x509.Certificate, catalogue: Catalogue
) -> TrustSnapshot:
    """What this node itself publishes, under the anchor this machine trusts."""
    services = node.services
    authority = services.certificate(Role.NODE_CA)
    held = [current_crl(session, issuer) for issuer in (anchor, authority)]
    crls = tuple(parse_crl(der) for der in held if der is not None)
    newest = departments.newest_trust_list(session)
    return build_snapshot(
        x509=X509Snapshot(
            anchors=(anchor,),
            intermediates=(authority,),
            crls=crls,
            as_of=min((crl.last_update_utc for crl in crls), default=node.clock()),
        ),
        trust_lists=[] if newest is None else [newest[0]],
        status_tokens={services.status.uri(one.list_id): one.token for one in statuses.tokens(session)},
        catalogue=catalogue,
    )
