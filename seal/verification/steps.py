"""The steps from one signed end to the next: each is examined once by every layer and shared by all
signatures.

pyHanko examines every revision again for every signature; with n signatures this is n steps instead of n².
"""

import itertools
import re

from seal.verification.changes import Change, Kind
from seal.verification.difference import difference
from seal.verification.document import Document, Revision
from seal.verification.errors import UnreadablePdf
from seal.verification.evidence import Layer
from seal.verification.objects import Stream
from seal.verification.rebuild import OBJECT_TOKEN
from seal.verification.rendering import Renderer
from seal.verification.tail import Tail, account_for_tail
from seal.verification.xref import startxref_before

_LARGEST_SIGNATURE = 1 / 6
"""Part of a page that a signature added to a certified document may take up."""


class Steps:
    """What happened between the signed ends of one file, and between the last one and the end of the file."""

    def __init__(
        self,
        document: Document,
        latest: Revision | None,
        ends: list[int],
        layers: tuple[Layer, ...],
        renderer: Renderer,
    ) -> None:
        self.data = document.data
        self.stray_objects = 0
        self._document = document
        self._latest = latest
        self._ends = ends if not ends or ends[-1] == len(document.data) else [*ends, len(document.data)]
        self._layers = layers
        self._renderer = renderer
        self._known: dict[tuple[int, int], tuple[Change, ...]] = {}

    def changes_after(self, end: int) -> tuple[Change, ...]:
        """Everything that was changed after the document ended at `end`."""
        changes: list[Change] = []
        if end in self._ends:
            start = self._ends.index(end)
            for old, new in zip(self._ends[start:], self._ends[start + 1 :], strict=False):
                if (old, new) not in self._known:
                    self._known[(old, new)] = self._examine(old, new)
                changes += self._known[(old, new)]
        return tuple(changes)

    def paints_over(self, end_of_change: Change) -> bool:
        """Whether a change that shows something covers what was drawn before it, or takes up much of a
        page."""
        for (old, _), changes in self._known.items():
            if end_of_change in changes:
                box = end_of_change.box
                if box is None or end_of_change.page < 0:
                    return True
                area = (box[2] - box[0]) * (box[3] - box[1])
                too_large = area > self._renderer.page_area(old, end_of_change.page) * _LARGEST_SIGNATURE
                return too_large or self._renderer.covers_ink(old, end_of_change)
        return True

    def _examine(self, old_end: int, new_end: int) -> tuple[Change, ...]:
        if not self.data[old_end:new_end].strip(b"\x00\t\n\x0c\r "):
            return ()
        changes: list[Change] = []
        try:
            old, new = self._document.best(old_end), self._document.best(new_end)
        except UnreadablePdf as error:
            return (Change(Kind.UNREADABLE, error.detail),)
        if Layer.OBJECTS in self._layers:
            changes += difference(old, new)
        if Layer.TAIL in self._layers:
            try:
                changes += self._account(old, new, old_end)
            except UnreadablePdf:
                changes.append(Change(Kind.STRAY, "data that only some readers can read"))
        if Layer.RENDERING in self._layers:
            changes += self._renderer.compare(old_end, new_end, changes)
        return tuple(changes) or (Change(Kind.METADATA, "an update that changes nothing"),)

    def _account(self, old: Revision, new: Revision, old_end: int) -> tuple[Change, ...]:
        """What the tail accounting says, and what readers would see that read the tail in another way than we
        do."""
        tail: Tail = account_for_tail(new, old_end)
        self.stray_objects += len(tail.stray)
        if new.repaired:
            return self._account_for_repaired(old_end, new.end) if tail.duplicates else ()
        changes: list[Change] = []
        if tail.hybrid:
            views = self._document.without_hidden(old_end), self._document.without_hidden(new.end)
            changes += _other_view(*views, "a table that only some readers follow")
        if tail.stray:
            rebuilt = self._document.rebuilt(new.end)
            changes += _other_view(old, rebuilt, "objects that no table names")
            if not self._are_leftovers(tail, new):
                changes.append(Change(Kind.STRAY, "objects that no table names"))
            changes.append(Change(Kind.METADATA, "objects that nothing refers to"))
        elif tail.unexplained:
            changes.append(Change(Kind.STRAY, "data that belongs to no object"))
        return tuple(changes)

    def _are_leftovers(self, tail: Tail, revision: Revision) -> bool:
        """Producers leave objects unused inside an update, never after the last table, and never whole
        pages."""
        last_table, _ = startxref_before(self.data, revision.end)
        for offset in tail.stray:
            found = self._document.try_object_at(offset, revision)
            value = found.value if found is not None else None
            head = value.head if isinstance(value, Stream) else value
            if offset > last_table or (isinstance(head, dict) and head.get("Type") in _FRAMEWORK):
                return False
        return True

    def _account_for_repaired(self, old_end: int, new_end: int) -> tuple[Change, ...]:
        """Without tables it is open which of two objects of one number counts: take the tail update by
        update."""
        ends = [old_end, *(m.end() for m in _END_OF_FILE.finditer(self.data, old_end, new_end))]
        for before, after in itertools.pairwise(ends if ends[-1] == new_end else [*ends, new_end]):
            numbers = [m.group(1) for m in OBJECT_TOKEN.finditer(self.data, before, after)]
            old, new = self._document.rebuilt(before), self._document.rebuilt(after)
            if len(set(numbers)) < len(numbers) or _worse(difference(old, new)):
                return (Change(Kind.STRAY, "two objects of one number"),)
        return ()


def _other_view(old: Revision, new: Revision, name: str) -> tuple[Change, ...]:
    worse = _worse(difference(old, new))
    return (Change(Kind.STRAY, name), *worse) if worse else ()


def _worse(changes: tuple[Change, ...]) -> list[Change]:
    return [change for change in changes if change.kind in _SUSPICIOUS]


_FRAMEWORK = frozenset({"Catalog", "Pages", "Page", "ObjStm", "XRef"})
_END_OF_FILE = re.compile(rb"%%EOF[\r\n ]*")
_SUSPICIOUS = frozenset(
    {
        Kind.CONTENT,
        Kind.OVERLAY,
        Kind.APPEARANCE,
        Kind.FORM_FIELD,
        Kind.UNREADABLE,
        Kind.STRUCTURE,
        Kind.FORM_FILL,
    }
)
