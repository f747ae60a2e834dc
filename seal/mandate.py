"""A mandate to use a seal 用印授权: what two people permit a desk to seal without asking each time.

A mandate names one seal, kinds of work (license types), a rate for one hour of the clock, and an end. One
operator asks, another signs all of it (`keys.approval`); `Mandates.require` verifies that signature inside
the act that uses the seal, so a row that nobody signed permits nothing, and a mandate ends when its approver
is no operator any more. The rate is counted in the database by compare-and-swap (`seal.mandate_store.count`),
so that no number of workers exceeds it. Does not check that the operators may act for this organ.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from keys.algorithms import PublicKey
from keys.approval import ApprovalRequest, digest_of, verify_approval
from keys.clock import require_utc
from keys.encoding import canonical_json, parse_json
from keys.errors import ApprovalRefused, MalformedInput
from seal.errors import MandateMissing, SealUnusable

OPERATION = "seal.mandate"
LONGEST = timedelta(days=366)
_LARGEST = 64 * 1024
_TIME = "%Y-%m-%dT%H:%M:%SZ"


@dataclass(frozen=True, slots=True)
class MandateTerms:
    """Everything the approver signs for."""

    mandate_id: UUID
    seal_number: str
    kinds: frozenset[str]
    """License types that may be sealed."""
    per_hour: int
    """The most uses within one hour of the clock (UTC)."""
    valid_from: datetime
    expires_at: datetime
    requested_by: str
    reason: str

    def to_json(self) -> bytes:
        """Canonical JSON."""
        return canonical_json(self.parameters())

    def parameters(self) -> dict[str, Any]:
        """As the digest in the approval covers them."""
        return {
            "mandate": str(self.mandate_id),
            "seal": self.seal_number,
            "kinds": sorted(self.kinds),
            "per_hour": self.per_hour,
            "valid_from": require_utc(self.valid_from).strftime(_TIME),
            "expires_at": require_utc(self.expires_at).strftime(_TIME),
            "requested_by": self.requested_by,
            "reason": self.reason,
        }

    @classmethod
    def from_json(cls, data: bytes) -> "MandateTerms":
        """Read terms. Raises MalformedInput, InputTooLarge."""
        members: Any = parse_json(data, max_bytes=_LARGEST, max_depth=3)
        try:
            made = cls(
                UUID(members["mandate"]),
                members["seal"],
                frozenset(members["kinds"]),
                members["per_hour"],
                _moment(members["valid_from"]),
                _moment(members["expires_at"]),
                members["requested_by"],
                members["reason"],
            )
            if made.to_json() != data:
                raise MalformedInput("Not the terms of a mandate.", "不是用印授权条款。")
        except (KeyError, TypeError, ValueError, AttributeError):
            raise MalformedInput("Not the terms of a mandate.", "不是用印授权条款。") from None
        return made


@dataclass(frozen=True, slots=True)
class Mandate:
    """A mandate as it stands in the database: to be believed only after `check_mandate`."""

    terms: MandateTerms
    request: ApprovalRequest
    """What the approver signs: `request.signed_bytes()`."""
    requester_key: bytes
    approved_by: str | None = None
    signature: bytes | None = None
    approved_at: datetime | None = None
    revoked_at: datetime | None = None

    def parameters(self) -> dict[str, Any]:
        """Everything the approval binds."""
        return {**self.terms.parameters(), "requester_key": self.requester_key.hex()}

    def covers(self, seal_number: str, kind: str, at: datetime) -> bool:
        """Whether it says anything about this use: seal, kind of work, period, not revoked."""
        terms = self.terms
        alive = self.revoked_at is None or at < self.revoked_at
        inside = terms.valid_from <= at < terms.expires_at
        return terms.seal_number == seal_number and kind in terms.kinds and inside and alive


@dataclass(frozen=True, slots=True)
class Mandates:
    """The mandates of one desk, and the operators whose signatures count (active ones, by code)."""

    held: tuple[Mandate, ...]
    operators: Mapping[str, PublicKey]

    def require(self, seal_number: str, kind: str, *, at: datetime) -> Mandate:
        """The mandate for a use, its approval verified here. Raises MandateMissing, ApprovalRefused."""
        refused: ApprovalRefused | None = None
        for mandate in self.held:
            if mandate.covers(seal_number, kind, at):
                try:
                    check_mandate(mandate, self.operators)
                except ApprovalRefused as reason:
                    refused = reason
                else:
                    return mandate
        if refused is not None:
            raise refused
        raise MandateMissing(
            "No mandate permits this seal to seal licenses of this type now. One operator asks for a mandate"
            " (xinzheng seal mandate request), another approves it.",
            "该印章目前没有签发此类证照的用印授权：请一名操作员申请授权（xinzheng seal mandate request），"
            "另一名操作员批准。",
        )


NO_MANDATES = Mandates((), {})


def check_terms(terms: MandateTerms) -> None:
    """Refuse terms that nobody should sign. Raises SealUnusable."""
    lifetime = terms.expires_at - terms.valid_from
    if not terms.kinds or terms.per_hour < 1 or not timedelta(0) < lifetime <= LONGEST:
        raise SealUnusable(
            "A mandate names license types, at least one use an hour, and ends within a year.",
            "用印授权须注明证照类型、每小时次数（至少 1 次），有效期不超过一年。",
        )


def check_mandate(mandate: Mandate, operators: Mapping[str, PublicKey]) -> None:
    """Whether a second operator signed exactly this; nothing in the row is believed.

    Raises ApprovalRefused.
    """
    code, signature, moment = mandate.approved_by, mandate.signature, mandate.approved_at
    if code is None or signature is None or moment is None or code not in operators:
        raise ApprovalRefused(
            "No second operator has approved this mandate.", "该授权尚未经第二名操作员批准。"
        )
    check_two_people(mandate, code, operators[code])
    check_answer(mandate, signature, operators[code], at=moment)


def check_two_people(mandate: Mandate, code: str, key: PublicKey) -> None:
    """Raises ApprovalRefused when approver and requester are one person, also under two codes."""
    spki = key.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    if code == mandate.terms.requested_by or spki == mandate.requester_key:
        raise ApprovalRefused("Who asks for a mandate cannot approve it.", "申请人不能批准自己的授权申请。")


def check_answer(mandate: Mandate, signature: bytes, key: PublicKey, *, at: datetime) -> None:
    """Whether the signature answers this question about these terms. Raises ApprovalRefused."""
    if mandate.request.operation != OPERATION:
        raise ApprovalRefused("The approval is for something else.", "该批准不是针对用印授权的。")
    if mandate.request.parameters_digest != digest_of(mandate.parameters()):
        raise ApprovalRefused("The mandate is not what was approved.", "授权内容与批准时不一致。")
    verify_approval(mandate.request, signature, key, at)


def _moment(text: str) -> datetime:
    return datetime.strptime(text, _TIME).replace(tzinfo=UTC)
