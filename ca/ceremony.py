"""The root ceremony (根证书仪式): everything the offline root ever does, each act with a printable
transcript.

    create_root            key, self-signed certificate, first (empty) CRL
    sign_node              a node's issuing CA, bound to its region, from a request
    sign_trust_list_signer the key that signs the trust list, from a request
    revoke_signed          note a revocation, then publish_root_crl
    publish_root_crl       the next CRL

The same lint as everywhere runs before the root's key moves. A transcript lists what was done, by which
rules, the SHA-256 of every file, and has lines for the people present to sign by hand. The root's key is no
key of the node: there is no intent in a log here, the paper is the record.
"""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding

from ca.crl import ROOT_CRL_LIFETIME, Revoked
from ca.csr import parse_csr
from ca.errors import CeremonyRefused
from ca.lint import RULES
from ca.names import Subject
from ca.offline_key import KEY_FILE, OfflineKey, write_once
from ca.offline_root import ROOT_FILE, OfflineRoot, complete, draft, write_crl
from ca.profile import NODE_CA, ROOT, TRUST_LIST_SIGNER, Profile
from ca.revoke import Reason
from ca.serial import serial_text
from ca.transcript import Transcript
from keys.clock import require_utc


@dataclass(frozen=True, slots=True)
class Signed:
    """What a sitting produced."""

    certificate: x509.Certificate
    transcript: Transcript


def create_root(
    directory: Path,
    subject: Subject,
    *,
    crl_url: str,
    certificate_url: str,
    passphrase: str | None,
    now: datetime,
    witnesses: Sequence[str] = (),
    lifetime: timedelta | None = None,
    crl_lifetime: timedelta = ROOT_CRL_LIFETIME,
) -> Signed:
    """Make a root in an empty directory (mode 0700, made when missing): key, certificate, CRL number 1.

    passphrase: None only for a demonstration root. witnesses: who is present, printed for their signatures.
    Raises: CeremonyRefused, LintFailed, ProfileRefused.
    """
    directory.mkdir(mode=0o700, parents=True, exist_ok=True)
    if any(directory.iterdir()):
        raise CeremonyRefused("The directory of a new root must be empty.", "新根证书的目录必须为空。")
    signer = OfflineKey.create(directory, passphrase)
    certificate = complete(draft(ROOT, subject, signer.public_key, None, now=now, lifetime=lifetime), signer)
    write_once(directory / ROOT_FILE, certificate.public_bytes(Encoding.PEM))
    root = OfflineRoot(directory, certificate, signer, crl_url, certificate_url, passphrase is None)
    event = root.ledger.record(
        "root",
        {"crl_url": crl_url, "certificate_url": certificate_url, "demonstration": root.is_demonstration},
    )
    crl_path = write_crl(root, now, crl_lifetime)
    facts = [("lint rules", str(len(RULES))), *_facts(certificate)]
    files = [directory / KEY_FILE, directory / ROOT_FILE, event, crl_path]
    return Signed(certificate, _transcript(root, "Root created 根证书生成", now, facts, files, witnesses))


def sign_node(
    root: OfflineRoot,
    csr: bytes,
    subject: Subject,
    *,
    now: datetime,
    witnesses: Sequence[str] = (),
    lifetime: timedelta | None = None,
) -> Signed:
    """Sign a node's issuing CA. subject: decided at the ceremony (region and name), not taken from the
    request.

    Raises: MalformedCsr, UnacceptableKey, LintFailed, ProfileRefused, CeremonyRefused.
    """
    return _sign_request(root, NODE_CA, csr, subject, now, witnesses, lifetime)


def sign_trust_list_signer(
    root: OfflineRoot,
    csr: bytes,
    subject: Subject,
    *,
    now: datetime,
    witnesses: Sequence[str] = (),
    lifetime: timedelta | None = None,
) -> Signed:
    """Sign the certificate of the key that signs the trust list. Raises as `sign_node`."""
    return _sign_request(root, TRUST_LIST_SIGNER, csr, subject, now, witnesses, lifetime)


def revoke_signed(
    root: OfflineRoot, serial: int, reason: Reason, *, now: datetime, witnesses: Sequence[str] = ()
) -> Transcript:
    """Revoke what this root signed and publish the next CRL. Raises: CeremonyRefused for an unknown serial
    number.
    """
    if reason is Reason.CERTIFICATE_HOLD:
        raise CeremonyRefused("A root revokes; it puts nothing on hold.", "根证书机构只撤销，不冻结。")
    event = root.ledger.record_revoked(Revoked(serial, require_utc(now).replace(microsecond=0), reason))
    crl_path = write_crl(root, now, ROOT_CRL_LIFETIME)
    facts = [("serial", serial_text(serial)), ("reason", reason.value)]
    return _transcript(root, "Certificate revoked 证书撤销", now, facts, [event, crl_path], witnesses)


def publish_root_crl(
    root: OfflineRoot,
    *,
    now: datetime,
    witnesses: Sequence[str] = (),
    lifetime: timedelta = ROOT_CRL_LIFETIME,
) -> Transcript:
    """Publish the next CRL of the root. Raises: CeremonyRefused, LintFailed."""
    crl_path = write_crl(root, now, lifetime)
    facts = [("revoked certificates", str(len(root.ledger.revoked())))]
    return _transcript(root, "CRL published 撤销列表发布", now, facts, [crl_path], witnesses)


def newest_root_crl(root: OfflineRoot) -> bytes:
    """The root's newest CRL, DER. Raises: CeremonyRefused."""
    path = root.ledger.crl_path(root.ledger.newest_crl_number())
    try:
        return path.read_bytes()
    except OSError as error:
        raise CeremonyRefused("The root has no CRL.", "根证书没有撤销列表。", log_only=str(error)) from None


def _sign_request(
    root: OfflineRoot,
    profile: Profile,
    csr: bytes,
    subject: Subject,
    now: datetime,
    witnesses: Sequence[str],
    lifetime: timedelta | None,
) -> Signed:
    request = parse_csr(csr)
    linted = draft(profile, subject, request.public_key, root, now=now, lifetime=lifetime)
    serial = serial_text(linted.serial_number)
    # Written down before it is signed, so that what was signed can always be revoked.
    event = root.ledger.record("issued", {"serial": serial, "profile": profile.name})
    certificate = complete(linted, root.signer)
    path = root.directory / f"{serial}.pem"
    write_once(path, certificate.public_bytes(Encoding.PEM))
    facts = [
        ("profile", profile.name),
        ("request SHA-256", hashlib.sha256(csr).hexdigest()),
        ("name in the request", request.claimed_subject.rfc4514_string()),
        ("lint rules", str(len(RULES))),
        *_facts(certificate),
    ]
    title = f"Certificate signed {profile.title_zh}签发"
    return Signed(certificate, _transcript(root, title, now, facts, [path, event], witnesses))


def _facts(certificate: x509.Certificate) -> list[tuple[str, str]]:
    return [
        ("subject", certificate.subject.rfc4514_string()),
        ("serial", serial_text(certificate.serial_number)),
        ("not before", certificate.not_valid_before_utc.isoformat()),
        ("not after", certificate.not_valid_after_utc.isoformat()),
        ("certificate SHA-256", hashlib.sha256(certificate.public_bytes(Encoding.DER)).hexdigest()),
    ]


def _transcript(
    root: OfflineRoot,
    title: str,
    now: datetime,
    facts: Sequence[tuple[str, str]],
    files: Sequence[Path],
    witnesses: Sequence[str],
) -> Transcript:
    return Transcript.write(
        root.directory,
        title,
        require_utc(now),
        facts,
        files,
        witnesses,
        is_demonstration=root.is_demonstration,
    )
