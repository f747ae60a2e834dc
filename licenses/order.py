"""What a department asks for when it wants a license issued (签发申请), and what is refused at the door.

A repeated request (same idempotency key, same content) finds its license; another content under a used key is
refused. A new version (延续, 变更) must continue a license of the same type, issuer and holder.

Does not check: the record itself (`licenses.record`), nor the right to issue (`licenses.accreditation`).
"""

import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from hashlib import sha256
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from keys.encoding import canonical_json, parse_json
from keys.fields import FieldCipher
from licenses.errors import AlreadyRequested, IdempotencyConflict, SuccessorRefused
from licenses.lifecycle import BIRTHS, SUCCESSIONS, Operation, next_state
from licenses.record import LARGEST_RECORD, LicenseRecord
from licenses.store import licenses
from licenses.store.licenses import Entry

KIND = "license.issue"
"""Name of the act in the log."""


@dataclass(frozen=True, slots=True)
class IssueOrder:
    """What is asked for."""

    record: LicenseRecord
    requested_by: str
    reason: str = ""
    idempotency_key: str | None = None
    operation: Operation = Operation.ISSUE
    predecessor: UUID | None = None
    """The license this one is the new version of; with 延续 or 变更 only."""
    holder_jwk: Mapping[str, Any] | None = None

    def __post_init__(self) -> None:
        if self.operation not in BIRTHS or (self.predecessor is None) == (self.operation in SUCCESSIONS):
            raise SuccessorRefused(
                "A new version names the license it follows; a new license names none.",
                "办理延续、变更须指明原证照；新发证照不得指明原证照。",
            )

    @property
    def digest(self) -> bytes:
        """SHA-256 of what was asked, so that a repeated request is known from a different one."""
        asked = {
            "record": self.record.to_json(),
            "operation": self.operation.value,
            "predecessor": str(self.predecessor) if self.predecessor else None,
            "holder_jwk": dict(self.holder_jwk) if self.holder_jwk else None,
        }
        return sha256(canonical_json(asked)).digest()


def find_repeated(session: Session, order: IssueOrder) -> None:
    """Refuse a request that was received before.

    Raises: AlreadyRequested with the license of the same request, IdempotencyConflict for another one.
    """
    if order.idempotency_key is None:
        return
    earlier = licenses.by_idempotency_key(session, order.record.issuer, order.idempotency_key)
    if earlier is None:
        return
    if not secrets.compare_digest(earlier.request_digest, order.digest):
        raise IdempotencyConflict()
    raise AlreadyRequested(earlier.id)


def find_predecessor(session: Session, order: IssueOrder, cipher: FieldCipher) -> Entry | None:
    """The license the new version follows. Raises LicenseNotFound, SuccessorRefused, TransitionRefused."""
    if order.predecessor is None:
        return None
    old = licenses.require(session, order.predecessor)
    next_state(order.operation, old.state)
    if old.issuer_code != order.record.issuer or old.license_type != order.record.license_type:
        raise SuccessorRefused(
            "The new version must be of the same type and by the same department.",
            "新证照的类型和颁发机构须与原证照一致。",
        )
    raw = parse_json(licenses.open_record(session, cipher, old.id), max_bytes=LARGEST_RECORD)
    holder = order.record.holder
    if (raw["holder"]["code_type"], raw["holder"]["code"]) != (holder.code_type, holder.code):
        raise SuccessorRefused(
            "The new version must be for the same holder.", "新证照的持证主体须与原证照一致。"
        )
    if licenses.successor_of(session, old.id, issued_only=False) is not None:
        raise SuccessorRefused(
            "A new version of this license is already being issued.", "该证照的新版本已在签发中。"
        )
    return old
