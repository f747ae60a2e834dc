"""The receipt (日志回执): proof, without network, that a record stands in a log.

    entry   = canonical JSON {"digest": b64url(SHA-256(salt ‖ record)), "kind": kind, "v": 1}
    leaf    = SHA-256(0x00 ‖ entry)
    receipt = origin, salt, index, size, inclusion proof, signed checkpoint of that size

Only the salted digest is public, so the log tells nothing about anybody: who holds the record and the
receipt can prove it, who holds the log alone learns nothing. The proof is against the checkpoint of the
batch it came in.
"""

import hashlib
import re
from dataclasses import dataclass
from typing import Any

from keys.encoding import b64url, canonical_json, parse_json, unb64url
from keys.errors import CheckpointWrong, MalformedInput, ProofWrong, ReceiptWrong, XinzhengError
from keys.log.checkpoint import CheckpointVerifier
from keys.log.merkle import HASH_OCTETS, MAX_PROOF, leaf_hash, verify_inclusion

ENTRY_VERSION = 1
SALT_OCTETS = 16
MAX_RECEIPT_BYTES = 32 * 1024
_KIND = re.compile(r"[a-z][a-z0-9_]*(\.[a-z][a-z0-9_]*)*")
_MEMBERS = {"v", "origin", "salt", "index", "size", "proof", "checkpoint"}


@dataclass(frozen=True, slots=True)
class Receipt:
    """A place in a log, proven."""

    origin: str
    salt: bytes
    """16 octets."""
    index: int
    """Counted from 0."""
    size: int
    """Size of the tree that the checkpoint signs."""
    proof: tuple[bytes, ...]
    """Inclusion proof, bottom up, 32 octets each."""
    checkpoint: str
    """Signed note."""

    def to_json(self) -> bytes:
        """The receipt as a file: canonical JSON, UTF-8."""
        return canonical_json(
            {
                "v": ENTRY_VERSION,
                "origin": self.origin,
                "salt": b64url(self.salt),
                "index": self.index,
                "size": self.size,
                "proof": [b64url(step) for step in self.proof],
                "checkpoint": self.checkpoint,
            }
        )

    @classmethod
    def from_json(cls, data: bytes | str) -> "Receipt":
        """Read a receipt. Checks its shape only. Raises: MalformedInput, InputTooLarge."""
        return _read(parse_json(data, max_bytes=MAX_RECEIPT_BYTES, max_depth=4))


def record_digest(salt: bytes, record: bytes) -> bytes:
    """SHA-256(salt ‖ record), 32 octets."""
    return hashlib.sha256(salt + record).digest()


def entry_of(kind: str, digest: bytes) -> bytes:
    """The bytes that become a leaf.

    Raises: MalformedInput for a kind that is not a dotted lower-case name.
    """
    if not _KIND.fullmatch(kind) or len(kind) > 64 or len(digest) != HASH_OCTETS:
        raise MalformedInput("Not a kind of act.", "不是有效的操作类别。")
    # Written out because batches log thousands; a test holds it equal to canonical_json.
    return f'{{"digest":"{b64url(digest)}","kind":"{kind}","v":{ENTRY_VERSION}}}'.encode("ascii")


def verify_receipt(receipt: Receipt, record: bytes, *, kind: str, verifier: CheckpointVerifier) -> None:
    """Verify that `record` was logged as an act of `kind` in the log of `verifier`.

    Does not check: that the checkpoint is the newest, or that others saw it too.
    Raises: ReceiptWrong, and nothing else, with the reason in words.
    """
    try:
        if receipt.origin != verifier.name:
            raise ReceiptWrong("The receipt is of another log.", "回执属于另一日志。")
        checkpoint = verifier.verify(receipt.checkpoint)
        if checkpoint.size != receipt.size:
            raise ReceiptWrong("The receipt and its checkpoint differ in size.", "回执与检查点的大小不一致。")
        leaf = leaf_hash(entry_of(kind, record_digest(receipt.salt, record)))
        verify_inclusion(leaf, receipt.index, receipt.size, receipt.proof, checkpoint.root)
    except ReceiptWrong:
        raise
    except ProofWrong:
        raise ReceiptWrong("The record is not the one in the log.", "该记录与日志所载不符。") from None
    except CheckpointWrong as error:
        raise ReceiptWrong(error.detail, error.detail_zh) from None
    except XinzhengError as error:
        raise ReceiptWrong(log_only=error.detail) from None


def _read(members: Any) -> Receipt:
    if not isinstance(members, dict) or set(members) != _MEMBERS or members["v"] != ENTRY_VERSION:
        raise MalformedInput("Not a log receipt.", "不是日志回执。")
    origin, note, steps = members["origin"], members["checkpoint"], members["proof"]
    if not isinstance(origin, str) or not isinstance(note, str) or not isinstance(steps, list):
        raise MalformedInput("Not a log receipt.", "不是日志回执。")
    if len(steps) > MAX_PROOF:
        raise MalformedInput("The receipt's proof is too long.", "回执的证明过长。")
    return Receipt(
        origin=origin,
        salt=_octets(members["salt"], SALT_OCTETS),
        index=_count(members["index"]),
        size=_count(members["size"]),
        proof=tuple(_octets(step, HASH_OCTETS) for step in steps),
        checkpoint=note,
    )


def _octets(value: object, length: int) -> bytes:
    raw = unb64url(value) if isinstance(value, str) else b""
    if len(raw) != length:
        raise MalformedInput(f"Expected {length} octets.", f"应为 {length} 字节。")
    return raw


def _count(value: object) -> int:
    if type(value) is not int or not 0 <= value < 2**53:
        raise MalformedInput("Expected a count.", "应为计数。")
    return value
