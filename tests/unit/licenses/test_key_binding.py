"""The holder's proof: made for one presentation, one audience, one nonce, by the key the issuer named."""

from datetime import UTC, datetime
from typing import Any

import pytest

from keys.encoding import canonical_json
from keys.jwk import public_jwk
from keys.jws import sign_compact
from licenses.credential_reading import ParsedCredential, parse_credential
from licenses.errors import KeyBindingWrong
from licenses.key_binding import bind_key, select_disclosures, verify_key_binding
from tests.unit.licenses.faces import TestSigner, credential

HOLDER = TestSigner(kid="holder")
NOW = datetime(2026, 11, 22, 8, tzinfo=UTC)
SHOW = [("holder", "name"), ("claims", "address")]


def issued() -> ParsedCredential:
    return parse_credential(credential(holder_jwk=public_jwk(HOLDER.public_key)))


def presented(signer: TestSigner = HOLDER) -> ParsedCredential:
    shown = select_disclosures(issued(), SHOW)
    return parse_credential(
        bind_key(shown, audience="https://desk.example", nonce="n1", signer=signer, now=NOW)
    )


def proven(payload: dict[str, Any], *, typ: str = "kb+jwt") -> ParsedCredential:
    text = select_disclosures(issued(), SHOW)
    return parse_credential(text + sign_compact(canonical_json(payload), signer=HOLDER, typ=typ))


def test_a_presentation_shows_what_was_chosen_and_is_proven() -> None:
    parsed = presented()
    assert set(parsed.disclosures.values()) == set(SHOW)
    assert "code" not in parsed.claims["holder"]
    proof = verify_key_binding(parsed, audience="https://desk.example", nonce="n1")
    assert (proof.audience, proof.nonce, proof.issued_at) == ("https://desk.example", "n1", NOW)


def test_nothing_chosen_shows_nothing() -> None:
    assert parse_credential(select_disclosures(issued(), [])).disclosures == {}


@pytest.mark.parametrize("asked", [{"audience": "https://other.example"}, {"nonce": "n2"}])
def test_a_proof_for_someone_else_or_from_before_is_refused(asked: dict[str, str]) -> None:
    with pytest.raises(KeyBindingWrong):
        verify_key_binding(presented(), **asked)


def test_a_proof_by_another_key_is_refused() -> None:
    with pytest.raises(KeyBindingWrong):
        verify_key_binding(presented(TestSigner(kid="thief")))


def test_a_proof_moved_to_another_presentation_is_refused() -> None:
    proof = presented().key_binding
    more = select_disclosures(issued(), [*SHOW, ("holder", "code")])
    with pytest.raises(KeyBindingWrong):
        verify_key_binding(parse_credential(more + str(proof)))


def test_a_credential_without_a_holder_key_proves_nothing() -> None:
    shown = parse_credential(credential()).presented
    bound = bind_key(shown, audience="a", nonce="n", signer=HOLDER, now=NOW)
    with pytest.raises(KeyBindingWrong):
        verify_key_binding(parse_credential(bound))


def test_no_proof_is_no_proof() -> None:
    with pytest.raises(KeyBindingWrong):
        verify_key_binding(issued())


GOOD = {"iat": 1, "aud": "a", "nonce": "n"}


@pytest.mark.parametrize(
    "payload",
    [
        GOOD,
        {**GOOD, "sd_hash": "AAAA"},
        {**GOOD, "iat": True},
        {**GOOD, "iat": "1"},
        {**GOOD, "iat": 2**40},
        {**GOOD, "aud": ["a"]},
        {**GOOD, "nonce": ""},
        {},
    ],
)
def test_a_proof_that_says_too_little_is_refused(payload: dict[str, Any]) -> None:
    with pytest.raises(KeyBindingWrong):
        verify_key_binding(proven(payload))


def test_another_type_of_token_is_no_proof() -> None:
    with pytest.raises(KeyBindingWrong):
        verify_key_binding(proven({**GOOD, "sd_hash": "x"}, typ="dc+sd-jwt"))


@pytest.mark.parametrize("proof", ["x", "a.b.c", "..", "e30.e30.", "A" * 20_000])
def test_garbage_for_a_proof_is_refused(proof: str) -> None:
    with pytest.raises(KeyBindingWrong):
        verify_key_binding(parse_credential(issued().presented + proof))
