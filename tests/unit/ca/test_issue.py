from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
from cryptography.hazmat.primitives.serialization import Encoding
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select
from sqlalchemy.orm import Session

from ca import store
from ca.authority import Authority
from ca.errors import CertificateStateConflict, LintFailed, ProfileRefused, SignatureRefused
from ca.issue import IssueCertificate, store_certificates
from ca.models import CertificateRow
from ca.names import Subject
from ca.profile import LICENSE_ISSUER, NODE_CA, PROFILES, ROOT, SEAL, STATUS_SIGNER, IssuedBy, Profile
from ca.revoke import Reason, State, revoke, revoke_unfinished
from ca.serial import new_serial, serial_text
from keys.action import Committed
from keys.errors import KeyUseRefused, UnacceptableKey, XinzhengError
from keys.intents import committed, declare
from keys.log.receipt import verify_receipt
from keys.signer import KeyHandle, KeyUse
from tests.unit.ca.samples import ISSUER_URI, Sample
from tests.unit.ca.world import NOW, REGION, World, new_key, organ

NODE_PROFILES = [profile for profile in PROFILES.values() if profile.issued_by is IssuedBy.NODE]


def _action(world: World, profile: Profile = SEAL, **changes: Any) -> IssueCertificate:
    given: dict[str, Any] = {
        "subject": organ(),
        "public_key": new_key().public_key(),
        "requested_by": "operator-1",
        "reason": "test",
        "san_uris": (ISSUER_URI,) if profile.names_issuer_uri else (),
    }
    given |= changes
    return IssueCertificate(
        changes.get("authority", world.authority),
        profile,
        given.pop("subject"),
        given.pop("public_key"),
        **{name: value for name, value in given.items() if name != "authority"},
    )


class CountingSigner:
    """A handle's signing function that counts, and may be told to lie."""

    def __init__(self, handle: KeyHandle) -> None:
        self.calls = 0
        self._sign = handle._sign
        self.spoil: Any = lambda signature: signature

    def __call__(self, message: bytes) -> bytes:
        self.calls += 1
        spoiled: bytes = self.spoil(self._sign(message))
        return spoiled


@contextmanager
def _counting(world: World) -> Iterator[CountingSigner]:
    handle = world.authority.handle
    original, counter = handle._sign, CountingSigner(handle)
    handle._sign = counter
    try:
        yield counter
    finally:
        handle._sign = original


@pytest.mark.parametrize("profile", NODE_PROFILES, ids=lambda profile: profile.name)
def test_a_certificate_of_every_profile_is_issued_and_signed_by_the_authority(
    profile: Profile, shared_world: World
) -> None:
    certificate = shared_world.perform([_action(shared_world, profile)])[0]
    certificate.verify_directly_issued_by(shared_world.authority.certificate)
    assert certificate.serial_number.bit_length() > 64


def test_the_record_in_the_log_is_the_certificates_own_body(world: World) -> None:
    action = _action(world)
    with Session(world.engine) as session:
        drafts = [action.prepare(session, now=NOW)]
        declared = declare(session, drafts, log=world.log, now=NOW)
        session.commit()
        intent = committed(session, declared[0].intent)
    certificate = action.sign(intent, declared[0].receipt, now=NOW)
    verify_receipt(
        declared[0].receipt,
        certificate.tbs_certificate_bytes,
        kind="certificate.issue",
        verifier=world.log.verifier,
    )


def test_a_pending_row_with_its_serial_number_is_there_before_anything_is_signed(world: World) -> None:
    with Session(world.engine) as session, _counting(world) as signer:
        serial = new_serial()
        _action(world, serial=serial).prepare(session, now=NOW)
        found = store.find_certificate(session, serial_text(serial))
        assert found is not None
        assert (found.state, found.der) == ("pending", None)
        assert signer.calls == 0


def test_an_issued_certificate_is_active_and_kept_whole(world: World) -> None:
    certificate = world.issue(SEAL, organ(), new_key().public_key())
    with Session(world.engine) as session:
        found = store.find_certificate(session, serial_text(certificate.serial_number))
        body = session.execute(select(CertificateRow.to_be_signed)).scalar_one()  # type: ignore[call-overload]
    assert found is not None
    assert (found.state, found.der) == ("active", certificate.public_bytes(Encoding.DER))
    assert body is None


def test_a_certificate_that_a_rule_refuses_is_never_signed_and_leaves_no_row(world: World) -> None:
    with Session(world.engine) as session, _counting(world) as signer:
        with pytest.raises(LintFailed):
            _action(world, subject=organ(region="广东省")).prepare(session, now=NOW)
        assert session.execute(select(CertificateRow.serial)).all() == []  # type: ignore[call-overload]
        assert signer.calls == 0


def test_nothing_is_signed_without_a_committed_intent(world: World) -> None:
    action = _action(world)
    with Session(world.engine) as session, _counting(world) as signer:
        action.prepare(session, now=NOW)
        with pytest.raises(KeyUseRefused):
            action.sign("not an intent", None, now=NOW)  # type: ignore[arg-type]
        assert signer.calls == 0


def test_the_authoritys_key_signs_under_no_intent_that_names_another_key(world: World) -> None:
    other = world.new_handle("other", KeyUse.ISSUE_CERTIFICATE)
    stranger = Authority(
        _foreign_authority_certificate(world, other),
        other,
        (),
        "https://x.example/crl",
        "https://x.example/cer",
    )
    foreign = _action(world, authority=stranger)
    action = _action(world)
    with Session(world.engine) as session:
        drafts = [foreign.prepare(session, now=NOW)]
        action.prepare_row(NOW)
        declared = declare(session, drafts, log=world.log, now=NOW)
        session.commit()
        intent = committed(session, declared[0].intent)
    with pytest.raises(KeyUseRefused):
        action.sign(intent, declared[0].receipt, now=NOW)


def _foreign_authority_certificate(world: World, handle: KeyHandle) -> x509.Certificate:
    sample = Sample.good(world, NODE_CA, organ("另一签发 CA"))
    key_id = x509.SubjectKeyIdentifier.from_public_key(handle.public_key)
    return sample.but(public_key=handle.public_key).having(key_id).built()


def _intent_of(world: World, action: IssueCertificate) -> tuple[Committed[Any], Any]:
    with Session(world.engine) as session:
        declared = declare(session, [action.prepare(session, now=NOW)], log=world.log, now=NOW)
        session.commit()
        return committed(session, declared[0].intent), declared[0].receipt


@pytest.mark.parametrize(
    "spoil",
    [
        lambda signature: signature[:-1] + bytes((signature[-1] ^ 1,)),
        lambda signature: b"",
        lambda signature: signature + b"\x00",
    ],
    ids=["bit-flip", "empty", "trailing"],
)
def test_a_signer_that_fails_is_found_before_the_certificate_leaves(world: World, spoil: Any) -> None:
    action = _action(world)
    intent, receipt = _intent_of(world, action)
    with _counting(world) as signer:
        signer.spoil = spoil
        with pytest.raises(SignatureRefused):
            action.sign(intent, receipt, now=NOW)


def test_signing_may_be_repeated_while_the_intent_is_open(world: World) -> None:
    action = _action(world)
    intent, receipt = _intent_of(world, action)
    first, second = (action.sign(intent, receipt, now=NOW) for _ in range(2))
    assert first.tbs_certificate_bytes == second.tbs_certificate_bytes


def test_a_certificate_whose_storing_failed_can_still_be_revoked_by_its_serial_number(world: World) -> None:
    action = _action(world)
    intent, receipt = _intent_of(world, action)
    certificate = action.sign(intent, receipt, now=NOW)  # and here the process dies
    with Session(world.engine) as session:
        revoke(session, certificate.serial_number, Reason.CESSATION_OF_OPERATION, NOW)
        session.commit()
        with pytest.raises(CertificateStateConflict):
            action.store(session, certificate, now=NOW)


def test_what_a_crash_left_pending_is_revoked_and_nothing_else(world: World) -> None:
    kept = world.issue(SEAL, organ(), new_key().public_key())
    lost = _action(world)
    _intent_of(world, lost)
    with Session(world.engine) as session:
        serials = revoke_unfinished(session, prepared_before=NOW + timedelta(seconds=1), now=NOW)
        session.commit()
        rows = session.execute(select(CertificateRow.serial, CertificateRow.state))  # type: ignore[call-overload]
        states = {row[0]: row[1] for row in rows}
    assert states[serial_text(kept.serial_number)] == State.ACTIVE
    assert [states[serial_text(serial)] for serial in serials] == [State.REVOKED]


def test_a_failing_batch_member_stores_none_of_the_batch(world: World) -> None:
    first = world.issue(SEAL, organ(), new_key().public_key())
    action = _action(world)
    intent, receipt = _intent_of(world, action)
    second = action.sign(intent, receipt, now=NOW)
    with Session(world.engine) as session, pytest.raises(CertificateStateConflict):
        store_certificates(session, [second, first])


def test_in_a_batch_each_certificate_depends_on_its_own_request_only(world: World) -> None:
    subjects = [
        Subject(f"印章 {number}", f"浙江省第 {number} 局", organ().organization_identifier, REGION)
        for number in range(20)
    ]
    issued_keys = [new_key().public_key() for _ in subjects]
    signed = world.perform(
        [_action(world, subject=who, public_key=key) for who, key in zip(subjects, issued_keys, strict=True)]
    )
    assert [one.subject for one in signed] == [who.to_name() for who in subjects]
    assert [one.public_key() for one in signed] == issued_keys
    assert len({one.serial_number for one in signed}) == len(signed)


def test_without_a_lifetime_a_certificate_ends_with_its_authority_at_the_latest(world: World) -> None:
    late = world.authority.certificate.not_valid_after_utc - timedelta(days=100)
    certificate = world.perform([_action(world)], now=late)[0]
    assert certificate.not_valid_after_utc == world.authority.certificate.not_valid_after_utc


def test_a_lifetime_beyond_the_issuers_is_refused(world: World) -> None:
    late = world.authority.certificate.not_valid_after_utc - timedelta(days=100)
    with (
        Session(world.engine) as session,
        pytest.raises(LintFailed, match="validity_lies_inside_the_issuers"),
    ):
        _action(world, lifetime=timedelta(days=365)).prepare(session, now=late)


def test_a_lifetime_beyond_the_profiles_is_refused(world: World) -> None:
    with Session(world.engine) as session, pytest.raises(ProfileRefused):
        _action(world, lifetime=SEAL.longest + timedelta(days=1)).prepare(session, now=NOW)


@pytest.mark.parametrize("profile", [ROOT, NODE_CA], ids=["root", "node_ca"])
def test_a_node_issues_no_authority(profile: Profile, shared_world: World) -> None:
    with pytest.raises(ProfileRefused):
        _action(shared_world, profile)


def test_a_license_issuer_without_its_address_is_refused(world: World) -> None:
    with Session(world.engine) as session, pytest.raises(LintFailed, match="only_the_profiles_extensions"):
        _action(world, LICENSE_ISSUER, san_uris=()).prepare(session, now=NOW)


def test_a_seal_without_a_credit_code_is_refused(world: World) -> None:
    nobody = Subject("电子印章", "浙江省市场监督管理局", None, REGION)
    with Session(world.engine) as session, pytest.raises(LintFailed, match="credit_code_is_right"):
        _action(world, subject=nobody).prepare(session, now=NOW)


def test_a_status_signer_needs_no_credit_code(world: World) -> None:
    world.perform([_action(world, STATUS_SIGNER, subject=Subject("状态列表", "浙江省数据局", None, REGION))])


@pytest.mark.parametrize(
    "key",
    [ec.generate_private_key(ec.SECP384R1()), rsa.generate_private_key(3, 2048), "not a key"],
    ids=["p384", "rsa-exponent-3", "text"],
)
def test_a_key_outside_the_table_gets_no_certificate(key: Any, shared_world: World) -> None:
    public_key = key if isinstance(key, str) else key.public_key()
    with pytest.raises(UnacceptableKey):
        _action(shared_world, public_key=public_key)


@pytest.mark.parametrize(
    "key",
    [rsa.generate_private_key(65537, 2048), ed25519.Ed25519PrivateKey.generate()],
    ids=["rsa2048", "ed25519"],
)
def test_every_key_of_the_table_gets_one(key: Any, shared_world: World) -> None:
    certificate = shared_world.issue(SEAL, organ(), key.public_key())
    certificate.verify_directly_issued_by(shared_world.authority.certificate)


def test_an_authority_whose_key_is_not_its_certificates_is_refused(world: World) -> None:
    other = world.new_handle("other", KeyUse.ISSUE_CERTIFICATE)
    with pytest.raises(ProfileRefused):
        Authority(world.authority.certificate, other, (), "https://x.example/crl", "https://x.example/cer")


@given(
    common_name=st.text(max_size=70),
    organization=st.text(max_size=70),
    uri=st.text(max_size=40),
    days=st.integers(min_value=-10, max_value=20_000),
)
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_whatever_is_asked_only_our_own_errors_come_out_and_refused_requests_are_not_signed(
    shared_world: World, common_name: str, organization: str, uri: str, days: int
) -> None:
    with _counting(shared_world) as signer:
        try:
            subject = Subject(common_name, organization, organ().organization_identifier, REGION)
            action = _action(
                shared_world, LICENSE_ISSUER, subject=subject, san_uris=(uri,), lifetime=timedelta(days=days)
            )
            action.prepare_row(NOW)
        except XinzhengError:
            pass
        assert signer.calls == 0
