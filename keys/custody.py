"""Wrapping keys at rest (密钥托管): AES-256-GCM under a key-encryption key (KEK, 密钥加密密钥) that never
lies in the database. NIST SP 800-38D; Argon2id after RFC 9106 §4.

    wrapped = 0x01 ‖ nonce (12 random octets) ‖ ciphertext ‖ tag (16)        AAD names the row it lies in

The KEK comes from a file of mode 0400 or from a passphrase; its random salt and parameters lie beside, in a
small JSON file. Does not check: that the file system or the memory of the host is safe from its
administrator.
"""

import os
import secrets
import stat
import unicodedata
from collections.abc import Iterable
from pathlib import Path
from typing import NoReturn

from argon2.exceptions import Argon2Error
from argon2.low_level import Type, hash_secret_raw
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from keys.encoding import b64url, canonical_json, parse_json, unb64url
from keys.errors import KekUnavailable, MalformedInput, UnwrapFailed

KEK_OCTETS = 32
NONCE_OCTETS = 12
SALT_OCTETS = 16
MIN_PASSPHRASE = 12
_VERSION = b"\x01"
_FILE_MODE = 0o400
_MAX_FILE = 1024
# RFC 9106 §4, second recommended option: 64 MiB, 3 passes, 4 lanes.
_MEMORY_KIB, _PASSES, _LANES = 65536, 3, 4


class Kek:
    """The key-encryption key. Wraps and unwraps; never shows itself."""

    __slots__ = ("_aead",)

    def __init__(self, key: bytes) -> None:
        """key: 32 octets. Raises: KekUnavailable."""
        if len(key) != KEK_OCTETS:
            raise KekUnavailable("A key-encryption key has 32 octets.", "密钥加密密钥应为 32 字节。")
        self._aead = AESGCM(key)

    @classmethod
    def create_file(cls, path: Path) -> "Kek":
        """Make a random KEK and write it to a new file of mode 0400, synced. Raises: KekUnavailable."""
        key = secrets.token_bytes(KEK_OCTETS)
        _write_new(path, b64url(key).encode("ascii") + b"\n")
        return cls(key)

    @classmethod
    def from_file(cls, path: Path) -> "Kek":
        """Read the KEK. Refuses a link, another owner, and any mode looser than 0400.

        Raises: KekUnavailable.
        """
        try:
            return cls(unb64url(_read_private(path).decode("ascii").removesuffix("\n")))
        except (MalformedInput, UnicodeDecodeError):
            raise KekUnavailable("The key file does not hold a key.", "密钥文件内容不是密钥。") from None

    @classmethod
    def from_passphrase(cls, passphrase: str, salt: bytes) -> "Kek":
        """Derive the KEK by Argon2id (64 MiB, 3 passes, 4 lanes). `salt`: 16 random octets kept beside.

        The passphrase is normalized (NFKC), so that it is the same on every keyboard. Raises: KekUnavailable.
        """
        text = unicodedata.normalize("NFKC", passphrase)
        if len(text) < MIN_PASSPHRASE or len(salt) != SALT_OCTETS:
            raise KekUnavailable(
                f"A passphrase has at least {MIN_PASSPHRASE} characters.",
                f"口令至少 {MIN_PASSPHRASE} 个字符。",
            )
        try:
            return cls(
                hash_secret_raw(text.encode("utf-8"), salt, _PASSES, _MEMORY_KIB, _LANES, KEK_OCTETS, Type.ID)
            )
        except (Argon2Error, UnicodeError) as error:
            raise KekUnavailable(log_only=str(error)) from None

    @classmethod
    def create_passphrase(cls, path: Path, passphrase: str) -> "Kek":
        """Choose a random salt, write it to a new file beside the data, derive the KEK.

        Raises: KekUnavailable.
        """
        salt = secrets.token_bytes(SALT_OCTETS)
        made = cls.from_passphrase(passphrase, salt)
        probe = made.wrap(b"", b"kek probe")
        _write_new(path, canonical_json({"kdf": "argon2id", "salt": b64url(salt), "probe": b64url(probe)}))
        return made

    @classmethod
    def from_passphrase_file(cls, path: Path, passphrase: str) -> "Kek":
        """Derive the KEK with the salt in `path`. Raises: KekUnavailable, also for a wrong passphrase."""
        try:
            members = parse_json(_read_private(path), max_bytes=_MAX_FILE)
            salt, probe = unb64url(members["salt"]), unb64url(members["probe"])
            made = cls.from_passphrase(passphrase, salt)
            made.unwrap(probe, b"kek probe")
        except UnwrapFailed:
            raise KekUnavailable("The passphrase is wrong.", "口令不正确。") from None
        except (MalformedInput, KeyError, TypeError):
            raise KekUnavailable("The salt file cannot be read.", "盐值文件无法读取。") from None
        return made

    def wrap(self, plaintext: bytes, aad: bytes) -> bytes:
        """Encrypt and bind to `aad`."""
        nonce = secrets.token_bytes(NONCE_OCTETS)
        return _VERSION + nonce + self._aead.encrypt(nonce, plaintext, aad)

    def unwrap(self, wrapped: bytes, aad: bytes) -> bytes:
        """Raises: UnwrapFailed when a bit changed, the row is another one, or the KEK is another one."""
        if wrapped[:1] != _VERSION or len(wrapped) < 1 + NONCE_OCTETS + 16:
            raise UnwrapFailed()
        nonce, ciphertext = wrapped[1 : 1 + NONCE_OCTETS], wrapped[1 + NONCE_OCTETS :]
        try:
            return self._aead.decrypt(nonce, ciphertext, aad)
        except InvalidTag:
            raise UnwrapFailed() from None

    def __repr__(self) -> str:
        return "<key-encryption key>"

    def __reduce__(self) -> NoReturn:
        raise TypeError("a key-encryption key does not leave its process")


def row_aad(table: str, row: str, *, uses: Iterable[str], algorithm: str, kid: str, version: int) -> bytes:
    """The AAD of a wrapped value: it opens only in the row it was written to (reliability.md §6)."""
    return canonical_json([table, row, sorted(uses), algorithm, kid, version])


def _write_new(path: Path, content: bytes) -> None:
    try:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW, _FILE_MODE)
        try:
            os.write(descriptor, content)
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
        folder = os.open(path.parent, os.O_RDONLY | os.O_DIRECTORY)
        try:
            os.fsync(folder)
        finally:
            os.close(folder)
    except OSError as error:
        raise KekUnavailable(
            f"The key file could not be written: {error.strerror}.", "密钥文件无法写入。"
        ) from None


def _read_private(path: Path) -> bytes:
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_NOFOLLOW)
    except OSError as error:
        raise KekUnavailable(
            f"The key file could not be opened: {error.strerror}.", "密钥文件无法打开。"
        ) from None
    try:
        status = os.fstat(descriptor)
        if not stat.S_ISREG(status.st_mode) or status.st_uid not in (os.geteuid(), 0):
            raise KekUnavailable("The key file is not ours.", "密钥文件不属于本服务。")
        if stat.S_IMODE(status.st_mode) & ~_FILE_MODE:
            raise KekUnavailable(
                "The key file must have mode 0400: readable by its owner only.", "密钥文件权限须为 0400。"
            )
        return os.read(descriptor, _MAX_FILE)
    except OSError as error:
        raise KekUnavailable(
            f"The key file could not be read: {error.strerror}.", "密钥文件无法读取。"
        ) from None
    finally:
        os.close(descriptor)
