"""Logging in with a certificate (数字证书登录), level L4: possession of its key, proven over our challenge.

    signed bytes = "xinzheng certificate login v1\\n" ‖ canonical JSON {certificate, challenge, origin}

The prefix keeps the signature from meaning anything elsewhere, the origin keeps another site from relaying
it. `api` verifies the path, the period and the revocation through `ca` and hands the outcome over as
`CertificateFacts`: this package knows no X.509. Does not check: the certificate itself.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import CursorResult, insert, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session
from sqlmodel import SQLModel

from keys.algorithms import PublicKey, algorithm_of
from keys.encoding import b64url, canonical_json, uuid7
from keys.errors import BadSignature, UnacceptableKey
from keys.signature import verify_signature
from trust.authn import models
from trust.authn.challenges import ChallengePurpose, use_challenge
from trust.authn.errors import AuthenticatorConflict, AuthenticatorRefused

FACTS_LIFETIME = timedelta(minutes=5)
ACTIVE, ENDED = "active", "ended"
_CONTEXT = b"xinzheng certificate login v1\n"
_CERTIFICATE = SQLModel.metadata.tables[str(models.AuthnCertificate.__tablename__)]


@dataclass(frozen=True, slots=True)
class CertificateFacts:
    """A certificate that `api` has verified: path to a configured anchor, period, purpose, not revoked."""

    fingerprint: bytes
    """SHA-256 of the certificate, 32 octets."""
    public_key: PublicKey
    not_after: datetime
    verified_at: datetime
    organization: str | None = None
    """Credit code when it is an organization's certificate."""


@dataclass(frozen=True, slots=True)
class CertificateLogin:
    """Who holds the certificate. `sub` is always the human; the organization only stands beside."""

    person_id: str
    organization: str | None


@dataclass(frozen=True, slots=True)
class BoundCertificate:
    """A certificate on an account, as its page lists it."""

    certificate_id: UUID
    fingerprint: bytes
    organization: str | None
    not_after: datetime
    used_at: datetime | None


def login_message(challenge: bytes, origin: str, fingerprint: bytes) -> bytes:
    """The bytes the holder's key signs."""
    members = {"certificate": b64url(fingerprint), "challenge": b64url(challenge), "origin": origin}
    return _CONTEXT + canonical_json(members)


def bind_certificate(session: Session, person_id: str, facts: CertificateFacts, now: datetime) -> UUID:
    """Let the person log in with the certificate. The caller has identified the person at L4.

    Raises: AuthenticatorRefused, AuthenticatorConflict when it is bound to anybody.
    """
    if not _current(facts, now):
        raise AuthenticatorRefused("The certificate is not valid now.", "该证书当前无效。")
    row = {
        "id": uuid7(now),
        "fingerprint": facts.fingerprint,
        "person_id": person_id,
        "organization": facts.organization,
        "state": ACTIVE,
        "not_after": facts.not_after,
        "created_at": now,
        "used_at": None,
    }
    try:
        with session.begin_nested():
            session.connection().execute(insert(_CERTIFICATE), [row])
    except IntegrityError:
        raise AuthenticatorConflict() from None
    return UUID(str(row["id"]))


def log_in_with_certificate(
    session: Session,
    short: Session,
    facts: CertificateFacts,
    *,
    challenge: bytes,
    signature: bytes,
    origin: str,
    binding: str,
    now: datetime,
) -> CertificateLogin | None:
    """Check possession and find the holder. None for every failure; commit both sessions in any case."""
    used = use_challenge(short, ChallengePurpose.USE_CERTIFICATE, challenge, binding=binding, now=now)
    if used is None or not _current(facts, now):
        return None
    try:
        algorithm = algorithm_of(facts.public_key)
        message = login_message(challenge, origin, facts.fingerprint)
        verify_signature(facts.public_key, algorithm, signature, message)
    except (BadSignature, UnacceptableKey):
        return None
    statement = (
        update(_CERTIFICATE)
        .where(_CERTIFICATE.c.fingerprint == facts.fingerprint, _CERTIFICATE.c.state == ACTIVE)
        .values(used_at=now)
        .returning(_CERTIFICATE.c.person_id, _CERTIFICATE.c.organization)
    )
    row = session.connection().execute(statement).one_or_none()
    return None if row is None else CertificateLogin(row.person_id, row.organization)


def end_certificate(session: Session, person_id: str, certificate_id: UUID) -> bool:
    """Stop logging in with it. The caller also asks its issuer to revoke it."""
    statement = (
        update(_CERTIFICATE)
        .where(
            _CERTIFICATE.c.id == certificate_id,
            _CERTIFICATE.c.person_id == person_id,
            _CERTIFICATE.c.state == ACTIVE,
        )
        .values(state=ENDED)
    )
    result: CursorResult[tuple[()]] = session.connection().execute(statement)
    return result.rowcount == 1


def certificates_of(session: Session, person_id: str, now: datetime) -> tuple[BoundCertificate, ...]:
    """Those that may be used now, oldest first."""
    statement = (
        select(_CERTIFICATE)
        .where(
            _CERTIFICATE.c.person_id == person_id,
            _CERTIFICATE.c.state == ACTIVE,
            _CERTIFICATE.c.not_after > now,
        )
        .order_by(_CERTIFICATE.c.created_at, _CERTIFICATE.c.id)
    )
    return tuple(
        BoundCertificate(row.id, row.fingerprint, row.organization, row.not_after, row.used_at)
        for row in session.connection().execute(statement)
    )


def _current(facts: CertificateFacts, now: datetime) -> bool:
    recent = timedelta(0) <= now - facts.verified_at <= FACTS_LIFETIME
    return recent and now < facts.not_after and len(facts.fingerprint) == 32
