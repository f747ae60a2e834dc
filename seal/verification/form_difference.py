"""What happened to the form: which fields were filled, signed, added or bent (ISO 32000-2 §12.7).

A field may get a value or a signature; nothing may change how a field looks without changing its value, for
that is how shadow attacks replace what the signer saw (T23).
"""

from seal.verification.changes import Change, Kind
from seal.verification.compare import Comparison
from seal.verification.document import Revision
from seal.verification.objects import Dictionary, Ref, Value, number
from seal.verification.parts import Parts

_SIGNING_KEYS = frozenset(
    {
        "V",
        "AP",
        "AS",
        "F",
        "MK",
        "M",
        "NM",
        "Lock",
        "DA",
        "DR",
        "P",
        "Type",
        "Subtype",
        "Ff",
        "BS",
        "Border",
        "Q",
        "H",
    }
)
_FILLING_KEYS = frozenset({"V", "AP", "AS", "I", "M", "RV", "MK", "DA", "Ff"})
_HARMLESS_KEYS = frozenset({"M", "NM", "P", "Type", "StructParent"})
_LOOK_KEYS = frozenset({"AP", "AS", "MK", "F", "Rect", "BS", "Border", "DA", "Q"})
_READ_ONLY = 1
_HIDDEN_OR_NO_VIEW = 0b100010


def compare_form(comparison: Comparison, before: Parts, after: Parts, changes: list[Change]) -> None:
    """Hold the two forms against each other and append what changed."""
    old = comparison.old.dictionary(comparison.old.catalog().get("AcroForm"))
    new = comparison.new.dictionary(comparison.new.catalog().get("AcroForm"))
    for key in sorted((old.keys() | new.keys()) - {"Fields", "SigFlags"}):
        if comparison.difference(old.get(key), new.get(key), f"AcroForm/{key}") is None:
            continue
        if key == "DR" and _only_added(comparison, old.get(key), new.get(key)):
            continue
        kind = Kind.FORM_DEFAULTS if key in ("DR", "DA", "NeedAppearances", "Q") else Kind.CONTENT
        if key == "NeedAppearances" and comparison.new.resolve(new.get(key)) is True:
            kind = Kind.FORM_FIELD  # makes a reader draw every field anew
        changes.append(Change(kind, f"AcroForm/{key}"))
    _compare_direct_fields(comparison, old, new, changes)
    shared = comparison.seen_equal()
    filled = _filled(comparison, before)
    for num, name in (before.widgets | before.fields).items():
        if num not in after.fields and num not in after.widgets:
            changes.append(Change(Kind.FORM_FIELD, name))
        else:
            _compare_field(comparison, num, name, before, name in filled, changes)
            if _appearances(comparison.old, num) & shared - _appearances(comparison.new, num):
                changes.append(Change(Kind.APPEARANCE, f"{name}: its appearance is used elsewhere too"))
    _report_new_fields(comparison.new, before, after, changes)


def _only_added(comparison: Comparison, old: Value, new: Value) -> bool:
    """Whether the default resources only gained entries: existing names still mean the same."""
    a, b = comparison.old.dictionary(old), comparison.new.dictionary(new)
    for category, entries in a.items():
        known = comparison.old.resolve(entries)
        if not isinstance(known, dict):
            if comparison.difference(entries, b.get(category), category) is not None:
                return False
            continue
        named = comparison.new.dictionary(b.get(category))
        if any(
            comparison.difference(known[name], named.get(name), category, "Font") is not None
            for name in known
        ):
            return False
    return True


def _compare_direct_fields(
    comparison: Comparison, old: Dictionary, new: Dictionary, changes: list[Change]
) -> None:
    """Fields written straight into the array have no number to find them by: they must stay where they
    are."""
    theirs = comparison.new.array(new.get("Fields"))
    for index, node in enumerate(comparison.old.array(old.get("Fields"))):
        if isinstance(node, dict):
            other = theirs[index] if index < len(theirs) else None
            if comparison.difference(node, other, f"Fields[{index}]") is not None:
                changes.append(Change(Kind.FORM_FIELD, f"Fields[{index}]"))


def _filled(comparison: Comparison, before: Parts) -> set[str]:
    """Names of the fields whose value changed."""
    names: set[str] = set()
    for num, name in before.fields.items():
        old, new = comparison.old.dictionary(Ref(num, 0)), comparison.new.dictionary(Ref(num, 0))
        if comparison.difference(old.get("V"), new.get("V"), name) is not None:
            names.add(name)
    return names


def _compare_field(
    comparison: Comparison, num: int, name: str, before: Parts, filled: bool, changes: list[Change]
) -> None:
    old, new = comparison.old.dictionary(Ref(num, 0)), comparison.new.dictionary(Ref(num, 0))
    changed = {
        key
        for key in (old.keys() | new.keys()) - {"Parent", "Kids"}
        if comparison.difference(old.get(key), new.get(key), f"{name}/{key}", key) is not None
    } - {"StructParent"}
    if _kids_lost(comparison, old, new):
        changes.append(Change(Kind.FORM_FIELD, name))
    if not changed:
        return
    page, box = before.annotations.get(num, -1), rectangle(comparison.new, new)
    if before.kinds.get(name) == "Sig":
        kind = _signature_change(comparison, old, new, changed)
    else:
        kind = _value_change(comparison, old, new, changed, filled)
    changes.append(Change(kind, name, page, box))


def _appearances(revision: Revision, num: int) -> frozenset[int]:
    """Numbers of the objects that a widget's appearance consists of."""
    appearance = revision.dictionary(Ref(num, 0)).get("AP")
    parts = [appearance, *revision.dictionary(appearance).values()]
    return frozenset(part.num for part in parts if isinstance(part, Ref))


def _kids_lost(comparison: Comparison, old: Dictionary, new: Dictionary) -> bool:
    ours, theirs = comparison.old.array(old.get("Kids")), comparison.new.array(new.get("Kids"))
    known = {kid.num for kid in theirs if isinstance(kid, Ref)}
    return any(not isinstance(kid, Ref) or kid.num not in known for kid in ours)


def _signature_change(comparison: Comparison, old: Dictionary, new: Dictionary, changed: set[str]) -> Kind:
    if "V" in changed:
        if comparison.old.resolve(old.get("V")) is not None:
            return Kind.CONTENT  # a signature was exchanged
        return Kind.SIGNATURE if changed <= _SIGNING_KEYS else Kind.FORM_FIELD
    if changed <= _HARMLESS_KEYS | {"Lock"}:
        return Kind.METADATA
    return Kind.APPEARANCE if changed <= _LOOK_KEYS | _HARMLESS_KEYS else Kind.FORM_FIELD


def _value_change(
    comparison: Comparison, old: Dictionary, new: Dictionary, changed: set[str], filled: bool
) -> Kind:
    if "Ff" in changed:
        flags = (
            number(comparison.old.resolve(old.get("Ff"))) or 0,
            number(comparison.new.resolve(new.get("Ff"))) or 0,
        )
        if flags[0] | _READ_ONLY != flags[1]:
            return Kind.FORM_FIELD
        changed = changed - {"Ff"}
    if changed <= _HARMLESS_KEYS:
        return Kind.METADATA
    if filled and changed <= _FILLING_KEYS | _HARMLESS_KEYS:
        return Kind.FORM_FILL
    return Kind.APPEARANCE if changed <= _LOOK_KEYS | _HARMLESS_KEYS else Kind.FORM_FIELD


def _report_new_fields(revision: Revision, before: Parts, after: Parts, changes: list[Change]) -> None:
    new_names: dict[str, list[int]] = {}
    for num, name in after.widgets.items():
        if num not in before.widgets and num not in before.fields:
            new_names.setdefault(name, []).append(num)
    for name, numbers in new_names.items():
        if name in before.kinds or after.kinds.get(name) != "Sig":
            changes.append(Change(Kind.FORM_FIELD, name))
            continue
        for num in numbers:
            widget = revision.dictionary(Ref(num, 0))
            page = after.annotations.get(num, -1)
            changes.append(Change(_new_signature(revision, widget), name, page, rectangle(revision, widget)))


def _new_signature(revision: Revision, widget: Dictionary) -> Kind:
    if is_visible(revision, widget):
        return Kind.VISIBLE_SIGNATURE_FIELD
    signature = revision.dictionary(widget.get("V") or revision.dictionary(widget.get("Parent")).get("V"))
    is_timestamp = signature.get("Type") == "DocTimeStamp" or signature.get("SubFilter") == "ETSI.RFC3161"
    return Kind.TIMESTAMP if is_timestamp else Kind.SIGNATURE_FIELD


def rectangle(revision: Revision, annotation: Dictionary) -> tuple[float, float, float, float] | None:
    """The annotation's /Rect with its corners in order; None when there is none."""
    corners = [revision.resolve(value) for value in revision.array(annotation.get("Rect"))]
    if len(corners) != 4 or not all(isinstance(c, int | float) for c in corners):
        return None
    x0, y0, x1, y1 = (float(c) for c in corners)
    return min(x0, x1), min(y0, y1), max(x0, x1), max(y0, y1)


def is_visible(revision: Revision, annotation: Dictionary) -> bool:
    """Whether a reader draws anything for this annotation on screen."""
    box = rectangle(revision, annotation)
    flags = number(revision.resolve(annotation.get("F"))) or 0
    return bool(box and box[2] > box[0] and box[3] > box[1]) and not flags & _HIDDEN_OR_NO_VIEW
