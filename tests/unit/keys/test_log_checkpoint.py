"""Checkpoints: C2SP notes, one spelling, no known key may fail."""

import base64

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from hypothesis import given, settings
from hypothesis import strategies as st

from keys.errors import CheckpointWrong, MalformedInput, XinzhengError
from keys.log.checkpoint import (
    Checkpoint,
    CheckpointVerifier,
    check_name,
    note_key_id,
    sign_checkpoint,
    split_note,
)

NAME = "zhejiang.example/log"
KEY = Ed25519PrivateKey.from_private_bytes(b"s" * 32)
OTHER = Ed25519PrivateKey.from_private_bytes(b"o" * 32)
VERIFIER = CheckpointVerifier(NAME, KEY.public_key())
CHECKPOINT = Checkpoint(NAME, 70, b"r" * 32)
NOTE = sign_checkpoint(CHECKPOINT, KEY.public_key(), KEY.sign)
TEXT, LINE = NOTE.split("\n\n")


def signature_line(name: str, key: Ed25519PrivateKey, text: str) -> str:
    raw = note_key_id(name, key.public_key()) + key.sign(text.encode())
    return f"— {name} {base64.b64encode(raw).decode()}\n"


def signed(text: str) -> str:
    return f"{text}\n{signature_line(NAME, KEY, text)}"


def test_a_checkpoint_has_the_form_of_the_specification() -> None:
    assert NOTE.split("\n")[:4] == [NAME, "70", base64.b64encode(b"r" * 32).decode(), ""]
    assert NOTE.startswith(CHECKPOINT.body())
    assert NOTE.split("\n")[4].startswith(f"— {NAME} ")
    assert NOTE.endswith("\n")
    assert len(base64.b64decode(LINE.split(" ")[2])) == 68
    assert VERIFIER.verify(NOTE) == CHECKPOINT


def test_the_go_example_of_a_signed_note_verifies_under_its_verifier_key() -> None:
    # golang.org/x/mod/sumdb/note, package documentation
    vkey = "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW"
    text = "If you think cryptography is the answer to your problem,\n"
    text += "then you don't know what your problem is.\n"
    encoded = "x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpRZb6KE6RyyBwJnAM="
    line = f"— PeterNeumann {encoded}\n"
    verifier = CheckpointVerifier.from_vkey(vkey)
    assert verifier.vkey == vkey
    found, signatures = split_note(f"{text}\n{line}")
    assert found == text
    assert signatures[0][1][:4] == verifier.key_id
    verifier.public_key.verify(signatures[0][1][4:], found.encode())


def test_signatures_of_keys_we_do_not_know_are_ignored() -> None:
    foreign = signature_line("witness.example", OTHER, f"{TEXT}\n")
    same_name = signature_line(NAME, OTHER, f"{TEXT}\n")
    unknown_kind = "— other.example " + base64.b64encode(b"\x01\x02\x03\x04\x05").decode() + "\n"
    assert VERIFIER.verify(NOTE + foreign + same_name + unknown_kind) == CHECKPOINT
    assert VERIFIER.verify(f"{TEXT}\n\n{foreign}{LINE}") == CHECKPOINT


def test_a_known_key_that_fails_rejects_the_whole_note_even_beside_a_good_signature() -> None:
    wrong = signature_line(NAME, KEY, "something else\n")
    for note in (NOTE + wrong, f"{TEXT}\n\n{wrong}{LINE}"):
        with pytest.raises(CheckpointWrong, match="signature is wrong"):
            VERIFIER.verify(note)


def test_a_note_without_the_logs_own_signature_is_refused() -> None:
    with pytest.raises(CheckpointWrong, match="missing"):
        VERIFIER.verify(f"{TEXT}\n\n{signature_line('witness.example', OTHER, TEXT)}")


def test_a_checkpoint_of_another_log_is_refused_though_our_key_signed_it() -> None:
    text = Checkpoint("henan.example/log", 70, b"r" * 32).body()
    with pytest.raises(CheckpointWrong, match="another log"):
        VERIFIER.verify(signed(text))


ROOT = base64.b64encode(b"r" * 32).decode()


@pytest.mark.parametrize(
    "text",
    [
        f"{NAME}\n070\n{ROOT}\n",
        f"{NAME}\n+70\n{ROOT}\n",
        f"{NAME}\n-1\n{ROOT}\n",
        f"{NAME}\n７０\n{ROOT}\n",
        f"{NAME}\n{10**19}\n{ROOT}\n",
        f"{NAME}\n70\n{ROOT[:-4]}\n",
        f"{NAME}\n70\n{ROOT[:-2]}J=\n",
        f"{NAME}\n70\n{ROOT}\nextension\n",
        f"{NAME}\n70\n",
        f"{NAME}\n\n70\n{ROOT}\n",
        f"\n70\n{ROOT}\n",
    ],
)
def test_a_body_spelled_in_another_way_is_refused_though_signed(text: str) -> None:
    with pytest.raises(CheckpointWrong):
        VERIFIER.verify(signed(text))


@pytest.mark.parametrize(
    "note",
    [
        "",
        "\n\n",
        TEXT,
        NOTE[:-1],
        NOTE.replace("— ", "-- "),
        NOTE.replace("— ", "—"),
        NOTE.replace("\n", "\r\n"),
        NOTE.replace("70", "7\x000"),
        NOTE + "\n",
        NOTE + "not a signature\n",
        NOTE + "— name\n",
        NOTE + "— name !!!!\n",
        NOTE + "— name QQ==\n",
        NOTE + "— a+b QUJDREVG\n",
        NOTE + (LINE + "\n") * 100,
        NOTE + "x" * 20_000,
    ],
)
def test_a_note_of_another_form_is_refused(note: str) -> None:
    with pytest.raises(CheckpointWrong):
        VERIFIER.verify(note)


@given(st.integers(0, len(NOTE) - 1), st.characters(codec="utf-8"))
@settings(max_examples=100)
def test_no_changed_character_is_accepted(place: int, character: str) -> None:
    changed = NOTE[:place] + character + NOTE[place + 1 :]
    if changed != NOTE:
        with pytest.raises(CheckpointWrong):
            VERIFIER.verify(changed)


@given(st.text(max_size=100))
@settings(max_examples=50)
def test_garbage_gives_only_our_errors(text: str) -> None:
    for read in (VERIFIER.verify, CheckpointVerifier.from_vkey):
        with pytest.raises(XinzhengError):
            read(text)


@pytest.mark.parametrize("name", ["", "a b", "a+b", "a\u2003b", "a\nb", "a\x7f\x00", "x" * 256, "\ud800"])
def test_a_name_a_note_cannot_carry_is_refused(name: str) -> None:
    with pytest.raises(MalformedInput):
        check_name(name)


def test_a_verifier_key_with_another_key_id_is_refused() -> None:
    name, key_id, encoded = VERIFIER.vkey.split("+", 2)
    assert CheckpointVerifier.from_vkey(VERIFIER.vkey) == VERIFIER
    for broken in (
        f"{name}+00000000+{encoded}",
        f"{name}x+{key_id}+{encoded}",
        f"{name}+{key_id}",
        f"{name}+{key_id}+{base64.b64encode(b'?' * 33).decode()}",
    ):
        with pytest.raises(MalformedInput):
            CheckpointVerifier.from_vkey(broken)
