"""The signed status list: bound to its address, of two bits, and old is not the same as wrong."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from keys.encoding import canonical_json, parse_json, unb64url
from keys.errors import XinzhengError
from keys.jws import sign_compact
from licenses.errors import MalformedStatusList, StatusTokenWrong
from licenses.status_list import LEAST_SIZE, LicenseStatus, StatusList
from licenses.status_token import (
    Freshness,
    StatusToken,
    build_status_token,
    status_token_certificates,
    verify_status_token,
)
from tests.unit.licenses.faces import TestSigner, issuer_chain

URI = "https://zj.example/status/1"
NOW = datetime(2026, 11, 22, 8, tzinfo=UTC)
SIGNER = TestSigner(kid="status")
STATUSES = StatusList.of({7: 2, 9: 1, 11: 3}, LEAST_SIZE)


def token(**changes: Any) -> str:
    arguments: dict[str, Any] = {
        "uri": URI,
        "signer": SIGNER,
        "x5c": issuer_chain(),
        "now": NOW,
        "lifetime": timedelta(hours=24),
        "ttl": timedelta(hours=1),
    }
    return build_status_token(STATUSES, **{**arguments, **changes})


def verified(text: str) -> StatusToken:
    return verify_status_token(text, SIGNER.public_key, uri=URI)


def test_a_token_says_what_was_signed() -> None:
    read = verified(token())
    assert read.statuses == STATUSES
    assert read.statuses.status(7) is LicenseStatus.SUSPENDED
    assert (read.uri, read.issued_at, read.ttl_s) == (URI, NOW, 3600)
    assert read.expires_at == NOW + timedelta(hours=24)


def test_the_wire_form_is_the_drafts() -> None:
    header, payload = (parse_json(unb64url(part), max_bytes=10_000) for part in token().split(".")[:2])
    assert header["typ"] == "statuslist+jwt"
    assert set(payload) == {"sub", "iat", "exp", "ttl", "status_list"}
    assert set(payload["status_list"]) == {"bits", "lst"}
    assert len(status_token_certificates(token())) == 2


@pytest.mark.parametrize(
    ("age", "freshness"),
    [
        (timedelta(0), Freshness.FRESH),
        (timedelta(hours=23, minutes=59), Freshness.FRESH),
        (timedelta(hours=24), Freshness.STALE),
        (timedelta(seconds=-59), Freshness.FRESH),
        (timedelta(minutes=-5), Freshness.FROM_THE_FUTURE),
    ],
)
def test_old_is_not_wrong_but_stale(age: timedelta, freshness: Freshness) -> None:
    assert verified(token()).freshness(NOW + age) is freshness


def test_a_token_of_another_list_is_refused() -> None:
    with pytest.raises(StatusTokenWrong):
        verify_status_token(token(), SIGNER.public_key, uri=URI + "0")


def test_a_token_by_another_key_is_refused() -> None:
    with pytest.raises(StatusTokenWrong):
        verify_status_token(token(), TestSigner().public_key, uri=URI)


def test_a_list_so_small_that_it_tells_licenses_apart_is_never_signed() -> None:
    with pytest.raises(ValueError, match="2\\^17"):
        build_status_token(
            StatusList.of({}, 1024),
            uri=URI,
            signer=SIGNER,
            x5c=issuer_chain(),
            now=NOW,
            lifetime=timedelta(hours=1),
            ttl=timedelta(hours=1),
        )


GOOD = {"sub": URI, "iat": 1, "status_list": {"bits": 2, "lst": "eNo76fITAAPfAgc"}}


def test_exp_and_ttl_may_be_absent_in_others_tokens() -> None:
    read = verified(sign_compact(canonical_json(GOOD), signer=SIGNER, typ="statuslist+jwt"))
    assert read.expires_at is None
    assert read.ttl_s is None


@pytest.mark.parametrize(
    "payload",
    [
        {**GOOD, "status_list": {"bits": 1, "lst": "eNo76fITAAPfAgc"}},
        {**GOOD, "status_list": {"bits": 2.5, "lst": "eNo76fITAAPfAgc"}},
        {**GOOD, "status_list": {"lst": "eNo76fITAAPfAgc"}},
        {**GOOD, "status_list": {"bits": 2}},
        {**GOOD, "status_list": {"bits": 2, "lst": 7}},
        {**GOOD, "status_list": []},
        {**GOOD, "iat": None},
        {**GOOD, "iat": True},
        {**GOOD, "iat": -1},
        {**GOOD, "exp": "tomorrow"},
        {**GOOD, "exp": 2**40},
        {**GOOD, "ttl": 0},
        {**GOOD, "sub": 7},
        {},
    ],
)
def test_a_signed_token_of_a_wrong_shape_is_refused(payload: dict[str, Any]) -> None:
    with pytest.raises((MalformedStatusList, StatusTokenWrong)):
        verified(sign_compact(canonical_json(payload), signer=SIGNER, typ="statuslist+jwt"))


def test_another_type_of_token_is_refused() -> None:
    with pytest.raises(StatusTokenWrong):
        verified(sign_compact(canonical_json(GOOD), signer=SIGNER, typ="dc+sd-jwt"))


@pytest.mark.parametrize("text", ["", "a.b.c", "凭证", "...", "e30.e30.AA", "A" * 100_000])
def test_garbage_is_refused(text: str) -> None:
    with pytest.raises(XinzhengError):
        verified(text)


@pytest.mark.parametrize("text", ["", "a.b.c", "凭证", "...", "W10.e30.AA", "A" * 100_000])
def test_garbage_has_no_certificates(text: str) -> None:
    try:
        assert status_token_certificates(text) == ()
    except XinzhengError:
        pass
