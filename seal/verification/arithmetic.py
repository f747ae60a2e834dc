"""One public-key verification, every algorithm that is found in signed PDFs.

This table is for reading what others signed, so it is wider than `keys.algorithms`. What must no longer be
trusted (MD5, SHA-1, DSA, short RSA) is computed all the same and named in `weakness`: whether it counts is
judged elsewhere.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import dsa, ec, ed448, ed25519, padding, rsa, utils
from cryptography.hazmat.primitives.serialization import load_der_public_key
from cryptography.x509 import load_der_x509_certificate

from seal.verification.errors import UnreadableSignature

DIGESTS: dict[str, Callable[[], hashes.HashAlgorithm]] = {
    "md5": hashes.MD5,
    "sha1": hashes.SHA1,
    "sha224": hashes.SHA224,
    "sha256": hashes.SHA256,
    "sha384": hashes.SHA384,
    "sha512": hashes.SHA512,
    "sha512_224": hashes.SHA512_224,
    "sha512_256": hashes.SHA512_256,
    "sha3_224": hashes.SHA3_224,
    "sha3_256": hashes.SHA3_256,
    "sha3_384": hashes.SHA3_384,
    "sha3_512": hashes.SHA3_512,
    "shake256": lambda: hashes.SHAKE256(64),
    "sm3": hashes.SM3,
}
"""Digest names as asn1crypto spells them, and by RFC 8419 §3.1 the 64 octets of SHAKE256."""

_MISUSED = {
    "1.2.840.113549.1.1.4": "md5",
    "1.2.840.113549.1.1.5": "sha1",
    "1.2.840.113549.1.1.11": "sha256",
    "1.2.840.113549.1.1.12": "sha384",
    "1.2.840.113549.1.1.13": "sha512",
    "2.16.840.1.101.3.4.2.7": "sha3_224",
    "2.16.840.1.101.3.4.2.8": "sha3_256",
    "2.16.840.1.101.3.4.2.9": "sha3_384",
    "2.16.840.1.101.3.4.2.10": "sha3_512",
    "1.2.156.10197.1.401": "sm3",
    "2.16.840.1.101.3.4.2.12": "shake256",
}
"""Digests by OID: the signature algorithms that some producers write where a digest belongs, and newer
digests."""

_BROKEN_DIGESTS = {"md5": "MD5", "sha1": "SHA-1"}


@dataclass(frozen=True, slots=True)
class SignatureAlgorithm:
    """What a SignerInfo says: `family` rsa | pss | ecdsa | plain_ecdsa | dsa | ed25519 | ed448, and the
    digest."""

    family: str
    digest: str
    mask_digest: str = ""
    salt_length: int = 32


def digest_name(stated: str) -> str:
    """Our name for a digest that asn1crypto gave by name or, when it does not know it, by OID."""
    return _MISUSED.get(stated, stated)


def digest_of(name: str, *pieces: bytes | memoryview) -> bytes:
    """Digest over the pieces in order. Raises UnreadableSignature for a digest we do not know."""
    made = DIGESTS.get(digest_name(name))
    if made is None:
        raise UnreadableSignature(f"the digest algorithm {name[:40]} is not known here", "不支持该摘要算法")
    engine = hashes.Hash(made())
    for piece in pieces:
        engine.update(piece)
    return engine.finalize()


def public_key_of(spki_der: bytes) -> Any:
    """Load a SubjectPublicKeyInfo. Raises UnreadableSignature for a key type or curve we do not know."""
    try:
        return load_der_public_key(spki_der)
    except (ValueError, UnsupportedAlgorithm, TypeError) as error:
        raise UnreadableSignature(
            "the signer's public key is of a kind not known here", "不支持签名者的公钥类型"
        ) from error


def verify(
    key: Any, signature: bytes, algorithm: SignatureAlgorithm, digest: bytes, message: bytes | None
) -> bool:
    """Whether `signature` over the message with this `digest` is the key's.

    `message` is needed by EdDSA only, which hashes by itself. Raises UnreadableSignature when key and
    algorithm do not belong together or are unknown. Does not judge whether the algorithm may still be
    trusted: see `weakness`.
    """
    try:
        return _verify(key, signature, algorithm, digest, message)
    except InvalidSignature:
        return False
    except (ValueError, TypeError, UnsupportedAlgorithm) as error:
        raise UnreadableSignature(
            "the signature cannot be computed with this key", "无法用该公钥计算签名"
        ) from error


def _verify(
    key: Any, signature: bytes, algorithm: SignatureAlgorithm, digest: bytes, message: bytes | None
) -> bool:
    family = algorithm.family
    hashed = DIGESTS[algorithm.digest]() if algorithm.digest in DIGESTS else None
    if isinstance(key, ed25519.Ed25519PublicKey | ed448.Ed448PublicKey) and message is not None:
        key.verify(signature, message)
        return True
    if hashed is None:
        raise UnreadableSignature("the digest algorithm is not known here", "不支持该摘要算法")
    prehashed: Any = utils.Prehashed(hashed)
    if isinstance(key, rsa.RSAPublicKey) and family in ("rsa", "pss"):
        scheme: Any = padding.PKCS1v15()
        if family == "pss":
            mask = DIGESTS.get(algorithm.mask_digest or algorithm.digest, hashes.SHA256)()
            scheme = padding.PSS(padding.MGF1(mask), algorithm.salt_length)
        key.verify(signature, digest, scheme, prehashed)
        return True
    if isinstance(key, ec.EllipticCurvePublicKey) and family in ("ecdsa", "plain_ecdsa"):
        if family == "plain_ecdsa":
            half = len(signature) // 2
            signature = utils.encode_dss_signature(
                int.from_bytes(signature[:half]), int.from_bytes(signature[half:])
            )
        key.verify(signature, digest, ec.ECDSA(prehashed))
        return True
    if isinstance(key, dsa.DSAPublicKey) and family == "dsa":
        key.verify(signature, digest, prehashed)
        return True
    raise UnreadableSignature("key and signature algorithm do not belong together", "公钥与签名算法不匹配")


def verify_bare_rsa(
    certificate: bytes, signature: bytes, pieces: Sequence[bytes | memoryview]
) -> tuple[bool, str]:
    """Whether a PKCS #1 v1.5 value over the pieces is by this certificate's key, and what is weak about it.

    The digest is not named anywhere but inside the value, so the usual ones are tried. Raises
    UnreadableSignature.
    """
    try:
        key: Any = load_der_x509_certificate(certificate).public_key()
    except (ValueError, UnsupportedAlgorithm) as error:
        raise UnreadableSignature("the signer's certificate cannot be read", "无法读取签名者证书") from error
    for name in ("sha1", "sha256", "sha384", "sha512"):
        if verify(key, signature, SignatureAlgorithm("rsa", name), digest_of(name, *pieces), None):
            return True, weakness(key, name)
    return False, weakness(key, "sha1")


def weakness(key: Any, *digests: str) -> str:
    """Why a signature by this key with these digests is no longer evidence by itself; empty when nothing is
    wrong."""
    for name in digests:
        if name in _BROKEN_DIGESTS:
            return _BROKEN_DIGESTS[name]
    if isinstance(key, rsa.RSAPublicKey) and key.key_size < 2048:
        return f"RSA {key.key_size}"
    if isinstance(key, dsa.DSAPublicKey):
        return "DSA"
    if isinstance(key, ec.EllipticCurvePublicKey) and key.curve.key_size < 224:
        return f"EC {key.curve.key_size}"
    return ""
