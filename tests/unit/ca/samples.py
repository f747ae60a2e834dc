"""Certificates with one thing wrong: a good one of any profile, every part of which can be replaced."""

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from asn1crypto import x509 as asn1_x509
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.asymmetric.types import CertificatePublicKeyTypes
from cryptography.hazmat.primitives.serialization import Encoding

from ca.build import certificate_builder, validity
from ca.names import Subject
from ca.profile import Profile
from ca.serial import new_serial
from tests.unit.ca.world import NOW, World, new_key, organ

SIGNING_KEY = new_key()
ISSUER_URI = "https://node.example/issuers/1"

Extensions = dict[type[x509.ExtensionType], tuple[x509.ExtensionType, bool]]


@dataclass(frozen=True)
class Sample:
    """All parts of a certificate about to be signed by nobody."""

    subject: x509.Name
    issuer: x509.Name
    public_key: CertificatePublicKeyTypes
    serial: int
    not_before: datetime
    not_after: datetime
    extensions: Extensions
    signing_key: ec.EllipticCurvePrivateKey | rsa.RSAPrivateKey = SIGNING_KEY

    @classmethod
    def good(
        cls, world: World, profile: Profile, subject: Subject | None = None, now: datetime = NOW
    ) -> "Sample":
        issuer = {"itself": None, "root": world.root, "node": world.authority}[profile.issued_by.value]
        key = new_key().public_key()
        built = certificate_builder(
            profile,
            subject or organ(),
            key,
            issuer=issuer,
            serial=new_serial(),
            period=validity(profile, None if issuer is None else profile.longest / 2, now),
            san_uris=(ISSUER_URI,) if profile.names_issuer_uri else (),
        ).sign(SIGNING_KEY, hashes.SHA256())
        return cls(
            built.subject,
            built.issuer,
            key,
            built.serial_number,
            built.not_valid_before_utc,
            built.not_valid_after_utc,
            {type(one.value): (one.value, one.critical) for one in built.extensions},
        )

    def but(self, **changes: Any) -> "Sample":
        """The same with some parts replaced."""
        return replace(self, **changes)

    def having(self, value: x509.ExtensionType, *, critical: bool = False) -> "Sample":
        """The same with one extension added or replaced."""
        return replace(self, extensions={**self.extensions, type(value): (value, critical)})

    def without(self, kind: type[x509.ExtensionType]) -> "Sample":
        return replace(
            self, extensions={held: one for held, one in self.extensions.items() if held is not kind}
        )

    def built(self) -> x509.Certificate:
        builder = (
            x509.CertificateBuilder()
            .subject_name(self.subject)
            .issuer_name(self.issuer)
            .public_key(self.public_key)
            .serial_number(self.serial)
            .not_valid_before(self.not_before)
            .not_valid_after(self.not_after)
        )
        for value, critical in self.extensions.values():
            builder = builder.add_extension(value, critical=critical)
        return builder.sign(self.signing_key, hashes.SHA256())


def edited(certificate: x509.Certificate, edit: Any) -> x509.Certificate:
    """The certificate after `edit` changed its TBSCertificate as asn1crypto sees it: what no builder would
    make.
    """
    raw = asn1_x509.Certificate.load(certificate.public_bytes(Encoding.DER))
    edit(raw["tbs_certificate"])
    return x509.load_der_x509_certificate(raw.dump(force=True))
