"""What OCSP answers say about one certificate (在线证书状态应答), RFC 6960 §3.2 and §4.2, for path checks.

Used like revocation lists: an answer is a signed statement of one moment that came with a document. It counts
when

    1  it is successful and names this certificate (serial number, and both digests of the issuer)
    2  it is signed by the issuer, or by a responder the issuer itself certified for OCSP signing, whose
       certificate was valid then and says that it need not be checked further (ocsp-nocheck)
    3  its status is good or revoked: "unknown" tells nothing

Nothing is asked over the network, and nothing here compares with a clock: `ca/paths.py` judges the times.
"""

import hmac
from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, datetime

from asn1crypto.keys import PublicKeyInfo
from cryptography import x509
from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from cryptography.x509 import ocsp
from cryptography.x509.oid import ExtendedKeyUsageOID

from ca.authority import authority_key
from ca.extensions import find_extension
from ca.path_revocation import Statement, generalized_moment
from keys.algorithms import algorithm_of
from keys.errors import BadSignature, UnacceptableKey
from keys.signature import verify_signature

_UNREADABLE = (ValueError, TypeError, OverflowError, UnsupportedAlgorithm, x509.DuplicateExtension)
_ARCHIVE_CUTOFF = x509.ObjectIdentifier("1.3.6.1.5.5.7.48.1.6")
_MOST_ANSWERS = 64
_MOST_RESPONDERS = 8


def parse_answers(ders: Iterable[bytes]) -> tuple[ocsp.OCSPResponse, ...]:
    """The readable, successful ones among these OCSPResponses."""
    found: list[ocsp.OCSPResponse] = []
    for der in ders:
        try:
            answer = ocsp.load_der_ocsp_response(der)
        except _UNREADABLE:
            continue
        if answer.response_status is ocsp.OCSPResponseStatus.SUCCESSFUL:
            found.append(answer)
        if len(found) >= _MOST_ANSWERS:
            break
    return tuple(found)


def newest_answer(
    issuer: x509.Certificate, subject: x509.Certificate, answers: Sequence[ocsp.OCSPResponse]
) -> Statement | None:
    """What the newest genuine answer says about `subject`; None without one. Never raises."""
    statements: list[Statement] = []
    for answer in answers:
        try:
            said = list(_about(answer, issuer, subject))
            if said and _is_genuine(answer, issuer):
                statements += said
        except _UNREADABLE:
            continue
    return max(statements, key=lambda statement: statement.this_update, default=None)


def _about(
    answer: ocsp.OCSPResponse, issuer: x509.Certificate, subject: x509.Certificate
) -> Iterator[Statement]:
    for single in answer.responses:
        if single.serial_number != subject.serial_number or not _names(single, issuer):
            continue
        if single.certificate_status is ocsp.OCSPCertStatus.UNKNOWN:
            continue
        revoked = single.certificate_status is ocsp.OCSPCertStatus.REVOKED
        dropped = subject.not_valid_after_utc < single.this_update_utc and not _keeps(answer, subject)
        yield Statement(
            single.this_update_utc,
            single.next_update_utc,
            single.revocation_time_utc if revoked else None,
            single.revocation_reason is x509.ReasonFlags.certificate_hold,
            dropped,
        )


def _names(single: ocsp.OCSPSingleResponse, issuer: x509.Certificate) -> bool:
    """Whether the answer's CertID is of this issuer (RFC 6960 §4.1.1). SHA-1 only names here."""
    name = _digest(single.hash_algorithm, issuer.subject.public_bytes())
    key = _digest(single.hash_algorithm, _key_bits(issuer))
    return hmac.compare_digest(name, single.issuer_name_hash) and hmac.compare_digest(
        key, single.issuer_key_hash
    )


def _digest(algorithm: hashes.HashAlgorithm, data: bytes) -> bytes:
    engine = hashes.Hash(algorithm)
    engine.update(data)
    return engine.finalize()


def _key_bits(certificate: x509.Certificate) -> bytes:
    """The content of the subjectPublicKey BIT STRING, which key identifiers are digests of."""
    spki = certificate.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    bits: bytes = PublicKeyInfo.load(spki)["public_key"].contents[1:]
    return bits


def _is_genuine(answer: ocsp.OCSPResponse, issuer: x509.Certificate) -> bool:
    responders = [issuer] if _is_responder(answer, issuer) else []
    responders += [
        each
        for each in answer.certificates[:_MOST_RESPONDERS]
        if _is_responder(answer, each) and _is_delegated(each, issuer, answer.produced_at_utc)
    ]
    return any(_signed(answer, responder) for responder in responders)


def _is_responder(answer: ocsp.OCSPResponse, certificate: x509.Certificate) -> bool:
    if answer.responder_key_hash is not None:
        return hmac.compare_digest(
            _digest(hashes.SHA1(), _key_bits(certificate)),  # noqa: S303 - RFC 6960 §4.2.1 names it so
            answer.responder_key_hash,
        )
    return answer.responder_name == certificate.subject


def _is_delegated(responder: x509.Certificate, issuer: x509.Certificate, moment: datetime) -> bool:
    """RFC 6960 §4.2.2.2: certified by the very issuer, for OCSP signing, valid then."""
    purposes = find_extension(responder.extensions, x509.ExtendedKeyUsage)
    if purposes is None or ExtendedKeyUsageOID.OCSP_SIGNING not in purposes[0]:
        return False
    if find_extension(responder.extensions, x509.OCSPNoCheck) is None:
        return False
    if not responder.not_valid_before_utc <= moment <= responder.not_valid_after_utc:
        return False
    try:
        responder.verify_directly_issued_by(issuer)
    except (InvalidSignature, *_UNREADABLE):
        return False
    return True


def _signed(answer: ocsp.OCSPResponse, responder: x509.Certificate) -> bool:
    try:
        key = authority_key(responder)
        algorithm = algorithm_of(key)
        if answer.signature_algorithm_oid != algorithm.x509_signature_oid:
            return False
        verify_signature(key, algorithm, answer.signature, answer.tbs_response_bytes)
    except (BadSignature, UnacceptableKey):
        return False
    return True


def _keeps(answer: ocsp.OCSPResponse, certificate: x509.Certificate) -> bool:
    """RFC 6960 §4.4.4: the responder still answers for certificates that ended after its archive cutoff."""
    for extension in answer.single_extensions if len(list(answer.responses)) == 1 else ():
        if extension.oid == _ARCHIVE_CUTOFF and isinstance(extension.value, x509.UnrecognizedExtension):
            cutoff = generalized_moment(extension.value.value)
            return cutoff is not None and cutoff.astimezone(UTC) <= certificate.not_valid_after_utc
    return False
