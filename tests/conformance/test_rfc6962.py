"""RFC 6962 §2.1: known roots, and pymerkle as a second opinion on roots and proofs."""

import secrets

import pytest
from pymerkle import InmemoryTree, verify_consistency  # type: ignore[import-untyped]

from keys.log import merkle

CLASSIC = [
    bytes.fromhex(text)
    for text in (
        "",
        "00",
        "10",
        "2021",
        "3031",
        "40414243",
        "5051525354555657",
        "606162636465666768696a6b6c6d6e6f",
    )
]
"""The eight inputs the first Certificate Transparency implementation was tested with."""
ROOTS = {
    0: "e3b0c44298fc1c14",
    1: "6e340b9cffb37a98",
    2: "fac54203e7cc696c",
    3: "aeb6bcfe274b70a1",
    4: "d37ee418976dd957",
    5: "4e3bbb1f7b478dcf",
    8: "5dc9da79a70659a9",
}
"""Size → first eight octets of the root."""


@pytest.mark.parametrize("size", ROOTS)
def test_the_classic_inputs_have_the_known_roots(size: int) -> None:
    assert merkle.root_of(CLASSIC[:size]).hex().startswith(ROOTS[size])


def grown(count: int) -> tuple[list[bytes], dict[merkle.Subtree, bytes], InmemoryTree]:
    entries = [secrets.token_bytes(secrets.randbelow(60)) for _ in range(count)]
    nodes: dict[merkle.Subtree, bytes] = {}
    edge: list[bytes] = []
    other = InmemoryTree(algorithm="sha256")
    for index, entry in enumerate(entries):
        nodes.update(merkle.push(edge, index, merkle.leaf_hash(entry)))
        other.append_entry(entry)
    return entries, nodes, other


def test_pymerkle_computes_the_same_roots_and_proofs() -> None:
    entries, nodes, other = grown(90)

    def read(level: int, index: int) -> bytes:
        return nodes[level, index]

    for size in range(1, 91, 4):
        root = merkle.root_of(entries[:size])
        assert other.get_root(size) == root
        for index in range(0, size, 3):
            theirs = other.prove_inclusion(index + 1, size).path  # it counts from one
            assert theirs[0] == merkle.leaf_hash(entries[index])  # pymerkle puts the leaf in front
            assert merkle.inclusion_proof(index, size, read) == tuple(theirs[1:])
        for old in range(1, size, 3):
            # pymerkle's consistency proofs have a form of their own; each side must convince the other
            old_root = merkle.root_of(entries[:old])
            verify_consistency(old_root, root, other.prove_consistency(old, size))
            proof = merkle.consistency_proof(old, size, read)
            merkle.verify_consistency(old, size, other.get_root(old), other.get_root(size), proof)
