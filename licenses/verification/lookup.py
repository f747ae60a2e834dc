"""Asking a node about a license one does not hold: by the secret of its printed QR code, or by its number.

What comes back is what the public page of a license shows, with the holder masked; a bare number yields type,
issuer and status only (DESIGN §3). `licenses.public` answers from a node's own database.
"""

from dataclasses import dataclass
from datetime import date
from typing import Protocol

from licenses.holder import Holder
from licenses.status_list import LicenseStatus


@dataclass(frozen=True, slots=True)
class PublicLicense:
    """A license as strangers may see it."""

    identifier: str
    license_type: str
    """Key in the catalogue."""
    issuer_code: str
    issuer_name: str
    region: str
    issued_on: date
    valid_from: date
    valid_until: date | None
    status: LicenseStatus
    successor: str | None
    """Identifier of the version that took its place."""
    holder: Holder | None
    """Masked; None when asked by number."""


class Lookup(Protocol):
    """A node that can be asked, online. What it does not know of its own licenses does not exist."""

    @property
    def url(self) -> str:
        """Base URL of the node whose licenses it knows."""
        ...

    def by_secret(self, secret: str) -> PublicLicense | None:
        """The license whose printed QR code holds this secret."""
        ...

    def by_identifier(self, identifier: str) -> PublicLicense | None:
        """The license with this number, without its holder."""
        ...
