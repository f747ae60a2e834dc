"""Personal fields at rest (个人信息字段加密): AES-256-GCM a field, and a keyed blind index to find them by.

PIPL art. 51 and GB/T 39786-2021 §8.4 e) ask for confidentiality at rest; equality search goes over
HMAC-SHA-256 of the normalized value, so that the database alone tells neither value nor, without the key,
who is in it. Equal values have equal indexes within one field. Does not check: who may ask for the
plaintext.

    sealed = 0x01 ‖ nonce (12) ‖ ciphertext ‖ tag (16)
"""

import hmac
import secrets
import unicodedata
from datetime import datetime
from typing import NoReturn

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.hkdf import HKDFExpand
from sqlalchemy.orm import Session

from keys import store
from keys.custody import Kek, row_aad
from keys.encoding import uuid7
from keys.errors import UnwrapFailed
from keys.models import FieldKey

KEY_OCTETS = 32
NONCE_OCTETS = 12
PURPOSE = "personal"
_VERSION = b"\x01"


class FieldCipher:
    """Seals and opens personal fields with keys derived from one data key; never shows them."""

    __slots__ = ("_aead", "_index")

    def __init__(self, key: bytes) -> None:
        """key: 32 octets. Encryption and index use different keys derived from it (RFC 5869)."""
        if len(key) != KEY_OCTETS:
            raise UnwrapFailed()
        self._aead = AESGCM(_derive(key, b"xinzheng field encryption"))
        index_key = _derive(key, b"xinzheng blind index")

        def index(message: bytes) -> bytes:
            return hmac.digest(index_key, message, "sha256")

        self._index = index

    @classmethod
    def load_or_create(cls, session: Session, kek: Kek, now: datetime) -> "FieldCipher":
        """The node's field cipher; its data key is made at first use, wrapped. The caller commits.

        Raises: UnwrapFailed.
        """
        row = store.read_field_key(session, PURPOSE)
        if row is None:
            row = FieldKey(id=uuid7(now), purpose=PURPOSE, version=1, wrapped=b"", created_at=now)
            row.wrapped = kek.wrap(secrets.token_bytes(KEY_OCTETS), _aad(row))
            store.insert_field_key(session, row)
        return cls(kek.unwrap(row.wrapped, _aad(row)))

    def seal(self, plaintext: bytes, *, aad: str) -> bytes:
        """Encrypt one field. `aad` names table, row and column, so that the value opens nowhere else."""
        nonce = secrets.token_bytes(NONCE_OCTETS)
        return _VERSION + nonce + self._aead.encrypt(nonce, plaintext, aad.encode("utf-8"))

    def open(self, sealed: bytes, *, aad: str) -> bytes:
        """Raises: UnwrapFailed when a bit changed or the value lies in another place."""
        if sealed[:1] != _VERSION or len(sealed) < 1 + NONCE_OCTETS + 16:
            raise UnwrapFailed()
        nonce, ciphertext = sealed[1 : 1 + NONCE_OCTETS], sealed[1 + NONCE_OCTETS :]
        try:
            return self._aead.decrypt(nonce, ciphertext, aad.encode("utf-8"))
        except InvalidTag:
            raise UnwrapFailed() from None

    def blind_index(self, value: str, *, field: str) -> bytes:
        """32 octets: HMAC over field name and value (NFKC, case folded, without surrounding space)."""
        text = unicodedata.normalize("NFKC", value).strip().casefold()
        return self._index(field.encode("utf-8") + b"\x00" + text.encode("utf-8"))

    def __repr__(self) -> str:
        return "<field cipher>"

    def __reduce__(self) -> NoReturn:
        raise TypeError("a field cipher does not leave its process")


def _derive(key: bytes, purpose: bytes) -> bytes:
    return HKDFExpand(algorithm=hashes.SHA256(), length=KEY_OCTETS, info=purpose).derive(key)


def _aad(row: FieldKey) -> bytes:
    return row_aad(
        "field_key",
        str(row.id),
        uses=["seal", "blind_index"],
        algorithm="A256GCM+HS256",
        kid=row.purpose,
        version=row.version,
    )
