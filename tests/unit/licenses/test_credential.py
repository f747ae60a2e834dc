"""The credential face: what it says, what it hides, and that its signed octets are the logged record."""

import json

import pytest

from keys.encoding import canonical_json, unb64url
from keys.jwk import public_jwk
from licenses.content import LicenseContent
from licenses.credential import CredentialDraft, build_payload, sign_credential
from licenses.credential_reading import parse_credential, verify_issuer_signature
from licenses.errors import MalformedCredential
from tests.unit.licenses.faces import (
    ISS,
    NAMES,
    STATUS_URI,
    TestSigner,
    certificate,
    content,
    credential,
    issuer_chain,
    issuer_signer,
)


def draft(made: LicenseContent | None = None) -> CredentialDraft:
    return build_payload(made or content(), iss=ISS, status_uri=STATUS_URI, status_index=9)


@pytest.mark.parametrize("name", NAMES)
def test_a_credential_says_what_the_license_says(name: str) -> None:
    made = content(name)
    parsed = parse_credential(credential(made))
    verify_issuer_signature(parsed, issuer_signer().public_key)
    expected = made.to_claims()
    assert {key: parsed.claims[key] for key in expected} == expected
    assert parsed.hidden == 0


def test_the_signed_octets_are_the_record_the_log_commits_to() -> None:
    made = draft()
    token = sign_credential(made, issuer_signer(), issuer_chain())
    assert unb64url(token.split(".")[1]) == made.record == canonical_json(dict(made.payload))
    assert parse_credential(token).record == made.record


def test_a_draft_survives_being_stored() -> None:
    made = draft()
    again = CredentialDraft.from_json(json.loads(json.dumps(made.to_json())))
    assert again.record == made.record
    assert again.disclosures == made.disclosures


def test_the_payload_shows_nothing_of_the_holder() -> None:
    made = content("real-estate-ownership")
    payload = draft(made).record.decode()
    assert made.holder.name not in payload
    assert made.holder.code not in payload
    assert "示范区" not in payload


def test_a_claim_the_type_always_discloses_is_plain() -> None:
    payload = draft(content("construction-qualification")).payload
    assert payload["claims"]["certificate_number"] == "D133000005"
    assert "legal_representative" not in payload["claims"]


def test_times_are_whole_days_in_china() -> None:
    payload = draft(content("construction-qualification")).payload
    assert payload["iat"] % 86_400 == payload["nbf"] % 86_400 == payload["exp"] % 86_400 == 16 * 3600
    assert payload["exp"] - payload["nbf"] == (5 * 365 + 1) * 86_400


def test_an_open_end_has_no_exp_and_says_so() -> None:
    payload = draft().payload
    assert "exp" not in payload
    assert payload["valid_until"] is None


def test_the_header_has_type_and_chain_without_the_anchor() -> None:
    parsed = parse_credential(credential())
    assert parsed.header["typ"] == "dc+sd-jwt"
    assert parsed.header["alg"] == "ES256"
    assert len(parsed.x5c) == 2
    root = TestSigner()
    anchor = certificate("示例根", "示例根", root.public_key, root.private_key)
    with pytest.raises(ValueError, match="anchor"):
        sign_credential(draft(), issuer_signer(), [*issuer_chain(), anchor])
    with pytest.raises(ValueError, match="leaf"):
        sign_credential(draft(), issuer_signer(), [])


def test_status_points_at_one_index_of_one_list() -> None:
    assert draft().payload["status"] == {"status_list": {"idx": 9, "uri": STATUS_URI}}


def test_without_a_holder_key_there_is_no_cnf() -> None:
    assert "cnf" not in draft().payload


def test_a_holder_key_is_reduced_to_what_makes_the_key() -> None:
    jwk = public_jwk(TestSigner().public_key)
    payload = build_payload(content(), iss=ISS, status_uri=STATUS_URI, status_index=9, holder_jwk=jwk).payload
    assert payload["cnf"] == {"jwk": {name: jwk[name] for name in ("kty", "crv", "x", "y")}}


@pytest.mark.parametrize(
    "jwk", [{}, {"kty": "oct", "k": "AAAA"}, {"kty": "EC", "crv": "P-256", "x": "AA", "y": "AA"}]
)
def test_a_holder_key_that_is_none_is_refused(jwk: dict[str, str]) -> None:
    with pytest.raises(MalformedCredential):
        build_payload(content(), iss=ISS, status_uri=STATUS_URI, status_index=9, holder_jwk=jwk)


def test_two_credentials_of_one_license_share_no_digest() -> None:
    first, second = draft().payload, draft().payload
    assert not set(first["claims"]["_sd"]) & set(second["claims"]["_sd"])


def test_decoys_hide_how_many_claims_there_are() -> None:
    token = credential(decoys=4)
    assert parse_credential(token).hidden == 8
