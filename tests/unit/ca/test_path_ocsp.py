"""OCSP answers that came with a document speak like revocation lists: signed by whom, about whom, when."""

from datetime import datetime, timedelta
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509 import ocsp
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from ca.path_ocsp import newest_answer, parse_answers
from ca.paths import PathFinding, X509Snapshot, check_path
from ca.profile import SEAL
from keys.pyca_adapter import as_private_key
from keys.signer import KeyUse
from tests.unit.ca.world import NOW, World, new_key, organ

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
GOOD, REVOKED, UNKNOWN = ocsp.OCSPCertStatus.GOOD, ocsp.OCSPCertStatus.REVOKED, ocsp.OCSPCertStatus.UNKNOWN


@pytest.fixture(scope="module")
def certificate(shared_world: World) -> x509.Certificate:
    return shared_world.issue(SEAL, organ(), new_key().public_key())


def issuer_key(world: World) -> ec.EllipticCurvePrivateKey:
    return as_private_key(world.authority.handle.standing(KeyUse.CRL))


def answer(
    world: World,
    certificate: x509.Certificate,
    *,
    status: ocsp.OCSPCertStatus = GOOD,
    made: datetime = NOW,
    lasts: timedelta | None = DAY,
    revoked_at: datetime | None = None,
    reason: x509.ReasonFlags | None = None,
    responder: x509.Certificate | None = None,
    key: Any = None,
    issuer: x509.Certificate | None = None,
    by_name: bool = False,
) -> bytes:
    """One answer, from the issuer itself unless a responder is given."""
    own = world.authority.certificate
    encoding = ocsp.OCSPResponderEncoding.NAME if by_name else ocsp.OCSPResponderEncoding.HASH
    builder = (
        ocsp.OCSPResponseBuilder()
        .add_response(
            cert=certificate,
            issuer=issuer or own,
            algorithm=hashes.SHA1(),  # noqa: S303 - the digest of CertID, as responders use it
            cert_status=status,
            this_update=made,
            next_update=made + lasts if lasts else None,
            revocation_time=revoked_at,
            revocation_reason=reason,
        )
        .responder_id(encoding, responder or own)
    )
    if responder is not None:
        builder = builder.certificates([responder])
    return builder.sign(key or issuer_key(world), hashes.SHA256()).public_bytes(Encoding.DER)


def responder_certificate(
    world: World, key: ec.EllipticCurvePrivateKey, *, purpose: bool = True, nocheck: bool = True
) -> x509.Certificate:
    builder = (
        x509.CertificateBuilder()
        .subject_name(x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "OCSP")]))
        .issuer_name(world.authority.certificate.subject)
        .public_key(key.public_key())
        .serial_number(77)
        .not_valid_before(NOW - DAY)
        .not_valid_after(NOW + DAY)
    )
    if purpose:
        usage = x509.ExtendedKeyUsage([ExtendedKeyUsageOID.OCSP_SIGNING])
        builder = builder.add_extension(usage, critical=False)
    if nocheck:
        builder = builder.add_extension(x509.OCSPNoCheck(), critical=False)
    return builder.sign(issuer_key(world), hashes.SHA256())


def judged(
    world: World,
    certificate: x509.Certificate,
    *answers: bytes,
    at: datetime = NOW,
    now: datetime = NOW,
) -> PathFinding:
    """With the root's list, no list of the node's authority, and these answers."""
    whole = world.snapshot()
    lists = tuple(crl for crl in whole.crls if crl.issuer != world.authority.certificate.subject)
    snapshot = X509Snapshot(whole.anchors, whole.intermediates, lists, NOW, ocsps=parse_answers(answers))
    return check_path(certificate, snapshot, at=at, now=now)


def test_without_an_answer_the_status_is_unknown(shared_world: World, certificate: x509.Certificate) -> None:
    assert judged(shared_world, certificate).code == "crl_missing"


@pytest.mark.parametrize("by_name", [False, True])
def test_a_good_answer_of_the_issuer_counts_like_a_list(
    shared_world: World, certificate: x509.Certificate, by_name: bool
) -> None:
    assert (
        judged(shared_world, certificate, answer(shared_world, certificate, by_name=by_name)).code
        == "trusted"
    )


def test_a_revocation_counts_from_its_moment_on(shared_world: World, certificate: x509.Certificate) -> None:
    said = answer(shared_world, certificate, status=REVOKED, made=NOW + 2 * HOUR, revoked_at=NOW + HOUR)
    later = NOW + 3 * HOUR
    assert judged(shared_world, certificate, said, now=later).code == "trusted"
    assert judged(shared_world, certificate, said, at=NOW + HOUR, now=later).code == "revoked"


def test_a_hold_is_told_from_a_revocation(shared_world: World, certificate: x509.Certificate) -> None:
    hold = x509.ReasonFlags.certificate_hold
    said = answer(shared_world, certificate, status=REVOKED, revoked_at=NOW - HOUR, reason=hold)
    assert judged(shared_world, certificate, said).code == "held"


@pytest.mark.parametrize("lasts", [HOUR, None])
def test_an_answer_that_ran_out_or_names_no_end_is_stale(
    shared_world: World, certificate: x509.Certificate, lasts: timedelta | None
) -> None:
    said = answer(shared_world, certificate, made=NOW - 2 * HOUR, lasts=lasts)
    assert judged(shared_world, certificate, said).code == "crl_stale"


def test_the_newer_of_two_answers_counts(shared_world: World, certificate: x509.Certificate) -> None:
    old = answer(shared_world, certificate, made=NOW - 2 * HOUR)
    new = answer(shared_world, certificate, status=REVOKED, revoked_at=NOW - HOUR)
    assert judged(shared_world, certificate, new, old).code == "revoked"


def test_a_responder_certified_by_the_issuer_may_answer(
    shared_world: World, certificate: x509.Certificate
) -> None:
    key = new_key()
    responder = responder_certificate(shared_world, key)
    said = answer(shared_world, certificate, responder=responder, key=key)
    assert judged(shared_world, certificate, said).code == "trusted"


@pytest.mark.parametrize("lacking", ["purpose", "nocheck"])
def test_a_certificate_of_the_issuer_for_another_purpose_may_not_answer(
    shared_world: World, certificate: x509.Certificate, lacking: str
) -> None:
    key = new_key()
    responder = responder_certificate(shared_world, key, **{lacking: False})
    said = answer(shared_world, certificate, responder=responder, key=key)
    assert judged(shared_world, certificate, said).code == "crl_missing"


def test_somebody_who_calls_himself_the_issuer_is_not_believed(
    shared_world: World, certificate: x509.Certificate
) -> None:
    key = new_key()
    name = shared_world.authority.certificate.subject
    builder = x509.CertificateBuilder(name, name, key.public_key(), 5, NOW - DAY, NOW + DAY)
    usage = x509.ExtendedKeyUsage([ExtendedKeyUsageOID.OCSP_SIGNING])
    builder = builder.add_extension(usage, critical=False).add_extension(x509.OCSPNoCheck(), critical=False)
    impostor = builder.sign(key, hashes.SHA256())
    for by_name in (False, True):
        said = answer(shared_world, certificate, responder=impostor, key=key, by_name=by_name)
        assert judged(shared_world, certificate, said).code == "crl_missing"


def test_an_answer_about_another_certificate_or_issuer_says_nothing(
    shared_world: World, certificate: x509.Certificate
) -> None:
    other = shared_world.issue(SEAL, organ(), new_key().public_key())
    root = shared_world.snapshot().anchors[0]
    for said in (answer(shared_world, other), answer(shared_world, certificate, issuer=root)):
        assert judged(shared_world, certificate, said).code == "crl_missing"


def test_unknown_tells_nothing(shared_world: World, certificate: x509.Certificate) -> None:
    assert (
        judged(shared_world, certificate, answer(shared_world, certificate, status=UNKNOWN)).code
        == "crl_missing"
    )


def test_a_responder_that_forgets_ended_certificates_says_nothing_about_them(
    shared_world: World, certificate: x509.Certificate
) -> None:
    """RFC 6960 §4.4.4: only an archive cutoff before the end tells that ended ones are still answered for."""
    after = certificate.not_valid_after_utc + DAY
    (silent,) = parse_answers([answer(shared_world, certificate, made=after)])
    said = newest_answer(shared_world.authority.certificate, certificate, [silent])
    assert said is not None
    assert said.may_have_dropped_it


@pytest.mark.parametrize("garbage", [b"", b"\x30\x00", b"\x30\x03\x0a\x01\x06", b"\xff" * 99])
def test_what_is_no_answer_is_left_out(garbage: bytes) -> None:
    assert parse_answers([garbage]) == ()


def test_a_flipped_bit_never_turns_a_revocation_into_trust(
    shared_world: World, certificate: x509.Certificate
) -> None:
    said = answer(shared_world, certificate, status=REVOKED, revoked_at=NOW - HOUR)
    for place in range(0, len(said), 3):
        flipped = bytearray(said)
        flipped[place] ^= 1 << (place % 8)
        assert judged(shared_world, certificate, bytes(flipped)).code in ("crl_missing", "revoked")
