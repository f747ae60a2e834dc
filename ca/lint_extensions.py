"""Lint rules on the extensions of a certificate (RFC 5280 §4.2, RFC 3161 §2.3, RFC 9336)."""

from urllib.parse import urlsplit

from cryptography import x509

from ca.lint_view import LintView
from ca.names import is_under

_EVERYONE = (x509.BasicConstraints, x509.KeyUsage, x509.SubjectKeyIdentifier)
_ISSUED = (x509.AuthorityKeyIdentifier, x509.CRLDistributionPoints, x509.AuthorityInformationAccess)


def only_the_profiles_extensions_are_there(view: LintView) -> str | None:
    expected: set[type[x509.ExtensionType]] = set(_EVERYONE)
    if view.issuer is not None:
        expected |= set(_ISSUED)
    if view.profile.purposes:
        expected.add(x509.ExtendedKeyUsage)
    if view.profile.binds_region:
        expected.add(x509.NameConstraints)
    if view.profile.names_issuer_uri:
        expected.add(x509.SubjectAlternativeName)
    if view.extensions.keys() != expected:
        return "the set of extensions is not the profile's"
    return None


def basic_constraints_are_the_profiles(view: LintView) -> str | None:
    found = view.find(x509.BasicConstraints)
    wanted = x509.BasicConstraints(ca=view.profile.is_authority, path_length=view.profile.path_length)
    return None if found == (wanted, True) else "basicConstraints are not the profile's, or not critical"


def key_usage_is_the_profiles(view: LintView) -> str | None:
    found = view.find(x509.KeyUsage)
    return (
        None
        if found == (view.profile.to_key_usage(), True)
        else "keyUsage is not the profile's, or not critical"
    )


def purposes_are_the_profiles(view: LintView) -> str | None:
    found = view.find(x509.ExtendedKeyUsage)
    wanted = None
    if view.profile.purposes:
        wanted = x509.ExtendedKeyUsage(view.profile.purposes), view.profile.purposes_critical
    return None if found == wanted else "extendedKeyUsage is not exactly the profile's"


def subject_key_id_is_the_hash_of_the_key(view: LintView) -> str | None:
    found = view.find(x509.SubjectKeyIdentifier)
    # Read again from the key itself, so that a builder given the wrong key cannot agree with itself.
    wanted = x509.SubjectKeyIdentifier.from_public_key(view.public_key)
    return (
        None
        if found == (wanted, False)
        else "subjectKeyIdentifier is not the SHA-1 of the key, or is critical"
    )


def authority_key_id_is_the_issuers(view: LintView) -> str | None:
    if view.issuer is None:
        return None
    found = view.find(x509.AuthorityKeyIdentifier)
    theirs = view.issuer.extensions.get_extension_for_class(x509.SubjectKeyIdentifier).value
    wanted = x509.AuthorityKeyIdentifier(theirs.digest, None, None)
    return None if found == (wanted, False) else "authorityKeyIdentifier is not the issuer's key identifier"


def revocation_and_issuer_can_be_found(view: LintView) -> str | None:
    if view.issuer is None:
        return None
    points = view.find(x509.CRLDistributionPoints)
    access = view.find(x509.AuthorityInformationAccess)
    if points is None or access is None or points[1] or access[1]:
        return "cRLDistributionPoints or authorityInfoAccess is missing or critical"
    names = [name for point in points[0] for name in point.full_name or []]
    names += [description.access_location for description in access[0]]
    if len(names) < 2 or not all(_is_web_address(name) for name in names):
        return "cRLDistributionPoints or authorityInfoAccess holds something that is not an http(s) URL"
    return None


def node_is_bound_to_its_region(view: LintView) -> str | None:
    found = view.find(x509.NameConstraints)
    if not view.profile.binds_region:
        return "nameConstraints in a certificate that is not a node's" if found else None
    if found is None or not found[1] or found[0].excluded_subtrees is not None:
        return "nameConstraints are missing, not critical, or more than one permitted subtree"
    permitted = [name.value for name in found[0].permitted_subtrees or []]
    if len(permitted) != 1 or not isinstance(permitted[0], x509.Name) or len(permitted[0].rdns) != 2:
        return "nameConstraints do not permit exactly one subtree of country and region"
    return None if is_under(view.subject, permitted[0]) else "the node lies outside its own region"


def issuer_uri_is_one_https_url(view: LintView) -> str | None:
    found = view.find(x509.SubjectAlternativeName)
    if not view.profile.names_issuer_uri:
        return "subjectAltName in a profile without one" if found else None
    if found is None or found[1] or len(list(found[0])) != 1:
        return "subjectAltName is not exactly one URI"
    name = next(iter(found[0]))
    if not _is_web_address(name) or not _is_https_or_loopback(name.value):
        return "subjectAltName is not an https URL with a host and without query or fragment"
    return None


def issuer_is_an_authority(view: LintView) -> str | None:
    if view.issuer is None:
        return None
    constraints = view.issuer.extensions.get_extension_for_class(x509.BasicConstraints).value
    usage = view.issuer.extensions.get_extension_for_class(x509.KeyUsage).value
    if not constraints.ca or not usage.key_cert_sign:
        return "the issuing certificate may not sign certificates"
    if view.profile.is_authority and constraints.path_length == 0:
        return "the issuing certificate may not make further authorities"
    return None


def _is_web_address(name: x509.GeneralName) -> bool:
    if not isinstance(name, x509.UniformResourceIdentifier):
        return False
    parts = urlsplit(name.value)
    return (
        parts.scheme in ("http", "https") and bool(parts.hostname) and not parts.query and not parts.fragment
    )


def _is_https_or_loopback(address: str) -> bool:
    parts = urlsplit(address)
    host = parts.hostname or ""
    # A node under development has no certificate for its own loopback name (DESIGN §6).
    return parts.scheme == "https" or host in ("localhost", "127.0.0.1") or host.endswith(".localhost")
