"""Reading certificates and revocation lists that come from outside (证书与撤销列表的读取), DER or PEM.

`cryptography` parses lazily: a broken extension shows only when somebody looks. So everything is looked at
here, once, and what comes out can be used without fear. Does not check: any signature, any time, any trust.
"""

from collections.abc import Callable
from typing import TypeVar, cast

from cryptography import x509
from cryptography.exceptions import UnsupportedAlgorithm

from ca.errors import MalformedCertificate, MalformedCrl
from keys.algorithms import PublicKey, algorithm_of

MAX_CERTIFICATE_BYTES = 64 * 1024
MAX_CRL_BYTES = 32 * 1024 * 1024
MAX_CHAIN = 16
_PEM = b"-----BEGIN"

T = TypeVar("T")


def parse_certificate(data: bytes) -> x509.Certificate:
    """One certificate, DER or PEM, at most 64 KiB, all fields and extensions readable. Raises:
    MalformedCertificate.
    """
    if len(data) > MAX_CERTIFICATE_BYTES:
        raise MalformedCertificate("The certificate is larger than 64 KiB.", "证书超过 64 KiB。")
    return _reading(lambda: _looked_at(_load(data)), MalformedCertificate)


def parse_chain(pem: bytes) -> tuple[x509.Certificate, ...]:
    """Certificates one after another in PEM, at most 16. Raises: MalformedCertificate."""
    if len(pem) > MAX_CHAIN * MAX_CERTIFICATE_BYTES:
        raise MalformedCertificate("The chain is too long.", "证书链过长。")
    chain = _reading(lambda: x509.load_pem_x509_certificates(pem), MalformedCertificate)
    if len(chain) > MAX_CHAIN:
        raise MalformedCertificate("The chain is too long.", "证书链过长。")
    return tuple(_reading(lambda: [_looked_at(one) for one in chain], MalformedCertificate))


def parse_crl(data: bytes) -> x509.CertificateRevocationList:
    """One complete CRL, DER or PEM, at most 32 MiB, with issuer, times and list extensions readable.

    Entries are read when a serial number is looked up. Raises: MalformedCrl.
    """
    if len(data) > MAX_CRL_BYTES:
        raise MalformedCrl("The revocation list is larger than 32 MiB.", "证书撤销列表超过 32 MiB。")
    load = x509.load_pem_x509_crl if data.lstrip().startswith(_PEM) else x509.load_der_x509_crl

    def read() -> x509.CertificateRevocationList:
        crl = load(data)
        _ = (
            crl.issuer.public_bytes(),
            crl.last_update_utc,
            crl.next_update_utc,
            len(crl),
            list(crl.extensions),
        )
        return crl

    return _reading(read, MalformedCrl)


def acceptable_key(key: object) -> PublicKey:
    """A public key of a kind in the table of algorithms. Raises: UnacceptableKey."""
    algorithm_of(key)
    return cast(PublicKey, key)


def _load(data: bytes) -> x509.Certificate:
    if data.lstrip().startswith(_PEM):
        return x509.load_pem_x509_certificate(data)
    return x509.load_der_x509_certificate(data)


def _looked_at(certificate: x509.Certificate) -> x509.Certificate:
    _ = (
        certificate.version,
        certificate.subject.public_bytes(),
        certificate.issuer.public_bytes(),
        certificate.not_valid_before_utc,
        certificate.not_valid_after_utc,
        certificate.public_key(),
        list(certificate.extensions),
    )
    return certificate


def _reading(read: Callable[[], T], error: type[MalformedCertificate] | type[MalformedCrl]) -> T:
    try:
        return read()
    except (
        ValueError,
        TypeError,
        OverflowError,
        UnsupportedAlgorithm,
        x509.DuplicateExtension,
        x509.InvalidVersion,
        x509.UnsupportedGeneralNameType,
        UserWarning,  # cryptography's own, where warnings are errors: "tolerated today" is not good enough
    ) as cause:
        raise error(log_only=str(cause)) from None
