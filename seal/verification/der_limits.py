"""Refuse ASN.1 that is built to be slow (T39): an object identifier of many thousand octets takes its reader
time that grows with the square of its length."""

import re

from seal.verification.errors import UnreadableSignature

LONGEST_IDENTIFIER = 4096
_LONG_IDENTIFIER = re.compile(rb"\x06[\x82-\x84]")
_MOST_ELEMENTS = 2_000_000


def refuse_slow(der: bytes) -> None:
    """Raises UnreadableSignature for an identifier beyond reason. Whatever else is wrong, its reader finds.

    Few structures hold the octets such an identifier begins with; only those are walked.
    """
    if _LONG_IDENTIFIER.search(der) is None:
        return
    position = steps = 0
    while position + 2 <= len(der) and steps < _MOST_ELEMENTS:
        steps += 1
        tag, start, size = _head(der, position)
        if tag == 0x06 and size > LONGEST_IDENTIFIER:
            raise UnreadableSignature(
                "the signature value holds an identifier beyond reason", "签名值中的对象标识符长度异常"
            )
        # Constructed elements are walked into, others are skipped.
        position = start if tag & 0x20 or size < 0 else start + size


def _head(der: bytes, at: int) -> tuple[int, int, int]:
    """(tag, start of content, length; -1 for an indefinite one) of the element at `at`."""
    tag, position = der[at], at + 1
    if tag & 0x1F == 0x1F:
        while position < len(der) and der[position] & 0x80:
            position += 1
        position += 1
    first = der[position] if position < len(der) else 0
    if first < 0x80:
        return tag, position + 1, first
    count = first & 0x7F
    end = position + 1 + count
    return tag, end, int.from_bytes(der[position + 1 : end]) if count else -1
