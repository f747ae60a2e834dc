"""What travels between a department and the node with its seal's key 远程用印: digests, never the document.

    Ticket   department → node   which seal, SHA-256 of the file and of what the seal covers, why, for whom
    Answer   node → department   the signed attributes, the signature over them, the time-stamp

Both are canonical JSON, good for a file or a request.
"""

from dataclasses import dataclass
from typing import Any

from keys.encoding import b64url, canonical_json, parse_json, unb64url
from keys.errors import MalformedInput
from seal.use_approval import UseTerms

_LARGEST = 256 * 1024
_TICKET = {
    "v", "seal", "certificate", "document", "signed_ranges", "pages", "purpose", "used_by", "on_behalf_of",
    "hole", "room",
}  # fmt: skip
_ANSWER = {"v", "attributes", "signature", "timestamp"}


@dataclass(frozen=True, slots=True)
class Ticket:
    """A document prepared in its department, waiting for the seal's signature."""

    terms: UseTerms
    certificate_digest: bytes
    """SHA-256 of the seal's certificate: the update was laid out for it."""
    hole: int
    """Offset in the prepared file where the signature's hexadecimal digits begin."""
    room: int
    """Octets of DER that fit there."""

    def to_json(self) -> bytes:
        """Canonical JSON."""
        return canonical_json(
            {
                **self.terms.parameters(),
                "v": 1,
                "certificate": b64url(self.certificate_digest),
                "hole": self.hole,
                "room": self.room,
            }
        )

    @classmethod
    def from_json(cls, data: bytes) -> "Ticket":
        """Read a ticket; only its canonical spelling counts. Raises MalformedInput, InputTooLarge."""
        members = _members(data, _TICKET, {"v", "pages", "hole", "room"})
        made = cls(
            UseTerms(
                members["seal"],
                unb64url(members["document"]),
                members["pages"],
                members["purpose"],
                members["used_by"],
                members["on_behalf_of"],
                unb64url(members["signed_ranges"]),
            ),
            unb64url(members["certificate"]),
            members["hole"],
            members["room"],
        )
        digests = (made.terms.document_digest, made.terms.signed_ranges, made.certificate_digest)
        numbers_good = made.terms.pages > 0 and made.hole > 0 and 0 < made.room < 1 << 20
        if any(len(each) != 32 for each in digests) or not numbers_good or made.to_json() != data:
            raise _malformed()
        return made


@dataclass(frozen=True, slots=True)
class Answer:
    """What the node made for a ticket."""

    attributes: bytes
    """DER of the signed attributes, a SET."""
    signature: bytes
    timestamp: bytes = b""
    """RFC 3161 token over the signature, DER; empty when there is none."""

    def to_json(self) -> bytes:
        """Canonical JSON."""
        return canonical_json(
            {
                "v": 1,
                "attributes": b64url(self.attributes),
                "signature": b64url(self.signature),
                "timestamp": b64url(self.timestamp),
            }
        )

    @classmethod
    def from_json(cls, data: bytes) -> "Answer":
        """Read an answer. Raises MalformedInput, InputTooLarge."""
        members = _members(data, _ANSWER, {"v"})
        return cls(
            unb64url(members["attributes"]), unb64url(members["signature"]), unb64url(members["timestamp"])
        )


def _members(data: bytes, names: set[str], numbers: set[str]) -> dict[str, Any]:
    members: Any = parse_json(data, max_bytes=_LARGEST, max_depth=2)
    if not isinstance(members, dict) or set(members) != names or members["v"] != 1:
        raise _malformed()
    if not all(type(members[name]) is (int if name in numbers else str) for name in names):
        raise _malformed()
    return members


def _malformed() -> MalformedInput:
    return MalformedInput("Not a ticket or answer of remote sealing.", "不是远程用印凭据。")
