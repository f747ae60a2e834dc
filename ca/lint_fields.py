"""Lint rules on the basic fields of a certificate (RFC 5280 §4.1). Each is named after what must hold."""

from datetime import UTC

from cryptography import x509
from cryptography.x509.oid import NameOID

from ca.errors import NameRefused
from ca.lint_view import LintView
from ca.names import check_name_text, is_under
from ca.profile import BACKDATING, IssuedBy
from keys.algorithms import algorithm_of
from keys.codes.credit import parse_credit_code
from keys.errors import UnacceptableKey, XinzhengError

_FEWEST_SERIAL_BITS = 64
_MOST_SERIAL_BITS = 159


def version_is_three(view: LintView) -> str | None:
    return None if view.certificate.version is x509.Version.v3 else "the version is not v3"


def serial_is_positive_and_long_enough(view: LintView) -> str | None:
    serial = view.certificate.serial_number
    if serial <= 0 or not _FEWEST_SERIAL_BITS <= serial.bit_length() <= _MOST_SERIAL_BITS:
        return "the serial number is not positive with 64 to 159 bits"
    return None


def signature_algorithm_is_the_issuers(view: LintView) -> str | None:
    signing_key = view.public_key if view.issuer is None else view.issuer.public_key()
    expected = algorithm_of(signing_key).x509_signature_oid
    if view.certificate.signature_algorithm_oid != expected:
        return "the signature algorithm is not that of the issuer's key"
    return None


def issuer_name_is_the_issuers_subject(view: LintView) -> str | None:
    expected = view.subject if view.issuer is None else view.issuer.subject
    if view.certificate.issuer.public_bytes() != expected.public_bytes():
        return "the issuer's name is not the subject of the issuing certificate, byte for byte"
    return None


def subject_is_not_the_issuer(view: LintView) -> str | None:
    if view.issuer is not None and view.subject == view.issuer.subject:
        return "a certificate that is not the root's has its issuer's name"
    return None


def subject_parts_are_single_and_ordered(view: LintView) -> str | None:
    held = [attribute.oid for attribute in view.subject]
    if any(len(rdn) != 1 for rdn in view.subject.rdns):
        return "a part of the subject holds several attributes"
    if held != [oid for oid in _SUBJECT_ORDER if oid in held] or not set(held) >= _SUBJECT_NEEDS:
        return "the subject is not C, ST, O, organizationIdentifier, CN in this order"
    return None


def subject_strings_are_utf8(view: LintView) -> str | None:
    # A name built afresh has these types, so another type shows as other bytes.
    afresh = x509.Name([x509.NameAttribute(part.oid, part.value) for part in view.subject])
    if afresh.public_bytes() != view.subject.public_bytes():
        return "a subject string is not UTF8String (the country: PrintableString)"
    return None


def subject_strings_are_clean(view: LintView) -> str | None:
    for attribute in view.subject:
        try:
            check_name_text(str(attribute.value))
        except NameRefused as refused:
            return refused.detail
    return None


def credit_code_is_right(view: LintView) -> str | None:
    codes = [str(part.value) for part in view.subject.get_attributes_for_oid(NameOID.ORGANIZATION_IDENTIFIER)]
    if not codes:
        return "the credit code is missing" if view.profile.needs_credit_code else None
    try:
        parse_credit_code(codes[0])
    except XinzhengError:
        return "organizationIdentifier is not a unified social credit code"
    return None


def subject_is_inside_the_issuers_region(view: LintView) -> str | None:
    if view.issuer is None:
        return None
    for extension in view.issuer.extensions:
        if isinstance(extension.value, x509.NameConstraints):
            bases = [base.value for base in extension.value.permitted_subtrees or []]
            if not any(isinstance(base, x509.Name) and is_under(view.subject, base) for base in bases):
                return "the subject lies outside the region the issuer is bound to"
    return None


def validity_is_forward(view: LintView) -> str | None:
    if view.not_before >= view.not_after:
        return "notAfter does not lie after notBefore"
    return None


def validity_is_not_longer_than_the_profile(view: LintView) -> str | None:
    lasts = view.not_after - view.not_before
    return "the lifetime is longer than the profile allows" if lasts > view.profile.longest else None


def validity_lies_inside_the_issuers(view: LintView) -> str | None:
    issuer = view.issuer
    if issuer is None:
        return None
    if view.not_before < issuer.not_valid_before_utc or view.not_after > issuer.not_valid_after_utc:
        return "the certificate would be valid while its issuer is not"
    return None


def validity_starts_now(view: LintView) -> str | None:
    # One second more: notBefore is cut to whole seconds.
    drift = view.now.astimezone(UTC) - view.not_before
    if not -BACKDATING <= drift or drift.total_seconds() > BACKDATING.total_seconds() + 1:
        return "notBefore is more than five minutes away from now"
    return None


def public_key_is_acceptable(view: LintView) -> str | None:
    try:
        algorithm_of(view.public_key)
    except (UnacceptableKey, ValueError) as refused:
        return f"the public key is not acceptable ({refused})"
    return None


def public_key_is_not_the_issuers(view: LintView) -> str | None:
    if view.issuer is not None and view.public_key == view.issuer.public_key():
        return "the certificate is for the issuer's own key"
    return None


def issuer_may_issue_this(view: LintView) -> str | None:
    if view.issuer is None:
        return None if view.profile.issued_by is IssuedBy.ITSELF else "only the root issues itself"
    is_root = view.issuer.subject == view.issuer.issuer
    if view.profile.issued_by is not (IssuedBy.ROOT if is_root else IssuedBy.NODE):
        return f"this profile is issued by: {view.profile.issued_by}"
    return None


_SUBJECT_ORDER = (
    NameOID.COUNTRY_NAME,
    NameOID.STATE_OR_PROVINCE_NAME,
    NameOID.ORGANIZATION_NAME,
    NameOID.ORGANIZATION_IDENTIFIER,
    NameOID.COMMON_NAME,
)
_SUBJECT_NEEDS = {NameOID.COUNTRY_NAME, NameOID.ORGANIZATION_NAME, NameOID.COMMON_NAME}
