"""A seal without a database: a signer in memory, self-signed certificates, one demonstration seal."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from functools import cache
from hashlib import sha256
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import NameOID

from keys.algorithms import Algorithm
from seal.apply import seal_pdf
from seal.picture import Face, Picture, draw
from seal.place import Place
from seal.raster import png
from seal.record import SealPicture
from seal.record_build import RecordDraft, seal_info, sign_seal

NOW = datetime(2026, 11, 22, 2, 3, 4, tzinfo=UTC)
NAME = "云上省市场监督管理局"
MIDDLE = Place(1, 105, 150)


class LocalSigner:
    """A key in memory that signs as a `keys.signer.Signer` does."""

    def __init__(self, private_key: ec.EllipticCurvePrivateKey | rsa.RSAPrivateKey | None = None) -> None:
        self._key = private_key or ec.generate_private_key(ec.SECP256R1())
        self.kid = "local"
        self.public_key: Any = self._key.public_key()
        self.algorithm = Algorithm.RS256 if isinstance(self._key, rsa.RSAPrivateKey) else Algorithm.ES256

    def sign(self, message: bytes) -> bytes:
        if isinstance(self._key, rsa.RSAPrivateKey):
            return self._key.sign(message, padding.PKCS1v15(), hashes.SHA256())
        return self._key.sign(message, ec.ECDSA(hashes.SHA256()))

    def certificate(self, common_name: str) -> x509.Certificate:
        name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, common_name)])
        usage = dict.fromkeys(
            (
                "key_encipherment",
                "data_encipherment",
                "key_agreement",
                "key_cert_sign",
                "crl_sign",
                "encipher_only",
                "decipher_only",
            ),
            False,
        )
        return (
            x509.CertificateBuilder()
            .subject_name(name)
            .issuer_name(name)
            .public_key(self.public_key)
            .serial_number(x509.random_serial_number())
            .not_valid_before(NOW - timedelta(days=1))
            .not_valid_after(NOW + timedelta(days=365))
            .add_extension(
                x509.KeyUsage(digital_signature=True, content_commitment=True, **usage), critical=True
            )
            .sign(self._key, hashes.SHA256())
        )


@dataclass(frozen=True)
class LocalSeal:
    signer: LocalSigner
    certificate: x509.Certificate
    maker: LocalSigner
    maker_certificate: x509.Certificate
    picture: Picture
    record: bytes

    def apply(self, pdf: bytes, **changes: Any) -> bytes:
        wanted: dict[str, Any] = {
            "signer": self.signer,
            "certificate": self.certificate,
            "chain": (),
            "seal_record_der": self.record,
            "appearance_pdf": self.picture.pdf,
            "place": MIDDLE,
            "timestamper": None,
            "now": NOW,
            "certify": False,
        }
        return seal_pdf(pdf, **{**wanted, **changes})


def record_draft(certificate: x509.Certificate, picture: Picture, **changes: Any) -> RecordDraft:
    wanted: dict[str, Any] = {
        "seal_id": "3300007K3M9Q2D",
        "name": NAME,
        "certificate": certificate.public_bytes(Encoding.DER),
        "created_at": NOW,
        "valid_from": NOW,
        "valid_until": NOW + timedelta(days=365),
        "picture": SealPicture("PNG", png(picture.pdf, dpi=150, bits=2), 42, 42),
        "artwork_digest": sha256(picture.pdf).digest(),
        "demonstration": True,
    }
    return RecordDraft(**{**wanted, **changes})


@cache
def local_seal(kind: str = "ec") -> LocalSeal:
    """One seal for many tests; `kind` is ec or rsa."""
    signer = LocalSigner(rsa.generate_private_key(65537, 2048) if kind == "rsa" else None)
    maker = LocalSigner()
    certificate, maker_certificate = signer.certificate(NAME), maker.certificate("制章人")
    picture = draw(Face(NAME, Decimal(42), demonstration=True))
    record = sign_seal(
        seal_info(record_draft(certificate, picture)),
        signer=maker,
        maker_certificate=maker_certificate.public_bytes(Encoding.DER),
    )
    return LocalSeal(signer, certificate, maker, maker_certificate, picture, record)
