"""The few DER pieces we write ourselves (X.690 §8–§11): joining parts that libraries encoded and signers
signed.

Encoding only, never parsing. Whole structures are built by `cryptography` or asn1crypto; this puts a
signature beside what it signs, and fills the time-stamp token whose fixed parts are encoded once.
"""

from datetime import datetime
from functools import lru_cache

from asn1crypto.core import ObjectIdentifier

from keys.algorithms import Algorithm

SEQUENCE = 0x30
SET = 0x31


def tlv(tag: int, *parts: bytes) -> bytes:
    """One element: `tag`, definite length in the shortest form, the parts joined."""
    content = b"".join(parts)
    size = len(content)
    if size < 0x80:
        return bytes((tag, size)) + content
    octets = size.to_bytes((size.bit_length() + 7) // 8, "big")
    return bytes((tag, 0x80 | len(octets))) + octets + content


def sequence(*parts: bytes) -> bytes:
    return tlv(SEQUENCE, *parts)


def set_of(*parts: bytes) -> bytes:
    """SET OF, elements in ascending order of their encoding (X.690 §11.6)."""
    return tlv(SET, *sorted(parts))


def integer(value: int) -> bytes:
    """INTEGER in two's complement, shortest form; value must not be negative."""
    return tlv(0x02, value.to_bytes(value.bit_length() // 8 + 1, "big"))


def octet_string(content: bytes) -> bytes:
    return tlv(0x04, content)


def bit_string(content: bytes) -> bytes:
    """BIT STRING of whole octets."""
    return tlv(0x03, b"\x00", content)


def bit_string_flag(bit: int) -> bytes:
    """BIT STRING of named bits with one of them set, trailing zeros cut off (X.690 §11.2.2)."""
    octets = bytearray(bit // 8 + 1)
    octets[-1] = 0x80 >> bit % 8
    return tlv(0x03, bytes((7 - bit % 8,)), bytes(octets))


def generalized_time(moment: datetime, *, milliseconds: bool = False) -> bytes:
    """GeneralizedTime in UTC; a fraction only when not zero, without trailing zeros (X.690 §11.7)."""
    text = moment.strftime("%Y%m%d%H%M%S")
    if milliseconds and (fraction := f"{moment.microsecond // 1000:03d}".rstrip("0")):
        text += "." + fraction
    return tlv(0x18, f"{text}Z".encode("ascii"))


@lru_cache(maxsize=64)
def object_identifier(dotted: str) -> bytes:
    encoded: bytes = ObjectIdentifier(dotted).dump()
    return encoded


_NULL = b"\x05\x00"
_PARAMETERS = {Algorithm.ES256: b"", Algorithm.RS256: _NULL, Algorithm.EDDSA: b""}


@lru_cache(maxsize=8)
def signature_algorithm(algorithm: Algorithm) -> bytes:
    """AlgorithmIdentifier of a signature: RSA has NULL parameters (RFC 4055 §5), ECDSA and Ed25519 have
    none.
    """
    return sequence(object_identifier(algorithm.x509_signature_oid.dotted_string), _PARAMETERS[algorithm])


def signed(body: bytes, algorithm: Algorithm, signature: bytes) -> bytes:
    """SEQUENCE { body, signatureAlgorithm, signatureValue }: a Certificate or a CertificateList (RFC 5280
    §4.1, §5.1).
    """
    return sequence(body, signature_algorithm(algorithm), bit_string(signature))
