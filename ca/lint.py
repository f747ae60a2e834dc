"""Lint before signing (签发前检查): every certificate passes every rule, in this order, before the real key
moves.

The rules read a copy signed by a throw-away key (`ca/build.py`). Each rule is one small function with one
clause behind it and one bad sample in tests/unit/ca/test_lint.py. pkilint judges the same
profiles in the tests; it is thirty times slower and knows no profile of ours (CA-2).

How to add a rule: write the function in lint_fields.py or lint_extensions.py, a line below, a bad sample.
"""

from collections.abc import Sequence
from datetime import datetime

from cryptography import x509

from ca import lint_extensions as extensions
from ca import lint_fields as fields
from ca.errors import LintFailed
from ca.lint_view import LintView, Rule
from ca.profile import Profile

RULES: tuple[Rule, ...] = (
    Rule("RFC 5280 §4.1.2.1", fields.version_is_three),
    Rule("RFC 5280 §4.1.2.2", fields.serial_is_positive_and_long_enough),
    Rule("RFC 5280 §4.1.2.3", fields.signature_algorithm_is_the_issuers),
    Rule("DESIGN §4", fields.issuer_may_issue_this),
    Rule("RFC 5280 §4.2.1.9, §4.2.1.3", extensions.issuer_is_an_authority),
    Rule("RFC 5280 §4.1.2.4", fields.issuer_name_is_the_issuers_subject),
    Rule("RFC 5280 §4.1.2.6", fields.subject_is_not_the_issuer),
    Rule("RFC 5280 §4.1.2.6", fields.subject_parts_are_single_and_ordered),
    Rule("RFC 5280 §4.1.2.4", fields.subject_strings_are_utf8),
    Rule("RFC 5280 §7.1, appendix A.1", fields.subject_strings_are_clean),
    Rule("GB 32100-2015 §4", fields.credit_code_is_right),
    Rule("RFC 5280 §4.2.1.10", fields.subject_is_inside_the_issuers_region),
    Rule("RFC 5280 §4.1.2.5", fields.validity_is_forward),
    Rule("CA-3", fields.validity_is_not_longer_than_the_profile),
    Rule("CA-3", fields.validity_lies_inside_the_issuers),
    Rule("CA-3", fields.validity_starts_now),
    Rule("RFC 5280 §4.1.2.7", fields.public_key_is_acceptable),
    Rule("RFC 5280 §4.2.1.2", fields.public_key_is_not_the_issuers),
    Rule("RFC 5280 §4.2", extensions.only_the_profiles_extensions_are_there),
    Rule("RFC 5280 §4.2.1.9", extensions.basic_constraints_are_the_profiles),
    Rule("RFC 5280 §4.2.1.3", extensions.key_usage_is_the_profiles),
    Rule("RFC 5280 §4.2.1.12, RFC 3161 §2.3", extensions.purposes_are_the_profiles),
    Rule("RFC 5280 §4.2.1.2", extensions.subject_key_id_is_the_hash_of_the_key),
    Rule("RFC 5280 §4.2.1.1", extensions.authority_key_id_is_the_issuers),
    Rule("RFC 5280 §4.2.1.13, §4.2.2.1", extensions.revocation_and_issuer_can_be_found),
    Rule("RFC 5280 §4.2.1.10", extensions.node_is_bound_to_its_region),
    Rule("RFC 5280 §4.2.1.6", extensions.issuer_uri_is_one_https_url),
)


def every_field_can_be_read(view: LintView) -> str | None:
    """Holds because there is a view: making one reads every field. It comes before all others."""
    return None


_READABLE = Rule("RFC 5280 §4.2", every_field_can_be_read)


def lint(
    certificate: x509.Certificate,
    profile: Profile,
    issuer: x509.Certificate | None,
    *,
    now: datetime,
    rules: Sequence[Rule] = RULES,
) -> None:
    """Run every rule over a certificate signed by a throw-away key. Raises: LintFailed with the first that
    refuses.

    An empty list of rules refuses everything: nothing checked is nothing proved.
    """
    if not rules:
        raise LintFailed("at_least_one_rule", "DESIGN §2", "there is no rule")
    try:
        view = LintView.of(certificate, profile, issuer, now)
    except (ValueError, x509.DuplicateExtension) as error:
        raise LintFailed(_READABLE.name, _READABLE.citation, str(error)) from None
    for rule in rules:
        finding = _checked(rule, view)
        if finding is not None:
            raise LintFailed(rule.name, rule.citation, finding)


def _checked(rule: Rule, view: LintView) -> str | None:
    try:
        return rule.check(view)
    except (ValueError, x509.ExtensionNotFound) as error:
        return f"the field cannot be read ({error})"
