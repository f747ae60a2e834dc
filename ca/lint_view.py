"""What a lint rule looks at: a certificate signed by the throw-away key, its profile, its issuer and the
moment.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import cast

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric.types import CertificatePublicKeyTypes

from ca.extensions import Value
from ca.profile import Profile


@dataclass(frozen=True, slots=True)
class LintView:
    """One certificate before its real signature, parsed once. Its signature is nobody's; rules do not look
    at it.
    """

    certificate: x509.Certificate
    profile: Profile
    issuer: x509.Certificate | None
    """None for the root, which is its own issuer."""
    now: datetime
    subject: x509.Name
    public_key: CertificatePublicKeyTypes
    not_before: datetime
    not_after: datetime
    extensions: Mapping[type[x509.ExtensionType], x509.Extension[x509.ExtensionType]]
    """By kind; RFC 5280 §4.2 allows one of each."""

    @classmethod
    def of(
        cls, certificate: x509.Certificate, profile: Profile, issuer: x509.Certificate | None, now: datetime
    ) -> "LintView":
        """Raises ValueError (or x509.DuplicateExtension) when a field or an extension cannot be read."""
        return cls(
            certificate,
            profile,
            issuer,
            now,
            certificate.subject,
            certificate.public_key(),
            certificate.not_valid_before_utc,
            certificate.not_valid_after_utc,
            {type(one.value): one for one in certificate.extensions},
        )

    def find(self, kind: type[Value]) -> tuple[Value, bool] | None:
        """The extension of this kind and whether it is critical, or None."""
        found = self.extensions.get(kind)
        return None if found is None else (cast(Value, found.value), found.critical)


@dataclass(frozen=True, slots=True)
class Rule:
    """One rule: the clause it comes from, and a check that answers None or what is wrong."""

    citation: str
    check: Callable[[LintView], str | None]

    @property
    def name(self) -> str:
        """What must hold: the name of the check."""
        return self.check.__name__
