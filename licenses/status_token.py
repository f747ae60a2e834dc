"""The signed status list (状态列表令牌): a JWT of type `statuslist+jwt`, draft-ietf-oauth-status-list §5.1,
§8.3.

    header   {"alg", "typ": "statuslist+jwt", "kid", "x5c": [leaf, …]}
    payload  {"sub": uri, "iat", "exp", "ttl", "status_list": {"bits": 2, "lst"}}

An old token is not a wrong one. `verify_status_token` refuses what is forged or not the list asked for;
whether it is still fresh is a question of its own (`freshness`), because offline the answer is "as of", never
"valid". What is not checked: that the signer's certificate chains to an anchor; the caller brings a trusted
key.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import Any

from cryptography import x509

from keys.algorithms import PublicKey, algorithm_of
from keys.encoding import canonical_json, parse_json, unb64url
from keys.errors import XinzhengError
from keys.jws import sign_compact, verify_compact
from keys.signer import Signer
from licenses.credential import x5c_header
from licenses.credential_reading import header_certificates
from licenses.errors import MalformedStatusList, StatusTokenWrong
from licenses.status_list import BITS, LEAST_SIZE, StatusList

TYP = "statuslist+jwt"
MEDIA_TYPE = "application/statuslist+jwt"
LARGEST_TOKEN = 12 * 1024 * 1024
_CLOCK_SKEW = timedelta(seconds=60)


class Freshness(StrEnum):
    FRESH = "fresh"
    STALE = "stale"
    """Past `exp`."""
    FROM_THE_FUTURE = "from_the_future"
    """Issued later than the reader's clock says now."""


@dataclass(frozen=True, slots=True)
class StatusToken:
    """A status list whose signature holds."""

    uri: str
    statuses: StatusList
    issued_at: datetime
    expires_at: datetime | None
    ttl_s: int | None

    def freshness(self, now: datetime) -> Freshness:
        if self.issued_at > now + _CLOCK_SKEW:
            return Freshness.FROM_THE_FUTURE
        if self.expires_at is not None and now >= self.expires_at:
            return Freshness.STALE
        return Freshness.FRESH


def build_status_token(
    statuses: StatusList,
    *,
    uri: str,
    signer: Signer,
    x5c: Sequence[x509.Certificate],
    now: datetime,
    lifetime: timedelta,
    ttl: timedelta,
) -> str:
    """Sign a list. Raises ValueError for a list so small that it would single licenses out."""
    if len(statuses) < LEAST_SIZE:
        raise ValueError("a status list has at least 2^17 slots")
    issued_at = int(now.timestamp())
    payload = {
        "sub": uri,
        "iat": issued_at,
        "exp": issued_at + int(lifetime.total_seconds()),
        "ttl": int(ttl.total_seconds()),
        "status_list": {"bits": BITS, "lst": statuses.encode()},
    }
    return sign_compact(canonical_json(payload), signer=signer, typ=TYP, header={"x5c": x5c_header(x5c)})


def verify_status_token(token: str, public_key: PublicKey, *, uri: str) -> StatusToken:
    """Check signature, type and `sub`. Raises StatusTokenWrong, MalformedStatusList."""
    try:
        verified = verify_compact(
            token, public_key=public_key, algorithm=algorithm_of(public_key), typ=TYP, max_bytes=LARGEST_TOKEN
        )
        payload = parse_json(verified.payload, max_bytes=LARGEST_TOKEN, max_depth=6)
    except XinzhengError as error:
        raise StatusTokenWrong(log_only=error.detail) from error
    read = _read(payload)
    if read.uri != uri:
        raise StatusTokenWrong(
            "The status list is another one than asked for", "取得的状态列表与所需的不是同一份"
        )
    return read


def status_token_certificates(token: str) -> tuple[bytes, ...]:
    """The certificates a token claims for itself, DER, leaf first. Prove the path before using the key."""
    try:
        header = parse_json(unb64url(token.partition(".")[0]), max_bytes=64 * 1024, max_depth=6)
        return header_certificates(header.get("x5c") if isinstance(header, dict) else None)
    except XinzhengError as error:
        raise MalformedStatusList() from error


def _read(payload: Any) -> StatusToken:
    if not isinstance(payload, dict) or not isinstance(payload.get("status_list"), dict):
        raise MalformedStatusList()
    inner = payload["status_list"]
    if inner.get("bits") != BITS or isinstance(inner.get("bits"), bool):
        raise MalformedStatusList("The status list has not two bits a license", "状态列表不是两位编码")
    if not isinstance(payload.get("sub"), str) or not isinstance(inner.get("lst"), str):
        raise MalformedStatusList()
    expires_at = payload.get("exp")
    return StatusToken(
        uri=payload["sub"],
        statuses=StatusList.decode(inner["lst"]),
        issued_at=_moment(payload.get("iat")),
        expires_at=None if expires_at is None else _moment(expires_at),
        ttl_s=_seconds(payload.get("ttl")),
    )


def _moment(value: Any) -> datetime:
    if not isinstance(value, int) or isinstance(value, bool) or not 0 <= value < 2**36:
        raise MalformedStatusList()
    return datetime.fromtimestamp(value, UTC)


def _seconds(value: Any) -> int | None:
    if value is None:
        return None
    if not isinstance(value, int) or isinstance(value, bool) or value <= 0:
        raise MalformedStatusList()
    return value
