"""Tail accounting (layer 2): every octet after a signed end must be explained by a table that a reader
follows.

The attack: an update whose table names nothing, so a difference of tables sees no change, while readers
that distrust such a table scan for objects and show the attacker's (ISA, seals.md §0). So every `n g obj`
after the signed end must stand at an offset that some table names, and what is no object must be a table, a
trailer, a comment or white space.
"""

import re
from dataclasses import dataclass

from seal.verification.document import Revision
from seal.verification.rebuild import OBJECT_TOKEN

_GLUE = re.compile(
    rb"(?:[\x00\t\n\x0c\r ]+|startxref[\x00\t\n\x0c\r ]*\d{1,12}|%%EOF|%PDF-\d\.\d"
    rb"|%[^\r\n]{0,200}(?=[\r\n]|\Z)|endobj)*+"
)
"""What may stand between objects and tables."""


@dataclass(frozen=True, slots=True)
class Tail:
    """What follows a signed end."""

    size: int
    stray: tuple[int, ...]
    """Offsets of objects that no table names."""
    duplicates: bool
    """Whether the tail holds two objects of one number, so that readers may disagree which counts."""
    unexplained: int
    """How many octets are neither object nor table nor glue."""
    hybrid: bool
    """Whether a table in the tail has a second, hidden table (XRefStm) that only some readers follow."""


def account_for_tail(revision: Revision, signed_end: int) -> Tail:
    """Account for the octets from `signed_end` to the end of `revision`."""
    data, end = revision.document.data, revision.end
    if signed_end >= end:
        return Tail(0, (), False, 0, False)
    named = {e.offset for section in revision.sections for e in section.entries.values() if e.offset > 0}
    named |= {section.start for section in revision.sections if section.is_stream}
    spans = _spans(revision, signed_end, named)
    stray, duplicates = _strays(data, signed_end, end, spans)
    later = [section for section in revision.sections if section.start >= signed_end]
    return Tail(
        end - signed_end,
        tuple(stray),
        duplicates,
        _unexplained(data, signed_end, end, spans + [(section.start, section.end) for section in later]),
        any("XRefStm" in section.trailer for section in later if not section.is_stream),
    )


def _spans(revision: Revision, signed_end: int, named: set[int]) -> list[tuple[int, int]]:
    """(start, end) of the objects after the signed end that a table names."""
    spans: list[tuple[int, int]] = []
    for offset in named:
        if signed_end <= offset < revision.end:
            found = revision.document.try_object_at(offset, revision)
            if found is not None:
                spans.append((found.start, found.end))
    return spans


def _strays(data: bytes, signed_end: int, end: int, spans: list[tuple[int, int]]) -> tuple[list[int], bool]:
    ordered = sorted(spans)
    starts = {start for start, _ in ordered}
    stray: list[int] = []
    seen: set[bytes] = set()
    duplicates, place = False, 0
    for match in OBJECT_TOKEN.finditer(data, signed_end, end):
        at = match.start()
        while place < len(ordered) and ordered[place][1] <= at:
            place += 1
        if place < len(ordered) and ordered[place][0] < at:
            continue  # octets of a stream or string, not an object
        if at not in starts:
            stray.append(at)
        duplicates = duplicates or match.group(1) in seen
        seen.add(match.group(1))
    return stray, duplicates


def _unexplained(data: bytes, signed_end: int, end: int, spans: list[tuple[int, int]]) -> int:
    """Count the octets between the spans that are not glue."""
    count, position = 0, signed_end
    for start, stop in [*sorted(spans), (end, end)]:
        if start > position:
            glue = _GLUE.match(data, position, start)
            count += start - (glue.end() if glue else position)
        position = max(position, stop)
    return count
