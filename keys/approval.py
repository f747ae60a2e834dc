"""Approvals (审批): a second person signs what is to happen, before it happens (T21, ASVS 2.3.5).

    signed bytes = "xinzheng approval v1\n" ‖ canonical JSON {expires_at, nonce, operation, parameters_digest}

The approval binds the operation to the digest of its parameters (`digest_of`), so approving A never
approves B. A nonce is spent once (`keys.store.spend_nonce`), within the transaction of what it approves.
Does not check: that the requester and the approver are two people, and what the approver may approve;
callers know who is who.
"""

import hashlib
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from keys.algorithms import Algorithm, PublicKey
from keys.clock import require_utc
from keys.encoding import b64url, canonical_json, parse_json, unb64url
from keys.errors import ApprovalRefused, BadSignature, MalformedInput
from keys.signature import verify_signature

NONCE_OCTETS = 16
MAX_LIFETIME = timedelta(hours=24)
MAX_REQUEST_BYTES = 2048
_CONTEXT = b"xinzheng approval v1\n"
_TIME = "%Y-%m-%dT%H:%M:%SZ"


@dataclass(frozen=True, slots=True)
class ApprovalRequest:
    """What an approver is asked to sign."""

    operation: str
    """Dotted name of the act, such as `seal.make`."""
    parameters_digest: bytes
    """SHA-256 over the canonical JSON of the parameters, 32 octets."""
    nonce: bytes
    """16 random octets."""
    expires_at: datetime
    """Aware UTC, whole seconds."""

    @classmethod
    def of(
        cls,
        operation: str,
        parameters: Mapping[str, Any],
        *,
        now: datetime,
        lifetime: timedelta = MAX_LIFETIME,
    ) -> "ApprovalRequest":
        """A request with a fresh nonce that expires after `lifetime` (at most 24 hours).

        Raises: ApprovalRefused.
        """
        if not timedelta(0) < lifetime <= MAX_LIFETIME:
            raise ApprovalRefused("An approval lives for at most 24 hours.", "审批有效期至多 24 小时。")
        expires_at = (require_utc(now) + lifetime).replace(microsecond=0)
        return cls(operation, digest_of(parameters), secrets.token_bytes(NONCE_OCTETS), expires_at)

    def to_json(self) -> bytes:
        """Canonical JSON, for handing to the approver."""
        return canonical_json(
            {
                "expires_at": require_utc(self.expires_at).strftime(_TIME),
                "nonce": b64url(self.nonce),
                "operation": self.operation,
                "parameters_digest": b64url(self.parameters_digest),
            }
        )

    def signed_bytes(self) -> bytes:
        """The very bytes an approver's key signs; the prefix keeps them from meaning anything elsewhere."""
        return _CONTEXT + self.to_json()

    @classmethod
    def from_json(cls, data: bytes | str) -> "ApprovalRequest":
        """Read a request; only its canonical spelling is accepted. Raises: MalformedInput, InputTooLarge."""
        members = parse_json(data, max_bytes=MAX_REQUEST_BYTES, max_depth=2)
        try:
            made = cls(
                _text(members["operation"]),
                unb64url(members["parameters_digest"]),
                unb64url(members["nonce"]),
                _parse_time(members["expires_at"]),
            )
            if canonical_json(members) != made.to_json():
                raise MalformedInput("Not an approval request.", "不是审批请求。")
        except (KeyError, TypeError, ValueError):
            raise MalformedInput("Not an approval request.", "不是审批请求。") from None
        return made


def digest_of(parameters: Mapping[str, Any]) -> bytes:
    """SHA-256 over the canonical JSON of an operation's parameters. Raises: MalformedInput."""
    return hashlib.sha256(canonical_json(dict(parameters))).digest()


def verify_approval(request: ApprovalRequest, signature: bytes, public_key: PublicKey, now: datetime) -> None:
    """Verify an approver's ES256 signature (DER) over a request that has not expired.

    Raises: ApprovalRefused.
    """
    moment = require_utc(now)
    if moment >= request.expires_at:
        raise ApprovalRefused("The approval has expired.", "审批已过期。")
    if request.expires_at - moment > MAX_LIFETIME:
        raise ApprovalRefused("An approval lives for at most 24 hours.", "审批有效期至多 24 小时。")
    if len(request.parameters_digest) != 32 or len(request.nonce) != NONCE_OCTETS or not request.operation:
        raise ApprovalRefused("The approval is incomplete.", "审批内容不完整。")
    try:
        verify_signature(public_key, Algorithm.ES256, signature, request.signed_bytes())
    except BadSignature:
        raise ApprovalRefused("The approver's signature does not match.", "审批人签名不匹配。") from None


def _text(value: object) -> str:
    if not isinstance(value, str) or not value:
        raise TypeError
    return value


def _parse_time(text: str) -> datetime:
    return datetime.fromisoformat(text.removesuffix("Z") + "+00:00")
