"""Wrapping: opens only where it was written, with the right key, from a file nobody else can read."""

import pickle
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from keys.custody import Kek, row_aad
from keys.errors import KekUnavailable, UnwrapFailed

KEK = Kek(b"k" * 32)
PASSPHRASE = "正确的马电池订书钉-correct"


def test_what_was_wrapped_opens_in_its_own_row() -> None:
    aad = row_aad("signing_key", "row-1", uses=["crl"], algorithm="ES256", kid="k1", version=1)
    assert KEK.unwrap(KEK.wrap(b"secret", aad), aad) == b"secret"


@pytest.mark.parametrize(
    "changed",
    [
        {"table": "field_key"},
        {"row": "row-2"},
        {"uses": ["crl", "login_token"]},
        {"algorithm": "RS256"},
        {"kid": "k2"},
        {"version": 2},
    ],
)
def test_what_was_wrapped_does_not_open_in_a_row_that_differs_in_anything(changed: dict[str, object]) -> None:
    row: dict[str, object] = {
        "table": "signing_key",
        "row": "row-1",
        "uses": ["crl"],
        "algorithm": "ES256",
        "kid": "k1",
        "version": 1,
    }
    wrapped = KEK.wrap(b"secret", row_aad(**row))  # type: ignore[arg-type]
    with pytest.raises(UnwrapFailed):
        KEK.unwrap(wrapped, row_aad(**{**row, **changed}))  # type: ignore[arg-type]


@given(st.integers(0, 46), st.integers(0, 7))
@settings(max_examples=40)
def test_a_single_changed_bit_is_noticed(place: int, bit: int) -> None:
    wrapped = bytearray(KEK.wrap(b"0123456789abcdefgh", b"aad"))
    wrapped[place] ^= 1 << bit
    with pytest.raises(UnwrapFailed):
        KEK.unwrap(bytes(wrapped), b"aad")


def test_another_key_encryption_key_opens_nothing() -> None:
    with pytest.raises(UnwrapFailed):
        Kek(b"x" * 32).unwrap(KEK.wrap(b"secret", b"aad"), b"aad")


@given(st.binary(max_size=60))
@settings(max_examples=50)
def test_garbage_does_not_open(raw: bytes) -> None:
    with pytest.raises(UnwrapFailed):
        KEK.unwrap(raw, b"aad")


def test_two_wraps_of_one_value_differ() -> None:
    assert KEK.wrap(b"secret", b"aad") != KEK.wrap(b"secret", b"aad")


def test_a_key_file_is_made_with_mode_0400_and_read_back(tmp_path: Path) -> None:
    path = tmp_path / "kek"
    made = Kek.create_file(path)
    assert path.stat().st_mode & 0o7777 == 0o400
    assert Kek.from_file(path).unwrap(made.wrap(b"secret", b"a"), b"a") == b"secret"


def test_a_key_file_is_never_overwritten(tmp_path: Path) -> None:
    Kek.create_file(tmp_path / "kek")
    with pytest.raises(KekUnavailable):
        Kek.create_file(tmp_path / "kek")


@pytest.mark.parametrize("mode", [0o600, 0o440, 0o404, 0o500, 0o444, 0o4400])
def test_a_key_file_looser_than_0400_is_refused(tmp_path: Path, mode: int) -> None:
    path = tmp_path / "kek"
    Kek.create_file(path)
    path.chmod(mode)
    with pytest.raises(KekUnavailable, match="0400"):
        Kek.from_file(path)


def test_a_link_a_folder_and_nothing_are_no_key_file(tmp_path: Path) -> None:
    Kek.create_file(tmp_path / "kek")
    (tmp_path / "link").symlink_to(tmp_path / "kek")
    for name in ("link", "absent", "."):
        with pytest.raises(KekUnavailable):
            Kek.from_file(tmp_path / name)


@pytest.mark.parametrize("content", [b"", b"short", b"\xff\xfe", b"A" * 2000, b"QUJD\n"])
def test_a_file_with_something_else_is_no_key(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "kek"
    path.write_bytes(content)
    path.chmod(0o400)
    with pytest.raises(KekUnavailable):
        Kek.from_file(path)


def test_a_passphrase_opens_through_its_salt_file_and_a_wrong_one_does_not(tmp_path: Path) -> None:
    path = tmp_path / "kek.json"
    made = Kek.create_passphrase(path, PASSPHRASE)
    wrapped = made.wrap(b"secret", b"a")
    assert Kek.from_passphrase_file(path, PASSPHRASE).unwrap(wrapped, b"a") == b"secret"
    with pytest.raises(KekUnavailable, match="wrong"):
        Kek.from_passphrase_file(path, PASSPHRASE + "!")


def test_the_same_passphrase_under_another_salt_is_another_key() -> None:
    wrapped = Kek.from_passphrase(PASSPHRASE, b"s" * 16).wrap(b"secret", b"a")
    with pytest.raises(UnwrapFailed):
        Kek.from_passphrase(PASSPHRASE, b"t" * 16).unwrap(wrapped, b"a")


def test_a_passphrase_is_the_same_on_every_keyboard() -> None:
    composed, decomposed = "\u00c5ngstr\u00f6m passphrase", "\u212bngstro\u0308m passphrase"
    wrapped = Kek.from_passphrase(composed, b"s" * 16).wrap(b"secret", b"a")
    assert Kek.from_passphrase(decomposed, b"s" * 16).unwrap(wrapped, b"a") == b"secret"


@pytest.mark.parametrize(("passphrase", "salt"), [("short", b"s" * 16), (PASSPHRASE, b"s"), ("", b"")])
def test_a_short_passphrase_or_salt_is_refused(passphrase: str, salt: bytes) -> None:
    with pytest.raises(KekUnavailable):
        Kek.from_passphrase(passphrase, salt)


@pytest.mark.parametrize(
    "content", [b"{}", b"[]", b'{"salt":1,"probe":2}', b"\xff", b'{"salt":"QQ","probe":"QQ"}']
)
def test_a_salt_file_that_was_changed_is_refused(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "kek.json"
    path.write_bytes(content)
    path.chmod(0o400)
    with pytest.raises(KekUnavailable):
        Kek.from_passphrase_file(path, PASSPHRASE)


def test_a_key_encryption_key_needs_32_octets() -> None:
    with pytest.raises(KekUnavailable):
        Kek(b"short")


def test_the_key_encryption_key_is_never_seen() -> None:
    assert "k" * 8 not in repr(KEK)
    with pytest.raises(TypeError):
        pickle.dumps(KEK)
