"""Whatever a browser sends: a refusal of ours, never a foreign exception."""

import json
from datetime import UTC, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from keys.encoding import b64url, unb64url
from keys.errors import InputTooLarge, MalformedInput, XinzhengError
from tests.unit.trust.authn.authenticator import RP, Authenticator
from trust.authn.challenges import UsedChallenge
from trust.authn.passkey_answers import read_answer
from trust.authn.passkeys import registration_options, verify_registration, verify_use

NOW = datetime(2026, 11, 22, tzinfo=UTC)
CHALLENGE = b"c" * 32
USED = UsedChallenge(CHALLENGE, None)
DEVICE = Authenticator()
REGISTERED = DEVICE.register(
    registration_options(RP, user_handle=b"u" * 32, user_name="张*明", challenge=CHALLENGE)
)
PUBLIC_KEY = verify_registration(RP, read_answer(REGISTERED), USED).public_key
USE = DEVICE.use({"challenge": b64url(CHALLENGE)})
FIELDS = ("clientDataJSON", "attestationObject", "authenticatorData", "signature")


def judged(text: bytes | str) -> None:
    try:
        answer = read_answer(text)
        verify_use(RP, answer, USED, PUBLIC_KEY)
        verify_registration(RP, answer, USED)
    except XinzhengError:
        pass


@settings(max_examples=100)
@given(st.binary(max_size=300))
def test_any_bytes_are_refused_in_our_own_words(data: bytes) -> None:
    judged(data)


@settings(max_examples=100)
@given(st.recursive(st.none() | st.text() | st.integers(), lambda inner: st.dictionaries(st.text(), inner)))
def test_any_json_is_refused_in_our_own_words(value: object) -> None:
    judged(json.dumps(value))
    judged(json.dumps({"rawId": "AA", "id": "AA", "type": "public-key", "response": value}))


@settings(max_examples=100)
@given(st.sampled_from([REGISTERED, USE]), st.sampled_from(FIELDS), st.integers(0, 10_000), st.integers(0, 7))
def test_a_flipped_bit_never_passes_and_never_breaks_anything(
    text: str, name: str, place: int, bit: int
) -> None:
    body = json.loads(text)
    if name not in body["response"]:
        return
    raw = bytearray(unb64url(body["response"][name]))
    raw[place % len(raw)] ^= 1 << bit
    body["response"][name] = b64url(bytes(raw))
    changed = json.dumps(body)
    judged(changed)
    if text is USE:
        try:
            answer = read_answer(changed)
        except XinzhengError:
            return
        assert verify_use(RP, answer, USED, PUBLIC_KEY) is None


@settings(max_examples=60)
@given(st.sampled_from([REGISTERED, USE]), st.sampled_from(FIELDS), st.binary(max_size=80))
def test_any_bytes_inside_an_answer_are_refused_in_our_own_words(text: str, name: str, data: bytes) -> None:
    body = json.loads(text)
    body["response"][name] = b64url(data)
    judged(json.dumps(body))


@pytest.mark.parametrize("value", [None, 1, [], {}, "", "not base64 *"])
@pytest.mark.parametrize("name", ["rawId", "response"])
def test_members_of_the_wrong_type_are_malformed(name: str, value: object) -> None:
    with pytest.raises(MalformedInput):
        read_answer(json.dumps({**json.loads(USE), name: value}))


def test_an_answer_larger_than_any_real_one_is_not_read() -> None:
    with pytest.raises(InputTooLarge):
        read_answer("[" + "0," * 40_000 + "0]")


def test_an_answer_nested_too_deep_is_not_read() -> None:
    with pytest.raises(MalformedInput):
        read_answer("[" * 20_000 + "]" * 20_000)
