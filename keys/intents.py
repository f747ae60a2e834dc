"""Intents (签名意图): what will be signed is recorded, logged and on disk before it is signed (DESIGN §2).

    declare(...)      rows + leaves + ONE checkpoint, in the caller's transaction        (the caller commits)
    committed(...)    reads them back outside that transaction: the only maker of `Committed[Intent]`
    finish(...)       open → done, in the transaction of the result; abandon(...) when it will never be signed

After a crash `open_intents` lists what was declared and not finished; signing it again is allowed while it is
open. Does not check: that the record is allowed; that was the action's own parsing.
"""

import secrets
from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy.orm import Session

from keys import store
from keys.action import _WITNESS, Committed, Draft, Intent
from keys.encoding import uuid7
from keys.errors import IntentRefused
from keys.log import store as log_store
from keys.log.journal import Appended, Log
from keys.log.receipt import SALT_OCTETS, Receipt, entry_of, record_digest
from keys.models import SigningIntent


class Declared:
    """An intent with its place in the log. Its receipt is proven when it is asked for: batches have
    thousands."""

    __slots__ = ("_appended", "_salt", "intent")

    def __init__(self, intent: Intent, salt: bytes, appended: Appended) -> None:
        self.intent, self._salt, self._appended = intent, salt, appended

    @property
    def receipt(self) -> Receipt:
        held, index = self._appended, self.intent.log_index
        return Receipt(held.origin, self._salt, index, held.size, held.proof(index), held.checkpoint)


def declare(session: Session, drafts: Sequence[Draft], *, log: Log, now: datetime) -> list[Declared]:
    """Write the intents of a batch and log them under one checkpoint; answers in the order of the drafts.

    Raises: IntentRefused for an empty batch or a draft that names no key; everything `Log.append` raises.
    """
    if not drafts or not all(draft.kids for draft in drafts):
        raise IntentRefused(
            "An act names what it signs and with which key.", "操作须说明签署内容及所用密钥。"
        )
    salts = [secrets.token_bytes(SALT_OCTETS) for _ in drafts]
    digests = [record_digest(salt, draft.record) for salt, draft in zip(salts, drafts, strict=True)]
    entries = [entry_of(draft.kind, digest) for draft, digest in zip(drafts, digests, strict=True)]
    appended = log.append(session, entries, now)
    declared, rows = [], []
    for offset, (draft, salt, digest) in enumerate(zip(drafts, salts, digests, strict=True)):
        intent = Intent(uuid7(now), draft.kind, digest, draft.kids, now, appended.first + offset)
        declared.append(Declared(intent, salt, appended))
        rows.append(_row(intent, draft, salt, appended))
    store.insert_intents(session, rows)
    return declared


def committed(session: Session, intent: Intent) -> Committed[Intent]:
    """Read one intent back from the database, outside any transaction. Raises: IntentRefused."""
    return committed_batch(session, [intent])[0]


def committed_batch(session: Session, intents: Sequence[Intent]) -> list[Committed[Intent]]:
    """Read intents back: the session is in no transaction, so what is seen has been committed.

    Each must be open, unchanged, and stand in the log at its index. Ends its own read with a rollback.
    Raises: IntentRefused.
    """
    if session.in_transaction():
        raise IntentRefused("The intent is not committed yet.", "意图尚未提交。")
    try:
        rows = store.read_intents(session, [intent.id for intent in intents])
        entries: dict[tuple[str, int], bytes] = {}
        for origin in {row.log_origin for row in rows.values()}:
            places = [row.log_index for row in rows.values() if row.log_origin == origin]
            for index, entry in log_store.read_entries(session, origin, min(places), max(places) + 1):
                entries[origin, index] = entry
        for intent in intents:
            _check_row(intent, rows.get(intent.id), entries)
    finally:
        session.rollback()
    return [Committed(intent, _WITNESS) for intent in intents]


def finish(session: Session, intent_id: UUID, now: datetime) -> None:
    """open → done, by compare-and-swap. Raises: IntentRefused."""
    store.close_intents(session, [intent_id], store.DONE, now)


def finish_batch(session: Session, intent_ids: Sequence[UUID], now: datetime) -> None:
    """open → done for a whole batch, all or an error. Raises: IntentRefused."""
    store.close_intents(session, intent_ids, store.DONE, now)


def abandon(session: Session, intent_id: UUID, now: datetime) -> None:
    """open → abandoned: it will never be signed. Its leaf stays in the log. Raises: IntentRefused."""
    store.close_intents(session, [intent_id], store.ABANDONED, now)


def open_intents(session: Session) -> list[Intent]:
    """What was declared and neither finished nor abandoned, oldest first."""
    return [_intent_of(row) for row in store.read_open_intents(session)]


def receipt_for(session: Session, log: Log, intent: Intent) -> Receipt:
    """The receipt of a declared intent, the same as when it was declared.

    Raises: IntentRefused, LogDamaged.
    """
    row = store.read_intents(session, [intent.id]).get(intent.id)
    if row is None or row.log_origin != log.origin:
        raise IntentRefused("The act is unknown.", "没有该操作。")
    proof = log.proof(session, row.log_index, row.log_size)
    note = log.checkpoint(session, row.log_size)
    return Receipt(log.origin, row.salt, row.log_index, row.log_size, proof, note)


def _check_row(intent: Intent, row: SigningIntent | None, entries: dict[tuple[str, int], bytes]) -> None:
    if row is None:
        raise IntentRefused("The act is unknown.", "没有该操作。")
    if row.state != store.OPEN:
        raise IntentRefused("The act is not open any more.", "该操作已不在待办状态。")
    if _intent_of(row) != intent:
        raise IntentRefused("The recorded act is another one.", "登记的操作与此不符。")
    logged = entries.get((row.log_origin, row.log_index))
    if logged != entry_of(intent.kind, intent.record_digest):
        raise IntentRefused("The act is not in the log.", "该操作不在日志中。")


def _intent_of(row: SigningIntent) -> Intent:
    kids = frozenset(row.kids.split(" "))
    return Intent(row.id, row.kind, row.record_digest, kids, row.declared_at, row.log_index)


def _row(intent: Intent, draft: Draft, salt: bytes, appended: Appended) -> dict[str, object]:
    return {
        "id": intent.id,
        "kind": intent.kind,
        "state": store.OPEN,
        "record_digest": intent.record_digest,
        "salt": salt,
        "kids": " ".join(sorted(draft.kids)),
        "requested_by": draft.requested_by,
        "reason": draft.reason,
        "declared_at": intent.declared_at,
        "log_origin": appended.origin,
        "log_index": intent.log_index,
        "log_size": appended.size,
    }
