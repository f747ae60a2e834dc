"""Issuing a certificate (签发证书) along the one path of DESIGN §2.

    construct   parse and check: profile, names, key                     nothing written
    prepare     build, throw-away signature, lint; row `pending` with its serial number
                the record that the log commits to is the TBSCertificate, so the certificate itself can be
                checked against its inclusion receipt by anybody
    sign        the CA key, under the committed intent, over exactly those bytes; the signature is verified
    store       pending → active by compare-and-swap

A crash between any two of them leaves a row whose serial number can be revoked (`ca/revoke.py`).
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding
from sqlalchemy.orm import Session

from ca import store
from ca.authority import Authority
from ca.build import certificate_builder, joined, throw_away_copy, validity
from ca.errors import CertificateStateConflict, ProfileRefused, SignatureRefused
from ca.lint import lint
from ca.names import Subject
from ca.profile import IssuedBy, Profile
from ca.revoke import State
from ca.serial import new_serial, serial_text
from keys.action import Committed, Draft, Intent
from keys.algorithms import PublicKey, algorithm_of
from keys.log.receipt import Receipt
from keys.signer import KeyUse

ISSUE_KIND = "certificate.issue"


class IssueCertificate:
    """One certificate of the node's authority: an `Action[x509.Certificate]`."""

    def __init__(
        self,
        authority: Authority,
        profile: Profile,
        subject: Subject,
        public_key: PublicKey,
        *,
        requested_by: str,
        reason: str,
        san_uris: Sequence[str] = (),
        lifetime: timedelta | None = None,
        serial: int | None = None,
    ) -> None:
        """lifetime: None for the profile's, cut to the authority's own end; an explicit one is never cut.

        Raises: ProfileRefused for a profile the node does not issue; UnacceptableKey.
        """
        if profile.issued_by is not IssuedBy.NODE:
            raise ProfileRefused(
                f"Profile {profile.name} is not issued by a node.", f"{profile.title_zh}不由节点签发。"
            )
        algorithm_of(public_key)
        self._authority, self._profile, self._subject = authority, profile, subject
        self._public_key, self._san_uris = public_key, tuple(san_uris)
        self._requested_by, self._reason = requested_by, reason
        self._lifetime, self._chosen_serial = lifetime, serial
        self._body = b""

    @property
    def body(self) -> bytes:
        """TBSCertificate, DER, once prepared: the record in the log."""
        return self._body

    def prepare(self, session: Session, *, now: datetime) -> Draft:
        """Lint and write the pending row. Raises: LintFailed, ProfileRefused; nothing is written then."""
        row = self.prepare_row(now)
        store.insert_certificates(session, [row])
        return self.draft()

    def prepare_row(self, now: datetime) -> dict[str, Any]:
        """The pending row, for `prepare` and for batches. May be called again: the last one counts."""
        authority = self._authority
        serial = self._chosen_serial if self._chosen_serial is not None else new_serial()
        builder = certificate_builder(
            self._profile,
            self._subject,
            self._public_key,
            issuer=authority,
            serial=serial,
            period=self._period(now),
            san_uris=self._san_uris,
        )
        draft = throw_away_copy(builder, authority.handle.algorithm)
        lint(draft, self._profile, authority.certificate, now=now)
        self._body = draft.tbs_certificate_bytes
        return {
            "serial": serial_text(serial),
            "issuer_key_id": authority.issuer_key_id,
            "profile": self._profile.name,
            "state": State.PENDING.value,
            "subject": draft.subject.rfc4514_string(),
            "not_before": draft.not_valid_before_utc,
            "not_after": draft.not_valid_after_utc,
            "requested_by": self._requested_by,
            "prepared_at": now,
            "to_be_signed": self._body,
        }

    def draft(self) -> Draft:
        """What the intent will say. Only after `prepare_row`."""
        return Draft(
            kind=ISSUE_KIND,
            record=self._body,
            kids=frozenset({self._authority.handle.kid}),
            requested_by=self._requested_by,
            reason=self._reason,
        )

    def sign(self, intent: Committed[Intent], receipt: Receipt, *, now: datetime) -> x509.Certificate:
        """Sign what was linted. Raises: KeyUseRefused; SignatureRefused when the result is not what was
        linted.
        """
        signer = self._authority.handle.under(intent, KeyUse.ISSUE_CERTIFICATE)
        # The handle's key is the certificate's (`Authority` saw to it), parsed once.
        certificate = x509.load_der_x509_certificate(
            joined(self._body, signer.sign(self._body), signer.public_key)
        )
        if certificate.tbs_certificate_bytes != self._body:
            raise SignatureRefused()
        return certificate

    def store(self, session: Session, signed: x509.Certificate, *, now: datetime) -> None:
        """pending → active. Raises: CertificateStateConflict when somebody revoked it meanwhile."""
        store_certificates(session, [signed])

    @classmethod
    def prepare_all(
        cls, session: Session, actions: Sequence["IssueCertificate"], *, now: datetime
    ) -> list[Draft]:
        """`prepare` for many with one statement."""
        store.insert_certificates(session, [action.prepare_row(now) for action in actions])
        return [action.draft() for action in actions]

    @classmethod
    def store_all(
        cls,
        session: Session,
        actions: Sequence["IssueCertificate"],
        signed: Sequence[x509.Certificate],
        *,
        now: datetime,
    ) -> None:
        """`store` for many with one statement: all of them or none. Raises: CertificateStateConflict."""
        store_certificates(session, signed)

    def _period(self, now: datetime) -> tuple[datetime, datetime]:
        not_before, not_after = validity(self._profile, self._lifetime, now)
        if self._lifetime is None:
            not_after = min(not_after, self._authority.certificate.not_valid_after_utc)
        return not_before, not_after


def store_certificates(session: Session, signed: Sequence[x509.Certificate]) -> None:
    """`store` for one or many with one statement: all of them or none.

    Raises: CertificateStateConflict when any of them is no longer pending; the caller rolls back.
    """
    rows = [(serial_text(one.serial_number), one.public_bytes(Encoding.DER)) for one in signed]
    if store.activate(session, rows) != len(rows):
        raise CertificateStateConflict()
