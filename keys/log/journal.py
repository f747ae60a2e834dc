"""The log of everything that was signed (签名日志): append-only, one signed checkpoint a batch.

An append, in the caller's transaction:

    1. lock the head and refuse a clock that stands before the last checkpoint (T27);
    2. re-read the right edge, re-hash it, compare it with the head and with the signed checkpoint;
    3. write the leaves and every subtree they complete;
    4. re-read what was written, recompute the root from those bytes, compare;
    5. sign one checkpoint, write it, move the head by compare-and-swap.

A log that does not hash to what it signed signs no more (`LogDamaged`): a signed inconsistent tree is the one
mistake that cannot be repaired. Does not check: old entries away from the right edge (see `keys.log.audit`).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from sqlalchemy.orm import Session

from keys.clock import require_utc
from keys.errors import CheckpointWrong, ClockWentBack, KeyUseRefused, LogDamaged, LogEmpty
from keys.log import merkle, store
from keys.log.checkpoint import Checkpoint, CheckpointVerifier, sign_checkpoint
from keys.log.store import Head
from keys.signer import KeyHandle, KeyUse

CLOCK_TOLERANCE = timedelta(seconds=2)


@dataclass(frozen=True, slots=True)
class Appended:
    """A batch in the log: leaves [first, size) and the checkpoint that covers them."""

    origin: str
    first: int
    size: int
    checkpoint: str
    nodes: dict[merkle.Subtree, bytes]
    """Every subtree that a proof of a leaf of this batch can need."""

    def proof(self, index: int) -> tuple[bytes, ...]:
        """Inclusion proof of one leaf of this batch against its checkpoint."""
        return merkle.inclusion_proof(index, self.size, lambda level, place: self.nodes[level, place])


class Log:
    """One log under one name and one Ed25519 key. Holds no state of its own: the database does."""

    def __init__(self, origin: str, handle: KeyHandle) -> None:
        """handle: a key for `KeyUse.CHECKPOINT`. Raises: KeyUseRefused, MalformedInput for the name."""
        if not isinstance(handle.public_key, Ed25519PublicKey) or KeyUse.CHECKPOINT not in handle.uses:
            raise KeyUseRefused(
                "A log signs with an Ed25519 checkpoint key.", "日志须以 Ed25519 检查点密钥签名。"
            )
        self.origin = origin
        self.verifier = CheckpointVerifier(origin, handle.public_key)
        self._handle = handle

    def append(self, session: Session, entries: Sequence[bytes], now: datetime) -> Appended:
        """Append entries in order and sign one checkpoint. With no entries it only starts an empty log.

        Raises: ClockWentBack, LogDamaged, LogConflict (roll back and try again), KeyUseRefused.
        """
        moment = require_utc(now)
        head = store.read_head(session, self.origin, lock=True) or self._start(session, moment)
        if moment < head.signed_at - CLOCK_TOLERANCE:
            raise ClockWentBack()
        edge = self._right_edge(session, head)
        nodes = dict(zip(merkle.frontier(head.size), edge, strict=True))
        if not entries:
            return Appended(self.origin, head.size, head.size, self.checkpoint(session), nodes)
        made: dict[merkle.Subtree, bytes] = {}
        growing = list(edge)
        for index, entry in enumerate(entries, start=head.size):
            made.update(merkle.push(growing, index, merkle.leaf_hash(entry)))
        store.insert_leaves(session, self.origin, head.size, entries)
        store.insert_nodes(session, self.origin, made)
        target = Head(head.size + len(entries), merkle.fold(growing), max(moment, head.signed_at))
        self._check_written(session, head.size, edge, target)
        note = self._sign(session, target)
        store.move_head(session, self.origin, head, target)
        return Appended(self.origin, head.size, target.size, note, nodes | made)

    def checkpoint(self, session: Session, size: int | None = None) -> str:
        """The newest signed checkpoint, or the one of that size. Raises: LogEmpty."""
        found = store.read_checkpoint(session, self.origin, size)
        if found is None:
            raise LogEmpty()
        return found.note

    def proof(self, session: Session, index: int, size: int) -> tuple[bytes, ...]:
        """Inclusion proof of leaf `index` in the tree of `size`. Raises: ProofWrong, LogEmpty."""
        steps = merkle.inclusion_parts(index, size)
        nodes = self._read(session, [part for step in steps for part in step], size)
        return tuple(merkle.fold([nodes[part] for part in step]) for step in steps)

    def consistency(self, session: Session, old: int, new: int) -> tuple[bytes, ...]:
        """Consistency proof between two sizes, 0 < old ≤ new. Raises: ProofWrong, LogEmpty."""
        steps = merkle.consistency_parts(old, new)
        nodes = self._read(session, [part for step in steps for part in step], new)
        return tuple(merkle.fold([nodes[part] for part in step]) for step in steps)

    def _start(self, session: Session, moment: datetime) -> Head:
        head = Head(0, merkle.EMPTY_ROOT, moment)
        store.insert_head(session, self.origin, head)
        self._sign(session, head)
        return head

    def _sign(self, session: Session, head: Head) -> str:
        signer = self._handle.standing(KeyUse.CHECKPOINT)
        checkpoint = Checkpoint(self.origin, head.size, head.root)
        note = sign_checkpoint(checkpoint, self.verifier.public_key, signer.sign)
        store.insert_checkpoint(session, self.origin, head, note)
        return note

    def _right_edge(self, session: Session, head: Head) -> list[bytes]:
        """The frontier as stored, after it agreed with the head, the checkpoint and the last entry."""
        parts = merkle.frontier(head.size)
        spine = _last_spine(head.size)
        wanted = [*parts, *(part for step in spine for part in step)]
        nodes = store.read_nodes(session, self.origin, wanted)
        stored = store.read_checkpoint(session, self.origin)
        if stored is None or len(nodes) != len(set(wanted)):
            raise LogDamaged()
        edge = [nodes[part] for part in parts]
        if merkle.fold(edge) != head.root or Checkpoint(self.origin, head.size, head.root) != self._signed(
            stored
        ):
            raise LogDamaged()
        for parent, left, right in spine:
            if nodes[parent] != merkle.node_hash(nodes[left], nodes[right]):
                raise LogDamaged()
        if head.size:
            last = store.read_entries(session, self.origin, head.size - 1, head.size + 1)
            if len(last) != 1 or merkle.leaf_hash(last[0][1]) != nodes[0, head.size - 1]:
                raise LogDamaged()
        return edge

    def _signed(self, stored: store.StoredCheckpoint) -> Checkpoint:
        try:
            return self.verifier.verify(stored.note)
        except CheckpointWrong as error:
            raise LogDamaged(log_only=error.detail) from None

    def _check_written(self, session: Session, first: int, edge: Sequence[bytes], target: Head) -> None:
        """Recompute the new root from what storage gives back, never from memory."""
        written = store.read_entries(session, self.origin, first, target.size + 1)
        again = list(edge)
        for index, (place, entry) in enumerate(written, start=first):
            if place != index:
                raise LogDamaged()
            merkle.push(again, index, merkle.leaf_hash(entry))
        parts = merkle.frontier(target.size)
        nodes = store.read_nodes(session, self.origin, parts)
        if [nodes.get(part) for part in parts] != again or merkle.fold(again) != target.root:
            raise LogDamaged()

    def _read(
        self, session: Session, parts: Sequence[merkle.Subtree], size: int
    ) -> dict[merkle.Subtree, bytes]:
        head = store.read_head(session, self.origin)
        if head is None or size > head.size:
            raise LogEmpty()
        nodes = store.read_nodes(session, self.origin, parts)
        if len(nodes) != len(set(parts)):
            raise LogDamaged()
        return nodes


def _last_spine(size: int) -> list[tuple[merkle.Subtree, merkle.Subtree, merkle.Subtree]]:
    """(parent, left child, right child) from the smallest frontier subtree down to the last leaf."""
    if size == 0:
        return []
    top, last = merkle.frontier(size)[-1][0], size - 1
    spine = []
    for level in range(top, 0, -1):
        right = last >> (level - 1)
        spine.append(((level, last >> level), (level - 1, right - 1), (level - 1, right)))
    return spine
