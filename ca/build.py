"""From a profile, a subject and a public key to a certificate that is ready to be signed (RFC 5280 §4).

`certificate_builder` puts the extensions in; `throw_away_copy` signs with a key nobody trusts, so that
rules can read a real certificate before the real key has moved (the way Boulder lints). The real signature
is then made over exactly the bytes that were linted: there is no second build that could differ.
"""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from functools import lru_cache

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
from cryptography.x509.oid import AuthorityInformationAccessOID

from ca.authority import IssuingPoint
from ca.der import signed
from ca.errors import ProfileRefused, SignatureRefused
from ca.names import Subject
from ca.profile import BACKDATING, IssuedBy, Profile
from keys.algorithms import Algorithm, PublicKey, algorithm_of
from keys.errors import BadSignature
from keys.signature import verify_signature

_ThrowAwayKey = ec.EllipticCurvePrivateKey | rsa.RSAPrivateKey | ed25519.Ed25519PrivateKey


def validity(profile: Profile, lifetime: timedelta | None, now: datetime) -> tuple[datetime, datetime]:
    """notBefore and notAfter, whole seconds: `BACKDATING` before `now`, and `lifetime` after notBefore.

    Raises: ProfileRefused for a lifetime that is not positive or longer than the profile's.
    """
    lasts = profile.longest if lifetime is None else lifetime
    if not timedelta(0) < lasts <= profile.longest:
        raise ProfileRefused(
            f"A certificate of profile {profile.name} lasts at most {profile.longest.days} days.",
            f"{profile.title_zh}的有效期最长 {profile.longest.days} 天。",
        )
    not_before = now.astimezone(UTC).replace(microsecond=0) - BACKDATING
    return not_before, not_before + lasts


def certificate_builder(
    profile: Profile,
    subject: Subject,
    public_key: PublicKey,
    *,
    issuer: IssuingPoint | None,
    serial: int,
    period: tuple[datetime, datetime],
    san_uris: Sequence[str] = (),
) -> x509.CertificateBuilder:
    """All fields of a certificate except its signature.

    issuer: None for the root, which names itself. period: notBefore, notAfter. Does not check the result:
    `ca/lint.py` does. Raises: ProfileRefused when an issuer is missing or too many.
    """
    if (issuer is None) != (profile.issued_by is IssuedBy.ITSELF):
        raise ProfileRefused(
            f"Profile {profile.name} is issued by: {profile.issued_by}.", f"{profile.title_zh}的签发者不符。"
        )
    name = subject.to_name()
    builder = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name if issuer is None else issuer.certificate.subject)
        .public_key(public_key)
        .serial_number(serial)
        .not_valid_before(period[0])
        .not_valid_after(period[1])
    )
    key_id = x509.SubjectKeyIdentifier.from_public_key(public_key)
    for extension, critical in [
        *_profile_extensions(profile),
        (key_id, False),
        *(() if issuer is None else _issuer_extensions(issuer)),
    ]:
        builder = builder.add_extension(extension, critical=critical)
    if profile.binds_region:
        permitted = [x509.DirectoryName(subject.subtree())]
        builder = builder.add_extension(x509.NameConstraints(permitted, None), critical=True)
    if san_uris:
        names = x509.SubjectAlternativeName([_uri(uri) for uri in san_uris])
        builder = builder.add_extension(names, critical=False)
    return builder


def _uri(text: str) -> x509.UniformResourceIdentifier:
    try:
        return x509.UniformResourceIdentifier(text)
    except (ValueError, TypeError):
        raise ProfileRefused(
            "An address in a certificate is ASCII.", "证书中的网址只能含 ASCII 字符。"
        ) from None


_Extension = tuple[x509.ExtensionType, bool]


@lru_cache(maxsize=64)
def _profile_extensions(profile: Profile) -> tuple[_Extension, ...]:
    constraints = x509.BasicConstraints(ca=profile.is_authority, path_length=profile.path_length)
    usage: list[_Extension] = [(constraints, True), (profile.to_key_usage(), True)]
    if profile.purposes:
        usage.append((x509.ExtendedKeyUsage(profile.purposes), profile.purposes_critical))
    return tuple(usage)


def _issuer_extensions(issuer: IssuingPoint) -> tuple[_Extension, ...]:
    return _published_at(issuer.certificate, issuer.crl_url, issuer.certificate_url)


@lru_cache(maxsize=64)
def _published_at(
    certificate: x509.Certificate, crl_url: str, certificate_url: str
) -> tuple[_Extension, ...]:
    key_id = certificate.extensions.get_extension_for_class(x509.SubjectKeyIdentifier).value
    at_crl = [_uri(crl_url)]
    at_certificate = _uri(certificate_url)
    method = AuthorityInformationAccessOID.CA_ISSUERS
    return (
        (x509.AuthorityKeyIdentifier.from_issuer_subject_key_identifier(key_id), False),
        (x509.CRLDistributionPoints([x509.DistributionPoint(at_crl, None, None, None)]), False),
        (x509.AuthorityInformationAccess([x509.AccessDescription(method, at_certificate)]), False),
    )


@lru_cache(maxsize=8)
def _throw_away_key(algorithm: Algorithm) -> _ThrowAwayKey:
    if algorithm is Algorithm.ES256:
        return ec.generate_private_key(ec.SECP256R1())
    if algorithm is Algorithm.RS256:
        return rsa.generate_private_key(65537, 2048)
    return ed25519.Ed25519PrivateKey.generate()


def throw_away_copy(builder: x509.CertificateBuilder, algorithm: Algorithm) -> x509.Certificate:
    """The certificate signed by a key that is trusted nowhere and known to nobody, for the rules to read."""
    return builder.sign(_throw_away_key(algorithm), _hash_of(algorithm))


def throw_away_crl(
    builder: x509.CertificateRevocationListBuilder, algorithm: Algorithm
) -> x509.CertificateRevocationList:
    """The same for a revocation list."""
    return builder.sign(_throw_away_key(algorithm), _hash_of(algorithm))


def _hash_of(algorithm: Algorithm) -> hashes.SHA256 | None:
    return None if algorithm is Algorithm.EDDSA else hashes.SHA256()


def joined(tbs: bytes, signature: bytes, issuer_key: PublicKey) -> bytes:
    """DER of what was linted with its real signature, after the signature was verified with the issuer's key.

    A signer that fails (a broken module, a flipped bit, the wrong key) is found here, not by the citizen.
    Raises: SignatureRefused.
    """
    algorithm = algorithm_of(issuer_key)
    try:
        verify_signature(issuer_key, algorithm, signature, tbs)
    except BadSignature:
        raise SignatureRefused() from None
    return signed(tbs, algorithm, signature)
