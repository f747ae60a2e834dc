"""What the revocation lists of a snapshot say about one certificate (RFC 5280 §6.3, complete direct lists).

Which list is asked: one of the certificate's own issuer, signed by the issuer's key, whose critical
extensions we know and whose scope covers the certificate; of several the newest. Nothing here compares with
a clock: the same answer serves every moment, and `ca/paths.py` judges it. Delta and indirect lists are not
used.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from cryptography import x509
from cryptography.exceptions import UnsupportedAlgorithm

from ca.crl import verified_number
from ca.errors import CrlRefused
from ca.extensions import find_extension
from ca.oids import EXPIRED_CERTS_ON_CRL
from keys.errors import UnacceptableKey

_UNREADABLE = (ValueError, TypeError, OverflowError, UnsupportedAlgorithm, x509.DuplicateExtension)
_GENERALIZED_TIME = 0x18


@dataclass(frozen=True, slots=True)
class Statement:
    """What the newest usable list says about a certificate."""

    this_update: datetime
    next_update: datetime | None
    revoked_at: datetime | None
    """None: the certificate does not stand on the list."""
    is_hold: bool
    may_have_dropped_it: bool
    """The certificate expired before the list was made, and the list does not promise to keep expired ones.
    """


def newest_list(
    issuer: x509.Certificate, subject: x509.Certificate, crls: Sequence[x509.CertificateRevocationList]
) -> x509.CertificateRevocationList | None:
    """The newest list that may speak about `subject`, its signature verified; None without one."""
    usable = [
        crl
        for crl in crls
        if crl.issuer == issuer.subject and _is_genuine(crl, issuer) and _covers(crl, subject)
    ]
    return max(usable, key=lambda crl: crl.last_update_utc, default=None)


def statement_of(certificate: x509.Certificate, crl: x509.CertificateRevocationList) -> Statement | None:
    """What this list says about a certificate of its issuer; None when the entry cannot be read."""
    try:
        entry = crl.get_revoked_certificate_by_serial_number(certificate.serial_number)
        reason = None if entry is None else _reason_of(entry)
        dropped = certificate.not_valid_after_utc < crl.last_update_utc and not _keeps(crl, certificate)
        return Statement(
            crl.last_update_utc,
            crl.next_update_utc,
            None if entry is None else entry.revocation_date_utc,
            reason is x509.ReasonFlags.certificate_hold,
            dropped,
        )
    except _UNREADABLE:
        return None


def _is_genuine(crl: x509.CertificateRevocationList, issuer: x509.Certificate) -> bool:
    try:
        usage = issuer.extensions.get_extension_for_class(x509.KeyUsage).value
        verified_number(crl, issuer)
    except (CrlRefused, UnacceptableKey, x509.ExtensionNotFound, *_UNREADABLE):
        return False
    return usage.crl_sign


def _covers(crl: x509.CertificateRevocationList, subject: x509.Certificate) -> bool:
    point = None
    for extension in crl.extensions:
        if isinstance(extension.value, x509.IssuingDistributionPoint):
            point = extension.value
        elif extension.critical:
            return False
    if point is None:
        return True
    if point.indirect_crl or point.only_contains_attribute_certs or point.only_some_reasons:
        return False
    is_authority = _is_authority(subject)
    if (point.only_contains_user_certs and is_authority) or (
        point.only_contains_ca_certs and not is_authority
    ):
        return False
    return point.full_name is None or not set(point.full_name).isdisjoint(_distribution_names(subject))


def _is_authority(certificate: x509.Certificate) -> bool:
    found = find_extension(certificate.extensions, x509.BasicConstraints)
    return found is not None and found[0].ca


def _distribution_names(certificate: x509.Certificate) -> set[x509.GeneralName]:
    found = find_extension(certificate.extensions, x509.CRLDistributionPoints)
    return set() if found is None else {name for point in found[0] for name in point.full_name or []}


def _reason_of(entry: x509.RevokedCertificate) -> x509.ReasonFlags | None:
    found = find_extension(entry.extensions, x509.CRLReason)
    return None if found is None else found[0].reason


def _keeps(crl: x509.CertificateRevocationList, certificate: x509.Certificate) -> bool:
    for extension in crl.extensions:
        if extension.oid == EXPIRED_CERTS_ON_CRL and isinstance(extension.value, x509.UnrecognizedExtension):
            since = generalized_moment(extension.value.value)
            return since is not None and since <= certificate.not_valid_after_utc
    return False


def generalized_moment(der: bytes) -> datetime | None:
    """A DER GeneralizedTime of whole seconds in UTC; None for anything else."""
    if len(der) != 17 or der[0] != _GENERALIZED_TIME or der[1] != 15:
        return None
    try:
        return datetime.strptime(der[2:].decode("ascii"), "%Y%m%d%H%M%SZ").replace(tzinfo=UTC)
    except ValueError:
        return None
