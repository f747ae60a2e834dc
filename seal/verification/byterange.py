"""The ByteRange gate (layer 0): what exactly was signed (ISO 32000-2 §12.8.1; attacks SWA and USF, T23).

A signature that leaves out anything but its own value, or that ends in the middle of a revision, proves
nothing about the document a reader shows. Four rules, each a small function; all must hold.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass

from seal.verification.fields import FoundSignature
from seal.verification.lexer import DUPLICATE_KEYS
from seal.verification.objects import LongHex, Value, number

_END_OF_FILE = re.compile(rb"%%EOF(?:\r\n|\r|\n|[\x00\t\x0c ])*\Z")


@dataclass(frozen=True, slots=True)
class SignedRange:
    """The octets a signature covers: [0, gap_start) and [gap_end, end)."""

    gap_start: int
    gap_end: int
    end: int

    @property
    def numbers(self) -> tuple[int, int, int, int]:
        """As a /ByteRange says it."""
        return 0, self.gap_start, self.gap_end, self.end - self.gap_end

    def pieces(self, data: bytes) -> tuple[memoryview, memoryview]:
        """The two signed pieces, without copying."""
        view = memoryview(data)
        return view[: self.gap_start], view[self.gap_end : self.end]


@dataclass(frozen=True, slots=True)
class GateFinding:
    """What the gate says of one signature."""

    signed: SignedRange | None
    reason: str = ""
    reason_zh: str = ""

    @property
    def passed(self) -> bool:
        return self.signed is not None and not self.reason


Rule = Callable[[bytes, FoundSignature, list[int]], tuple[str, str] | None]


def _two_ranges_from_the_start(
    data: bytes, found: FoundSignature, ranges: list[int]
) -> tuple[str, str] | None:
    if len(ranges) != 4 or ranges[0] != 0:
        return "the signed ranges are not two ranges from the first byte on", "签名范围不是从首字节开始的两段"
    return None


def _ranges_lie_in_the_file(data: bytes, found: FoundSignature, ranges: list[int]) -> tuple[str, str] | None:
    _, first, second, length = ranges
    if not 0 < first < second <= second + length <= len(data) or length <= 0:
        return "the signed ranges overlap or lie outside the file", "签名范围重叠或超出文件"
    return None


def _gap_is_the_signature_value(
    data: bytes, found: FoundSignature, ranges: list[int]
) -> tuple[str, str] | None:
    contents = found.dictionary.get("Contents")
    if not isinstance(contents, LongHex):
        return "the signature value is not a hexadecimal string of its own", "签名值不是十六进制串"
    if (contents.start, contents.end) != (ranges[1], ranges[2]):
        return "the unsigned gap is not exactly the signature value", "未被签名覆盖的区段不等于签名值本身"
    return None


def _says_everything_once(data: bytes, found: FoundSignature, ranges: list[int]) -> tuple[str, str] | None:
    if {"ByteRange", "Contents", "SubFilter"} & set(found.dictionary.get(DUPLICATE_KEYS, ())):
        return "the signature dictionary names an entry twice", "签名字典中有重复的条目"
    return None


def _nothing_follows_the_value(
    data: bytes, found: FoundSignature, ranges: list[int]
) -> tuple[str, str] | None:
    """The room that a signature does not fill holds zeros: whatever else stood there nobody signed.

    Values of indefinite length (BER) are left alone: their producers' ideas of where they end differ.
    """
    contents = bytes(found.dictionary.get("Contents") or b"")
    octets = contents[1] & 0x7F if len(contents) > 2 and contents[1] & 0x80 else 0
    length = int.from_bytes(contents[2 : 2 + octets]) + 2 + octets if octets else 0
    if contents[:1] == b"\x30" and octets and contents[length:].strip(b"\x00"):
        return "other data follows the signature value in its gap", "签名值之后的预留区段中藏有其他数据"
    return None


def _ends_at_the_end_of_a_revision(
    data: bytes, found: FoundSignature, ranges: list[int]
) -> tuple[str, str] | None:
    end = ranges[2] + ranges[3]
    if end == len(data) or _END_OF_FILE.search(data[max(0, end - 64) : end]):
        return None
    return (
        "the signed range does not end where a revision of the document ends",
        "签名范围未止于文档某一版本的结尾",
    )


GATE: tuple[Rule, ...] = (
    _two_ranges_from_the_start,
    _ranges_lie_in_the_file,
    _says_everything_once,
    _gap_is_the_signature_value,
    _nothing_follows_the_value,
    _ends_at_the_end_of_a_revision,
)


SHAPE: tuple[Rule, ...] = GATE[:2]
"""What is left with the gate switched off: enough to compute with. Only tests ask for it."""


def read_ranges(value: Value) -> list[int] | None:
    """The integers of a /ByteRange, None when it is no array of integers."""
    if not isinstance(value, list) or not all(number(item) is not None for item in value):
        return None
    return [int(item) for item in value]


def pass_gate(data: bytes, found: FoundSignature, rules: tuple[Rule, ...] = GATE) -> GateFinding:
    """Hold one signature's ranges against the rules. The range is returned also when a later rule fails,
    so that the arithmetic can still be reported."""
    ranges = read_ranges(found.dictionary.get("ByteRange"))
    if ranges is None:
        return GateFinding(
            None, "the signature does not say which bytes it covers", "签名未说明其覆盖的字节范围"
        )
    if not rules:
        return GateFinding(None, "no rule was asked", "未执行任何规则")
    signed: SignedRange | None = None
    for rule in rules:
        refused = rule(data, found, ranges)
        if signed is None and _usable(data, ranges):
            signed = SignedRange(ranges[1], ranges[2], ranges[2] + ranges[3])
        if refused is not None:
            return GateFinding(signed, *refused)
    return GateFinding(signed)


def _usable(data: bytes, ranges: list[int]) -> bool:
    return (
        len(ranges) == 4
        and ranges[0] == 0
        and 0 < ranges[1] < ranges[2] <= ranges[2] + ranges[3] <= len(data)
    )
