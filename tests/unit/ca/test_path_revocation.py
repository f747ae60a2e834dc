from datetime import datetime, timedelta

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.serialization import Encoding
from sqlalchemy.orm import Session

from ca.ceremony import revoke_signed
from ca.crl import NODE_CRL_LIFETIME, Revoked, build_crl
from ca.oids import EXPIRED_CERTS_ON_CRL
from ca.parse import parse_crl
from ca.paths import PathFinding, X509Snapshot, check_path
from ca.profile import SEAL
from ca.revoke import Reason, hold, release, revoke
from keys.report import Trust
from tests.unit.ca.world import NOW, World, new_key, organ

HOUR, DAY = timedelta(hours=1), timedelta(days=1)


@pytest.fixture(scope="module")
def seal(shared_world: World) -> x509.Certificate:
    return shared_world.issue(SEAL, organ(), new_key().public_key())


@pytest.fixture
def certificate(world: World) -> x509.Certificate:
    return world.issue(SEAL, organ(), new_key().public_key())


def _check(
    certificate: x509.Certificate, snapshot: X509Snapshot, at: datetime = NOW, now: datetime | None = None
) -> PathFinding:
    return check_path(certificate, snapshot, at=at, now=now or max(at, NOW))


def test_a_certificate_revoked_before_the_moment_is_untrusted_and_after_it_is_trusted(
    world: World, certificate: x509.Certificate
) -> None:
    with Session(world.engine) as session:
        revoke(session, certificate.serial_number, Reason.KEY_COMPROMISE, NOW + HOUR)
        session.commit()
    snapshot = world.snapshot(world.publish_crl(NOW + 2 * HOUR))
    later = NOW + 3 * HOUR
    before = _check(certificate, snapshot, NOW, later)
    at_that_second = _check(certificate, snapshot, NOW + HOUR, later)
    after = _check(certificate, snapshot, NOW + 2 * HOUR, later)
    assert [one.code for one in (before, at_that_second, after)] == ["trusted", "revoked", "revoked"]
    assert [one.revoked_at for one in (before, after)] == [NOW + HOUR] * 2
    assert after.outcome is Trust.UNTRUSTED


def test_a_certificate_is_untrusted_while_it_is_held_and_trusted_once_released(
    world: World, certificate: x509.Certificate
) -> None:
    with Session(world.engine) as session:
        hold(session, certificate.serial_number, NOW)
        session.commit()
    held = _check(certificate, world.snapshot(world.publish_crl(NOW)), NOW + HOUR)
    with Session(world.engine) as session:
        release(session, certificate.serial_number)
        session.commit()
    released = _check(certificate, world.snapshot(world.publish_crl(NOW + HOUR)), NOW + HOUR)
    assert (held.outcome, held.code) == (Trust.UNTRUSTED, "held")
    assert released.outcome is Trust.TRUSTED


def test_everything_under_a_revoked_node_is_untrusted_from_then_on(
    world: World, certificate: x509.Certificate
) -> None:
    revoke_signed(world.root, world.authority.certificate.serial_number, Reason.CA_COMPROMISE, now=NOW + HOUR)
    snapshot = world.snapshot(world.publish_crl(NOW))
    assert _check(certificate, snapshot, NOW, NOW + 2 * HOUR).code == "trusted"
    assert _check(certificate, snapshot, NOW + HOUR, NOW + 2 * HOUR).code == "revoked"


def test_without_a_list_of_the_node_or_of_the_root_the_answer_is_unknown(
    shared_world: World, seal: x509.Certificate
) -> None:
    whole = shared_world.fresh_snapshot()
    for crls in [(), whole.crls[:1], whole.crls[1:]]:
        snapshot = X509Snapshot(whole.anchors, whole.intermediates, crls, NOW)
        assert (_check(seal, snapshot).outcome, _check(seal, snapshot).code) == (Trust.UNKNOWN, "crl_missing")


def test_a_list_past_its_next_update_makes_the_answer_unknown(
    shared_world: World, seal: x509.Certificate
) -> None:
    snapshot = shared_world.fresh_snapshot()
    last = NOW + NODE_CRL_LIFETIME
    assert _check(seal, snapshot, NOW, last).code == "trusted"
    finding = _check(seal, snapshot, NOW, last + timedelta(seconds=1))
    assert (finding.outcome, finding.code) == (Trust.UNKNOWN, "crl_stale")


def test_an_old_list_still_proves_a_revocation_but_not_a_hold(
    world: World, shared_world: World, seal: x509.Certificate
) -> None:
    for reason, code in [(Reason.SUPERSEDED, "revoked"), (Reason.CERTIFICATE_HOLD, "crl_stale")]:
        crl = build_crl(shared_world.authority, [Revoked(seal.serial_number, NOW, reason)], 1, NOW)
        snapshot = shared_world.snapshot(crl)
        assert _check(seal, snapshot, NOW, NOW + 30 * DAY).code == code


def test_a_list_dated_in_the_future_is_not_believed(shared_world: World, seal: x509.Certificate) -> None:
    crl = build_crl(shared_world.authority, [], 1, NOW + DAY)
    assert _check(seal, shared_world.snapshot(crl)).code == "crl_from_the_future"


def test_of_two_lists_the_newer_one_speaks(shared_world: World, seal: x509.Certificate) -> None:
    older = build_crl(shared_world.authority, [], 1, NOW)
    newer = build_crl(
        shared_world.authority, [Revoked(seal.serial_number, NOW, Reason.SUPERSEDED)], 2, NOW + HOUR
    )
    for order in [(older, newer), (newer, older)]:
        assert _check(seal, shared_world.snapshot(*order), NOW + HOUR).code == "revoked"


def test_a_forged_list_is_ignored_however_new_it_is(shared_world: World, seal: x509.Certificate) -> None:
    listed = build_crl(shared_world.authority, [Revoked(seal.serial_number, NOW, Reason.SUPERSEDED)], 1, NOW)
    forged = (
        x509.CertificateRevocationListBuilder()
        .issuer_name(shared_world.authority.certificate.subject)
        .last_update(NOW + HOUR)
        .next_update(NOW + DAY)
        .add_extension(x509.CRLNumber(99), critical=False)
        .sign(new_key(), hashes.SHA256())
    )
    snapshot = shared_world.snapshot(listed, forged.public_bytes(Encoding.DER))
    assert _check(seal, snapshot, NOW + HOUR).code == "revoked"


def test_a_sharded_list_speaks_only_for_certificates_that_name_its_shard(
    shared_world: World, seal: x509.Certificate
) -> None:
    def shard(url: str) -> X509Snapshot:
        return shared_world.snapshot(build_crl(shared_world.authority, [], 1, NOW, shard_url=url))

    assert _check(seal, shard("https://node.example/pki/node.crl")).code == "trusted"
    assert _check(seal, shard("https://node.example/pki/other.crl")).code == "crl_missing"


@pytest.mark.parametrize(
    "scope",
    [
        {"only_contains_ca_certs": True},
        {"only_contains_attribute_certs": True},
        {"indirect_crl": True},
        {"only_some_reasons": frozenset([x509.ReasonFlags.key_compromise])},
    ],
    ids=lambda scope: next(iter(scope)),
)
def test_a_list_whose_scope_leaves_the_certificate_out_does_not_speak(
    shared_world: World, seal: x509.Certificate, scope: dict[str, object]
) -> None:
    arguments: dict[str, object] = {
        "full_name": None,
        "relative_name": None,
        "only_contains_user_certs": False,
        "only_contains_ca_certs": False,
        "only_some_reasons": None,
        "indirect_crl": False,
        "only_contains_attribute_certs": False,
    }
    crl = _signed_list(shared_world, x509.IssuingDistributionPoint(**{**arguments, **scope}))  # type: ignore[arg-type]
    assert _check(seal, shared_world.snapshot(crl)).code == "crl_missing"


def test_a_list_with_a_critical_extension_we_do_not_know_does_not_speak(
    shared_world: World, seal: x509.Certificate
) -> None:
    crl = _signed_list(shared_world, x509.DeltaCRLIndicator(1))
    assert _check(seal, shared_world.snapshot(crl)).code == "crl_missing"


def _signed_list(
    world: World, *critical: x509.ExtensionType, this_update: datetime = NOW, lifetime: timedelta = DAY
) -> bytes:
    """A list signed by the authority's real key, with what our own builder would never put in."""
    builder = (
        x509.CertificateRevocationListBuilder()
        .issuer_name(world.authority.certificate.subject)
        .last_update(this_update)
        .next_update(this_update + lifetime)
        .add_extension(x509.CRLNumber(1), critical=False)
    )
    for extension in critical:
        builder = builder.add_extension(extension, critical=True)
    body = builder.sign(new_key(), hashes.SHA256()).tbs_certlist_bytes
    return world.signed_by_node(body)


def test_a_list_that_forgets_the_expired_says_nothing_about_them(world: World) -> None:
    certificate = world.issue(SEAL, organ(), new_key().public_key(), lifetime=DAY)
    after = NOW + 10 * DAY
    forgetful = _signed_list(world, this_update=after)
    assert _check(certificate, world.snapshot(forgetful), NOW, after).code == "crl_dropped_expired"
    keeping = world.publish_crl(after)
    assert parse_crl(keeping).extensions.get_extension_for_oid(EXPIRED_CERTS_ON_CRL)
    assert _check(certificate, world.snapshot(keeping), NOW, after).code == "trusted"
