"""What the rules read from a certificate: key identifiers, names, addresses. A missing part is "" or ().

Does not check: signatures and paths; `ca.paths` does.
"""

from cryptography import x509
from cryptography.x509.oid import NameOID

from ca.names import is_under


def authority_key_id(certificate: x509.Certificate) -> str:
    """authorityKeyIdentifier, hexadecimal (RFC 5280 §4.2.1.1): which CA certified this."""
    try:
        found = certificate.extensions.get_extension_for_class(x509.AuthorityKeyIdentifier)
    except (x509.ExtensionNotFound, ValueError):
        return ""
    return (found.value.key_identifier or b"").hex()


def key_id(certificate: x509.Certificate) -> str:
    """subjectKeyIdentifier, hexadecimal (RFC 5280 §4.2.1.2)."""
    try:
        found = certificate.extensions.get_extension_for_class(x509.SubjectKeyIdentifier)
    except (x509.ExtensionNotFound, ValueError):
        return ""
    return found.value.digest.hex()


def addresses(certificate: x509.Certificate) -> tuple[str, ...]:
    """URIs of subjectAltName (RFC 5280 §4.2.1.6)."""
    try:
        found = certificate.extensions.get_extension_for_class(x509.SubjectAlternativeName)
    except (x509.ExtensionNotFound, ValueError):
        return ()
    return tuple(found.value.get_values_for_type(x509.UniformResourceIdentifier))


def credit_code(certificate: x509.Certificate) -> str:
    """organizationIdentifier: 统一社会信用代码 of the subject. "" unless there is exactly one."""
    return _only(certificate, NameOID.ORGANIZATION_IDENTIFIER)


def organization(certificate: x509.Certificate) -> str:
    return _only(certificate, NameOID.ORGANIZATION_NAME)


def same_region(certificate: x509.Certificate, other: x509.Certificate) -> bool:
    """Whether both names begin with the same country and region, or country and ministry (see `ca.names`)."""
    prefix = other.subject.rdns[:2]
    return len(prefix) == 2 and is_under(certificate.subject, x509.Name(prefix))


def _only(certificate: x509.Certificate, oid: x509.ObjectIdentifier) -> str:
    try:
        found = certificate.subject.get_attributes_for_oid(oid)
    except ValueError:  # names are parsed when they are read: one damaged octet shows only here
        return ""
    return str(found[0].value) if len(found) == 1 else ""
