"""The signature container of a sealed PDF: CMS SignedData (RFC 5652), PAdES baseline (ETSI EN 319 142-1 §6).

Only the digest, the receipt and the use record differ from one document to the next, so everything else is
encoded once per certificate and the container is put together from finished pieces: a hundred times faster
than a general encoder, and short enough to be read whole. Signed attributes: content-type, message-digest,
signing-certificate-v2, algorithm protection, the seal record, and receipt and use record when there are any.
No signing-time: PAdES keeps the claimed time in the PDF.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from hashlib import sha256
from types import MappingProxyType

from asn1crypto import x509 as asn1_x509
from asn1crypto.core import ObjectIdentifier
from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.hazmat.primitives.serialization import Encoding

from keys.algorithms import Algorithm
from keys.signer import Signer
from seal.errors import SealingFailed
from seal.oids import LOG_RECEIPT, SEAL_RECORD, USE_RECORD

SEQUENCE, SET, OCTETS, UTF8, INTEGER = 0x30, 0x31, 0x04, 0x0C, 0x02


def tlv(tag: int, *parts: bytes) -> bytes:
    """One DER value: tag, definite length, contents."""
    body = b"".join(parts)
    size = len(body)
    if size < 0x80:
        return bytes((tag, size)) + body
    length = size.to_bytes((size.bit_length() + 7) // 8, "big")
    return bytes((tag, 0x80 | len(length))) + length + body


def _oid(dotted: str) -> bytes:
    return bytes(ObjectIdentifier(dotted).dump())


def _attribute(dotted: str, value: bytes) -> bytes:
    return tlv(SEQUENCE, _oid(dotted), tlv(SET, value))


_DATA = _oid("1.2.840.113549.1.7.1")
_SIGNED_DATA = _oid("1.2.840.113549.1.7.2")
_SHA256 = tlv(SEQUENCE, _oid("2.16.840.1.101.3.4.2.1"))
_CONTENT_TYPE = _attribute("1.2.840.113549.1.9.3", _DATA)
_MESSAGE_DIGEST = _oid("1.2.840.113549.1.9.4")
_SIGNING_CERTIFICATE_V2 = "1.2.840.113549.1.9.16.2.47"
_ALGORITHM_PROTECTION = "1.2.840.113549.1.9.52"
_TIMESTAMP_TOKEN = _oid("1.2.840.113549.1.9.16.2.14")
_VERSION_1 = tlv(INTEGER, b"\x01")

_SIGNATURE_ALGORITHMS: Mapping[Algorithm, bytes] = MappingProxyType(
    {
        Algorithm.ES256: tlv(SEQUENCE, _oid("1.2.840.10045.4.3.2")),
        Algorithm.RS256: tlv(SEQUENCE, _oid("1.2.840.113549.1.1.11"), b"\x05\x00"),
    }
)


@dataclass(frozen=True, slots=True)
class Template:
    """What stays the same for every seal applied with one certificate."""

    certificate: x509.Certificate
    certificates: bytes
    """`[0]` with the signing certificate and its chain, DER order."""
    signer_id: bytes
    signature_algorithm: bytes
    standing_attributes: tuple[bytes, ...]
    largest_signature: int


@dataclass(frozen=True, slots=True)
class Evidence:
    """What this document's signature carries besides: all of it is signed."""

    seal_record: bytes
    receipt: bytes | None = None
    """The log receipt as JSON."""
    use_record: bytes | None = None
    """The use record (用印记录) as canonical JSON."""


def template_for(
    algorithm: Algorithm, certificate: x509.Certificate, chain: Iterable[x509.Certificate]
) -> Template:
    """The template of a certificate; cached. Raises SealingFailed for a key that cannot sign PDFs."""
    return _template(
        algorithm,
        certificate.public_bytes(Encoding.DER),
        tuple(each.public_bytes(Encoding.DER) for each in chain),
    )


@lru_cache(maxsize=1024)
def _template(algorithm: Algorithm, certificate: bytes, chain: tuple[bytes, ...]) -> Template:
    encoded = _SIGNATURE_ALGORITHMS.get(algorithm)
    if encoded is None:
        raise SealingFailed("This kind of key does not apply seals.", "该类型的密钥不能用于盖章。")
    own = x509.load_der_x509_certificate(certificate)
    public_key = own.public_key()
    parsed = asn1_x509.Certificate.load(certificate)
    digest = tlv(SEQUENCE, tlv(SEQUENCE, tlv(SEQUENCE, tlv(OCTETS, sha256(certificate).digest()))))
    # RFC 6211: [1] IMPLICIT names the signature algorithm.
    protection = tlv(SEQUENCE, _SHA256, b"\xa1" + encoded[1:])
    return Template(
        certificate=own,
        certificates=tlv(0xA0, *sorted({certificate, *chain})),
        signer_id=tlv(SEQUENCE, parsed.issuer.dump(), parsed["tbs_certificate"]["serial_number"].dump()),
        signature_algorithm=encoded,
        standing_attributes=(
            _CONTENT_TYPE,
            _attribute(_SIGNING_CERTIFICATE_V2, digest),
            _attribute(_ALGORITHM_PROTECTION, protection),
        ),
        largest_signature=public_key.key_size // 8 if isinstance(public_key, rsa.RSAPublicKey) else 72,
    )


def signed_attributes(template: Template, document_digest: bytes, evidence: Evidence) -> bytes:
    """DER of the signed attributes as a SET: the message the seal's key signs."""
    attributes = [
        *template.standing_attributes,
        tlv(SEQUENCE, _MESSAGE_DIGEST, tlv(SET, tlv(OCTETS, document_digest))),
        _attribute(SEAL_RECORD, tlv(OCTETS, evidence.seal_record)),
    ]
    if evidence.receipt is not None:
        attributes.append(_attribute(LOG_RECEIPT, tlv(UTF8, evidence.receipt)))
    if evidence.use_record is not None:
        attributes.append(_attribute(USE_RECORD, tlv(OCTETS, evidence.use_record)))
    return tlv(SET, *sorted(attributes))


def container(template: Template, attributes: bytes, signature: bytes, timestamp: bytes | None) -> bytes:
    """DER of the ContentInfo. `attributes` as signed; `timestamp` is the token over the signature value."""
    unsigned = b""
    if timestamp is not None:
        unsigned = tlv(0xA1, tlv(SEQUENCE, _TIMESTAMP_TOKEN, tlv(SET, timestamp)))
    signer_info = tlv(
        SEQUENCE,
        _VERSION_1,
        template.signer_id,
        _SHA256,
        b"\xa0" + attributes[1:],
        template.signature_algorithm,
        tlv(OCTETS, signature),
        unsigned,
    )
    signed_data = tlv(
        SEQUENCE,
        _VERSION_1,
        tlv(SET, _SHA256),
        tlv(SEQUENCE, _DATA),
        template.certificates,
        tlv(SET, signer_info),
    )
    return tlv(SEQUENCE, _SIGNED_DATA, tlv(0xA0, signed_data))


def check_signature(template: Template, attributes: bytes, signature: bytes) -> None:
    """Refuse a signature that this certificate would not confirm (a wrong key, a fault, a bad remote signer).

    Raises SealingFailed.
    """
    public_key = template.certificate.public_key()
    try:
        if isinstance(public_key, rsa.RSAPublicKey):
            public_key.verify(signature, attributes, padding.PKCS1v15(), hashes.SHA256())
            return
        if isinstance(public_key, ec.EllipticCurvePublicKey):
            public_key.verify(signature, attributes, ec.ECDSA(hashes.SHA256()))
            return
    except InvalidSignature:
        pass
    raise SealingFailed(
        "The signature does not belong to the seal's certificate.", "签名值与印章证书不匹配。"
    )


def sign(template: Template, attributes: bytes, signer: Signer) -> bytes:
    """Sign the attributes with the seal's key and check the result. Raises SealingFailed."""
    signature = signer.sign(attributes)
    check_signature(template, attributes, signature)
    return signature
