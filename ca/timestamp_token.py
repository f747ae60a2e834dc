"""The time-stamp token, RFC 3161 §2.4.2 in CMS SignedData (RFC 5652), with its fixed parts encoded once.

    ContentInfo { id-signedData, [0] SignedData {
        version 3, { sha256 }, { id-ct-TSTInfo, [0] OCTET STRING TSTInfo }, [0] certificates OPTIONAL,
        { SignerInfo { version 1, issuerAndSerialNumber, sha256, [0] signedAttrs, algorithm, signature } } } }
    TSTInfo { version 1, policy, messageImprint, serialNumber, genTime, accuracy, nonce OPTIONAL }
    signedAttrs { contentType, messageDigest, signingCertificateV2 (RFC 5816, RFC 5035) }

No signingTime: genTime is the time. `ordering` is FALSE and therefore absent in DER; `tsa` is absent, since
signingCertificateV2 names the signer's certificate. Libraries build this too slowly to do it per seal (CA-8).
"""

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from asn1crypto.core import Integer
from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding

from ca.der import (
    generalized_time,
    integer,
    object_identifier,
    octet_string,
    sequence,
    set_of,
    signature_algorithm,
    tlv,
)
from ca.serial import new_serial
from keys.algorithms import Algorithm

ACCURACY_SECONDS = 1
_CONTEXT_0 = 0xA0
_DIRECTORY_NAME = 0xA4
_SIGNED_DATA = object_identifier("1.2.840.113549.1.7.2")
_TST_INFO = object_identifier("1.2.840.113549.1.9.16.1.4")
_SHA256 = sequence(object_identifier("2.16.840.1.101.3.4.2.1"))
_CONTENT_TYPE = sequence(object_identifier("1.2.840.113549.1.9.3"), set_of(_TST_INFO))
_MESSAGE_DIGEST = object_identifier("1.2.840.113549.1.9.4")
_SIGNING_CERTIFICATE_V2 = object_identifier("1.2.840.113549.1.9.16.2.47")
_ACCURACY = sequence(integer(ACCURACY_SECONDS))


@dataclass(frozen=True, slots=True)
class Stamp:
    """What changes from token to token."""

    hash_oid: str
    imprint: bytes
    nonce: int | None
    """Echoed as it came, also a negative one."""
    moment: datetime
    """Aware UTC; told to the millisecond."""


class TokenTemplate:
    """All that does not change for one time-stamping certificate."""

    __slots__ = ("_algorithm", "_certificates", "_policy", "_signer_id", "_signing_certificate")

    def __init__(
        self,
        certificate: x509.Certificate,
        chain: tuple[x509.Certificate, ...],
        policy: x509.ObjectIdentifier,
        algorithm: Algorithm,
    ) -> None:
        der = certificate.public_bytes(Encoding.DER)
        issuer, serial = certificate.issuer.public_bytes(), integer(certificate.serial_number)
        others = [one.public_bytes(Encoding.DER) for one in chain]
        self._certificates = tlv(_CONTEXT_0, *sorted([der, *others]))
        self._signer_id = sequence(issuer, serial)
        self._signing_certificate = _signing_certificate_attribute(der, issuer, serial)
        self._policy = object_identifier(policy.dotted_string)
        self._algorithm = signature_algorithm(algorithm)

    def token(self, stamp: Stamp, sign: Callable[[bytes], bytes], *, with_certificates: bool) -> bytes:
        """ContentInfo, DER. sign: hashes and signs the DER of the signed attributes as a SET (RFC 5652
        §5.4).
        """
        content = self._tst_info(stamp)
        digest = octet_string(hashlib.sha256(content).digest())
        attributes = set_of(
            _CONTENT_TYPE, sequence(_MESSAGE_DIGEST, set_of(digest)), self._signing_certificate
        )
        signer_info = sequence(
            integer(1),
            self._signer_id,
            _SHA256,
            bytes((_CONTEXT_0,)) + attributes[1:],  # the same bytes under their implicit tag
            self._algorithm,
            octet_string(sign(attributes)),
        )
        signed_data = sequence(
            integer(3),
            set_of(_SHA256),
            sequence(_TST_INFO, tlv(_CONTEXT_0, octet_string(content))),
            self._certificates if with_certificates else b"",
            set_of(signer_info),
        )
        return sequence(_SIGNED_DATA, tlv(_CONTEXT_0, signed_data))

    def _tst_info(self, stamp: Stamp) -> bytes:
        imprint = sequence(sequence(object_identifier(stamp.hash_oid)), octet_string(stamp.imprint))
        return sequence(
            integer(1),
            self._policy,
            imprint,
            integer(new_serial()),
            generalized_time(stamp.moment, milliseconds=True),
            _ACCURACY,
            b"" if stamp.nonce is None else Integer(stamp.nonce).dump(),
        )


def _signing_certificate_attribute(certificate_der: bytes, issuer: bytes, serial: bytes) -> bytes:
    # ESSCertIDv2 { hashAlgorithm DEFAULT sha256, certHash, issuerSerial { { [4] issuer }, serial } }
    names = sequence(tlv(_DIRECTORY_NAME, issuer))
    identifier = sequence(octet_string(hashlib.sha256(certificate_der).digest()), sequence(names, serial))
    value = sequence(sequence(identifier))
    return sequence(_SIGNING_CERTIFICATE_V2, set_of(value))
