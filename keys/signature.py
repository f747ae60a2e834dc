"""Verifying a bare signature with a public key, and the two spellings of an ECDSA signature.

ES256 signatures are DER `Ecdsa-Sig-Value` (RFC 3279 §2.2.3) in X.509, CMS and here; JOSE and COSE write the
two numbers as 64 octets (RFC 7518 §3.4). Does not check: who owns the key, or whether it may sign this.
"""

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, padding, rsa
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature, encode_dss_signature

from keys.algorithms import Algorithm, PublicKey, algorithm_of
from keys.errors import BadSignature, MalformedInput

P256_OCTETS = 32
_ECDSA = ec.ECDSA(hashes.SHA256())
_PKCS1 = padding.PKCS1v15()
_SHA256 = hashes.SHA256()


def verify_signature(public_key: PublicKey, algorithm: Algorithm, signature: bytes, message: bytes) -> None:
    """Verify `signature` over `message`: ECDSA in strict DER, RSA PKCS#1 v1.5, Ed25519 64 octets.

    algorithm: the one fixed for this key by whoever registered it, never one read from the message.
    Raises: BadSignature; UnacceptableKey when the key is not of that algorithm.
    """
    if algorithm_of(public_key) is not algorithm:
        raise BadSignature("The key is not of the algorithm fixed for it.", "密钥与其固定算法不符。")
    try:
        if isinstance(public_key, ec.EllipticCurvePublicKey):
            public_key.verify(signature, message, _ECDSA)
        elif isinstance(public_key, rsa.RSAPublicKey):
            public_key.verify(signature, message, _PKCS1, _SHA256)
        elif isinstance(public_key, ed25519.Ed25519PublicKey):
            public_key.verify(signature, message)
    except (InvalidSignature, ValueError, TypeError):
        raise BadSignature() from None


def der_to_raw(signature_der: bytes) -> bytes:
    """A P-256 signature from DER to the 64 octets r‖s of JOSE. Raises: MalformedInput."""
    try:
        r, s = decode_dss_signature(signature_der)
        return r.to_bytes(P256_OCTETS, "big") + s.to_bytes(P256_OCTETS, "big")
    except (ValueError, OverflowError):
        raise MalformedInput("Not a P-256 signature in DER.", "不是 DER 编码的 P-256 签名。") from None


def raw_to_der(signature_raw: bytes) -> bytes:
    """A P-256 signature from r‖s to DER. Raises: MalformedInput unless it is 64 octets."""
    if len(signature_raw) != 2 * P256_OCTETS:
        raise MalformedInput("A P-256 signature has 64 octets.", "P-256 签名应为 64 字节。")
    r, s = signature_raw[:P256_OCTETS], signature_raw[P256_OCTETS:]
    return encode_dss_signature(int.from_bytes(r, "big"), int.from_bytes(s, "big"))
