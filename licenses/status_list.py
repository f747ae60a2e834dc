"""The status list (状态列表): Token Status List, draft-ietf-oauth-status-list, two bits a license.

Index i occupies bits 2(i mod 4) and up of octet i div 4, least significant first; the octets are compressed
with zlib and written as base64url. Four values suffice, and more would tell strangers too much: the legal
reason of a withdrawal is answered only to those entitled to it. The signed token is in status_token.py.
"""

import zlib
from collections.abc import Mapping
from enum import IntEnum

from keys.encoding import b64url, unb64url
from keys.errors import XinzhengError
from licenses.errors import MalformedStatusList

BITS = 2
LARGEST_INFLATED = 8 * 1024 * 1024
LARGEST_ENCODED = 8 * 1024 * 1024
LEAST_SIZE = 2**17
"""Slots of the smallest list we issue: a small list would tell its licenses apart."""


class LicenseStatus(IntEnum):
    """What a list says about one license."""

    VALID = 0
    """有效"""
    INVALID = 1
    """注销, 撤销, 吊销 or 失效"""
    SUSPENDED = 2
    """暂扣"""
    SUPERSEDED = 3
    """变更, 延续 or 转出: another license has taken its place (application-specific value 0x03)."""


class StatusList:
    """A decoded list. Immutable; 250 KB hold a million licenses."""

    __slots__ = ("_octets",)

    def __init__(self, octets: bytes) -> None:
        self._octets = octets

    def __len__(self) -> int:
        return len(self._octets) * 4

    def __eq__(self, other: object) -> bool:
        return isinstance(other, StatusList) and other._octets == self._octets

    def __hash__(self) -> int:
        return hash(self._octets)

    def status(self, index: int) -> LicenseStatus:
        """The status at `index`. Raises MalformedStatusList when the list has no such index (§8.3:
        reject)."""
        if not 0 <= index < len(self):
            raise MalformedStatusList("The status list has no such index", "状态列表中没有该序号")
        return LicenseStatus(self._octets[index >> 2] >> (index & 3) * 2 & 3)

    @classmethod
    def of(cls, statuses: Mapping[int, int], size: int) -> "StatusList":
        """A list of `size` slots, all 有效 but those in `statuses`. Raises ValueError for a size or value off
        range."""
        if size <= 0 or size % 4:
            raise ValueError("a list has a positive multiple of four slots")
        octets = bytearray(size // 4)
        for index, value in statuses.items():
            if not 0 <= index < size:
                raise ValueError("index outside the list")
            octets[index >> 2] |= LicenseStatus(value) << (index & 3) * 2
        return cls(bytes(octets))

    def encode(self) -> str:
        """The `lst` member: zlib at its highest level, base64url without padding."""
        return b64url(zlib.compress(self._octets, 9))

    @classmethod
    def decode(cls, lst: str) -> "StatusList":
        """Read a `lst` member. Raises MalformedStatusList; inflates to 8 MiB at most, whatever was
        promised."""
        if len(lst) > LARGEST_ENCODED:
            raise MalformedStatusList()
        inflater = zlib.decompressobj()
        try:
            octets = inflater.decompress(unb64url(lst), LARGEST_INFLATED)
        except (zlib.error, XinzhengError) as error:
            raise MalformedStatusList() from error
        if inflater.unconsumed_tail:
            raise MalformedStatusList("The status list is larger than we read", "状态列表过大")
        if not inflater.eof or inflater.unused_data or not octets:
            raise MalformedStatusList()
        return cls(octets)
