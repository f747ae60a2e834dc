"""Auditing a log (日志审计): recompute everything from the entries and say what does not agree. Changes
nothing.

Finds an edited, missing, added or reordered leaf, a changed node, a head or checkpoint that the entries do
not hash to, a checkpoint the log's key did not sign, and intents whose leaf is missing or another. A tail
cut off together with its head and checkpoints looks like a younger log: only a checkpoint remembered
elsewhere (`remembered`, a witness's) shows it.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from sqlalchemy.orm import Session

from keys.errors import CheckpointWrong, MalformedInput
from keys.log import merkle, store
from keys.log.checkpoint import Checkpoint, CheckpointVerifier
from keys.log.receipt import entry_of
from keys.store import read_logged_intents

CHUNK = 1024
MAX_PROBLEMS = 100


@dataclass(frozen=True, slots=True)
class Problem:
    """Something that does not agree, and where."""

    what: str
    """`leaf`, `node`, `head`, `checkpoint`, `remembered`, `intent`"""
    where: str
    detail: str
    detail_zh: str


@dataclass(frozen=True, slots=True)
class Findings:
    """What an audit found."""

    size: int
    """Leaves that were read without a gap."""
    root: bytes
    """The root recomputed from them."""
    problems: tuple[Problem, ...]

    @property
    def sound(self) -> bool:
        return not self.problems


def audit(session: Session, verifier: CheckpointVerifier, *, remembered: str | None = None) -> Findings:
    """Recompute the whole log of `verifier` from storage. Never raises for a damaged log.

    remembered: a signed checkpoint kept outside this database, to show a log that was cut or rewritten.
    """
    walk = _Walk(session, verifier)
    walk.run()
    if remembered is not None:
        walk.check_remembered(remembered)
    return Findings(walk.size, merkle.fold(walk.edge), tuple(walk.problems[:MAX_PROBLEMS]))


class _Walk:
    """One pass over the leaves in memory that does not grow with the log."""

    def __init__(self, session: Session, verifier: CheckpointVerifier) -> None:
        self.session, self.verifier = session, verifier
        self.edge: list[bytes] = []
        self.size = 0
        self.problems: list[Problem] = []
        self._checkpoints = self._read_checkpoints()
        self._next = next(self._checkpoints, None)
        self._newest: store.StoredCheckpoint | None = None

    def run(self) -> None:
        self._check_due_checkpoints()
        while self._take_chunk():
            pass
        self._check_end()

    def _take_chunk(self) -> bool:
        start = self.size
        rows = store.read_entries(self.session, self.verifier.name, start, start + CHUNK)
        made: dict[merkle.Subtree, bytes] = {}
        for index, entry in rows:
            if index != self.size:
                self._say("leaf", self.size, "The leaf is missing.", "该条目缺失。")
                return False
            made.update(merkle.push(self.edge, index, merkle.leaf_hash(entry)))
            self.size += 1
            self._check_due_checkpoints()
        stored = store.read_nodes(self.session, self.verifier.name, made)
        for part, value in made.items():
            if stored.get(part) != value:
                what = "leaf" if part[0] == 0 else "node"
                self._say(
                    what, f"{part[0]}/{part[1]}", "The entry and its hash differ.", "条目与其哈希不一致。"
                )
        self._check_intents(dict(rows), start, self.size)
        return len(rows) == CHUNK

    def _check_due_checkpoints(self) -> None:
        while self._next is not None and self._next.size <= self.size:
            found, self._next = self._next, next(self._checkpoints, None)
            self._newest = found
            expected = Checkpoint(self.verifier.name, self.size, merkle.fold(self.edge))
            try:
                said = self.verifier.verify(found.note)
            except CheckpointWrong:
                said = None
            if said != expected or found.root != expected.root:
                self._say("checkpoint", found.size, "The checkpoint does not fit.", "检查点与条目不符。")

    def _check_end(self) -> None:
        self._check_intents({}, self.size, None)
        if self._next is not None:
            self._say(
                "checkpoint", self._next.size, "It covers leaves that are gone.", "检查点所含条目已缺失。"
            )
        head = store.read_head(self.session, self.verifier.name)
        root = merkle.fold(self.edge)
        newest = self._newest.size if self._newest else None
        if head is None or (head.size, head.root) != (self.size, root) or newest != self.size:
            self._say("head", self.size, "The head is not where the leaves end.", "日志头与条目末端不符。")
        leaves, nodes = store.count_rows(self.session, self.verifier.name)
        expected = sum(self.size >> level for level in range(self.size.bit_length()))
        if (leaves, nodes) != (self.size, expected):
            self._say(
                "node", self.size, "There are rows that belong to no leaf.", "存在不属于任何条目的记录。"
            )

    def check_remembered(self, note: str) -> None:
        try:
            kept = self.verifier.verify(note)
        except CheckpointWrong:
            self._say("remembered", "note", "It is not a checkpoint of this log.", "不是本日志的检查点。")
            return
        if kept.size > self.size or self._root_at(kept.size) != kept.root:
            self._say("remembered", kept.size, "The log was cut or rewritten.", "日志被截断或改写。")

    def _root_at(self, size: int) -> bytes:
        parts = merkle.frontier(size)
        nodes = store.read_nodes(self.session, self.verifier.name, parts)
        return merkle.fold([nodes.get(part, b"") for part in parts])

    def _check_intents(self, entries: dict[int, bytes], start: int, end: int | None) -> None:
        for row in read_logged_intents(self.session, self.verifier.name, start, end):
            try:
                agrees = entries.get(row.log_index) == entry_of(row.kind, row.record_digest)
            except MalformedInput:
                agrees = False
            if not agrees:
                self._say("intent", row.intent_id, "Its leaf is missing or another.", "对应条目缺失或不符。")

    def _read_checkpoints(self) -> Iterator[store.StoredCheckpoint]:
        after = -1
        while found := store.read_checkpoints(self.session, self.verifier.name, after, CHUNK):
            yield from found
            after = found[-1].size

    def _say(self, what: str, where: object, detail: str, detail_zh: str) -> None:
        self.problems.append(Problem(what, str(where), detail, detail_zh))
