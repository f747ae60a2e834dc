"""The key of an offline root: a PKCS #8 file under a passphrase, never in the node's keyring
(根密钥离线保管).

It satisfies `keys.signer.Signer`. The demonstration root alone may lie unencrypted, and says so in every
transcript. The file is written once, mode 0400, synced, and never overwritten.
"""

import os
from pathlib import Path

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    KeySerializationEncryption,
    NoEncryption,
    PrivateFormat,
    load_pem_private_key,
)

from ca.errors import CeremonyRefused
from keys.algorithms import Algorithm, PublicKey
from keys.jwk import thumbprint

KEY_FILE = "root.key.pem"
MAX_KEY_BYTES = 16 * 1024
MIN_PASSPHRASE = 12
"""Characters. The file is meant for a safe, but a safe may be opened."""
_ECDSA = ec.ECDSA(hashes.SHA256())


class OfflineKey:
    """A P-256 key read from its file for the length of one ceremony. Never shows its bytes."""

    __slots__ = ("_private_key", "kid", "public_key")

    def __init__(self, private_key: ec.EllipticCurvePrivateKey) -> None:
        self._private_key = private_key
        self.public_key: PublicKey = private_key.public_key()
        self.kid = thumbprint(self.public_key)

    @property
    def algorithm(self) -> Algorithm:
        return Algorithm.ES256

    def sign(self, message: bytes) -> bytes:
        """ECDSA with SHA-256, DER."""
        return self._private_key.sign(message, _ECDSA)

    def __repr__(self) -> str:
        return f"<offline key {self.kid}>"

    @classmethod
    def create(cls, directory: Path, passphrase: str | None) -> "OfflineKey":
        """Make a key and write its file. None leaves it unencrypted: for demonstrations only.

        Raises: CeremonyRefused when a key is there already or the passphrase is too short.
        """
        private_key = ec.generate_private_key(ec.SECP256R1())
        pem = private_key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, _encryption(passphrase))
        write_once(directory / KEY_FILE, pem, mode=0o400)
        return cls(private_key)

    @classmethod
    def read(cls, directory: Path, passphrase: str | None) -> "OfflineKey":
        """Read the key again. Raises: CeremonyRefused: missing, readable by others, or not opening."""
        path = directory / KEY_FILE
        try:
            if path.stat().st_mode & 0o077:
                raise CeremonyRefused(
                    "The root's key file is readable by others; set its mode to 0400.",
                    "根密钥文件可被他人读取，请将权限设为 0400。",
                )
            with path.open("rb") as file:
                pem = file.read(MAX_KEY_BYTES)
            private_key = load_pem_private_key(pem, None if passphrase is None else passphrase.encode())
        except OSError as error:
            raise CeremonyRefused(
                "There is no root key here.", "此处没有根密钥。", log_only=str(error)
            ) from None
        except (ValueError, TypeError, UnsupportedAlgorithm) as error:
            raise CeremonyRefused(
                "The root's key does not open with this passphrase.",
                "口令无法打开根密钥。",
                log_only=str(error),
            ) from None
        if not isinstance(private_key, ec.EllipticCurvePrivateKey):
            raise CeremonyRefused("The root's key is not a P-256 key.", "根密钥不是 P-256 密钥。")
        return cls(private_key)


def write_once(path: Path, content: bytes, *, mode: int = 0o444) -> None:
    """Write a new file and sync it and its directory. Raises: CeremonyRefused when it exists."""
    try:
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode)
    except OSError as error:
        raise CeremonyRefused(
            f"{path.name} cannot be written; a ceremony never overwrites.",
            f"无法写入 {path.name}；仪式不覆盖已有文件。",
            log_only=str(error),
        ) from None
    with os.fdopen(handle, "wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    folder = os.open(path.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)


def _encryption(passphrase: str | None) -> KeySerializationEncryption:
    if passphrase is None:
        return NoEncryption()
    if len(passphrase) < MIN_PASSPHRASE:
        raise CeremonyRefused(
            f"The passphrase must have at least {MIN_PASSPHRASE} characters.",
            f"口令至少应有 {MIN_PASSPHRASE} 个字符。",
        )
    return BestAvailableEncryption(passphrase.encode())
