"""The Merkle tree: every proof of every small tree holds, and nothing else does."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from keys.errors import ProofWrong
from keys.log import merkle

LARGEST = 70
ENTRIES = [b"entry %d" % number for number in range(LARGEST)]
NODES: dict[merkle.Subtree, bytes] = {}
ROOTS = [merkle.EMPTY_ROOT]
_edge: list[bytes] = []
for _index, _entry in enumerate(ENTRIES):
    NODES.update(merkle.push(_edge, _index, merkle.leaf_hash(_entry)))
    ROOTS.append(merkle.fold(_edge))


def read(level: int, index: int) -> bytes:
    return NODES[level, index]


def recursive_root(entries: list[bytes]) -> bytes:
    """RFC 9162 §2.1.1, written as the standard writes it."""
    if not entries:
        return merkle.EMPTY_ROOT
    if len(entries) == 1:
        return merkle.leaf_hash(entries[0])
    split = 1
    while split * 2 < len(entries):
        split *= 2
    return merkle.node_hash(recursive_root(entries[:split]), recursive_root(entries[split:]))


def test_the_incremental_root_is_the_recursive_root() -> None:
    for size in range(LARGEST + 1):
        assert ROOTS[size] == recursive_root(ENTRIES[:size]) == merkle.root_of(ENTRIES[:size])
        assert merkle.fold([NODES[part] for part in merkle.frontier(size)]) == ROOTS[size]


def test_every_entry_is_proven_in_every_tree() -> None:
    for size in range(1, LARGEST + 1):
        for index in range(size):
            proof = merkle.inclusion_proof(index, size, read)
            merkle.verify_inclusion(NODES[0, index], index, size, proof, ROOTS[size])


def test_every_tree_is_proven_to_extend_every_smaller_one() -> None:
    for new in range(1, LARGEST + 1):
        for old in range(1, new + 1):
            proof = merkle.consistency_proof(old, new, read)
            merkle.verify_consistency(old, new, ROOTS[old], ROOTS[new], proof)


def broken_variants(proof: tuple[bytes, ...]) -> list[tuple[bytes, ...]]:
    variants = [proof[:-1], proof[1:], (*proof, b"\x00" * 32), (b"\x00" * 32, *proof), proof[::-1]]
    for place in range(len(proof)):
        changed = bytes([proof[place][0] ^ 1]) + proof[place][1:]
        variants.append((*proof[:place], changed, *proof[place + 1 :]))
    return [variant for variant in variants if variant != proof]


def test_a_changed_inclusion_proof_never_holds() -> None:
    for size in range(1, 20):
        for index in range(size):
            proof = merkle.inclusion_proof(index, size, read)
            for variant in broken_variants(proof):
                with pytest.raises(ProofWrong):
                    merkle.verify_inclusion(NODES[0, index], index, size, variant, ROOTS[size])


def test_a_proof_holds_for_its_own_index_size_leaf_and_root_only() -> None:
    for size in range(2, 20):
        for index in range(size):
            proof = merkle.inclusion_proof(index, size, read)
            other = (index + 1) % size
            wrong = [
                (NODES[0, other], index, size, ROOTS[size]),
                (NODES[0, index], other, size, ROOTS[size]),
                (NODES[0, index], index, size, ROOTS[size - 1]),
                (NODES[0, index], index, size, ROOTS[size + 1]),
                (NODES[0, index], -1, size, ROOTS[size]),
                (NODES[0, index], size, size, ROOTS[size]),
            ]
            for leaf, place, count, root in wrong:
                with pytest.raises(ProofWrong):
                    merkle.verify_inclusion(leaf, place, count, proof, root)


def test_a_changed_consistency_proof_never_holds() -> None:
    for new in range(2, 20):
        for old in range(1, new):
            proof = merkle.consistency_proof(old, new, read)
            for variant in broken_variants(proof):
                with pytest.raises(ProofWrong):
                    merkle.verify_consistency(old, new, ROOTS[old], ROOTS[new], variant)
            with pytest.raises(ProofWrong):
                merkle.verify_consistency(old, new, ROOTS[old - 1], ROOTS[new], proof)
            with pytest.raises(ProofWrong):
                merkle.verify_consistency(old, new, ROOTS[old], ROOTS[new + 1], proof)


def test_equal_sizes_are_consistent_only_with_equal_roots_and_no_proof() -> None:
    merkle.verify_consistency(5, 5, ROOTS[5], ROOTS[5], ())
    for root, proof in ((ROOTS[6], ()), (ROOTS[5], (b"\x00" * 32,))):
        with pytest.raises(ProofWrong):
            merkle.verify_consistency(5, 5, ROOTS[5], root, proof)


@pytest.mark.parametrize(("old", "new"), [(0, 5), (6, 5), (-1, 5), (0, 0)])
def test_there_is_no_consistency_outside_the_tree(old: int, new: int) -> None:
    with pytest.raises(ProofWrong):
        merkle.consistency_parts(old, new)
    with pytest.raises(ProofWrong):
        merkle.verify_consistency(old, new, ROOTS[1], ROOTS[5], ())


@pytest.mark.parametrize(("index", "size"), [(0, 0), (5, 5), (-1, 5), (6, 5)])
def test_there_is_no_inclusion_outside_the_tree(index: int, size: int) -> None:
    with pytest.raises(ProofWrong):
        merkle.inclusion_parts(index, size)


def test_a_proof_that_never_ends_is_refused() -> None:
    with pytest.raises(ProofWrong):
        merkle.verify_inclusion(b"\x00" * 32, 0, 2**63, (b"\x00" * 32,) * 1000, ROOTS[1])
    with pytest.raises(ProofWrong):
        merkle.verify_consistency(1, 2**63, ROOTS[1], ROOTS[2], (b"\x00" * 32,) * 1000)


@given(st.integers(1, 2**40), st.integers(0, 2**40))
@settings(max_examples=50)
def test_the_largest_trees_need_few_hashes(size: int, index: int) -> None:
    parts = merkle.inclusion_parts(index % size, size)
    assert len(parts) <= 41
    assert sum(len(step) for step in parts) <= 82
