"""The node's issuing authority (签发机构): its certificate, the handle of its key and where it publishes."""

from dataclasses import dataclass
from typing import Protocol

from cryptography import x509

from ca.errors import ProfileRefused
from ca.parse import acceptable_key
from keys.algorithms import PublicKey
from keys.signer import KeyHandle


class IssuingPoint(Protocol):
    """What an issued certificate says about its issuer. The node's authority and the offline root both are
    one.
    """

    @property
    def certificate(self) -> x509.Certificate: ...

    @property
    def crl_url(self) -> str:
        """Where the issuer's CRL is found; goes into cRLDistributionPoints (RFC 5280 §4.2.1.13)."""
        ...

    @property
    def certificate_url(self) -> str:
        """Where the issuer's certificate is found, DER; goes into authorityInfoAccess (RFC 5280 §4.2.2.1)."""
        ...


@dataclass(frozen=True, slots=True)
class Authority:
    """The authority of this node. Its key signs certificates under a committed intent, and CRLs at any
    time.
    """

    certificate: x509.Certificate
    handle: KeyHandle
    chain: tuple[x509.Certificate, ...]
    """From this authority's issuer up; the root, when it is in it, comes last."""
    crl_url: str
    certificate_url: str

    def __post_init__(self) -> None:
        if self.certificate.public_key() != self.handle.public_key:
            raise ProfileRefused(
                "The authority's key is not its certificate's.", "签发机构的密钥与证书不匹配。"
            )

    @property
    def issuer_key_id(self) -> str:
        """The key identifier that certificates of this authority name (RFC 5280 §4.2.1.1), in hexadecimal."""
        return key_id_of(self.certificate)


def key_id_of(certificate: x509.Certificate) -> str:
    """The subjectKeyIdentifier of an authority's certificate, hexadecimal; its name in our tables.

    Raises: x509.ExtensionNotFound for a certificate that has none; our own always have one.
    """
    return certificate.extensions.get_extension_for_class(x509.SubjectKeyIdentifier).value.digest.hex()


def authority_key(certificate: x509.Certificate) -> PublicKey:
    """The public key of an authority's certificate, when it is of a kind we accept. Raises:
    UnacceptableKey.
    """
    return acceptable_key(certificate.public_key())
