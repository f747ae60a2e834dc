"""The Merkle tree of a transparency log (默克尔树), RFC 9162 §2.1 (the same tree as RFC 6962 §2.1). Pure.

    MTH([])          = SHA-256("")
    leaf(entry)      = SHA-256(0x00 ‖ entry)
    node(left,right) = SHA-256(0x01 ‖ left ‖ right)        left holds the largest power of two < n leaves

A *complete subtree* is named (level, index): it covers the leaves [index·2^level, (index+1)·2^level) and
its hash never changes once its last leaf is there. Everything below works on those, so that a proof needs
O(log n) reads.
"""

import hashlib
from collections.abc import Callable, Iterable, Sequence

from keys.errors import ProofWrong

HASH_OCTETS = 32
EMPTY_ROOT = hashlib.sha256(b"").digest()
MAX_PROOF = 64
"""A tree of 2^63 leaves needs 63 hashes; more is not a proof."""

Subtree = tuple[int, int]
"""(level, index) of a complete subtree."""
Read = Callable[[int, int], bytes]
"""Gives the stored hash of the complete subtree (level, index)."""


def leaf_hash(entry: bytes) -> bytes:
    """RFC 9162 §2.1.1: hash of one leaf."""
    return hashlib.sha256(b"\x00" + entry).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    """RFC 9162 §2.1.1: hash of an inner node."""
    return hashlib.sha256(b"\x01" + left + right).digest()


def frontier(size: int) -> list[Subtree]:
    """The complete subtrees that make up the first `size` leaves, largest first: one per set bit."""
    parts, start = [], 0
    for level in range(size.bit_length() - 1, -1, -1):
        if size >> level & 1:
            parts.append((level, start >> level))
            start += 1 << level
    return parts


def completed_by(index: int) -> list[Subtree]:
    """The subtrees of level ≥ 1 that become complete when leaf `index` is appended."""
    done, level = [], 1
    while (index + 1) % (1 << level) == 0:
        done.append((level, index >> level))
        level += 1
    return done


def fold(hashes: Sequence[bytes]) -> bytes:
    """The root over frontier hashes, largest subtree first."""
    if not hashes:
        return EMPTY_ROOT
    root = hashes[-1]
    for left in reversed(hashes[:-1]):
        root = node_hash(left, root)
    return root


def root_of(entries: Iterable[bytes]) -> bytes:
    """The root over entries, in O(log n) memory."""
    edge: list[bytes] = []
    for index, entry in enumerate(entries):
        push(edge, index, leaf_hash(entry))
    return fold(edge)


def push(edge: list[bytes], index: int, leaf: bytes) -> list[tuple[Subtree, bytes]]:
    """Append leaf number `index` to frontier `edge` in place; return every subtree completed, level 0
    first."""
    made = [((0, index), leaf)]
    current = leaf
    for level, position in completed_by(index):
        current = node_hash(edge.pop(), current)
        made.append(((level, position), current))
    edge.append(current)
    return made


def inclusion_parts(index: int, size: int) -> list[list[Subtree]]:
    """PATH(index, D[size]) of RFC 9162 §2.1.3.1, bottom up; each step is a range given by its complete
    subtrees."""
    if not 0 <= index < size:
        raise ProofWrong("The log has no such entry at this size.", "日志在该大小下没有此条目。")
    steps: list[list[Subtree]] = []
    start, end = 0, size
    while end - start > 1:
        middle = start + _split(end - start)
        if index < middle:
            steps.append(_range_parts(middle, end))
            end = middle
        else:
            steps.append(_range_parts(start, middle))
            start = middle
    steps.reverse()
    return steps


def inclusion_proof(index: int, size: int, read: Read) -> tuple[bytes, ...]:
    """Inclusion proof of leaf `index` in the tree of `size` leaves. Raises: ProofWrong outside the tree."""
    return tuple(_hash_of(parts, read) for parts in inclusion_parts(index, size))


def consistency_parts(old: int, new: int) -> list[list[Subtree]]:
    """PROOF(old, D[new]) of RFC 9162 §2.1.4.1, as ranges of complete subtrees."""
    if not 0 < old <= new:
        raise ProofWrong(
            "There is no consistency proof between these sizes.", "这两个大小之间没有一致性证明。"
        )
    steps: list[list[Subtree]] = []
    start, end, known = 0, new, True
    while old != end:
        middle = start + _split(end - start)
        if old <= middle:
            steps.append(_range_parts(middle, end))
            end = middle
        else:
            steps.append(_range_parts(start, middle))
            start, known = middle, False
    if not known:
        steps.append(_range_parts(start, end))
    steps.reverse()
    return steps


def consistency_proof(old: int, new: int, read: Read) -> tuple[bytes, ...]:
    """Consistency proof between two sizes. Raises: ProofWrong unless 0 < old ≤ new."""
    return tuple(_hash_of(parts, read) for parts in consistency_parts(old, new))


def verify_inclusion(leaf: bytes, index: int, size: int, proof: Sequence[bytes], root: bytes) -> None:
    """RFC 9162 §2.1.3.2. `leaf` is the leaf hash. Raises: ProofWrong."""
    if not 0 <= index < size or len(proof) > MAX_PROOF:
        raise ProofWrong()
    place, last, current = index, size - 1, leaf
    for sibling in proof:
        if last == 0:
            raise ProofWrong()
        if place & 1 or place == last:
            current = node_hash(sibling, current)
            while not place & 1 and place:
                place, last = place >> 1, last >> 1
        else:
            current = node_hash(current, sibling)
        place, last = place >> 1, last >> 1
    if last != 0 or current != root:
        raise ProofWrong()


def verify_consistency(old: int, new: int, old_root: bytes, new_root: bytes, proof: Sequence[bytes]) -> None:
    """RFC 9162 §2.1.4.2. Raises: ProofWrong."""
    if not 0 < old <= new or len(proof) > 2 * MAX_PROOF:
        raise ProofWrong()
    if old == new:
        if proof or old_root != new_root:
            raise ProofWrong()
        return
    steps = [old_root, *proof] if old & (old - 1) == 0 else list(proof)
    if not steps:
        raise ProofWrong()
    place, last = old - 1, new - 1
    while place & 1:
        place, last = place >> 1, last >> 1
    first = second = steps[0]
    for sibling in steps[1:]:
        if last == 0:
            raise ProofWrong()
        if place & 1 or place == last:
            first, second = node_hash(sibling, first), node_hash(sibling, second)
            while not place & 1 and place:
                place, last = place >> 1, last >> 1
        else:
            second = node_hash(second, sibling)
        place, last = place >> 1, last >> 1
    if last != 0 or first != old_root or second != new_root:
        raise ProofWrong()


def _split(count: int) -> int:
    return 1 << (count - 1).bit_length() - 1


def _range_parts(start: int, end: int) -> list[Subtree]:
    """A range that begins at a split point is itself a tree: its complete subtrees, largest first."""
    return [(level, (start >> level) + index) for level, index in frontier(end - start)]


def _hash_of(parts: list[Subtree], read: Read) -> bytes:
    return fold([read(level, index) for level, index in parts])
