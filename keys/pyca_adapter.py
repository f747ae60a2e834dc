"""A `Signer` dressed as a pyca private key, for builders that insist on one (X.509, CMS, OCSP).

pyca's builders ask a key of their registered type to sign the to-be-signed bytes; this one hands them to the
signer. Everything that would show key bytes raises. P-256 and RSA; Ed25519 signs only checkpoints here.
"""

from typing import Any, NoReturn

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa

from keys.errors import KeyUseRefused
from keys.signer import Signer


def _refuse() -> NoReturn:
    raise KeyUseRefused("This key never leaves its custody.", "该密钥不得离开保管。")


class _EcSigner(ec.EllipticCurvePrivateKey):
    __slots__ = ("_public_key", "_signer")

    def __init__(self, signer: Signer, public_key: ec.EllipticCurvePublicKey) -> None:
        self._signer, self._public_key = signer, public_key

    def sign(self, data: Any, signature_algorithm: ec.EllipticCurveSignatureAlgorithm) -> bytes:
        if not isinstance(signature_algorithm, ec.ECDSA) or not isinstance(
            signature_algorithm.algorithm, hashes.SHA256
        ):
            raise KeyUseRefused("This key signs with SHA-256 only.", "该密钥仅以 SHA-256 签名。")
        return self._signer.sign(bytes(data))

    def public_key(self) -> ec.EllipticCurvePublicKey:
        return self._public_key

    @property
    def curve(self) -> ec.EllipticCurve:
        return self.public_key().curve

    @property
    def key_size(self) -> int:
        return self.public_key().key_size

    def exchange(self, algorithm: ec.ECDH, peer_public_key: ec.EllipticCurvePublicKey) -> bytes:
        _refuse()

    def private_numbers(self) -> ec.EllipticCurvePrivateNumbers:
        _refuse()

    def private_bytes(self, *args: Any, **kwargs: Any) -> bytes:
        _refuse()

    def __copy__(self) -> "_EcSigner":
        return self

    def __deepcopy__(self, memo: dict[int, Any]) -> "_EcSigner":
        return self


class _RsaSigner(rsa.RSAPrivateKey):
    __slots__ = ("_public_key", "_signer")

    def __init__(self, signer: Signer, public_key: rsa.RSAPublicKey) -> None:
        self._signer, self._public_key = signer, public_key

    def sign(self, data: Any, padding_: Any, algorithm: Any) -> bytes:
        if not isinstance(padding_, padding.PKCS1v15) or not isinstance(algorithm, hashes.SHA256):
            raise KeyUseRefused("This key signs PKCS#1 v1.5 with SHA-256 only.", "该密钥仅以 SHA-256 签名。")
        return self._signer.sign(bytes(data))

    def public_key(self) -> rsa.RSAPublicKey:
        return self._public_key

    @property
    def key_size(self) -> int:
        return self.public_key().key_size

    def decrypt(self, ciphertext: bytes, padding: Any) -> bytes:
        _refuse()

    def private_numbers(self) -> rsa.RSAPrivateNumbers:
        _refuse()

    def private_bytes(self, *args: Any, **kwargs: Any) -> bytes:
        _refuse()

    def __copy__(self) -> "_RsaSigner":
        return self

    def __deepcopy__(self, memo: dict[int, Any]) -> "_RsaSigner":
        return self


def as_private_key(signer: Signer) -> Any:
    """The signer as `ec.EllipticCurvePrivateKey` or `rsa.RSAPrivateKey`.

    Raises: KeyUseRefused for Ed25519.
    """
    if isinstance(signer.public_key, ec.EllipticCurvePublicKey):
        return _EcSigner(signer, signer.public_key)
    if isinstance(signer.public_key, rsa.RSAPublicKey):
        return _RsaSigner(signer, signer.public_key)
    raise KeyUseRefused("Ed25519 keys sign checkpoints only.", "Ed25519 密钥仅用于日志检查点。")
