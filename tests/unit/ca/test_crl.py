from datetime import timedelta

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from ca import store
from ca.ceremony import newest_root_crl, publish_root_crl
from ca.crl import NODE_CRL_LIFETIME, Revoked, build_crl, current_crl, import_crl, publish_crl
from ca.errors import CrlRefused, LintFailed, MalformedCrl
from ca.oids import EXPIRED_CERTS_ON_CRL
from ca.parse import parse_crl
from ca.profile import SEAL
from ca.revoke import Reason, hold, release, revoke
from ca.serial import new_serial
from tests.unit.ca.world import NOW, World, new_key, organ

LATER = NOW + timedelta(hours=1)


def _publish(world: World, now: object = NOW) -> x509.CertificateRevocationList:
    with Session(world.engine) as session:
        der = publish_crl(session, world.authority, now)  # type: ignore[arg-type]
        session.commit()
    return parse_crl(der)


def _number(crl: x509.CertificateRevocationList) -> int:
    return crl.extensions.get_extension_for_class(x509.CRLNumber).value.crl_number


def test_the_first_list_of_a_node_is_empty_and_has_number_one(world: World) -> None:
    crl = _publish(world)
    assert (len(crl), _number(crl)) == (0, 1)
    assert crl.last_update_utc == NOW
    assert crl.next_update_utc == NOW + NODE_CRL_LIFETIME
    public_key = world.authority.certificate.public_key()
    assert isinstance(public_key, ec.EllipticCurvePublicKey)
    assert crl.is_signature_valid(public_key)


def test_the_numbers_of_a_list_only_grow(world: World) -> None:
    assert [_number(_publish(world, NOW + timedelta(minutes=step))) for step in range(4)] == [1, 2, 3, 4]


def test_a_revoked_certificate_stands_on_the_next_list_with_its_date_and_reason(world: World) -> None:
    certificate = world.issue(SEAL, organ(), new_key().public_key())
    with Session(world.engine) as session:
        revoke(session, certificate.serial_number, Reason.KEY_COMPROMISE, NOW)
        session.commit()
    entry = _publish(world, LATER).get_revoked_certificate_by_serial_number(certificate.serial_number)
    assert entry is not None
    assert entry.revocation_date_utc == NOW
    assert (
        entry.extensions.get_extension_for_class(x509.CRLReason).value.reason
        is x509.ReasonFlags.key_compromise
    )


def test_a_held_certificate_stands_on_the_list_until_it_is_released(world: World) -> None:
    certificate = world.issue(SEAL, organ(), new_key().public_key())
    with Session(world.engine) as session:
        hold(session, certificate.serial_number, NOW)
        session.commit()
    held = _publish(world).get_revoked_certificate_by_serial_number(certificate.serial_number)
    with Session(world.engine) as session:
        release(session, certificate.serial_number)
        session.commit()
    assert held is not None
    assert _publish(world, LATER).get_revoked_certificate_by_serial_number(certificate.serial_number) is None


def test_a_revoked_certificate_stays_on_the_list_after_it_expired_and_the_list_says_so(world: World) -> None:
    certificate = world.issue(SEAL, organ(), new_key().public_key(), lifetime=timedelta(days=1))
    with Session(world.engine) as session:
        revoke(session, certificate.serial_number, Reason.SUPERSEDED, NOW)
        session.commit()
    crl = _publish(world, NOW + timedelta(days=1000))
    assert crl.get_revoked_certificate_by_serial_number(certificate.serial_number) is not None
    kept = crl.extensions.get_extension_for_oid(EXPIRED_CERTS_ON_CRL)
    assert not kept.critical


def test_the_list_of_one_issuer_does_not_hold_the_certificates_of_another(world: World) -> None:
    with Session(world.engine) as session:
        assert store.listed(session, "00" * 20) == []


def test_a_list_is_not_published_by_a_clock_that_went_back(world: World) -> None:
    _publish(world, LATER)
    with pytest.raises(CrlRefused):
        _publish(world, NOW)


def test_two_workers_cannot_publish_the_same_number(world: World) -> None:
    crl = _publish(world)
    stored = store.StoredCrl(1, NOW, LATER, b"another")
    with Session(world.engine) as session, pytest.raises(IntegrityError):
        store.insert_crl(session, "00" * 32, world.authority.issuer_key_id, stored)
    assert _number(crl) == 1


def test_the_newest_list_is_the_one_that_is_served(world: World) -> None:
    _publish(world)
    newest = _publish(world, LATER)
    with Session(world.engine) as session:
        der = current_crl(session, world.authority.certificate)
        assert current_crl(session, world.root.certificate) is None
    assert der == newest.public_bytes(Encoding.DER)


def test_a_sharded_list_names_its_shard_critically(shared_world: World) -> None:
    crl = parse_crl(build_crl(shared_world.authority, [], 1, NOW, shard_url="https://node.example/pki/1.crl"))
    point = crl.extensions.get_extension_for_class(x509.IssuingDistributionPoint)
    assert point.critical
    assert point.value.full_name == [x509.UniformResourceIdentifier("https://node.example/pki/1.crl")]


def test_a_list_with_a_revocation_from_the_future_is_not_signed(shared_world: World) -> None:
    with pytest.raises(LintFailed, match="nothing_is_from_the_future"):
        build_crl(shared_world.authority, [Revoked(new_serial(), LATER, Reason.SUPERSEDED)], 1, NOW)


def test_the_roots_list_is_taken_in_once(world: World) -> None:
    with Session(world.engine) as session:
        assert import_crl(session, newest_root_crl(world.root), world.root.certificate, NOW)
        assert not import_crl(session, newest_root_crl(world.root), world.root.certificate, NOW)
        assert current_crl(session, world.root.certificate) == newest_root_crl(world.root)


def test_an_older_list_of_the_root_is_refused(world: World) -> None:
    first = newest_root_crl(world.root)
    publish_root_crl(world.root, now=LATER)
    with Session(world.engine) as session:
        import_crl(session, newest_root_crl(world.root), world.root.certificate, LATER)
        with pytest.raises(CrlRefused):
            import_crl(session, first, world.root.certificate, LATER)


def test_a_list_of_another_authority_is_refused(world: World) -> None:
    node_list = _publish(world).public_bytes(Encoding.DER)
    with Session(world.engine) as session, pytest.raises(CrlRefused):
        import_crl(session, node_list, world.root.certificate, NOW)


def test_a_list_whose_signature_is_spoiled_is_refused(world: World) -> None:
    der = newest_root_crl(world.root)
    spoiled = der[:-1] + bytes((der[-1] ^ 1,))
    with Session(world.engine) as session, pytest.raises((CrlRefused, MalformedCrl)):
        import_crl(session, spoiled, world.root.certificate, NOW)


def test_a_list_past_its_next_update_is_refused(world: World) -> None:
    with Session(world.engine) as session, pytest.raises(CrlRefused):
        import_crl(session, newest_root_crl(world.root), world.root.certificate, NOW + timedelta(days=400))
