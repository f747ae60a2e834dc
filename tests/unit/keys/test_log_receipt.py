"""Receipts: they prove one record, of one kind, in one log."""

import json
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from hypothesis import given, settings
from hypothesis import strategies as st

from keys.encoding import b64url, canonical_json
from keys.errors import MalformedInput, ReceiptWrong, XinzhengError
from keys.log import merkle
from keys.log.checkpoint import Checkpoint, CheckpointVerifier, sign_checkpoint
from keys.log.receipt import Receipt, entry_of, record_digest, verify_receipt

NAME = "zhejiang.example/log"
KEY = Ed25519PrivateKey.from_private_bytes(b"s" * 32)
VERIFIER = CheckpointVerifier(NAME, KEY.public_key())
RECORD, KIND, SALT = b'{"license":1}', "license.issue", b"0123456789abcdef"


def make_receipt(size: int = 7, index: int = 4) -> Receipt:
    entries = [entry_of("seal.use", record_digest(SALT, b"%d" % number)) for number in range(size)]
    entries[index] = entry_of(KIND, record_digest(SALT, RECORD))
    nodes: dict[merkle.Subtree, bytes] = {}
    edge: list[bytes] = []
    for place, entry in enumerate(entries):
        nodes.update(merkle.push(edge, place, merkle.leaf_hash(entry)))
    proof = merkle.inclusion_proof(index, size, lambda level, place: nodes[level, place])
    checkpoint = Checkpoint(NAME, size, merkle.fold(edge))
    return Receipt(NAME, SALT, index, size, proof, sign_checkpoint(checkpoint, KEY.public_key(), KEY.sign))


RECEIPT = make_receipt()


def test_a_receipt_proves_its_record() -> None:
    verify_receipt(RECEIPT, RECORD, kind=KIND, verifier=VERIFIER)


@pytest.mark.parametrize(
    "change",
    [
        lambda: replace(RECEIPT, salt=b"x" * 16),
        lambda: replace(RECEIPT, index=3),
        lambda: replace(RECEIPT, index=-1),
        lambda: replace(RECEIPT, index=7),
        lambda: replace(RECEIPT, size=8),
        lambda: replace(RECEIPT, proof=RECEIPT.proof[:-1]),
        lambda: replace(RECEIPT, proof=(*RECEIPT.proof, b"\x00" * 32)),
        lambda: replace(RECEIPT, proof=()),
        lambda: replace(RECEIPT, origin="henan.example/log"),
        lambda: replace(RECEIPT, checkpoint=make_receipt(size=8).checkpoint),
        lambda: replace(RECEIPT, checkpoint=RECEIPT.checkpoint.replace("7\n", "9\n", 1)),
        lambda: replace(RECEIPT, checkpoint=""),
    ],
)
def test_a_receipt_changed_in_anything_proves_nothing(change: Callable[[], Receipt]) -> None:
    with pytest.raises(ReceiptWrong):
        verify_receipt(change(), RECORD, kind=KIND, verifier=VERIFIER)


def test_a_receipt_proves_no_other_record_no_other_kind_and_no_other_log() -> None:
    other = CheckpointVerifier(NAME, Ed25519PrivateKey.generate().public_key())
    for record, kind, verifier in (
        (RECORD + b" ", KIND, VERIFIER),
        (RECORD, "seal.use", VERIFIER),
        (RECORD, "License.Issue", VERIFIER),
        (RECORD, "", VERIFIER),
        (RECORD, KIND, other),
        (RECORD, KIND, CheckpointVerifier("henan.example/log", KEY.public_key())),
    ):
        with pytest.raises(ReceiptWrong):
            verify_receipt(RECEIPT, record, kind=kind, verifier=verifier)


def test_the_entry_is_the_canonical_json_of_its_members() -> None:
    digest = record_digest(SALT, RECORD)
    assert entry_of(KIND, digest) == canonical_json({"v": 1, "kind": KIND, "digest": b64url(digest)})


@pytest.mark.parametrize("kind", ["", "License", "a..b", ".a", "a.", 'a"b', "a b", "许可", "a" * 65, "a\n"])
def test_a_kind_that_could_break_the_entry_is_refused(kind: str) -> None:
    with pytest.raises(MalformedInput):
        entry_of(kind, b"0" * 32)


def test_a_receipt_comes_back_from_its_json() -> None:
    assert Receipt.from_json(RECEIPT.to_json()) == RECEIPT
    assert Receipt.from_json(RECEIPT.to_json().decode()) == RECEIPT


MEMBERS = json.loads(RECEIPT.to_json())


@pytest.mark.parametrize(
    "changed",
    [
        {"v": 2},
        {"v": None},
        {"origin": 5},
        {"salt": "QQ"},
        {"salt": 5},
        {"salt": MEMBERS["salt"] + "="},
        {"index": -1},
        {"index": 1.0},
        {"index": True},
        {"index": "4"},
        {"size": 2**53},
        {"proof": "x"},
        {"proof": [1]},
        {"proof": ["QQ"]},
        {"proof": [MEMBERS["proof"][0]] * 65},
        {"checkpoint": None},
        {"more": 1},
    ],
)
def test_a_receipt_file_with_one_defect_is_refused(changed: dict[str, Any]) -> None:
    with pytest.raises(MalformedInput):
        Receipt.from_json(json.dumps({**MEMBERS, **changed}))


@given(st.binary(max_size=200))
@settings(max_examples=50)
def test_garbage_gives_only_our_errors(raw: bytes) -> None:
    with pytest.raises(XinzhengError):
        Receipt.from_json(raw)


@given(st.integers(0, len(RECEIPT.to_json()) - 1), st.integers(0, 7))
@settings(max_examples=100)
def test_no_receipt_with_a_flipped_bit_proves_anything(place: int, bit: int) -> None:
    changed = bytearray(RECEIPT.to_json())
    changed[place] ^= 1 << bit
    try:
        receipt = Receipt.from_json(bytes(changed))
    except XinzhengError:
        return
    with pytest.raises(ReceiptWrong):
        verify_receipt(receipt, RECORD, kind=KIND, verifier=VERIFIER)
