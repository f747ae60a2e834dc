"""Does the database still say what the log says (证照状态审计)? For `xinzheng check` and the auditor.

A state is not believed because it stands in a column: it must follow from the license's history, every step
of the history must be the record its intent committed to, and every act in the log must have its step. So a
"revoked" turned into "valid" by hand is found, whether column, history or both were edited (T26).

Does not check: the log itself (`keys.log.audit` does), the signatures on the faces (`licenses.verify` does).
"""

from collections.abc import Iterator
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy.orm import Session

from keys import store as keys_store
from keys.encoding import canonical_json, parse_json
from keys.errors import XinzhengError
from keys.fields import FieldCipher
from keys.log.receipt import record_digest
from keys.models import SigningIntent
from licenses import change as changing
from licenses import order as ordering
from licenses.credential import CredentialDraft
from licenses.lifecycle import BIRTHS, State, next_state
from licenses.store import changes, licenses
from licenses.store.changes import Change
from licenses.store.licenses import Entry

_LARGEST_DRAFT = 1024 * 1024
_KINDS = frozenset({ordering.KIND, changing.KIND})


@dataclass(frozen=True, slots=True)
class Discrepancy:
    """One thing that does not fit. `where` is our own id of the license or the act."""

    where: UUID
    detail: str
    detail_zh: str


def audit_licenses(session: Session, cipher: FieldCipher, log_origin: str) -> list[Discrepancy]:
    """Everything that does not fit; an empty list is the good answer."""
    logged = [
        one.intent_id
        for one in keys_store.read_logged_intents(session, log_origin, 0, None)
        if one.kind in _KINDS
    ]
    intents = keys_store.read_intents(session, logged)
    explained: set[UUID] = set()
    found: list[Discrepancy] = []
    for entry in licenses.issued(session):
        history = changes.history(session, entry.id)
        found += _state_follows(entry, history)
        found += _predecessor_ended(session, entry)
        record = _issue_record(session, cipher, entry)
        found += _was_logged(entry.id, entry.intent_id, intents, record)
        explained.update(() if entry.intent_id is None else (entry.intent_id,))
        for change in history:
            if change.operation not in BIRTHS:
                done = _change_record(session, cipher, entry, change)
                found += _was_logged(entry.id, change.intent_id, intents, done)
                explained.update(() if change.intent_id is None else (change.intent_id,))
    found += [
        _say(
            intent_id,
            "The log holds a finished act that no license knows of.",
            "日志中有已完成的业务，但没有证照记载该业务。",
        )
        for intent_id, intent in intents.items()
        if intent.state == keys_store.DONE and intent_id not in explained
    ]
    return found


def _state_follows(entry: Entry, history: list[Change]) -> Iterator[Discrepancy]:
    """Walk the history from the beginning; of steps made in one instant, the one that fits comes first."""
    state, remaining = State.PENDING, list(history)
    while remaining:
        change = next((one for one in remaining if one.before is state), None)
        if change is None or not _is_allowed(change):
            yield _say(entry.id, "The history of a license has a gap.", "证照的业务记录前后不衔接。")
            return
        remaining.remove(change)
        state = change.after
    if state is not entry.state:
        yield _say(
            entry.id,
            f"A license stands as {entry.state.value}, but its history ends at {state.value}.",
            f"证照当前状态为{entry.state.value}，而业务记录的最后状态为{state.value}。",
        )


def _is_allowed(change: Change) -> bool:
    try:
        return next_state(change.operation, change.before, change.ground) is change.after
    except XinzhengError:
        return False


def _predecessor_ended(session: Session, entry: Entry) -> Iterator[Discrepancy]:
    before = None if entry.supersedes_id is None else licenses.find(session, entry.supersedes_id)
    if before is not None and before.state is not State.SUPERSEDED:
        yield _say(
            before.id,
            "A license has a newer version and is not superseded.",
            "证照已有新版本，但状态不是“已由新版本取代”。",
        )


def _was_logged(
    where: UUID,
    intent_id: UUID | None,
    intents: dict[UUID, SigningIntent],
    record: bytes | None,
) -> Iterator[Discrepancy]:
    intent = None if intent_id is None else intents.get(intent_id)
    if intent is None:
        yield _say(where, "An act on a license is not in the log.", "对证照办理的业务没有记入日志。")
    elif record is None or record_digest(intent.salt, record) != intent.record_digest:
        yield _say(
            where,
            "An act on a license is not the one in the log.",
            "对证照办理的业务与日志所载不符。",
        )


def _issue_record(session: Session, cipher: FieldCipher, entry: Entry) -> bytes | None:
    try:
        kept = parse_json(licenses.open_payload(session, cipher, entry.id), max_bytes=_LARGEST_DRAFT)
        return CredentialDraft.from_json(kept).record
    except (XinzhengError, KeyError, TypeError):
        return None


def _change_record(session: Session, cipher: FieldCipher, entry: Entry, change: Change) -> bytes | None:
    try:
        note = changes.open_note(session, cipher, change.id)
    except XinzhengError:
        return None
    return canonical_json(changing.status_record(change, entry.identifier, note))


def _say(where: UUID, detail: str, detail_zh: str) -> Discrepancy:
    return Discrepancy(where, detail, detail_zh)
