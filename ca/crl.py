"""Revocation lists (证书撤销列表), RFC 5280 §5: complete, direct, numbered, signed by the authority itself.

Revoked certificates stay on the list for ever and the list says so (expiredCertsOnCRL, X.509 §9.5.2.8): a
seal of ten years ago is verified with today's list. The CRL key use is a standing one; no intent is needed
to say "revoked".
"""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding
from sqlalchemy.orm import Session

from ca import store
from ca.authority import Authority, authority_key, key_id_of
from ca.build import joined, throw_away_crl
from ca.der import generalized_time
from ca.errors import CrlRefused
from ca.lint_crl import CrlView, lint_crl
from ca.oids import EXPIRED_CERTS_ON_CRL
from ca.parse import parse_crl
from ca.revoke import Reason
from keys.algorithms import algorithm_of
from keys.clock import require_utc
from keys.errors import BadSignature
from keys.signature import verify_signature
from keys.signer import KeyUse, Signer

NODE_CRL_LIFETIME = timedelta(days=7)
ROOT_CRL_LIFETIME = timedelta(days=365)


@dataclass(frozen=True, slots=True)
class Revoked:
    """One line of a list."""

    serial: int
    revoked_at: datetime
    reason: Reason


def sign_crl(
    issuer: x509.Certificate,
    signer: Signer,
    entries: Sequence[Revoked],
    *,
    number: int,
    previous_number: int,
    now: datetime,
    lifetime: timedelta,
    shard_url: str | None = None,
) -> bytes:
    """A linted and signed CRL, DER.

    signer: the key of `issuer`. shard_url: only when the list is one of several; becomes a critical IDP.
    Raises: LintFailed, SignatureRefused.
    """
    moment = require_utc(now).replace(microsecond=0)
    builder = _builder(issuer, number, moment, lifetime, shard_url)
    for entry in entries:
        builder = builder.add_revoked_certificate(_line(entry))
    draft = throw_away_crl(builder, algorithm_of(issuer.public_key()))
    lint_crl(CrlView(draft, issuer, previous_number, require_utc(now)))
    body = draft.tbs_certlist_bytes
    return joined(body, signer.sign(body), authority_key(issuer))


def build_crl(
    authority: Authority,
    entries: Sequence[Revoked],
    number: int,
    now: datetime,
    lifetime: timedelta = NODE_CRL_LIFETIME,
    *,
    shard_url: str | None = None,
) -> bytes:
    """A CRL of the node's authority, DER, signed with its standing use CRL. Raises: LintFailed,
    KeyUseRefused.
    """
    return sign_crl(
        authority.certificate,
        authority.handle.standing(KeyUse.CRL),
        entries,
        number=number,
        previous_number=number - 1,
        now=now,
        lifetime=lifetime,
        shard_url=shard_url,
    )


def publish_crl(
    session: Session, authority: Authority, now: datetime, lifetime: timedelta = NODE_CRL_LIFETIME
) -> bytes:
    """Make the next CRL of the node from the table and keep it. The caller commits, then serves it.

    Raises: CrlRefused when the clock stands before the newest list; sqlalchemy's IntegrityError when another
    worker took the number (roll back and run again).
    """
    newest = store.newest_crl(session, authority.issuer_key_id)
    if newest is not None and require_utc(now) < newest.this_update:
        raise CrlRefused("The clock stands before the newest revocation list.", "时钟早于最新的撤销列表。")
    entries = [
        Revoked(int(serial, 16), revoked_at, Reason(reason))
        for serial, revoked_at, reason in store.listed(session, authority.issuer_key_id)
    ]
    number = 1 if newest is None else newest.number + 1
    der = build_crl(authority, entries, number, now, lifetime)
    _keep(session, authority.issuer_key_id, parse_crl(der), der)
    return der


def import_crl(session: Session, der: bytes, issuer: x509.Certificate, now: datetime) -> bool:
    """Take in a CRL made elsewhere (the offline root's). False when it is the one we have.

    Raises: MalformedCrl; CrlRefused for another issuer, a wrong signature, an older number, a list that has
    ended.
    """
    crl = parse_crl(der)
    number = verified_number(crl, issuer)
    if crl.next_update_utc is None or crl.next_update_utc < require_utc(now):
        raise CrlRefused("The revocation list has passed its next update.", "撤销列表已过更新期限。")
    newest = store.newest_crl(session, key_id_of(issuer))
    if newest is not None and number <= newest.number:
        if newest.der == crl.public_bytes(Encoding.DER):
            return False
        raise CrlRefused(
            "A revocation list with this or a later number is there.", "已有相同或更新编号的撤销列表。"
        )
    _keep(session, key_id_of(issuer), crl, crl.public_bytes(Encoding.DER))
    return True


def current_crl(session: Session, issuer: x509.Certificate) -> bytes | None:
    """The newest CRL of an issuer that we hold, DER, whether still fresh or not."""
    found = store.newest_crl(session, key_id_of(issuer))
    return None if found is None else found.der


def verified_number(crl: x509.CertificateRevocationList, issuer: x509.Certificate) -> int:
    """The number of a CRL, after its issuer's name and signature were verified. Raises: CrlRefused."""
    key = authority_key(issuer)
    try:
        number = crl.extensions.get_extension_for_class(x509.CRLNumber).value.crl_number
        if (
            crl.issuer != issuer.subject
            or crl.signature_algorithm_oid != algorithm_of(key).x509_signature_oid
        ):
            raise BadSignature()
        verify_signature(key, algorithm_of(key), crl.signature, crl.tbs_certlist_bytes)
    except (BadSignature, x509.ExtensionNotFound):
        raise CrlRefused(
            "The revocation list is not signed by this authority.", "撤销列表不是该机构签发的。"
        ) from None
    return number


def _builder(
    issuer: x509.Certificate, number: int, now: datetime, lifetime: timedelta, shard_url: str | None
) -> x509.CertificateRevocationListBuilder:
    key_id = issuer.extensions.get_extension_for_class(x509.SubjectKeyIdentifier).value
    kept_since = generalized_time(issuer.not_valid_before_utc)
    builder = (
        x509.CertificateRevocationListBuilder()
        .issuer_name(issuer.subject)
        .last_update(now)
        .next_update(now + lifetime)
        .add_extension(x509.CRLNumber(number), critical=False)
        .add_extension(x509.AuthorityKeyIdentifier.from_issuer_subject_key_identifier(key_id), critical=False)
        .add_extension(x509.UnrecognizedExtension(EXPIRED_CERTS_ON_CRL, kept_since), critical=False)
    )
    if shard_url is None:
        return builder
    point = x509.IssuingDistributionPoint(
        full_name=[x509.UniformResourceIdentifier(shard_url)],
        relative_name=None,
        only_contains_user_certs=False,
        only_contains_ca_certs=False,
        only_some_reasons=None,
        indirect_crl=False,
        only_contains_attribute_certs=False,
    )
    return builder.add_extension(point, critical=True)


def _line(entry: Revoked) -> x509.RevokedCertificate:
    reason = x509.CRLReason(x509.ReasonFlags(entry.reason.value))
    return (
        x509.RevokedCertificateBuilder()
        .serial_number(entry.serial)
        .revocation_date(entry.revoked_at)
        .add_extension(reason, critical=False)
        .build()
    )


def _keep(session: Session, issuer_key_id: str, crl: x509.CertificateRevocationList, der: bytes) -> None:
    number = crl.extensions.get_extension_for_class(x509.CRLNumber).value.crl_number
    following = crl.next_update_utc
    if following is None:
        raise CrlRefused("The revocation list has no next update.", "撤销列表没有下次更新时间。")
    stored = store.StoredCrl(number, crl.last_update_utc, following, der)
    store.insert_crl(session, hashlib.sha256(der).hexdigest(), issuer_key_id, stored)
