"""Is a certificate fit for a purpose? KeyUsage and extended key usage, RFC 5280 §4.2.1.3, §4.2.1.12."""

from cryptography import x509

from ca.extensions import find_extension
from ca.profile import Profile


def fits_profile(certificate: x509.Certificate, profile: Profile) -> bool:
    """True when the certificate may do all the profile does: key usages, purposes, authority or not.

    A profile whose purpose is critical (time-stamping, RFC 3161 §2.3) wants it alone and critical. The
    catch-all anyExtendedKeyUsage fits nothing. Extensions that cannot be read fit nothing.
    """
    try:
        extensions = certificate.extensions
        usage = find_extension(extensions, x509.KeyUsage)
        purposes = find_extension(extensions, x509.ExtendedKeyUsage)
        constraints = find_extension(extensions, x509.BasicConstraints)
    except (ValueError, x509.DuplicateExtension):
        return False
    is_authority = constraints is not None and constraints[0].ca
    if is_authority != profile.is_authority or usage is None:
        return False
    if not all(getattr(usage[0], bit) for bit in profile.key_usage):
        return False
    held = set() if purposes is None else set(purposes[0])
    wanted = set(profile.purposes)
    if profile.purposes_critical:
        return purposes is not None and purposes[1] and held == wanted
    return wanted <= held
