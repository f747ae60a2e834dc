"""Trust and time of one signature: whose certificate, when, and was it good then (ETSI EN 319 102-1 §5.2.6,
§5.6).

    1  proof of existence   the earliest trusted time-stamp over the signature value, or over the document
                            after it
    2  path at that time    against the caller's anchors and lists; without proof, at the present moment
    3  past validation      when today's lists no longer tell: lists and OCSP answers in the file, as they
                            stood when a later document time-stamp proved that they existed

A certificate revoked after the proven time was good when it signed; without proof a revocation at any time
counts.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from cryptography import x509
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.x509.oid import ExtendedKeyUsageOID

from ca.oids import DOCUMENT_SIGNING
from ca.path_ocsp import parse_answers
from ca.paths import PathFinding, X509Snapshot, check_path
from ca.profile import TIMESTAMP, Profile
from keys.report import Cryptography, Trust
from seal.verification.cms import CmsFacts
from seal.verification.evidence import PdfEvidence, SignatureEvidence
from seal.verification.timestamp import TimestampFacts

_MOST_CERTIFICATES = 64
_MOST_LISTS = 32
_UNREADABLE = (ValueError, TypeError, OverflowError, UnsupportedAlgorithm, x509.DuplicateExtension, Warning)
"""A warning is an exception where somebody asked for that (`python -W error`)."""
_DOCUMENT_PURPOSES = frozenset(
    {
        DOCUMENT_SIGNING,
        ExtendedKeyUsageOID.EMAIL_PROTECTION,
        ExtendedKeyUsageOID.ANY_EXTENDED_KEY_USAGE,
        ExtendedKeyUsageOID.CLIENT_AUTH,
        x509.ObjectIdentifier("1.2.840.113583.1.1.5"),
        x509.ObjectIdentifier("1.3.6.1.4.1.311.10.3.12"),
    }
)
"""Extended key usages that other people's signing certificates carry (RFC 9336 names the first)."""
_WRONG_PURPOSE = PathFinding(
    Trust.UNTRUSTED,
    "wrong_purpose",
    "The certificate is not meant for signing documents.",
    "证书用途不是签署文档。",
)
_UNREADABLE_CERTIFICATE = PathFinding(
    Trust.UNKNOWN,
    "unreadable",
    "The signer's certificate is missing or cannot be read.",
    "缺少签名者证书或证书无法读取。",
)


@dataclass(frozen=True, slots=True)
class ProofOfExistence:
    """A trusted time-stamp: everything up to `end` existed at `time`."""

    time: datetime
    end: int


@dataclass(frozen=True, slots=True)
class Judged:
    """The trust axis of one signature."""

    path: PathFinding
    certificate: x509.Certificate | None
    proven_at: datetime | None


class TrustJudge:
    """Judges the signatures of one file against one snapshot."""

    def __init__(
        self, evidence: PdfEvidence, snapshot: X509Snapshot, *, now: datetime, at: datetime | None
    ) -> None:
        self._evidence = evidence
        self._now = now
        self._moment = at or now
        self._snapshot = snapshot
        self._embedded = tuple(_certificates(item.der for item in evidence.validation.certificates))
        inside = {der: s.signed_end for s in evidence.signatures if s.cms for der in s.cms.revocation}
        self._lists = {item.der: item.offset for item in evidence.validation.crls} | inside
        asked = {der: s.signed_end for s in evidence.signatures if s.cms for der in s.cms.ocsps}
        self._answers = {item.der: item.offset for item in evidence.validation.ocsps} | asked
        self._past: dict[int, X509Snapshot] = {}
        self._proofs: tuple[ProofOfExistence, ...] = ()
        self._collect_proofs()

    def judge(self, signature: SignatureEvidence) -> Judged:
        """Whose signature it is, and whether that was to be trusted when it was made. Never raises."""
        if signature.cms is None:
            return Judged(_UNREADABLE_CERTIFICATE, None, None)
        proven = self._proven_at(signature)
        if signature.is_timestamp:
            stamp = signature.timestamps[0] if signature.timestamps else None
            moment = (stamp.time if stamp else None) or self._moment
            path, certificate = self._path(signature.cms, moment, TIMESTAMP)
            return Judged(
                path, certificate, stamp.time if stamp and path.outcome is Trust.TRUSTED else proven
            )
        path, certificate = self._path(signature.cms, proven or self._moment, None)
        return Judged(path, certificate, proven)

    def check(
        self, certificate_der: bytes, extra: Sequence[bytes], moment: datetime, profile: Profile
    ) -> PathFinding:
        """The path of any other certificate in the file, such as a seal maker's."""
        found = _certificates((certificate_der,))
        if not found:
            return _UNREADABLE_CERTIFICATE
        return self._with_past(found[0], tuple(_certificates(extra)), moment, profile)

    def _path(
        self, cms: CmsFacts, moment: datetime, profile: Profile | None
    ) -> tuple[PathFinding, x509.Certificate | None]:
        found = _certificates((cms.signer,)) if cms.signer else []
        if not found:
            return _UNREADABLE_CERTIFICATE, None
        certificate = found[0]
        if profile is None and not may_sign_documents(certificate):
            return _WRONG_PURPOSE, certificate
        return self._with_past(
            certificate, tuple(_certificates(cms.certificates)), moment, profile
        ), certificate

    def _with_past(
        self,
        certificate: x509.Certificate,
        extra: tuple[x509.Certificate, ...],
        moment: datetime,
        profile: Profile | None,
    ) -> PathFinding:
        helpers = (*extra, *self._embedded)
        today = check_path(
            certificate,
            self._snapshot,
            at=moment,
            now=self._now,
            profile=profile,
            extra_intermediates=helpers,
        )
        if today.outcome is Trust.UNTRUSTED or not (self._lists or self._answers):
            return today
        # The file's newest lists may know of a revocation that the caller's do not; older ones prove the
        # past.
        moments = [(self._evidence.size + 1, self._now), *((proof.end, proof.time) for proof in self._proofs)]
        for end, known in moments:
            then = check_path(
                certificate,
                self._snapshot_of(end, known),
                at=min(moment, known),
                now=known,
                profile=profile,
                extra_intermediates=helpers,
            )
            if then.outcome is Trust.UNTRUSTED or then.outcome is not today.outcome:
                return then
            if today.outcome is Trust.TRUSTED:
                break
        return today

    def _snapshot_of(self, end: int, known: datetime) -> X509Snapshot:
        """What could be known at a moment: the caller's lists of that time, the file's own lists and OCSP
        answers before `end`.

        A newer list that speaks against the certificate has done so already, in today's answer.
        """
        if end not in self._past:
            inside = _lists(der for der, offset in self._lists.items() if offset < end)
            current = [each for each in (*self._snapshot.crls, *inside) if each.last_update_utc <= known]
            answers = parse_answers(der for der, offset in self._answers.items() if offset < end)
            said = tuple(each for each in answers if each.produced_at_utc <= known)
            self._past[end] = replace(self._snapshot, crls=tuple(current), ocsps=said)
        return self._past[end]

    def _collect_proofs(self) -> None:
        """Document time-stamps that are intact and trusted, oldest first; newest judged first, as each may
        rest on the lists that the next one proves."""
        stamps = [
            s for s in self._evidence.signatures if s.is_timestamp and s.cryptography is Cryptography.INTACT
        ]
        for signature in sorted(stamps, key=lambda s: s.signed_end, reverse=True):
            if signature.gate or not signature.timestamps or signature.cms is None or signature.cms.weakness:
                continue
            time = signature.timestamps[0].time
            if time is None:
                continue
            path, _ = self._path(signature.cms, time, TIMESTAMP)
            if path.outcome is Trust.TRUSTED:
                self._proofs = (ProofOfExistence(time, signature.signed_end), *self._proofs)

    def _proven_at(self, signature: SignatureEvidence) -> datetime | None:
        times = [proof.time for proof in self._proofs if proof.end > signature.signed_end]
        if not signature.is_timestamp:
            times += [stamp.time for stamp in signature.timestamps if stamp.time and self._is_trusted(stamp)]
        return min(times, default=None)

    def _is_trusted(self, stamp: TimestampFacts) -> bool:
        if not stamp.intact or stamp.time is None or stamp.cms.weakness:
            return False
        path, _ = self._path(stamp.cms, stamp.time, TIMESTAMP)
        return path.outcome is Trust.TRUSTED


def may_sign_documents(certificate: x509.Certificate) -> bool:
    """Whether a certificate's usages allow signing documents; one without usages may."""
    try:
        extensions = certificate.extensions
    except _UNREADABLE:
        return False
    for extension in extensions:
        if isinstance(extension.value, x509.KeyUsage):
            if not (extension.value.digital_signature or extension.value.content_commitment):
                return False
        elif isinstance(extension.value, x509.ExtendedKeyUsage):
            if not _DOCUMENT_PURPOSES & set(extension.value):
                return False
        elif isinstance(extension.value, x509.BasicConstraints) and extension.value.ca:
            return False
    return True


def _certificates(ders: Iterable[bytes]) -> list[x509.Certificate]:
    found: list[x509.Certificate] = []
    for der in ders:
        try:
            found.append(x509.load_der_x509_certificate(der))
        except _UNREADABLE:
            continue
        if len(found) >= _MOST_CERTIFICATES:
            break
    return found


def _lists(ders: Iterable[bytes]) -> tuple[x509.CertificateRevocationList, ...]:
    lists: list[x509.CertificateRevocationList] = []
    for der in ders:
        try:
            lists.append(x509.load_der_x509_crl(der))
        except _UNREADABLE:
            continue
        if len(lists) >= _MOST_LISTS:
            break
    return tuple(lists)
