"""Lint rules for revocation lists (RFC 5280 §5), run on a throw-away copy before the CRL key signs."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from cryptography import x509

from ca.errors import LintFailed
from ca.oids import EXPIRED_CERTS_ON_CRL
from keys.algorithms import algorithm_of

LONGEST_LIFETIME = timedelta(days=366)
"""A root's list, made in a ceremony, lasts at most a year; a node's is a week (CA-6)."""
_NEVER_GIVEN = {x509.ReasonFlags.unspecified, x509.ReasonFlags.remove_from_crl}
_KNOWN = {
    x509.CRLNumber.oid,
    x509.AuthorityKeyIdentifier.oid,
    x509.IssuingDistributionPoint.oid,
    EXPIRED_CERTS_ON_CRL,
}


@dataclass(frozen=True, slots=True)
class CrlView:
    """A list signed by the throw-away key, who issues it, and what came before it."""

    crl: x509.CertificateRevocationList
    issuer: x509.Certificate
    previous_number: int
    """Number of the newest list so far; 0 when there is none."""
    now: datetime


@dataclass(frozen=True, slots=True)
class CrlRule:
    citation: str
    check: Callable[[CrlView], str | None]

    @property
    def name(self) -> str:
        """What must hold: the name of the check."""
        return self.check.__name__


def issuer_is_the_authority(view: CrlView) -> str | None:
    usage = view.issuer.extensions.get_extension_for_class(x509.KeyUsage).value
    if view.crl.issuer.public_bytes() != view.issuer.subject.public_bytes() or not usage.crl_sign:
        return "the issuer is not an authority that may sign revocation lists"
    return None


def signature_algorithm_is_the_issuers(view: CrlView) -> str | None:
    if view.crl.signature_algorithm_oid != algorithm_of(view.issuer.public_key()).x509_signature_oid:
        return "the signature algorithm is not that of the issuer's key"
    return None


def number_has_grown(view: CrlView) -> str | None:
    extension = view.crl.extensions.get_extension_for_class(x509.CRLNumber)
    if extension.critical or extension.value.crl_number <= view.previous_number:
        return "cRLNumber is critical or does not grow"
    return None


def authority_key_id_is_the_issuers(view: CrlView) -> str | None:
    extension = view.crl.extensions.get_extension_for_class(x509.AuthorityKeyIdentifier)
    theirs = view.issuer.extensions.get_extension_for_class(x509.SubjectKeyIdentifier).value
    if extension.critical or extension.value.key_identifier != theirs.digest:
        return "authorityKeyIdentifier is critical or not the issuer's"
    return None


def next_update_is_soon(view: CrlView) -> str | None:
    following = view.crl.next_update_utc
    if following is None or not timedelta(0) < following - view.crl.last_update_utc <= LONGEST_LIFETIME:
        return "nextUpdate is missing, before thisUpdate or more than a year away"
    return None


def nothing_is_from_the_future(view: CrlView) -> str | None:
    if view.crl.last_update_utc > view.now or any(one.revocation_date_utc > view.now for one in view.crl):
        return "thisUpdate or a revocation date lies in the future"
    return None


def every_entry_says_why(view: CrlView) -> str | None:
    for entry in view.crl:
        reason = entry.extensions.get_extension_for_class(x509.CRLReason)
        if reason.critical or reason.value.reason in _NEVER_GIVEN:
            return "an entry has no reason, or one that says nothing"
    return None


def no_serial_stands_twice(view: CrlView) -> str | None:
    serials = [entry.serial_number for entry in view.crl]
    return "a serial number stands twice" if len(serials) != len(set(serials)) else None


def shard_is_named_critically(view: CrlView) -> str | None:
    for extension in view.crl.extensions:
        if isinstance(extension.value, x509.IssuingDistributionPoint) and not extension.critical:
            return "issuingDistributionPoint is not critical"
    return None


def only_known_extensions_are_there(view: CrlView) -> str | None:
    strange = {extension.oid for extension in view.crl.extensions} - _KNOWN
    return "an extension we do not know" if strange else None


CRL_RULES: tuple[CrlRule, ...] = (
    CrlRule("RFC 5280 §5.1.2.3, §4.2.1.3", issuer_is_the_authority),
    CrlRule("RFC 5280 §5.1.2.2", signature_algorithm_is_the_issuers),
    CrlRule("RFC 5280 §5.2.3", number_has_grown),
    CrlRule("RFC 5280 §5.2.1", authority_key_id_is_the_issuers),
    CrlRule("RFC 5280 §5.1.2.5", next_update_is_soon),
    CrlRule("RFC 5280 §5.1.2.4", nothing_is_from_the_future),
    CrlRule("RFC 5280 §5.3.1", every_entry_says_why),
    CrlRule("RFC 5280 §5.1.2.6", no_serial_stands_twice),
    CrlRule("RFC 5280 §5.2.5", shard_is_named_critically),
    CrlRule("RFC 5280 §5.2", only_known_extensions_are_there),
)


def lint_crl(view: CrlView, rules: tuple[CrlRule, ...] = CRL_RULES) -> None:
    """Run every rule. Raises: LintFailed with the first that refuses; an empty tuple of rules refuses
    everything.
    """
    if not rules:
        raise LintFailed("at_least_one_rule", "DESIGN §2", "there is no rule")
    for rule in rules:
        try:
            finding = rule.check(view)
        except (ValueError, x509.ExtensionNotFound, x509.DuplicateExtension) as error:
            finding = f"the field is missing or cannot be read ({error})"
        if finding is not None:
            raise LintFailed(rule.name, rule.citation, finding)
