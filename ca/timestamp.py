"""Time-stamping (时间戳服务), RFC 3161 with RFC 5816, over the node's clock and an ECDSA or RSA key.

    answer   a request in, a TimeStampResp out, whatever came in; the HTTP status is always 200
    token    the same without a request, for seals made in this process

Nothing is kept: serial numbers are random (126 bits), so they stay unique after a restart. The key signs
with its standing use: a time-stamp says that something existed, it creates no right. Does not check: the
machine's clock against others; `api` passes `now=None` when its drift gate is shut, and the answer is
timeNotAvailable.
"""

from datetime import datetime, timedelta

from cryptography import x509

from ca.der import bit_string_flag, integer, sequence, tlv
from ca.errors import ProfileRefused, TimeStampRefused
from ca.oids import TIME_STAMP_POLICY
from ca.profile import TIMESTAMP
from ca.timestamp_request import HASHES, Failure, StampRequest, check_request, parse_request
from ca.timestamp_token import Stamp, TokenTemplate
from ca.usage import fits_profile
from keys.algorithms import Algorithm
from keys.clock import require_utc
from keys.errors import XinzhengError
from keys.signer import KeyHandle, KeyUse

BACKWARD_TOLERANCE = timedelta(seconds=1)
"""How far the clock may step back while we run; beyond it no time is told (RFC 3161 §2.1: a trustworthy
time).
"""
_UTF8_STRING = 0x0C
_GRANTED = sequence(integer(0))
_REJECTION = integer(2)


class TimeStampAuthority:
    """One time-stamping key with its certificate."""

    def __init__(
        self,
        handle: KeyHandle,
        certificate: x509.Certificate,
        chain: tuple[x509.Certificate, ...] = (),
        policy_oid: x509.ObjectIdentifier = TIME_STAMP_POLICY,
    ) -> None:
        """chain: the authorities above, as far as they are to be embedded when asked for; never the root.

        Raises: ProfileRefused when key and certificate do not fit each other or the purpose; KeyUseRefused.
        """
        if handle.algorithm is Algorithm.EDDSA or certificate.public_key() != handle.public_key:
            raise ProfileRefused(
                "The time-stamping key and certificate do not fit.", "时间戳密钥与证书不匹配。"
            )
        if not fits_profile(certificate, TIMESTAMP):
            raise ProfileRefused(
                "This certificate is not for time-stamping only.", "该证书不是专用时间戳证书。"
            )
        self.certificate = certificate
        self._signer = handle.standing(KeyUse.TIMESTAMP)
        self._policy = policy_oid.dotted_string
        self._template = TokenTemplate(certificate, chain, policy_oid, handle.algorithm)
        self._latest: datetime | None = None

    def answer(self, request_der: bytes, *, now: datetime | None) -> bytes:
        """TimeStampResp, DER: granted with a token, or a rejection with its reason. Never raises.

        now: None when no trustworthy time can be had.
        """
        try:
            request = parse_request(request_der)
            check_request(request, self._policy)
            return sequence(_GRANTED, self._sign(request, now))
        except TimeStampRefused as refused:
            return _rejection(refused.failure, refused.detail)
        except (XinzhengError, ValueError, OSError, RuntimeError):
            return _rejection(Failure.SYSTEM_FAILURE, "The request cannot be handled now.")

    def token(self, digest: bytes, hash_name: str, *, now: datetime, nonce: int | None = None) -> bytes:
        """A time-stamp token over a digest: ContentInfo, DER, with certificates.

        hash_name: a name in `HASHES`. Raises: TimeStampRefused, KeyUseRefused.
        """
        kind = HASHES.get(hash_name)
        oid = hash_name if kind is None else kind.dotted
        request = StampRequest(1, oid, digest, None, nonce, wants_certificates=True, has_extensions=False)
        check_request(request, self._policy)
        return self._sign(request, now)

    def _sign(self, request: StampRequest, now: datetime | None) -> bytes:
        stamp = Stamp(request.hash_oid, request.imprint, request.nonce, self._time(now))
        return self._template.token(stamp, self._signer.sign, with_certificates=request.wants_certificates)

    def _time(self, now: datetime | None) -> datetime:
        if now is None:
            raise TimeStampRefused(Failure.TIME_NOT_AVAILABLE, "The clock is not trustworthy now.")
        moment, certificate = require_utc(now), self.certificate
        if not certificate.not_valid_before_utc <= moment <= certificate.not_valid_after_utc:
            raise TimeStampRefused(
                Failure.TIME_NOT_AVAILABLE, "The time-stamping certificate is not valid now."
            )
        if self._latest is not None and moment < self._latest - BACKWARD_TOLERANCE:
            raise TimeStampRefused(Failure.TIME_NOT_AVAILABLE, "The clock has gone back.")
        self._latest = moment if self._latest is None else max(moment, self._latest)
        return moment


def _rejection(failure: int, text: str) -> bytes:
    words = sequence(tlv(_UTF8_STRING, text.encode("utf-8")))
    return sequence(sequence(_REJECTION, words, bit_string_flag(failure)))
