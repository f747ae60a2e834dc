"""Reading a credential strictly: what is wrong is refused, and a signature is the issuer's or not."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from keys.encoding import b64url
from keys.errors import XinzhengError
from licenses.credential_reading import (
    LARGEST_CREDENTIAL,
    MOST_DISCLOSURES,
    NEVER_DISCLOSED,
    parse_credential,
    verify_issuer_signature,
)
from licenses.errors import CredentialSignatureWrong, MalformedCredential
from licenses.sd_jwt import digest_of
from tests.unit.licenses.faces import TestSigner, credential, issuer_signer

HEADER = {"alg": "ES256", "typ": "dc+sd-jwt"}
PAYLOAD = {"vct": "urn:example:1"}


def token(header: Any = HEADER, payload: Any = PAYLOAD, *disclosures: str) -> str:
    parts = (b64url(json.dumps(part).encode()) for part in (header, payload))
    return "~".join((".".join((*parts, "AAAA")), *disclosures, ""))


def test_octets_and_text_read_alike_and_spaces_around_do_not_count() -> None:
    text = credential()
    assert parse_credential(text) == parse_credential(text.encode()) == parse_credential(f"\n{text} ")


def test_withholding_disclosures_keeps_the_signature() -> None:
    jwt, *disclosures, _ = credential().split("~")
    parsed = parse_credential("~".join((jwt, disclosures[0], "")))
    verify_issuer_signature(parsed, issuer_signer().public_key)
    assert parsed.hidden == len(disclosures) - 1


def test_a_key_binding_is_kept_apart() -> None:
    text = credential()
    parsed = parse_credential(text + "a.b.c")
    assert parsed.key_binding == "a.b.c"
    assert parsed.presented == text
    assert parse_credential(text).key_binding is None


def test_another_key_or_a_changed_payload_is_not_the_issuers() -> None:
    text = credential()
    with pytest.raises(CredentialSignatureWrong):
        verify_issuer_signature(parse_credential(text), TestSigner().public_key)
    header, _, rest = text.split(".", 2)
    changed = json.loads(parse_credential(text).record)
    changed["vct"] = "urn:xinzheng:license:real-estate-ownership:1"
    forged = ".".join((header, b64url(json.dumps(changed).encode()), rest))
    with pytest.raises(CredentialSignatureWrong):
        verify_issuer_signature(parse_credential(forged), issuer_signer().public_key)


@pytest.mark.parametrize("name", sorted(NEVER_DISCLOSED))
def test_a_registered_claim_that_was_hidden_is_refused(name: str) -> None:
    hidden = b64url(json.dumps(["salt", name, "x"]).encode())
    payload = {**PAYLOAD, "_sd": [digest_of(hidden)]}
    if name == "vct":
        del payload["vct"]  # type: ignore[arg-type]
    with pytest.raises(MalformedCredential):
        parse_credential(token(HEADER, payload, hidden))


def test_a_hidden_part_of_a_registered_claim_is_refused() -> None:
    hidden = b64url(json.dumps(["salt", "jwk", {}]).encode())
    with pytest.raises(MalformedCredential):
        parse_credential(token(HEADER, {**PAYLOAD, "cnf": {"_sd": [digest_of(hidden)]}}, hidden))


REFUSED: dict[str, Any] = {
    "nothing": "",
    "only tildes": "~~~",
    "a plain JWT": token().rstrip("~"),
    "two segments": "a.b~",
    "four segments": "a.b.c.d~",
    "another typ": token({**HEADER, "typ": "vc+sd-jwt"}),
    "no typ": token({"alg": "ES256"}),
    "no vct": token(HEADER, {}),
    "a vct that is a number": token(HEADER, {"vct": 1}),
    "a payload that is a list": token(HEADER, []),
    "a header that is a text": token("x"),
    "a certificate that is a number": token({**HEADER, "x5c": [1]}),
    "a certificate that is no base64": token({**HEADER, "x5c": ["$"]}),
    "no certificates in x5c": token({**HEADER, "x5c": []}),
    "too many certificates": token({**HEADER, "x5c": ["AAAA"] * 7}),
    "too many disclosures": token(HEADER, PAYLOAD, *["AA"] * (MOST_DISCLOSURES + 1)),
    "an empty disclosure": token(HEADER, PAYLOAD, ""),
    "too large": "a" * (LARGEST_CREDENTIAL + 1),
    "not ASCII": "凭证~",
    "not UTF-8": b"\xff\xfe~",
    "nested deeply": token(HEADER, json.loads('{"vct":"v","a":' + "[" * 60 + "]" * 60 + "}")),
}


@pytest.mark.parametrize("name", REFUSED)
def test_refused(name: str) -> None:
    with pytest.raises(MalformedCredential):
        parse_credential(REFUSED[name])


def test_a_refusal_is_said_in_both_languages() -> None:
    with pytest.raises(MalformedCredential) as refused:
        parse_credential(REFUSED["a plain JWT"])
    assert "~" in refused.value.detail
    assert "SD-JWT" in refused.value.detail_zh


@given(st.binary(max_size=400))
def test_no_octets_raise_anything_else(data: bytes) -> None:
    with pytest.raises(MalformedCredential):
        parse_credential(data)


@given(st.data())
def test_a_bent_credential_is_refused_or_not_the_issuers(data: st.DataObject) -> None:
    text = bytearray(credential().encode())
    position = data.draw(st.integers(0, len(text) - 2))
    text[position] ^= 1 << data.draw(st.integers(0, 6))
    with pytest.raises(XinzhengError):
        verify_issuer_signature(parse_credential(bytes(text)), issuer_signer().public_key)


@given(st.integers(0, 3000))
def test_a_truncated_credential_is_refused_or_discloses_less(length: int) -> None:
    text = credential()
    try:
        parsed = parse_credential(text[:length])
    except MalformedCredential:
        return
    assert set(parsed.disclosures) <= set(parse_credential(text).disclosures)
