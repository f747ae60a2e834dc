"""A time-stamp request (时间戳请求) and what may be wrong with it, RFC 3161 §2.4.1.

    TimeStampReq ::= SEQUENCE { version INTEGER {v1(1)}, messageImprint MessageImprint, reqPolicy OID
    OPTIONAL,
                                nonce INTEGER OPTIONAL, certReq BOOLEAN DEFAULT FALSE, extensions [0]
                                OPTIONAL }

Each rule names the failure it answers with. Requests are at most 4 KiB; a nonce at most 64 octets.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import IntEnum
from types import MappingProxyType
from typing import TypeVar

from asn1crypto import core, tsp

from ca.errors import TimeStampRefused

T = TypeVar("T")

MAX_REQUEST_BYTES = 4096
MAX_NONCE_BITS = 8 * 64


class Failure(IntEnum):
    """PKIFailureInfo, RFC 3161 §2.4.2: the number is the bit.

    `addInfoNotAvailable` (17) is never answered: nothing but the certificate can be asked for, and that we
    have.
    """

    BAD_ALG = 0
    BAD_REQUEST = 2
    BAD_DATA_FORMAT = 5
    TIME_NOT_AVAILABLE = 14
    UNACCEPTED_POLICY = 15
    UNACCEPTED_EXTENSION = 16
    SYSTEM_FAILURE = 25


@dataclass(frozen=True, slots=True)
class HashKind:
    """A hash a message imprint may be made with."""

    dotted: str
    octets: int


HASHES: Mapping[str, HashKind] = MappingProxyType(
    {
        "sha256": HashKind("2.16.840.1.101.3.4.2.1", 32),
        "sha384": HashKind("2.16.840.1.101.3.4.2.2", 48),
        "sha512": HashKind("2.16.840.1.101.3.4.2.3", 64),
        "sm3": HashKind("1.2.156.10197.1.401", 32),
    }
)
"""Names as hashlib spells them. SHA-1 and MD5 are refused; SM3 is GB/T 32905."""
_BY_OID = {kind.dotted: name for name, kind in HASHES.items()}


@dataclass(frozen=True, slots=True)
class StampRequest:
    """A request as it was read; only its form is known to be right."""

    version: int
    hash_oid: str
    imprint: bytes
    policy: str | None
    nonce: int | None
    wants_certificates: bool
    has_extensions: bool

    @property
    def hash_name(self) -> str | None:
        """None for a hash we do not accept."""
        return _BY_OID.get(self.hash_oid)


def parse_request(der: bytes) -> StampRequest:
    """Read a request. Raises: TimeStampRefused with badDataFormat for anything that is not one."""
    if len(der) > MAX_REQUEST_BYTES:
        raise TimeStampRefused(Failure.BAD_DATA_FORMAT, "The request is larger than 4 KiB.")
    try:
        request = tsp.TimeStampReq.load(der, strict=True)
        imprint = request["message_imprint"]
        parameters = imprint["hash_algorithm"]["parameters"]
        if not isinstance(parameters, core.Null | core.Void):
            raise ValueError("a hash has parameters")
        return StampRequest(
            version=int(request["version"]),
            hash_oid=str(imprint["hash_algorithm"]["algorithm"].dotted),
            imprint=bytes(imprint["hashed_message"].native),
            policy=_optional(request["req_policy"], lambda value: str(value.dotted)),
            nonce=_optional(request["nonce"], lambda value: int(value.native)),
            wants_certificates=bool(request["cert_req"].native),
            has_extensions=not isinstance(request["extensions"], core.Void),
        )
    except (ValueError, TypeError, LookupError, AttributeError, OverflowError, RecursionError) as error:
        raise TimeStampRefused(
            Failure.BAD_DATA_FORMAT, "The request is not a TimeStampReq in DER.", log_only=str(error)
        ) from None


@dataclass(frozen=True, slots=True)
class RequestRule:
    """One reason to refuse: the failure, the words, and a check that is true when all is well."""

    failure: Failure
    text: str
    holds: Callable[[StampRequest, str], bool]


def version_is_one(request: StampRequest, policy: str) -> bool:
    return request.version == 1


def hash_is_accepted(request: StampRequest, policy: str) -> bool:
    return request.hash_name is not None


def imprint_has_the_hashs_length(request: StampRequest, policy: str) -> bool:
    return request.hash_name is not None and len(request.imprint) == HASHES[request.hash_name].octets


def policy_is_ours(request: StampRequest, policy: str) -> bool:
    return request.policy in (None, policy)


def nonce_is_short(request: StampRequest, policy: str) -> bool:
    return request.nonce is None or request.nonce.bit_length() < MAX_NONCE_BITS


def there_are_no_extensions(request: StampRequest, policy: str) -> bool:
    # RFC 3161 §2.4.1: one that is not recognized is refused, critical or not; we recognize none.
    return not request.has_extensions


RULES: tuple[RequestRule, ...] = (
    RequestRule(Failure.BAD_REQUEST, "The version must be 1.", version_is_one),
    RequestRule(Failure.UNACCEPTED_EXTENSION, "Extensions are not supported.", there_are_no_extensions),
    RequestRule(Failure.BAD_ALG, "Use SHA-256, SHA-384, SHA-512 or SM3.", hash_is_accepted),
    RequestRule(
        Failure.BAD_DATA_FORMAT, "The imprint's length is not its hash's.", imprint_has_the_hashs_length
    ),
    RequestRule(Failure.UNACCEPTED_POLICY, "Another policy than ours is asked for.", policy_is_ours),
    RequestRule(Failure.BAD_REQUEST, "The nonce is longer than 64 octets.", nonce_is_short),
)


def check_request(request: StampRequest, policy: str) -> None:
    """Run every rule in order. Raises: TimeStampRefused with the first failure."""
    for rule in RULES:
        if not rule.holds(request, policy):
            raise TimeStampRefused(rule.failure, rule.text)


def _optional(value: core.Asn1Value, read: Callable[[core.Asn1Value], T]) -> T | None:
    return None if isinstance(value, core.Void) else read(value)
