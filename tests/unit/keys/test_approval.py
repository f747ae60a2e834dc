"""Approvals: bound to what they approve, for a while, once."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, ed25519
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy.orm import Session

from keys.approval import MAX_LIFETIME, ApprovalRequest, digest_of, verify_approval
from keys.errors import ApprovalRefused, ApprovalReplayed, MalformedInput, XinzhengError
from keys.store import forget_nonces, spend_nonce

NOW = datetime(2026, 11, 22, 1, 41, tzinfo=UTC)
APPROVER = ec.generate_private_key(ec.SECP256R1())
PARAMETERS = {"seal": "seal-1", "organ": "浙江省市场监督管理局", "sha256": "ab" * 32}
REQUEST = ApprovalRequest.of("seal.make", PARAMETERS, now=NOW, lifetime=timedelta(hours=1))


def signed(request: ApprovalRequest) -> bytes:
    return APPROVER.sign(request.signed_bytes(), ec.ECDSA(hashes.SHA256()))


def test_an_approval_verifies_while_it_lives() -> None:
    verify_approval(REQUEST, signed(REQUEST), APPROVER.public_key(), NOW)
    verify_approval(REQUEST, signed(REQUEST), APPROVER.public_key(), NOW + timedelta(minutes=59, seconds=59))


def test_an_approval_expires() -> None:
    with pytest.raises(ApprovalRefused, match="expired"):
        verify_approval(REQUEST, signed(REQUEST), APPROVER.public_key(), NOW + timedelta(hours=1))


def test_an_approval_of_one_thing_never_approves_another() -> None:
    signature = signed(REQUEST)
    for other in (
        replace(REQUEST, operation="seal.use"),
        replace(REQUEST, parameters_digest=digest_of({**PARAMETERS, "sha256": "cd" * 32})),
        replace(REQUEST, nonce=b"n" * 16),
        replace(REQUEST, expires_at=REQUEST.expires_at + timedelta(hours=1)),
    ):
        with pytest.raises(ApprovalRefused, match="signature"):
            verify_approval(other, signature, APPROVER.public_key(), NOW)


def test_the_order_of_parameters_does_not_matter_and_their_values_do() -> None:
    assert digest_of(dict(reversed(PARAMETERS.items()))) == digest_of(PARAMETERS)
    assert digest_of({"a": "1"}) != digest_of({"a": 1})


def test_another_persons_key_approves_nothing() -> None:
    for key in (ec.generate_private_key(ec.SECP256R1()), ed25519.Ed25519PrivateKey.generate()):
        with pytest.raises(ApprovalRefused):
            verify_approval(REQUEST, signed(REQUEST), key.public_key(), NOW)


def test_a_signature_over_the_bare_json_is_no_approval() -> None:
    signature = APPROVER.sign(REQUEST.to_json(), ec.ECDSA(hashes.SHA256()))
    with pytest.raises(ApprovalRefused):
        verify_approval(REQUEST, signature, APPROVER.public_key(), NOW)


@pytest.mark.parametrize("lifetime", [timedelta(0), timedelta(days=-1), MAX_LIFETIME + timedelta(seconds=1)])
def test_an_approval_lives_at_most_a_day(lifetime: timedelta) -> None:
    with pytest.raises(ApprovalRefused):
        ApprovalRequest.of("seal.make", PARAMETERS, now=NOW, lifetime=lifetime)
    if lifetime > timedelta(0):
        hand_made = replace(REQUEST, expires_at=NOW + lifetime)
        with pytest.raises(ApprovalRefused, match="24"):
            verify_approval(hand_made, signed(hand_made), APPROVER.public_key(), NOW)


def test_an_incomplete_request_approves_nothing() -> None:
    for broken in (
        replace(REQUEST, nonce=b""),
        replace(REQUEST, parameters_digest=b""),
        replace(REQUEST, operation=""),
    ):
        with pytest.raises(ApprovalRefused, match="incomplete"):
            verify_approval(broken, signed(broken), APPROVER.public_key(), NOW)


def test_a_request_comes_back_from_its_json() -> None:
    assert ApprovalRequest.from_json(REQUEST.to_json()) == REQUEST


@pytest.mark.parametrize(
    "data",
    [
        b"{}",
        b"[]",
        b"null",
        b'"text"',
        REQUEST.to_json() + b" ",
        REQUEST.to_json().replace(b"Z", b"+00:00"),
        REQUEST.to_json().replace(b"seal.make", b""),
        REQUEST.to_json().replace(b'"seal.make"', b"5"),
        REQUEST.to_json()[:-1] + b',"more":1}',
        REQUEST.to_json().replace(b"2026", b"9999999"),
    ],
)
def test_a_request_with_another_spelling_is_refused(data: bytes) -> None:
    if data.endswith(b" "):
        assert ApprovalRequest.from_json(data) == REQUEST
        return
    with pytest.raises(MalformedInput):
        ApprovalRequest.from_json(data)


@given(st.binary(max_size=100))
@settings(max_examples=50)
def test_garbage_gives_only_our_errors(raw: bytes) -> None:
    with pytest.raises(XinzhengError):
        ApprovalRequest.from_json(raw)
    with pytest.raises(ApprovalRefused):
        verify_approval(REQUEST, raw, APPROVER.public_key(), NOW)


def test_a_nonce_is_spent_once(session: Session) -> None:
    def spend() -> None:
        spend_nonce(session, REQUEST.nonce, operation="seal.make", now=NOW, expires_at=REQUEST.expires_at)

    spend()
    session.commit()
    with pytest.raises(ApprovalReplayed):
        spend()


def test_a_nonce_is_forgotten_only_after_its_approval_expired(session: Session) -> None:
    for name, hours in ((b"early", 1), (b"late", 3)):
        spend_nonce(session, name, operation="x", now=NOW, expires_at=NOW + timedelta(hours=hours))
    assert forget_nonces(session, NOW + timedelta(hours=2)) == 1
    with pytest.raises(ApprovalReplayed):
        spend_nonce(session, b"late", operation="x", now=NOW, expires_at=NOW)
