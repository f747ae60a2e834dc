import hashlib
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
from asn1crypto import cms
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy.orm import Session

from ca.errors import MalformedTimeStamp
from ca.oids import TIME_STAMP_POLICY
from ca.paths import X509Snapshot
from ca.profile import SEAL, TIMESTAMP
from ca.revoke import Reason, revoke
from ca.timestamp import TimeStampAuthority
from ca.timestamp_token import Stamp, TokenTemplate
from ca.timestamp_verify import (
    MAX_TOKEN_BYTES,
    TimeStampFinding,
    imprint_hash_of,
    parse_token,
    verify_token,
)
from keys.algorithms import Algorithm
from keys.report import Cryptography, Trust
from keys.signer import KeyUse
from tests.unit.ca.garbage import spoiled
from tests.unit.ca.stamps import DIGEST, MESSAGE, STAMPER, make_authority
from tests.unit.ca.world import NOW, World, new_key, organ

HOUR = timedelta(hours=1)


@pytest.fixture(scope="module")
def authority(shared_world: World) -> TimeStampAuthority:
    return make_authority(shared_world, "tsa-verified")


@pytest.fixture(scope="module")
def token(authority: TimeStampAuthority) -> bytes:
    return authority.token(DIGEST, "sha256", now=NOW)


@pytest.fixture(scope="module")
def snapshot(shared_world: World) -> X509Snapshot:
    return shared_world.fresh_snapshot()


def _changed(
    token: bytes, authority: TimeStampAuthority, edit: Callable[[Any, Any], None], *, resign: bool = True
) -> bytes:
    """The token after `edit` changed its SignedData and signed attributes, signed again by the same key."""
    info = cms.ContentInfo.load(token)
    data = info["content"]
    signer = data["signer_infos"][0]
    edit(data, signer)
    if resign:
        attributes = b"\x31" + signer["signed_attrs"].dump(force=True)[1:]
        signer["signature"] = authority._signer.sign(attributes)
    changed: bytes = info.dump(force=True)
    return changed


def _attribute(signer: Any, name: str) -> Any:
    return next(one for one in signer["signed_attrs"] if one["type"].native == name)


def test_a_token_over_the_right_digest_is_intact_and_trusted(
    token: bytes, authority: TimeStampAuthority, snapshot: X509Snapshot
) -> None:
    finding = verify_token(token, DIGEST, snapshot, NOW)
    assert (finding.cryptography, finding.trust, finding.code) == (
        Cryptography.INTACT,
        Trust.TRUSTED,
        "intact",
    )
    assert finding.time == NOW
    assert finding.signer == authority.certificate


def test_a_message_is_hashed_as_the_token_says(authority: TimeStampAuthority, snapshot: X509Snapshot) -> None:
    for name in ("sha256", "sha384", "sha512"):
        stamped = authority.token(hashlib.new(name, MESSAGE).digest(), name, now=NOW)
        assert imprint_hash_of(stamped) == name
        assert verify_token(stamped, None, snapshot, NOW, message=MESSAGE).code == "intact"
        assert verify_token(stamped, None, snapshot, NOW, message=MESSAGE + b"!").code == "imprint_wrong"


def test_a_message_stamped_with_sm3_verifies(authority: TimeStampAuthority, snapshot: X509Snapshot) -> None:
    hasher = hashes.Hash(hashes.SM3())
    hasher.update(MESSAGE)
    stamped = authority.token(hasher.finalize(), "sm3", now=NOW)
    assert verify_token(stamped, None, snapshot, NOW, message=MESSAGE).code == "intact"


def test_a_token_over_other_data_is_broken(token: bytes, snapshot: X509Snapshot) -> None:
    for digest in (bytes(32), None, b"", DIGEST[:-1]):
        finding = verify_token(token, digest, snapshot, NOW)
        assert (finding.cryptography, finding.code) == (Cryptography.BROKEN, "imprint_wrong")
        assert finding.trust is not Trust.TRUSTED


def test_an_intact_token_of_an_unknown_authority_is_intact_and_not_trusted(token: bytes) -> None:
    finding = verify_token(token, DIGEST, X509Snapshot((), (), (), NOW), NOW)
    assert (finding.cryptography, finding.trust) == (Cryptography.INTACT, Trust.UNKNOWN)
    assert finding.trust_code == "no_anchor"


def test_a_token_from_before_its_signers_revocation_stays_trusted(world: World) -> None:
    authority = make_authority(world)
    before = authority.token(DIGEST, "sha256", now=NOW)
    after = authority.token(DIGEST, "sha256", now=NOW + 2 * HOUR)
    with Session(world.engine) as session:
        revoke(session, authority.certificate.serial_number, Reason.SUPERSEDED, NOW + HOUR)
        session.commit()
    snapshot = world.snapshot(world.publish_crl(NOW + 2 * HOUR))
    later = NOW + 3 * HOUR
    assert verify_token(before, DIGEST, snapshot, later).trust is Trust.TRUSTED
    finding = verify_token(after, DIGEST, snapshot, later)
    assert (finding.trust, finding.trust_code, finding.revoked_at) == (
        Trust.UNTRUSTED,
        "revoked",
        NOW + HOUR,
    )


def test_a_time_in_the_future_is_not_believed(authority: TimeStampAuthority, snapshot: X509Snapshot) -> None:
    ahead = _token_at(authority, NOW + HOUR)
    finding = verify_token(ahead, DIGEST, snapshot, NOW)
    assert (finding.trust, finding.trust_code) == (Trust.UNKNOWN, "moment_in_the_future")


def _token_at(authority: TimeStampAuthority, moment: datetime) -> bytes:
    stamp = Stamp("2.16.840.1.101.3.4.2.1", DIGEST, None, moment)
    return authority._template.token(stamp, authority._signer.sign, with_certificates=True)


def test_a_token_made_with_a_seals_key_is_intact_but_not_trusted(
    shared_world: World, snapshot: X509Snapshot
) -> None:
    key = new_key()
    certificate = shared_world.issue(SEAL, organ(), key.public_key())
    template = TokenTemplate(certificate, (), TIME_STAMP_POLICY, Algorithm.ES256)
    stamp = Stamp("2.16.840.1.101.3.4.2.1", DIGEST, None, NOW)
    made = template.token(
        stamp, lambda message: key.sign(message, ec.ECDSA(hashes.SHA256())), with_certificates=True
    )
    finding = verify_token(made, DIGEST, snapshot, NOW)
    assert (finding.cryptography, finding.trust, finding.trust_code) == (
        Cryptography.INTACT,
        Trust.UNTRUSTED,
        "wrong_purpose",
    )


def _without_certificates(data: Any, signer: Any) -> None:
    data["certificates"] = cms.CertificateSet([])


def _other_message_digest(data: Any, signer: Any) -> None:
    _attribute(signer, "message_digest")["values"] = [bytes(32)]


def _without(name: str) -> Callable[[Any, Any], None]:
    def edit(data: Any, signer: Any) -> None:
        signer["signed_attrs"] = cms.CMSAttributes(
            [one for one in signer["signed_attrs"] if one["type"].native != name]
        )

    return edit


def _other_content_type(data: Any, signer: Any) -> None:
    _attribute(signer, "content_type")["values"] = ["data"]


def _names_another_certificate(data: Any, signer: Any) -> None:
    _attribute(signer, "signing_certificate_v2")["values"] = [{"certs": [{"cert_hash": bytes(32)}]}]


def _with_sha1(data: Any, signer: Any) -> None:
    signer["digest_algorithm"] = {"algorithm": "sha1"}


def _with_ed25519(data: Any, signer: Any) -> None:
    signer["signature_algorithm"] = {"algorithm": "ed25519"}


def _by_key_identifier(data: Any, signer: Any) -> None:
    signer["sid"] = cms.SignerIdentifier(name="subject_key_identifier", value=bytes(20))


WRONG: dict[str, tuple[Callable[[Any, Any], None], str]] = {
    "no certificates": (_without_certificates, "signer_missing"),
    "a signer named by key only": (_by_key_identifier, "signer_missing"),
    "another message digest": (_other_message_digest, "attributes_wrong"),
    "no message digest": (_without("message_digest"), "attributes_wrong"),
    "no content type": (_without("content_type"), "attributes_wrong"),
    "no signing certificate": (_without("signing_certificate_v2"), "attributes_wrong"),
    "another content type": (_other_content_type, "attributes_wrong"),
    "another certificate named": (_names_another_certificate, "attributes_wrong"),
    "sha1": (_with_sha1, "algorithm_unknown"),
    "ed25519 said of an ecdsa key": (_with_ed25519, "algorithm_unknown"),
}


@pytest.mark.parametrize("name", WRONG)
def test_a_token_with_one_thing_wrong_is_not_intact_though_its_signature_holds(
    name: str, token: bytes, authority: TimeStampAuthority, snapshot: X509Snapshot
) -> None:
    edit, code = WRONG[name]
    finding = verify_token(_changed(token, authority, edit), DIGEST, snapshot, NOW)
    assert finding.code == code
    assert finding.cryptography is not Cryptography.INTACT
    assert finding.trust is not Trust.TRUSTED


def test_a_token_whose_signature_does_not_hold_is_broken(
    token: bytes, authority: TimeStampAuthority, snapshot: X509Snapshot
) -> None:
    def spoil(data: Any, signer: Any) -> None:
        signature = new_key().sign(b"something else", ec.ECDSA(hashes.SHA256()))
        signer["signature"] = signature

    changed = _changed(token, authority, spoil, resign=False)
    finding = verify_token(changed, DIGEST, snapshot, NOW)
    assert (finding.cryptography, finding.code) == (Cryptography.BROKEN, "signature_wrong")


def test_a_time_changed_after_signing_is_found(token: bytes, snapshot: X509Snapshot) -> None:
    changed = token.replace(b"20261122080000Z", b"20251122080000Z")
    assert changed != token
    assert verify_token(changed, DIGEST, snapshot, NOW).code == "attributes_wrong"


def test_two_signers_are_one_too_many(
    token: bytes, authority: TimeStampAuthority, snapshot: X509Snapshot
) -> None:
    def double(data: Any, signer: Any) -> None:
        data["signer_infos"].append(signer.copy())

    assert verify_token(_changed(token, authority, double), DIGEST, snapshot, NOW).code == "malformed"


def test_a_token_of_an_rsa_authority_with_the_old_certificate_identifier_verifies(
    shared_world: World, snapshot: X509Snapshot
) -> None:
    with Session(shared_world.engine) as session:
        handle = shared_world.keyring.generate(
            session, uses={KeyUse.TIMESTAMP}, label="tsa-rsa", now=NOW, algorithm=Algorithm.RS256
        )
        session.commit()
    certificate = shared_world.issue(TIMESTAMP, STAMPER, handle.public_key)
    authority = TimeStampAuthority(handle, certificate)
    made = authority.token(DIGEST, "sha256", now=NOW)
    assert verify_token(made, DIGEST, snapshot, NOW).trust is Trust.TRUSTED

    def version_one(data: Any, signer: Any) -> None:
        fingerprint = hashlib.sha1(certificate.public_bytes(Encoding.DER)).digest()  # noqa: S324 - RFC 2634 says so
        _without("signing_certificate_v2")(data, signer)
        signer["signed_attrs"].append(
            {"type": "signing_certificate", "values": [{"certs": [{"cert_hash": fingerprint}]}]}
        )

    assert verify_token(_changed(made, authority, version_one), DIGEST, snapshot, NOW).code == "intact"


def test_an_oversized_token_is_refused(token: bytes, snapshot: X509Snapshot) -> None:
    with pytest.raises(MalformedTimeStamp):
        parse_token(token + bytes(MAX_TOKEN_BYTES))
    assert verify_token(token + bytes(MAX_TOKEN_BYTES), DIGEST, snapshot, NOW).code == "malformed"


def test_a_certificate_is_no_token(shared_world: World, snapshot: X509Snapshot) -> None:
    root: x509.Certificate = shared_world.root.certificate
    finding = verify_token(root.public_bytes(Encoding.DER), DIGEST, snapshot, NOW)
    assert (finding.cryptography, finding.code) == (Cryptography.UNKNOWN, "malformed")


def test_a_token_whose_policy_is_no_object_identifier_is_malformed(
    token: bytes, snapshot: X509Snapshot
) -> None:
    policy = parse_token(token).tst_info["policy"].dump()
    spoiled_policy = bytes((policy[0] ^ 0x40,)) + policy[1:]
    finding = verify_token(token.replace(policy, spoiled_policy, 1), DIGEST, snapshot, NOW)
    assert (finding.cryptography, finding.code) == (Cryptography.UNKNOWN, "malformed")


@given(st.data())
@settings(max_examples=100, deadline=None)
def test_a_spoiled_token_is_never_intact_and_never_raises(
    token: bytes, snapshot: X509Snapshot, data: st.DataObject
) -> None:
    der = data.draw(spoiled(token))
    finding = verify_token(der, DIGEST, snapshot, NOW)
    assert isinstance(finding, TimeStampFinding)
    assert finding.reason_zh
    assert der == token or finding.trust is not Trust.TRUSTED or finding.cryptography is Cryptography.INTACT
