"""The signature container of a sealed PDF: CMS SignedData (RFC 5652), PAdES baseline (ETSI EN 319 142-1 §6).

Only the digest, the receipt and the use record differ from one document to the next, so everything else is
encoded once per certificate and the container is put together from finished pieces: a hundred times faster
than a general encoder, and short enough to be read whole. Signed attributes: content-type, message-digest,
signing-certificate-v2, algorithm protection, the seal record, and receipt and use record when there are any.
No signing-time: PAdES keeps the claimed time in the PDF.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache
from hashlib import sha256

from asn1crypto import x509 as asn1_x509
from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.hazmat.primitives.serialization import Encoding

from ca.der import integer, object_identifier, octet_string, sequence, set_of, signature_algorithm, tlv
from keys.algorithms import Algorithm
from seal.errors import SealingFailed
from seal.oids import LOG_RECEIPT, RIDING_SEAL, SEAL_RECORD, USE_RECORD

_UTF8_STRING = 0x0C
_CONTEXT_0, _CONTEXT_1 = 0xA0, 0xA1


def _attribute(dotted: str, value: bytes) -> bytes:
    return sequence(object_identifier(dotted), set_of(value))


_DATA = object_identifier("1.2.840.113549.1.7.1")
_SIGNED_DATA = object_identifier("1.2.840.113549.1.7.2")
_SHA256 = sequence(object_identifier("2.16.840.1.101.3.4.2.1"))
_CONTENT_TYPE = _attribute("1.2.840.113549.1.9.3", _DATA)
_MESSAGE_DIGEST = "1.2.840.113549.1.9.4"
_SIGNING_CERTIFICATE_V2 = "1.2.840.113549.1.9.16.2.47"
_ALGORITHM_PROTECTION = "1.2.840.113549.1.9.52"
_TIMESTAMP_TOKEN = object_identifier("1.2.840.113549.1.9.16.2.14")
_VERSION_1 = integer(1)


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
    riding: bytes | None = None
    """The slices of a seal across pages (骑缝章) as canonical JSON."""


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
    if algorithm not in (Algorithm.ES256, Algorithm.RS256):
        raise SealingFailed("This kind of key does not apply seals.", "该类型的密钥不能用于盖章。")
    encoded = signature_algorithm(algorithm)
    own = x509.load_der_x509_certificate(certificate)
    public_key = own.public_key()
    parsed = asn1_x509.Certificate.load(certificate)
    digest = sequence(sequence(sequence(octet_string(sha256(certificate).digest()))))
    # RFC 6211: [1] IMPLICIT names the signature algorithm.
    protection = sequence(_SHA256, bytes((_CONTEXT_1,)) + encoded[1:])
    return Template(
        certificate=own,
        certificates=tlv(_CONTEXT_0, *sorted({certificate, *chain})),
        signer_id=sequence(parsed.issuer.dump(), parsed["tbs_certificate"]["serial_number"].dump()),
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
        _attribute(_MESSAGE_DIGEST, octet_string(document_digest)),
        _attribute(SEAL_RECORD, octet_string(evidence.seal_record)),
    ]
    if evidence.receipt is not None:
        attributes.append(_attribute(LOG_RECEIPT, tlv(_UTF8_STRING, evidence.receipt)))
    if evidence.use_record is not None:
        attributes.append(_attribute(USE_RECORD, octet_string(evidence.use_record)))
    if evidence.riding is not None:
        attributes.append(_attribute(RIDING_SEAL, octet_string(evidence.riding)))
    return set_of(*attributes)


def container(template: Template, attributes: bytes, signature: bytes, timestamp: bytes | None) -> bytes:
    """DER of the ContentInfo. `attributes` as signed; `timestamp` is the token over the signature value."""
    unsigned = b""
    if timestamp is not None:
        unsigned = tlv(_CONTEXT_1, sequence(_TIMESTAMP_TOKEN, set_of(timestamp)))
    signer_info = sequence(
        _VERSION_1,
        template.signer_id,
        _SHA256,
        bytes((_CONTEXT_0,)) + attributes[1:],
        template.signature_algorithm,
        octet_string(signature),
        unsigned,
    )
    signed_data = sequence(
        _VERSION_1,
        set_of(_SHA256),
        sequence(_DATA),
        template.certificates,
        set_of(signer_info),
    )
    return sequence(_SIGNED_DATA, tlv(_CONTEXT_0, signed_data))


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
