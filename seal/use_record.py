"""The record of one use of a seal 用印记录, as the log commits to it and the sealed file carries it.

Version 1 is a use of a document at hand, without approval. Version 2 says more: who approved it and the
SHA-256 of the approval, so that the log shows the approval too; for a document that stayed in its department,
the SHA-256 of what the seal covers. All are canonical JSON; no other spelling is read.
"""

from dataclasses import dataclass
from typing import Any

from keys.encoding import b64url, canonical_json, parse_json, unb64url
from keys.errors import MalformedInput

USE_KIND = "seal.use"
_LARGEST = 8 * 1024
_PLAIN = {"v", "seal", "document", "pages", "purpose", "used_by", "on_behalf_of"}
_APPROVAL, _RANGES = {"approved_by", "approval"}, {"signed_ranges"}
_SETS = (_PLAIN, _PLAIN | _APPROVAL, _PLAIN | _RANGES, _PLAIN | _APPROVAL | _RANGES)


@dataclass(frozen=True, slots=True)
class UseRecord:
    """One use of a seal."""

    seal_number: str
    document_digest: bytes
    """SHA-256 of the file before sealing, 32 octets."""
    pages: int
    purpose: str
    used_by: str
    """Code of the operator or client; not a name."""
    on_behalf_of: str
    approved_by: str = ""
    """Code of the second operator; empty for a use without approval."""
    approval: bytes = b""
    """SHA-256 of the approval (`seal.use_approval.UseApproval.digest`)."""
    signed_ranges: bytes = b""
    """SHA-256 over the two signed ranges, when the signer never saw the document (`seal.remote`)."""

    def to_json(self) -> bytes:
        """Canonical JSON: the log's record, and the signed attribute."""
        members: dict[str, Any] = {
            "v": 1,
            "seal": self.seal_number,
            "document": b64url(self.document_digest),
            "pages": self.pages,
            "purpose": self.purpose,
            "used_by": self.used_by,
            "on_behalf_of": self.on_behalf_of,
        }
        if self.approved_by:
            members |= {"v": 2, "approved_by": self.approved_by, "approval": b64url(self.approval)}
        if self.signed_ranges:
            members |= {"v": 2, "signed_ranges": b64url(self.signed_ranges)}
        return canonical_json(members)

    @classmethod
    def from_json(cls, data: bytes) -> "UseRecord":
        """Read a use record; only its canonical spelling counts. Raises MalformedInput, InputTooLarge."""
        members: Any = parse_json(data, max_bytes=_LARGEST, max_depth=2)
        if not isinstance(members, dict) or set(members) not in _SETS:
            raise _malformed()
        texts = [members[name] for name in sorted(set(members) - {"v", "pages"})]
        if not all(isinstance(text, str) for text in texts) or type(members["pages"]) is not int:
            raise _malformed()
        made = cls(
            members["seal"],
            unb64url(members["document"]),
            members["pages"],
            members["purpose"],
            members["used_by"],
            members["on_behalf_of"],
            members.get("approved_by", ""),
            unb64url(members.get("approval", "")),
            unb64url(members.get("signed_ranges", "")),
        )
        if made.to_json() != data:
            raise _malformed()
        return made


def _malformed() -> MalformedInput:
    return MalformedInput("Not a record of a seal's use.", "不是用印记录。")
