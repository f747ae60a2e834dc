"""The peers, used as their own documentation shows."""

import io
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.sign import signers

from keys.algorithms import Algorithm

Work = Callable[[], object]


class LocalSigner:
    """A P-256 key with a self-signed certificate: `keys.signer.Signer`, so that both sides sign alike."""

    kid = "local"
    algorithm = Algorithm.ES256

    def __init__(self) -> None:
        self._key = ec.generate_private_key(ec.SECP256R1())
        self.public_key = self._key.public_key()
        self.certificate = self_signed(self._key)

    def sign(self, message: bytes) -> bytes:
        return self._key.sign(message, ec.ECDSA(hashes.SHA256()))


def self_signed(key: ec.EllipticCurvePrivateKey) -> x509.Certificate:
    """A certificate that may sign documents for a month."""
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "peer")])
    now = datetime.now(UTC)
    usage = x509.KeyUsage(True, True, False, False, False, False, False, False, False)
    builder = x509.CertificateBuilder(name, name, key.public_key(), 1, now, now + timedelta(days=30))
    return builder.add_extension(usage, True).sign(key, hashes.SHA256())


def bare_es256_verify() -> Work:
    """pyca/cryptography alone: one ES256 verification over 600 octets."""
    key = ec.generate_private_key(ec.SECP256R1())
    message = b"x" * 600
    signature, public = key.sign(message, ec.ECDSA(hashes.SHA256())), key.public_key()
    return lambda: public.verify(signature, message, ec.ECDSA(hashes.SHA256()))


def bare_es256_sign() -> Work:
    """pyca/cryptography alone: one ES256 signature over 300 octets."""
    key = ec.generate_private_key(ec.SECP256R1())
    return lambda: key.sign(b"x" * 300, ec.ECDSA(hashes.SHA256()))


def bare_certificate() -> Work:
    """pyca/cryptography alone: build and sign one certificate with the usual eight extensions."""
    key = ec.generate_private_key(ec.SECP256R1())
    public = key.public_key()
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "peer")])
    now = datetime.now(UTC)
    extensions: list[tuple[x509.ExtensionType, bool]] = [
        (x509.BasicConstraints(ca=False, path_length=None), True),
        (x509.KeyUsage(True, True, False, False, False, False, False, False, False), True),
        (x509.SubjectKeyIdentifier.from_public_key(public), False),
        (x509.AuthorityKeyIdentifier.from_issuer_public_key(public), False),
        (x509.SubjectAlternativeName([x509.UniformResourceIdentifier("https://peer.example/a")]), False),
        (x509.ExtendedKeyUsage([x509.ObjectIdentifier("1.3.6.1.5.5.7.3.36")]), False),
        (_crl_point("https://peer.example/a.crl"), False),
        (_issuer_access("https://peer.example/a.cer"), False),
    ]

    def build() -> x509.Certificate:
        builder = x509.CertificateBuilder(
            issuer_name=name,
            subject_name=name,
            public_key=public,
            serial_number=x509.random_serial_number(),
            not_valid_before=now,
            not_valid_after=now + timedelta(days=365),
        )
        for extension, critical in extensions:
            builder = builder.add_extension(extension, critical)
        return builder.sign(key, hashes.SHA256())

    return build


def _crl_point(url: str) -> x509.CRLDistributionPoints:
    point = x509.DistributionPoint([x509.UniformResourceIdentifier(url)], None, None, None)
    return x509.CRLDistributionPoints([point])


def _issuer_access(url: str) -> x509.AuthorityInformationAccess:
    access = x509.AccessDescription(
        x509.oid.AuthorityInformationAccessOID.CA_ISSUERS, x509.UniformResourceIdentifier(url)
    )
    return x509.AuthorityInformationAccess([access])


def pyhanko_seal(pdf: bytes, workplace: Path) -> Work:
    """pyHanko as its documentation signs a file: SimpleSigner from PEM files, no size hint."""
    key = ec.generate_private_key(ec.SECP256R1())
    certificate = self_signed(key)
    key_file, certificate_file = workplace / "peer.key.pem", workplace / "peer.pem"
    key_file.write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )
    )
    certificate_file.write_bytes(certificate.public_bytes(serialization.Encoding.PEM))
    signer = signers.SimpleSigner.load(str(key_file), str(certificate_file))
    assert signer is not None

    def seal() -> bytes:
        writer = IncrementalPdfFileWriter(io.BytesIO(pdf))
        signed = signers.sign_pdf(writer, signers.PdfSignatureMetadata(field_name="Peer"), signer=signer)
        return bytes(signed.getvalue())

    return seal
