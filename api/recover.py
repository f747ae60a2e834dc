"""After a crash: what was declared and not finished is finished, or given up with its reason. Never lost.

    license.issue       signed again under its own intent and stored (the record is in the pending row)
    license.status      made (the change waits in the work list)
    certificate.issue   its serial number is revoked: a signature may be in the world that nobody stored
    seal.make, seal.use given up: nothing of them was handed out; ask again

Runs when a node starts and before a command writes, and only on intents of processes that are gone.
"""

import logging
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Protocol
from uuid import UUID

from sqlalchemy.orm import Session

from api.desks import desk_of
from api.housekeeping import publish_node_crl
from api.in_flight import nobody_in_flight
from api.node import LOCK_FILE, Node
from api.perform import retrying
from ca.issue import ISSUE_KIND
from ca.revoke import Reason, revoke, revoke_unfinished
from keys.action import Action, Draft, Intent
from keys.errors import IntentRefused, XinzhengError
from keys.intents import abandon, committed, finish, open_intents, receipt_for
from keys.log.receipt import record_digest
from licenses import change as changing
from licenses import issue as issuing
from licenses.errors import LicenseChangedMeanwhile, LicenseNotFound
from licenses.store import changes, licenses
from seal import store as seals
from seal.make import MAKE_KIND, abandon_making
from seal.use import USE_KIND

log = logging.getLogger("xinzheng.recover")

RESUMABLE = frozenset({issuing.KIND, changing.KIND})
GRACE = timedelta(minutes=2)
"""An intent this old belongs to nobody, also when another machine shares the database."""


class Resumed(Action[Any], Protocol):
    """An action that can say again what it declared."""

    def draft(self) -> Draft: ...


@dataclass(frozen=True, slots=True)
class Recovered:
    """What a crash had left behind."""

    finished: tuple[str, ...] = ()
    """Kinds of the acts that were carried to their end."""
    given_up: tuple[str, ...] = ()
    stuck: tuple[str, ...] = ()
    """Acts that could not be finished now; they stay open and `xinzheng check` names them."""


def recover(node: Node) -> Recovered:
    """Finish or give up every open intent of a dead process. Cheap when there is none."""
    with node.database.reading() as session:
        if not open_intents(session):
            return Recovered()
    with nobody_in_flight(node.folder / LOCK_FILE) as alone:
        # Another machine may share a PostgreSQL; the lock says nothing about it, the age does.
        certain = alone and node.database.engine.dialect.name == "sqlite"
        return _recover(node, timedelta(0) if certain else GRACE)


def resume_license(node: Node, license_id: UUID) -> None:
    """Finish one pending license now. Does nothing when somebody else has finished it meanwhile."""
    with node.database.reading() as session:
        entry = licenses.require(session, license_id)
        desk = desk_of(node, session, entry.issuer_code)
        try:
            action = issuing.resume(session, license_id, desk)
        except LicenseNotFound:
            return
        intent = _intent_of(node, session, action.draft())
    if intent is not None:
        with node.acting():
            _finish(node, action, intent)


def _recover(node: Node, grace: timedelta) -> Recovered:
    before = node.clock() - grace
    with node.database.reading() as session:
        abandoned = [one for one in open_intents(session) if one.declared_at <= before]
    finished: list[str] = []
    given_up: list[str] = []
    stuck: list[str] = []
    for intent in abandoned:
        try:
            action = _action_of(node, intent)
            if action is not None:
                _finish(node, action, intent)
                finished.append(intent.kind)
            elif intent.kind in RESUMABLE:
                stuck.append(intent.kind)
            else:
                _give_up(node, intent, before)
                given_up.append(intent.kind)
        except XinzhengError as error:
            log.error("an interrupted %s stays open: %s", intent.kind, error.code)
            stuck.append(intent.kind)
    return Recovered(tuple(finished), tuple(given_up), tuple(stuck))


def _action_of(node: Node, intent: Intent) -> Action[Any] | None:
    """The action whose record is the one under this intent, rebuilt from the work lists."""
    with node.database.reading() as session:
        salt = receipt_for(session, node.log, intent).salt
        for action in _waiting(node, session, intent.kind):
            if record_digest(salt, action.draft().record) == intent.record_digest:
                return action
    return None


def _waiting(node: Node, session: Session, kind: str) -> Iterator[Resumed]:
    if kind == issuing.KIND:
        for entry in licenses.pending(session):
            yield issuing.resume(session, entry.id, desk_of(node, session, entry.issuer_code))
    elif kind == changing.KIND:
        for one in changes.pending(session):
            yield changing.resume_change(session, one.id, cipher=node.cipher, publisher=node.services.status)


def _intent_of(node: Node, session: Session, draft: Draft) -> Intent | None:
    """The open intent that was declared for this draft."""
    for intent in open_intents(session):
        if intent.kind == draft.kind:
            salt = receipt_for(session, node.log, intent).salt
            if record_digest(salt, draft.record) == intent.record_digest:
                return intent
    return None


def _finish(node: Node, action: Action[Any], intent: Intent) -> None:
    """Sign and store under the intent that is there. A race lost to another finisher is a success."""

    def store(session: Session) -> None:
        action.store(session, signed, now=node.clock())
        finish(session, intent.id, node.clock())

    try:
        with node.database.reading() as session:
            receipt = receipt_for(session, node.log, intent)
            session.rollback()
            witnessed = committed(session, intent)
        signed = action.sign(witnessed, receipt, now=node.clock())
        retrying(node.database, store)
    except (LicenseChangedMeanwhile, IntentRefused):
        log.info("an interrupted %s was finished by another process", intent.kind)


def _give_up(node: Node, intent: Intent, before: datetime) -> None:
    def work(session: Session) -> None:
        now = node.clock()
        until = before + timedelta(microseconds=1)
        if intent.kind == ISSUE_KIND and revoke_unfinished(session, prepared_before=until, now=now):
            publish_node_crl(node, session)
        elif intent.kind == MAKE_KIND:
            _abandon_seals(node, session, until)
        elif intent.kind == USE_KIND:
            seals.abandon_uses(session, declared_before=until, now=now)
        abandon(session, intent.id, now)

    retrying(node.database, work)
    log.warning("an interrupted %s was given up; its leaf %d stays in the log", intent.kind, intent.log_index)


def _abandon_seals(node: Node, session: Session, until: datetime) -> None:
    """Give up half-made seals and revoke their certificates; a living approval can be used again."""
    now = node.clock()
    for row in seals.pending_seals(session):
        serial = row.certificate_serial
        if row.created_at < until:
            abandon_making(session, row.id, now=now)
            if serial is not None:
                revoke(session, int(serial, 16), Reason.CESSATION_OF_OPERATION, now)
    publish_node_crl(node, session)
