"""Which characters our fonts can print: the `cmap` table of an OpenType font (ISO/IEC 14496-22 §5.2.1).

A character without a glyph would be printed as an empty box, silently: a license would go out with a hole in
a name. Only format 12 (segmented coverage, all of Unicode) is read, which every font with Chinese beyond the
first 65,536 characters has. Does not check: that a glyph looks right.
"""

import struct
from bisect import bisect_right
from collections.abc import Iterable
from pathlib import Path

_FULL_UNICODE = {(3, 10), (0, 4), (0, 6)}
_SEGMENTED_COVERAGE = 12


class Coverage:
    """The characters one or several fonts have glyphs for."""

    def __init__(self, fonts: Iterable[Path]) -> None:
        ranges = sorted(one for font in fonts for one in _ranges(font.read_bytes()))
        self._starts: list[int] = []
        self._ends: list[int] = []
        for start, end in ranges:
            if self._ends and start <= self._ends[-1] + 1:
                self._ends[-1] = max(self._ends[-1], end)
            else:
                self._starts.append(start)
                self._ends.append(end)

    def __contains__(self, character: str) -> bool:
        place = bisect_right(self._starts, ord(character)) - 1
        return place >= 0 and ord(character) <= self._ends[place]

    def lacks(self, text: str) -> bool:
        """Whether `text` holds a character without a glyph."""
        return not all(character in self for character in set(text))


def _ranges(font: bytes) -> list[tuple[int, int]]:
    """(first, last) code points. Raises ValueError for a font without a full Unicode table."""
    cmap = _table(font, b"cmap")
    (count,) = struct.unpack_from(">H", font, cmap + 2)
    for index in range(count):
        platform, encoding, offset = struct.unpack_from(">HHI", font, cmap + 4 + 8 * index)
        table = cmap + offset
        (form,) = struct.unpack_from(">H", font, table)
        if (platform, encoding) in _FULL_UNICODE and form == _SEGMENTED_COVERAGE:
            (groups,) = struct.unpack_from(">I", font, table + 12)
            read = (struct.unpack_from(">III", font, table + 16 + 12 * group) for group in range(groups))
            return [(first, last) for first, last, glyph in read if glyph]
    raise ValueError("the font has no full Unicode character map")


def _table(font: bytes, tag: bytes) -> int:
    (count,) = struct.unpack_from(">H", font, 4)
    for index in range(count):
        name, _, offset, _ = struct.unpack_from(">4sIII", font, 12 + 16 * index)
        if name == tag:
            return int(offset)
    raise ValueError("the font has no such table")
