"""A mandate two test operators agreed on, so that a test's desk may issue."""

from collections.abc import Iterable
from datetime import datetime, timedelta

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from sqlalchemy.orm import Session

from keys.approval import ApprovalRequest
from keys.encoding import uuid7
from seal.mandate import OPERATION, Mandate, Mandates, MandateTerms
from seal.models import SealMandateRow

MANY_YEARS = timedelta(days=20 * 365)


def standing_mandate(
    session: Session, seal_number: str, kinds: Iterable[str], *, now: datetime, per_hour: int = 1_000_000
) -> Mandates:
    """Asked for by op-1, approved by op-2; longer than anybody would permit in earnest."""
    asker, approver = (ec.generate_private_key(ec.SECP256R1()) for _ in range(2))
    spki = asker.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    start = now.replace(microsecond=0) - MANY_YEARS
    terms = MandateTerms(
        uuid7(now), seal_number, frozenset(kinds), per_hour, start, now + 2 * MANY_YEARS, "op-1", "test"
    )
    asked = Mandate(terms, ApprovalRequest(OPERATION, bytes(32), bytes(16), now), spki)
    request = ApprovalRequest.of(OPERATION, asked.parameters(), now=now)
    signature = approver.sign(request.signed_bytes(), ec.ECDSA(hashes.SHA256()))
    session.add(
        SealMandateRow(
            id=terms.mandate_id,
            seal_number=seal_number,
            terms=terms.to_json(),
            approval_request=request.to_json(),
            requester_key=spki,
            approved_by="op-2",
            approval_signature=signature,
            approved_at=now,
        )
    )
    session.flush()
    return Mandates((Mandate(terms, request, spki, "op-2", signature, now),), {"op-2": approver.public_key()})
