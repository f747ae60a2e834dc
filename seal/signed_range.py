"""The two signed ranges of a PDF and the hole between them (ByteRange, ISO 32000-2 §12.8.1).

A signature, or a document time-stamp, covers the file but the hexadecimal string that holds it. The update is
laid out around a hole of known size, hashed, and filled when the signature is there.
"""

from collections.abc import Callable
from dataclasses import dataclass
from hashlib import sha256

from seal.errors import SealNeedsRoom
from seal.octets import Octets, pieces_of

RANGE_BLANK = b"[0 %b]" % (b" " * 40)
"""Room for the ByteRange: three numbers of up to twelve digits (pyHanko#336: ten were too few)."""

Timestamper = Callable[[bytes], bytes]
"""Takes a SHA-256 digest, answers the DER of an RFC 3161 token over it."""

TIMESTAMP_RESERVE = 4096
"""Octets kept for a token when its size is not known; a larger one makes a second layout."""


@dataclass(frozen=True, slots=True)
class Hole:
    """An update with its place for the signature."""

    before: bytes
    """What follows the original, up to the hole, the opening bracket of the string included."""
    after: bytes
    room: int
    """Size of the hole in octets of DER."""

    def filled(self, der: bytes) -> bytes:
        """The update with the signature in its place. Raises SealNeedsRoom."""
        if len(der) > self.room:
            raise SealNeedsRoom(len(der))
        return b"".join((self.before, self.digits(der), self.after))

    def digits(self, der: bytes) -> bytes:
        """What stands in the hole: the signature in hexadecimal, zeros up to the end."""
        return der.hex().encode() + b"0" * (2 * (self.room - len(der)))


def cut(size: int, before: bytes, after: bytes, room: int) -> Hole:
    """Write the ByteRange into an update that follows `size` octets of original."""
    start = size + len(before) - 1
    ranges = b"[0 %d %d %d]" % (start, start + 2 * room + 2, len(after) - 1)
    # The signature dictionary is the last object: an equal text in a copied object stands further up.
    head, blank, rest = before.rpartition(RANGE_BLANK)
    return Hole(head + ranges.ljust(len(blank)) + rest, after, room)


def digest_around(original: Octets, hole: Hole) -> bytes:
    """SHA-256 over both signed ranges."""
    digest = sha256()
    for piece in pieces_of(original):
        digest.update(piece)
    # The hole between the two signed ranges is the hexadecimal string with its delimiters, nothing else.
    digest.update(hole.before[:-1])
    digest.update(hole.after[1:])
    return digest.digest()
