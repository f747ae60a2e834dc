"""Tail accounting (layer 2): every octet after a signed end must be explained by a table that a reader
follows.

The attack: an update whose table names nothing, so a difference of tables sees no change, while readers that
distrust such a table scan for objects and show the attacker's (ISA, seals.md §0). So every `n g obj` after
the signed end must stand at an offset that some table names.
"""

from dataclasses import dataclass

from seal.verification.document import Revision
from seal.verification.rebuild import OBJECT_TOKEN
from seal.verification.syntax import IndirectObject


@dataclass(frozen=True, slots=True)
class Tail:
    """What follows a signed end. `stray`: offsets of objects that no table names."""

    size: int
    stray: tuple[int, ...]
    duplicates: bool
    """Whether the tail holds two objects of one number, so that readers may disagree which counts."""


def account_for_tail(revision: Revision, signed_end: int) -> Tail:
    """Account for the octets from `signed_end` to the end of `revision`."""
    data, end = revision.document.data, revision.end
    if signed_end >= end:
        return Tail(0, (), False)
    named = {
        entry.offset
        for section in revision.sections
        for entry in section.entries.values()
        if entry.offset > 0
    }
    named |= {section.start for section in revision.sections if section.is_stream}
    inside = _spans(revision, signed_end, named)
    stray: list[int] = []
    seen: set[bytes] = set()
    duplicates = False
    for match in OBJECT_TOKEN.finditer(data, signed_end, end):
        at = match.start()
        if any(start < at < stop for start, stop in inside):
            continue  # octets of a stream or string, not an object
        if not _names(data, named, at):
            stray.append(at)
        duplicates = duplicates or match.group(1) in seen
        seen.add(match.group(1))
    return Tail(end - signed_end, tuple(stray), duplicates)


def _names(data: bytes, named: set[int], at: int) -> bool:
    """Whether a table names this object; offsets may point at the white space before it."""
    if at in named:
        return True
    before = at
    while before > 0 and data[before - 1 : before] in b"\x00\t\n\x0c\r " and at - before < 4:
        before -= 1
        if before in named:
            return True
    return False


def _spans(revision: Revision, signed_end: int, named: set[int]) -> list[tuple[int, int]]:
    spans: list[tuple[int, int]] = []
    for offset in sorted(named):
        if offset >= signed_end:
            found: IndirectObject | None = revision.document.try_object_at(offset, revision)
            if found is not None:
                spans.append((found.start, found.end))
    return spans
