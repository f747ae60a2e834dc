"""An offline root (离线根): its directory, its certificate, its key, and the two things the key signs.

    root.key.pem   root.pem   <serial>.pem …   crl-0001.crl …   0001-root.json …   transcript-0001.txt …

`ca/ceremony.py` holds the acts; this holds what they share. Every certificate is linted before the key moves.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from cryptography import x509

from ca.build import certificate_builder, joined, throw_away_copy, validity
from ca.crl import sign_crl
from ca.errors import CeremonyRefused
from ca.ledger import Ledger
from ca.lint import lint
from ca.names import Subject
from ca.offline_key import OfflineKey, write_once
from ca.parse import parse_certificate
from ca.profile import Profile
from ca.serial import new_serial
from keys.algorithms import Algorithm, PublicKey

ROOT_FILE = "root.pem"


@dataclass(frozen=True, slots=True)
class OfflineRoot:
    """An opened root: for one sitting, then it is closed and put back into its safe."""

    directory: Path
    certificate: x509.Certificate
    signer: OfflineKey
    crl_url: str
    """Where nodes and verifiers find the root's CRL; goes into what the root signs."""
    certificate_url: str
    is_demonstration: bool
    """Its key lies unencrypted. Every transcript says so."""

    @property
    def ledger(self) -> Ledger:
        return Ledger(self.directory)


def open_root(directory: Path, passphrase: str | None) -> OfflineRoot:
    """Open a root made before. Raises: CeremonyRefused for a wrong passphrase or files that do not fit
    together.
    """
    signer = OfflineKey.read(directory, passphrase)
    try:
        certificate = parse_certificate((directory / ROOT_FILE).read_bytes())
    except OSError as error:
        raise CeremonyRefused("There is no root here.", "此处没有根证书。", log_only=str(error)) from None
    if certificate.public_key() != signer.public_key:
        raise CeremonyRefused("The root's key and certificate do not fit.", "根密钥与根证书不匹配。")
    settings = Ledger(directory).settings()
    return OfflineRoot(
        directory,
        certificate,
        signer,
        str(settings["crl_url"]),
        str(settings["certificate_url"]),
        settings["demonstration"] is True,
    )


def draft(
    profile: Profile,
    subject: Subject,
    public_key: PublicKey,
    issuer: OfflineRoot | None,
    *,
    now: datetime,
    lifetime: timedelta | None,
) -> x509.Certificate:
    """A linted copy under the throw-away key; `complete` puts the root's signature on its body.

    issuer: None for the root itself. lifetime: None for the profile's, cut to the root's own end.
    Raises: LintFailed, ProfileRefused.
    """
    certificate = None if issuer is None else issuer.certificate
    not_before, not_after = validity(profile, lifetime, now)
    if certificate is not None and lifetime is None:
        not_after = min(not_after, certificate.not_valid_after_utc)
    builder = certificate_builder(
        profile, subject, public_key, issuer=issuer, serial=new_serial(), period=(not_before, not_after)
    )
    # The root's key is always P-256, its own certificate included.
    copy = throw_away_copy(builder, Algorithm.ES256)
    lint(copy, profile, certificate, now=now)
    return copy


def complete(linted: x509.Certificate, signer: OfflineKey) -> x509.Certificate:
    """The linted certificate with the root's signature. Raises: SignatureRefused."""
    body = linted.tbs_certificate_bytes
    return parse_certificate(joined(body, signer.sign(body), signer.public_key))


def write_crl(root: OfflineRoot, now: datetime, lifetime: timedelta) -> Path:
    """Sign the next CRL and keep it. Raises: CeremonyRefused, LintFailed."""
    previous = root.ledger.newest_crl_number()
    der = sign_crl(
        root.certificate,
        root.signer,
        root.ledger.revoked(),
        number=previous + 1,
        previous_number=previous,
        now=now,
        lifetime=lifetime,
    )
    path = root.ledger.crl_path(previous + 1)
    write_once(path, der)
    return path
