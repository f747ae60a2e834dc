"""Approve one use of a seal 用印审批: a second operator signs for this document and no other (T21).

    ask       the requester's question: seal, document's SHA-256, pages, purpose, who, for whom
    approved  the second operator's P-256 signature over {operation, digest of all that, nonce, expiry}
    check     inside the act that signs, from the operators' own keys; nothing that was stored is believed

An approval is a value people hand on, as a file or in a request; the node needs no table of pending ones. Its
nonce is spent with the use. Does not check that the approver may act for this organ; callers know their
operators.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Any

from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from keys.algorithms import PublicKey
from keys.approval import MAX_LIFETIME, ApprovalRequest, digest_of, verify_approval
from keys.encoding import b64url, canonical_json, parse_json, unb64url
from keys.errors import ApprovalRefused, MalformedInput

OPERATION = "seal.use"
_LARGEST = 16 * 1024
_MEMBERS = {"v", "terms", "request", "approved_by", "signature"}
_TERMS = {"seal", "document", "pages", "purpose", "used_by", "on_behalf_of", "signed_ranges"}


@dataclass(frozen=True, slots=True)
class UseTerms:
    """What is approved."""

    seal_number: str
    document_digest: bytes
    """SHA-256 of the file before sealing, 32 octets."""
    pages: int
    purpose: str
    used_by: str
    on_behalf_of: str
    signed_ranges: bytes = b""
    """For a document that stays in its department: SHA-256 over what the seal will cover, 32 octets."""

    def parameters(self) -> dict[str, Any]:
        """Everything the approval binds."""
        return {
            "seal": self.seal_number,
            "document": b64url(self.document_digest),
            "pages": self.pages,
            "purpose": self.purpose,
            "used_by": self.used_by,
            "on_behalf_of": self.on_behalf_of,
            "signed_ranges": b64url(self.signed_ranges),
        }


@dataclass(frozen=True, slots=True)
class UseApproval:
    """A question to the second operator and, once `approved`, the answer."""

    terms: UseTerms
    request: ApprovalRequest
    approved_by: str = ""
    signature: bytes = b""

    @classmethod
    def ask(cls, terms: UseTerms, *, now: datetime, lifetime: timedelta = MAX_LIFETIME) -> "UseApproval":
        """A question with a fresh nonce. Raises ApprovalRefused for a lifetime over 24 hours."""
        return cls(terms, ApprovalRequest.of(OPERATION, terms.parameters(), now=now, lifetime=lifetime))

    def approved(self, by: str, signature: bytes) -> "UseApproval":
        """The answer. `signature`: ES256, DER, over `request.signed_bytes()`."""
        return replace(self, approved_by=by, signature=signature)

    @property
    def digest(self) -> bytes:
        """SHA-256 of the approval as it is handed on: what the use record and the log commit to."""
        return sha256(self.to_json()).digest()

    def to_json(self) -> bytes:
        """Canonical JSON."""
        return canonical_json(
            {
                "v": 1,
                "terms": self.terms.parameters(),
                "request": self.request.to_json().decode(),
                "approved_by": self.approved_by,
                "signature": b64url(self.signature),
            }
        )

    @classmethod
    def from_json(cls, data: bytes) -> "UseApproval":
        """Read an approval; only its canonical spelling counts. Raises MalformedInput, InputTooLarge."""
        members: Any = parse_json(data, max_bytes=_LARGEST, max_depth=3)
        if not isinstance(members, dict) or set(members) != _MEMBERS or not _texts(members, "v", "terms"):
            raise _malformed()
        terms = members["terms"]
        if not isinstance(terms, dict) or set(terms) != _TERMS or not _texts(terms, "pages"):
            raise _malformed()
        if type(terms["pages"]) is not int:
            raise _malformed()
        made = cls(
            UseTerms(
                terms["seal"],
                unb64url(terms["document"]),
                terms["pages"],
                terms["purpose"],
                terms["used_by"],
                terms["on_behalf_of"],
                unb64url(terms["signed_ranges"]),
            ),
            ApprovalRequest.from_json(members["request"]),
            members["approved_by"],
            unb64url(members["signature"]),
        )
        if made.to_json() != data:
            raise _malformed()
        return made


def check_use_approved(
    approval: UseApproval | None, terms: UseTerms, operators: Mapping[str, PublicKey], *, at: datetime
) -> None:
    """Whether a second operator approved exactly this use. Raises ApprovalRefused.

    terms: built by the caller from the document in hand. operators: active ones, by code.
    """
    if approval is None or not approval.signature:
        raise ApprovalRefused(
            "This seal is used only with a second operator's approval of the document.",
            "该印章须经第二名操作员对文件审批后方可使用。",
        )
    _check_two_people(approval, terms, operators)
    if approval.request.operation != OPERATION:
        raise ApprovalRefused("The approval is for something else.", "该审批不是针对用印的。")
    if approval.request.parameters_digest != digest_of(terms.parameters()):
        raise ApprovalRefused(
            "The approval is for another document, seal, purpose or person.",
            "该审批针对的文件、印章、事由或用印人与本次不一致。",
        )
    verify_approval(approval.request, approval.signature, operators[approval.approved_by], at)


def _check_two_people(approval: UseApproval, terms: UseTerms, operators: Mapping[str, PublicKey]) -> None:
    for code in (approval.approved_by, terms.used_by):
        if code not in operators:
            raise ApprovalRefused(
                "Who asks and who approves must both be operators of this node.",
                "用印人和审批人都必须是本节点的在册操作员。",
            )
    one, other = operators[approval.approved_by], operators[terms.used_by]
    if approval.approved_by == terms.used_by or _spki(one) == _spki(other):
        raise ApprovalRefused("Who uses a seal cannot approve the use.", "用印人不能审批自己的用印。")


def _spki(key: PublicKey) -> bytes:
    return key.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)


def _texts(members: Mapping[str, Any], *others: str) -> bool:
    return all(isinstance(members[name], str) for name in members if name not in others)


def _malformed() -> MalformedInput:
    return MalformedInput("Not an approval of a seal's use.", "不是用印审批。")
