import hashlib
from datetime import timedelta
from typing import Any

import pytest
from asn1crypto import cms, core, tsp
from cryptography.hazmat.primitives.serialization import Encoding
from hypothesis import given, settings
from hypothesis import strategies as st

from ca.errors import ProfileRefused, TimeStampRefused
from ca.oids import TIME_STAMP_POLICY
from ca.profile import SEAL, TIMESTAMP
from ca.timestamp import TimeStampAuthority
from ca.timestamp_request import MAX_REQUEST_BYTES, RULES, Failure, check_request, parse_request
from keys.errors import KeyUseRefused, XinzhengError
from keys.signer import KeyUse
from tests.unit.ca.garbage import spoiled
from tests.unit.ca.stamps import DIGEST, STAMPER, imprint, make_authority, request
from tests.unit.ca.world import NOW, World, organ

EXTENSION = [{"extn_id": "1.2.3.4", "critical": False, "extn_value": b"\x05\x00"}]
BAD: dict[str, tuple[bytes, Failure]] = {
    "version 2": (request(version=2), Failure.BAD_REQUEST),
    "an extension": (request(extensions=EXTENSION), Failure.UNACCEPTED_EXTENSION),
    "sha1": (request(message_imprint=imprint("sha1", bytes(20))), Failure.BAD_ALG),
    "md5": (request(message_imprint=imprint("md5", bytes(16))), Failure.BAD_ALG),
    "an unknown hash": (request(message_imprint=imprint("1.2.3.4", bytes(32))), Failure.BAD_ALG),
    "a short imprint": (request(message_imprint=imprint("sha256", bytes(31))), Failure.BAD_DATA_FORMAT),
    "a long imprint": (request(message_imprint=imprint("sha512", bytes(65))), Failure.BAD_DATA_FORMAT),
    "another policy": (request(req_policy="1.2.3.4"), Failure.UNACCEPTED_POLICY),
    "a long nonce": (request(nonce=1 << 512), Failure.BAD_REQUEST),
    "nothing": (b"", Failure.BAD_DATA_FORMAT),
    "a trailing byte": (request() + b"\x00", Failure.BAD_DATA_FORMAT),
    "too much": (bytes(MAX_REQUEST_BYTES + 1), Failure.BAD_DATA_FORMAT),
    "a response": (tsp.PKIStatusInfo({"status": "granted"}).dump(), Failure.BAD_DATA_FORMAT),
}


@pytest.fixture(scope="module")
def authority(shared_world: World) -> TimeStampAuthority:
    return make_authority(shared_world)


def _granted(response: bytes) -> tuple[Any, Any, Any]:
    """TSTInfo, SignedData and SignerInfo of a granted response, each read strictly."""
    parsed = tsp.TimeStampResp.load(response, strict=True)
    assert parsed["status"]["status"].native == "granted"
    data = parsed["time_stamp_token"]["content"]
    return data["encap_content_info"]["content"].parsed, data, data["signer_infos"][0]


def _rejected(response: bytes) -> Failure:
    info = tsp.PKIStatusInfo.load(core.Sequence.load(response, strict=True)[0].dump(), strict=True)
    assert info["status"].native == "rejection"
    assert len(info["status_string"].native[0]) > 0
    (name,) = info["fail_info"].native
    return Failure({held: bit for bit, held in tsp.PKIFailureInfo._map.items()}[name])


def test_a_granted_answer_echoes_imprint_nonce_and_policy(authority: TimeStampAuthority) -> None:
    info, _, _ = _granted(authority.answer(request(), now=NOW))
    assert info["version"].native == "v1"
    assert info["policy"].dotted == TIME_STAMP_POLICY.dotted_string
    assert info["message_imprint"]["hashed_message"].native == DIGEST
    assert info["message_imprint"]["hash_algorithm"]["algorithm"].native == "sha256"
    assert info["nonce"].native == 0x1234567890ABCDEF


def test_the_time_told_is_utc_to_the_millisecond_with_its_accuracy(authority: TimeStampAuthority) -> None:
    info, _, _ = _granted(authority.answer(request(), now=NOW + timedelta(microseconds=120_000)))
    assert info["gen_time"].native == NOW + timedelta(milliseconds=120)
    assert info["gen_time"].contents == b"20261122080000.12Z"
    assert info["accuracy"]["seconds"].native == 1
    assert info["ordering"].native is False


def test_serial_numbers_are_positive_short_and_never_repeat(authority: TimeStampAuthority) -> None:
    serials = {
        int(_granted(authority.answer(request(), now=NOW))[0]["serial_number"].native) for _ in range(50)
    }
    assert len(serials) == 50
    assert all(0 < serial < 1 << 160 for serial in serials)


def test_certificates_are_embedded_when_asked_for_and_absent_otherwise(
    authority: TimeStampAuthority, shared_world: World
) -> None:
    _, with_them, _ = _granted(authority.answer(request(), now=NOW))
    _, without, _ = _granted(authority.answer(request(cert_req=False), now=NOW))
    assert {one.chosen.dump() for one in with_them["certificates"]} == {
        one.public_bytes(Encoding.DER) for one in (authority.certificate, shared_world.authority.certificate)
    }
    assert isinstance(without["certificates"], core.Void)


def test_the_signed_attributes_are_those_of_the_standard_and_name_the_certificate(
    authority: TimeStampAuthority,
) -> None:
    response = authority.answer(request(), now=NOW)
    _, data, signer = _granted(response)
    attributes = {one["type"].native: one["values"][0] for one in signer["signed_attrs"]}
    assert set(attributes) == {"content_type", "message_digest", "signing_certificate_v2"}
    assert attributes["content_type"].native == "tst_info"
    content = data["encap_content_info"]["content"].contents
    assert attributes["message_digest"].native == hashlib.sha256(content).digest()
    identifiers = attributes["signing_certificate_v2"]["certs"]
    der = authority.certificate.public_bytes(Encoding.DER)
    assert len(identifiers) == 1
    assert identifiers[0]["cert_hash"].native == hashlib.sha256(der).digest()
    # The default hash is left out in DER (X.690 §11.5), so the identifier begins with the hash itself.
    assert identifiers[0].contents.startswith(b"\x04\x20")


def test_the_token_is_der_throughout(authority: TimeStampAuthority) -> None:
    response = authority.answer(request(), now=NOW)
    signed_attributes = _granted(response)[2]["signed_attrs"].contents
    assert tsp.TimeStampResp.load(response, strict=True).dump() == response
    parts = [one.dump() for one in cms.CMSAttributes.load(b"\x31" + _length(signed_attributes))]
    assert parts == sorted(parts)


def _length(content: bytes) -> bytes:
    return core.OctetString(content).dump()[1:]


@pytest.mark.parametrize(
    ("hash_name", "octets"), [("sha256", 32), ("sha384", 48), ("sha512", 64), ("sm3", 32)]
)
def test_every_accepted_hash_gets_a_stamp(authority: TimeStampAuthority, hash_name: str, octets: int) -> None:
    token = authority.token(bytes(octets), hash_name, now=NOW)
    info = cms.ContentInfo.load(token)["content"]["encap_content_info"]["content"].parsed
    assert info["message_imprint"]["hashed_message"].native == bytes(octets)


def test_a_negative_nonce_is_echoed_as_it_came(authority: TimeStampAuthority) -> None:
    assert _granted(authority.answer(request(nonce=-5), now=NOW))[0]["nonce"].native == -5


def test_without_a_nonce_none_is_told(authority: TimeStampAuthority) -> None:
    assert _granted(authority.answer(request(nonce=None), now=NOW))[0]["nonce"].native is None


def test_asking_for_our_policy_by_name_is_granted(authority: TimeStampAuthority) -> None:
    _granted(authority.answer(request(req_policy=TIME_STAMP_POLICY.dotted_string), now=NOW))


@pytest.mark.parametrize("name", BAD)
def test_a_bad_request_is_answered_with_its_failure(authority: TimeStampAuthority, name: str) -> None:
    der, failure = BAD[name]
    assert _rejected(authority.answer(der, now=NOW)) is failure


def test_every_rule_has_a_bad_request() -> None:
    broken = []
    for der, _ in BAD.values():
        try:
            check_request(parse_request(der), TIME_STAMP_POLICY.dotted_string)
        except TimeStampRefused as refused:
            broken.append((refused.failure, refused.detail))
    assert {(rule.failure, rule.text) for rule in RULES} <= set(broken)


def test_every_failure_we_know_is_answered_by_a_test() -> None:
    by_request = {failure for _, failure in BAD.values()}
    assert by_request | {Failure.TIME_NOT_AVAILABLE, Failure.SYSTEM_FAILURE} == set(Failure)


def test_without_a_trustworthy_clock_no_time_is_told(authority: TimeStampAuthority) -> None:
    assert _rejected(authority.answer(request(), now=None)) is Failure.TIME_NOT_AVAILABLE


def test_a_clock_that_went_back_tells_no_time_until_it_has_caught_up(shared_world: World) -> None:
    authority = make_authority(shared_world, "tsa-back")
    _granted(authority.answer(request(), now=NOW + timedelta(minutes=1)))
    assert _rejected(authority.answer(request(), now=NOW)) is Failure.TIME_NOT_AVAILABLE
    _granted(authority.answer(request(), now=NOW + timedelta(seconds=59)))


def test_outside_its_certificates_time_nothing_is_stamped(shared_world: World) -> None:
    authority = make_authority(shared_world, "tsa-late")
    for moment in (
        authority.certificate.not_valid_before_utc - timedelta(seconds=1),
        authority.certificate.not_valid_after_utc + timedelta(seconds=1),
    ):
        assert _rejected(authority.answer(request(), now=moment)) is Failure.TIME_NOT_AVAILABLE


@pytest.mark.parametrize(
    "problem", [KeyUseRefused(), OSError("module gone"), RuntimeError("x"), ValueError("y")]
)
def test_a_signer_that_fails_is_a_system_failure_that_tells_nothing(
    shared_world: World, authority: TimeStampAuthority, problem: Exception, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(message: bytes) -> bytes:
        raise problem

    monkeypatch.setattr(authority._signer, "_sign", fail)
    response = authority.answer(request(), now=NOW)
    assert _rejected(response) is Failure.SYSTEM_FAILURE
    assert b"module gone" not in response


def test_a_token_over_a_wrong_digest_is_refused(authority: TimeStampAuthority) -> None:
    for digest, hash_name in [(bytes(20), "sha1"), (bytes(31), "sha256"), (bytes(32), "sha-256")]:
        with pytest.raises(TimeStampRefused):
            authority.token(digest, hash_name, now=NOW)


def test_only_a_certificate_for_time_stamping_and_nothing_else_will_do(shared_world: World) -> None:
    handle = shared_world.new_handle("not-a-tsa", KeyUse.TIMESTAMP)
    seal = shared_world.issue(SEAL, organ(), handle.public_key)
    with pytest.raises(ProfileRefused):
        TimeStampAuthority(handle, seal)


def test_key_and_certificate_must_belong_together(shared_world: World, authority: TimeStampAuthority) -> None:
    handle = shared_world.new_handle("other-tsa", KeyUse.TIMESTAMP)
    with pytest.raises(ProfileRefused):
        TimeStampAuthority(handle, authority.certificate)


def test_a_key_for_another_use_stamps_nothing(shared_world: World, authority: TimeStampAuthority) -> None:
    handle = shared_world.new_handle("crl-only", KeyUse.CRL)
    certificate = shared_world.issue(TIMESTAMP, STAMPER, handle.public_key)
    with pytest.raises(KeyUseRefused):
        TimeStampAuthority(handle, certificate)


@given(st.data())
@settings(max_examples=100, deadline=None)
def test_whatever_comes_in_an_answer_goes_out(authority: TimeStampAuthority, data: st.DataObject) -> None:
    response = authority.answer(data.draw(spoiled(request())), now=NOW)
    assert core.Sequence.load(response, strict=True)[0][0].native in (0, 2)


@given(st.data())
@settings(max_examples=60, deadline=None)
def test_a_garbage_request_is_refused_in_our_own_words(data: st.DataObject) -> None:
    with pytest.raises(XinzhengError):
        parse_request(data.draw(st.binary(max_size=100)))
