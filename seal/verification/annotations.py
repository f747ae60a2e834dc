"""What happened to the annotations of one page (ISO 32000-2 §12.5), and which of them can deceive (EAA, T23).

An annotation is drawn over the page. One that brings its own picture or text can hide a sum of money and show
another; one that only marks (a highlight, a note icon) cannot.
"""

import re

from seal.verification.changes import Change, Kind
from seal.verification.compare import Comparison
from seal.verification.document import Revision
from seal.verification.errors import UnreadablePdf
from seal.verification.form_difference import is_visible, rectangle
from seal.verification.objects import Dictionary, Ref, Stream, Value
from seal.verification.parts import Parts

_MARKS = frozenset({"Text", "Popup", "Highlight", "Underline", "Squiggly", "StrikeOut", "Caret"})
_CAN_SHOW = re.compile(rb"(?<![A-Za-z])(?:Tj|TJ|'|\"|Do|BI|sh|scn|cs)(?![A-Za-z])")
_LARGEST_APPEARANCE = 20_000


def compare_annotations(
    comparison: Comparison,
    index: int,
    old: Dictionary,
    new: Dictionary,
    before: Parts,
    after: Parts,
    changes: list[Change],
) -> None:
    """Hold a page's annotations before and after against each other and append what changed."""
    ours, theirs = comparison.old.array(old.get("Annots")), comparison.new.array(new.get("Annots"))
    kept = _numbers(theirs)
    order = [num for num in kept if num in set(_numbers(ours))]
    if order != [num for num in _numbers(ours) if num in set(kept)]:
        changes.append(Change(Kind.OVERLAY, f"Page[{index}]/Annots", index))
    for position, annotation in enumerate(ours):
        _compare_old(comparison, index, position, annotation, theirs, before, changes)
    known = set(_numbers(ours))
    for position, annotation in enumerate(theirs):
        is_new = annotation.num not in known if isinstance(annotation, Ref) else position >= len(ours)
        if is_new:
            _report_new(comparison.new, index, annotation, before, after, changes)


def _numbers(annotations: list[Value]) -> list[int]:
    return [item.num for item in annotations if isinstance(item, Ref)]


def _compare_old(
    comparison: Comparison,
    index: int,
    position: int,
    annotation: Value,
    theirs: list[Value],
    before: Parts,
    changes: list[Change],
) -> None:
    where = f"Page[{index}]/Annots[{position}]"
    if not isinstance(annotation, Ref):
        other = theirs[position] if position < len(theirs) else None
        if comparison.difference(annotation, other, where) is not None:
            changes.append(Change(Kind.OVERLAY, where, index))
        return
    if annotation.num not in _numbers(theirs):
        # A number that meant nothing before and after is a left-over of some editor.
        if comparison.old.resolve(annotation) is not None:
            changes.append(Change(Kind.OVERLAY, where, index))
        return
    if annotation.num in before.widgets or annotation.num in before.fields:
        return  # compared with the form
    found, now = comparison.old.dictionary(annotation), comparison.new.dictionary(annotation)
    for key in sorted((found.keys() | now.keys()) - {"P", "StructParent"}):
        if comparison.difference(found.get(key), now.get(key), f"{where}/{key}", key) is not None:
            changes.append(Change(Kind.OVERLAY, f"{where}/{key}", index))


def _report_new(
    revision: Revision, index: int, annotation: Value, before: Parts, after: Parts, changes: list[Change]
) -> None:
    if isinstance(annotation, Ref) and annotation.num in after.widgets:
        if annotation.num in before.widgets:  # an old field that was on no page, or on another one
            widget, name = revision.dictionary(annotation), after.widgets[annotation.num]
            kind = Kind.OVERLAY
            if after.kinds.get(name) == "Sig":
                kind = Kind.VISIBLE_SIGNATURE_FIELD if is_visible(revision, widget) else Kind.SIGNATURE
            changes.append(Change(kind, name, index, rectangle(revision, widget)))
        return  # a new field is reported with the form
    found = revision.dictionary(annotation)
    if not found:
        return
    kind = Kind.ANNOTATION if is_mere_mark(revision, found) else Kind.OVERLAY
    changes.append(Change(kind, f"Page[{index}]/{found.get('Subtype')}", index, rectangle(revision, found)))


def is_mere_mark(revision: Revision, annotation: Dictionary) -> bool:
    """Whether an annotation can neither hide nor imitate content: a marking type, drawn with lines and no
    letters."""
    if annotation.get("Subtype") not in _MARKS or {"A", "AA"} & annotation.keys():
        return False
    appearances = revision.dictionary(annotation.get("AP")).values()
    return all(_draws_only_lines(revision, appearance) for appearance in appearances)


def _draws_only_lines(revision: Revision, appearance: Value) -> bool:
    found = revision.resolve(appearance)
    if isinstance(found, dict):
        return all(
            isinstance(revision.resolve(state), Stream) and _draws_only_lines(revision, state)
            for state in found.values()
        )
    if not isinstance(found, Stream):
        return found is None
    try:
        drawing = revision.decoded(found)
    except UnreadablePdf:
        return False
    return len(drawing) <= _LARGEST_APPEARANCE and not _CAN_SHOW.search(drawing)
