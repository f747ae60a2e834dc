"""Signed checkpoints of a log (日志检查点): C2SP tlog-checkpoint inside a C2SP signed-note, Ed25519.

    <origin>\n
    <size, decimal, no leading zero>\n
    <root, base64>\n
    \n
    — <name> <base64(key id, 4 octets ‖ signature, 64 octets)>\n      one or more; U+2014 at the front

key id = SHA-256(name ‖ 0x0A ‖ 0x01 ‖ public key)[:4]. A signature by a key we know that does not verify
rejects the whole note; lines of keys we do not know are ignored. Extension lines are refused: we write
none.
Does not check: that a checkpoint is consistent with an earlier one (see
`keys.log.merkle.verify_consistency`).
"""

import base64
import hashlib
import re
from collections.abc import Callable
from dataclasses import dataclass

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from keys.errors import CheckpointWrong, MalformedInput
from keys.log.merkle import HASH_OCTETS

NOTE_ED25519 = b"\x01"
"""Signature type of signed-note for Ed25519."""
MAX_NOTE_BYTES = 16 * 1024
MAX_SIGNATURES = 64
"""tlog-checkpoint asks readers to accept at least 16."""
_SIZE = re.compile(r"0|[1-9][0-9]{0,18}")
_DASH = "\u2014 "


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """What a checkpoint says: this log had `size` entries with this root."""

    origin: str
    size: int
    root: bytes
    """32 octets."""

    def body(self) -> str:
        """The signed text, final newline included."""
        return f"{self.origin}\n{self.size}\n{base64.b64encode(self.root).decode('ascii')}\n"


@dataclass(frozen=True, slots=True)
class CheckpointVerifier:
    """The name and key a log signs with. `name` is the log's origin."""

    name: str
    public_key: Ed25519PublicKey

    def __post_init__(self) -> None:
        check_name(self.name)

    @property
    def key_id(self) -> bytes:
        return note_key_id(self.name, self.public_key)

    @property
    def vkey(self) -> str:
        """The verifier key as signed-note writes it: name+hex(key id)+base64(type ‖ key)."""
        encoded = base64.b64encode(NOTE_ED25519 + self.public_key.public_bytes_raw()).decode("ascii")
        return f"{self.name}+{self.key_id.hex()}+{encoded}"

    @classmethod
    def from_vkey(cls, text: str) -> "CheckpointVerifier":
        """Raises: MalformedInput."""
        name, _, rest = text.partition("+")
        key_id, _, encoded = rest.partition("+")
        raw = _unbase64(encoded)
        if len(raw) != 33 or raw[:1] != NOTE_ED25519:
            raise MalformedInput("Not an Ed25519 verifier key.", "不是 Ed25519 验证密钥。")
        made = cls(name, Ed25519PublicKey.from_public_bytes(raw[1:]))
        if made.key_id.hex() != key_id:
            raise MalformedInput("The key id does not belong to the key.", "密钥标识与密钥不符。")
        return made

    def verify(self, note: str) -> Checkpoint:
        """Verify a signed checkpoint of this log and return what it says. Raises: CheckpointWrong."""
        text, signatures = split_note(note)
        key_id = self.key_id
        ours = [raw[4:] for name, raw in signatures if name == self.name and raw[:4] == key_id]
        if not ours:
            raise CheckpointWrong("The log's own signature is missing.", "缺少该日志自己的签名。")
        for signature in ours:
            try:
                self.public_key.verify(signature, text.encode("utf-8"))
            except InvalidSignature:
                raise CheckpointWrong("The log's signature is wrong.", "该日志的签名有误。") from None
        checkpoint = parse_body(text)
        if checkpoint.origin != self.name:
            raise CheckpointWrong("The checkpoint is of another log.", "检查点属于另一日志。")
        return checkpoint


def note_key_id(name: str, public_key: Ed25519PublicKey) -> bytes:
    """signed-note: SHA-256(name ‖ 0x0A ‖ 0x01 ‖ public key)[:4]."""
    raw = public_key.public_bytes_raw()
    return hashlib.sha256(name.encode("utf-8") + b"\n" + NOTE_ED25519 + raw).digest()[:4]


def sign_checkpoint(
    checkpoint: Checkpoint, public_key: Ed25519PublicKey, sign: Callable[[bytes], bytes]
) -> str:
    """The signed note for a checkpoint; the key's name is the origin.

    sign: gives 64 octets of Ed25519 over the bytes it is given.
    """
    name = check_name(checkpoint.origin)
    text = checkpoint.body()
    line = base64.b64encode(note_key_id(name, public_key) + sign(text.encode("utf-8"))).decode("ascii")
    return f"{text}\n{_DASH}{name} {line}\n"


def check_name(name: str) -> str:
    """A key name: not empty, no Unicode space, no plus, no control character. Raises: MalformedInput."""
    if not name or len(name) > 255 or "+" in name or any(c.isspace() or ord(c) < 0x20 for c in name):
        raise MalformedInput("Not a name for a log.", "不是有效的日志名称。")
    try:
        name.encode("utf-8")
    except UnicodeEncodeError:
        raise MalformedInput("Not a name for a log.", "不是有效的日志名称。") from None
    return name


def split_note(note: str) -> tuple[str, list[tuple[str, bytes]]]:
    """Split a signed note into its text and its (name, key id ‖ signature) lines. Raises: CheckpointWrong.

    Nothing in the text may be believed before a known key has verified it.
    """
    if len(note) > MAX_NOTE_BYTES:
        raise CheckpointWrong("The note is too large.", "检查点文本过大。")
    text, separator, tail = note.rpartition("\n\n")
    if not separator or not tail.endswith("\n") or any(ord(c) < 0x20 and c != "\n" for c in note):
        raise CheckpointWrong("Not a signed note.", "不是签名文本。")
    lines = tail[:-1].split("\n")
    if len(lines) > MAX_SIGNATURES:
        raise CheckpointWrong("The note has too many signatures.", "检查点签名过多。")
    return text + "\n", [_signature_line(line) for line in lines]


def parse_body(text: str) -> Checkpoint:
    """Read the three lines of a checkpoint. Says nothing about signatures. Raises: CheckpointWrong."""
    lines = text.split("\n")
    if len(lines) != 4 or lines[3] or not _SIZE.fullmatch(lines[1]):
        raise CheckpointWrong("Not a checkpoint.", "不是日志检查点。")
    try:
        root = _unbase64(lines[2])
        check_name(lines[0])
    except MalformedInput as error:
        raise CheckpointWrong(error.detail, error.detail_zh) from None
    if len(root) != HASH_OCTETS:
        raise CheckpointWrong("The root is not a SHA-256 hash.", "根哈希不是 SHA-256。")
    return Checkpoint(lines[0], int(lines[1]), root)


def _signature_line(line: str) -> tuple[str, bytes]:
    name, separator, encoded = line.removeprefix(_DASH).rpartition(" ")
    if not line.startswith(_DASH) or not separator:
        raise CheckpointWrong("Not a signature line.", "签名行格式不正确。")
    try:
        raw = _unbase64(encoded)
        check_name(name)
    except MalformedInput as error:
        raise CheckpointWrong(error.detail, error.detail_zh) from None
    if len(raw) < 5:
        raise CheckpointWrong("The signature line is too short.", "签名行过短。")
    return name, raw


def _unbase64(text: str) -> bytes:
    """Canonical base64 with padding (RFC 4648 §4)."""
    try:
        raw = base64.b64decode(text, validate=True)
    except ValueError:
        raise MalformedInput("Not base64.", "不是有效的 base64。") from None
    if base64.b64encode(raw).decode("ascii") != text:
        raise MalformedInput("Not canonical base64.", "不是规范的 base64。")
    return raw
