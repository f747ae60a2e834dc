"""The steps from one signed end to the next: each is examined once by every layer and shared by all
signatures.

pyHanko examines every revision again for every signature; with n signatures this is n steps instead of n².
"""

import contextlib

from seal.verification.changes import Change, Kind
from seal.verification.difference import difference
from seal.verification.document import Document, Revision
from seal.verification.errors import UnreadablePdf
from seal.verification.evidence import Layer
from seal.verification.rendering import Renderer
from seal.verification.tail import Tail, account_for_tail

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
            changes += self._account(old, new, old_end)
        if Layer.RENDERING in self._layers:
            changes += self._renderer.compare(old_end, new_end, changes)
        return tuple(changes) or (Change(Kind.METADATA, "an update that changes nothing"),)

    def _account(self, old: Revision, new: Revision, old_end: int) -> tuple[Change, ...]:
        """Strays are harmless left-overs when a reader that takes them into account sees the same
        document."""
        tail: Tail = account_for_tail(new, old_end)
        if not tail.stray:
            return ()
        self.stray_objects += len(tail.stray)
        with contextlib.suppress(UnreadablePdf):
            rebuilt = self._document.rebuilt(new.end)
            before = old if not old.repaired else self._document.rebuilt(old_end)
            seen = difference(before, rebuilt)
            if new.repaired and not tail.duplicates:
                return ()
            if not any(change.kind in _SUSPICIOUS for change in seen):
                return (Change(Kind.METADATA, "objects that nothing refers to"),)
            worse = [change for change in seen if change.kind in _SUSPICIOUS]
            return (Change(Kind.STRAY, worse[0].where), *worse)
        return (Change(Kind.STRAY, "objects that no table names"),)


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
