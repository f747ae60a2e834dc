"""The closed table of signature algorithms (签名算法). A key has exactly one; no header ever chooses.

ES256 (RFC 7518 §3.4) signs what creates trust, RS256 (§3.3) exists for relying parties that know nothing
else, Ed25519 (RFC 8032) signs log checkpoints. The table is closed on purpose: a new algorithm is one
member, one `_Spec`, one line in `algorithm_of`, one branch in `keys/signature.py` and one in
`keys/keyring.py`.

Room for SM2/SM3 (GB/T 32918.2, GB/T 32905): the member would be `SM2 = "SM2SM3"` (JOSE name provisional),
hash SM3, X.509 OID 1.2.156.10197.1.501; OpenSSL 3 signs it, `cryptography` 50 does not yet offer it.
"""

from dataclasses import dataclass
from enum import Enum
from typing import cast

from cryptography import x509
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
from cryptography.hazmat.primitives.serialization import load_der_public_key, load_pem_public_key

from keys.errors import MalformedInput, UnacceptableKey

PublicKey = ec.EllipticCurvePublicKey | rsa.RSAPublicKey | ed25519.Ed25519PublicKey

RSA_BITS = (2048, 3072, 4096)
RSA_EXPONENT = 65537


@dataclass(frozen=True, slots=True)
class _Spec:
    jose_names: frozenset[str]
    hash: hashes.HashAlgorithm | None
    x509_signature_oid: x509.ObjectIdentifier


class Algorithm(Enum):
    """A signature algorithm; the value is the JOSE name (IANA JOSE registry)."""

    ES256 = "ES256"
    RS256 = "RS256"
    EDDSA = "Ed25519"

    @property
    def jose_name(self) -> str:
        return self.value

    @property
    def jose_names(self) -> frozenset[str]:
        """Every spelling taken: RFC 9864 replaced the vague `EdDSA` of RFC 8037, which others still write."""
        return _SPECS[self].jose_names

    @property
    def hash(self) -> hashes.HashAlgorithm | None:
        """The hash an X.509 builder needs; None where the algorithm hashes by itself (Ed25519)."""
        return _SPECS[self].hash

    @property
    def x509_signature_oid(self) -> x509.ObjectIdentifier:
        return _SPECS[self].x509_signature_oid


_SPECS = {
    Algorithm.ES256: _Spec(
        frozenset({"ES256"}), hashes.SHA256(), x509.SignatureAlgorithmOID.ECDSA_WITH_SHA256
    ),
    Algorithm.RS256: _Spec(frozenset({"RS256"}), hashes.SHA256(), x509.SignatureAlgorithmOID.RSA_WITH_SHA256),
    Algorithm.EDDSA: _Spec(frozenset({"Ed25519", "EdDSA"}), None, x509.SignatureAlgorithmOID.ED25519),
}


def algorithm_of(public_key: object) -> Algorithm:
    """The one algorithm of a public key: P-256 → ES256, RSA 2048/3072/4096 with e=65537 → RS256, Ed25519.

    Does not check: that an RSA modulus is the product of two good primes.
    Raises: UnacceptableKey for any other curve, size or kind of key.
    """
    if isinstance(public_key, ec.EllipticCurvePublicKey):
        if isinstance(public_key.curve, ec.SECP256R1):
            return Algorithm.ES256
        raise UnacceptableKey("Only the curve P-256 is accepted.", "仅接受 P-256 曲线。")
    if isinstance(public_key, rsa.RSAPublicKey):
        if public_key.key_size in RSA_BITS and public_key.public_numbers().e == RSA_EXPONENT:
            return Algorithm.RS256
        raise UnacceptableKey(
            "RSA keys must have 2048, 3072 or 4096 bits and the exponent 65537.",
            "RSA 密钥须为 2048、3072 或 4096 位，且指数为 65537。",
        )
    if isinstance(public_key, ed25519.Ed25519PublicKey):
        return Algorithm.EDDSA
    raise UnacceptableKey()


def read_public_key(spki: bytes) -> PublicKey:
    """A public key from SubjectPublicKeyInfo, DER or PEM. Raises: MalformedInput, UnacceptableKey."""
    try:
        is_pem = spki.lstrip().startswith(b"-----BEGIN ")
        public_key = load_pem_public_key(spki) if is_pem else load_der_public_key(spki)
    except (ValueError, TypeError, UnsupportedAlgorithm):
        raise MalformedInput("Not a public key.", "不是公钥。") from None
    algorithm_of(public_key)
    return cast(PublicKey, public_key)
