"""RFC 3161 time-stamp tokens inside a PDF: over a signature value (B-T) or over the document (§12.8.5 of ISO
32000-2)."""

import hmac
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from asn1crypto import tsp

from seal.verification import arithmetic
from seal.verification.cms import CmsFacts, read_cms
from seal.verification.der_limits import refuse_slow
from seal.verification.errors import UnreadableSignature

_ASN1_ERRORS = (ValueError, TypeError, KeyError, IndexError, AttributeError, OverflowError, RecursionError)
OTHER_DATA_STAMPED = ("the time-stamp is of other data", "时间戳对应的不是这份数据")


@dataclass(frozen=True, slots=True)
class TimestampFacts:
    """One token: when it says the data existed, and whether its arithmetic holds for this data."""

    intact: bool
    reason: str
    reason_zh: str
    time: datetime | None
    cms: CmsFacts


def read_timestamp(token: bytes, pieces: Sequence[bytes | memoryview]) -> TimestampFacts:
    """Compute a token over the data in `pieces`. Raises UnreadableSignature.

    Checked: the token's own signature, that it names its certificate, and that its imprint is the data's
    digest. Not checked: whether the authority is trusted.
    """
    signed = read_cms(token, ())
    if signed.content_type != "tst_info" or not signed.content:
        raise UnreadableSignature("this is not a time-stamp token", "这不是时间戳")
    refuse_slow(signed.content)
    try:
        info = tsp.TSTInfo.load(signed.content)
        imprint = info["message_imprint"]
        name = arithmetic.digest_name(imprint["hash_algorithm"]["algorithm"].native)
        stated: bytes = imprint["hashed_message"].native
        moment: datetime = info["gen_time"].native.astimezone(UTC)
    except _ASN1_ERRORS as error:
        raise UnreadableSignature("the time-stamp token cannot be read", "无法读取时间戳") from error
    if not signed.intact:
        return TimestampFacts(False, signed.reason, signed.reason_zh, moment, signed)
    if not hmac.compare_digest(stated, arithmetic.digest_of(name, *pieces)):
        return TimestampFacts(False, *OTHER_DATA_STAMPED, moment, signed)
    return TimestampFacts(True, "the time-stamp is of this data", "时间戳与数据一致", moment, signed)
