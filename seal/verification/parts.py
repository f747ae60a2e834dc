"""The pages, fields and annotations of one revision, by object number: the parts that have rules of their
own."""

from dataclasses import dataclass, field

from seal.verification.compare import reachable_pages
from seal.verification.document import Revision
from seal.verification.errors import UnreadablePdf
from seal.verification.objects import Dictionary, Ref, Value, text


@dataclass(slots=True)
class Parts:
    """`fields` and `widgets` are by object number; values are the field's full name."""

    pages: dict[int, int] = field(default_factory=dict)
    """Object number → index of the page."""
    annotations: dict[int, int] = field(default_factory=dict)
    """Object number → index of its page."""
    fields: dict[int, str] = field(default_factory=dict)
    """Fields and their inner nodes."""
    widgets: dict[int, str] = field(default_factory=dict)
    """Widgets (often the fields themselves) → full name of the field."""
    kinds: dict[str, str] = field(default_factory=dict)
    """Full name → Tx, Btn, Ch or Sig."""

    @property
    def numbers(self) -> frozenset[int]:
        return frozenset(self.annotations) | frozenset(self.fields) | frozenset(self.widgets)


def collect_parts(revision: Revision) -> Parts:
    """Walk pages and form once. Raises UnreadablePdf."""
    parts = Parts()
    for index, (ref, page) in enumerate(reachable_pages(revision)):
        if ref is not None:
            parts.pages[ref.num] = index
        for annotation in revision.array(page.get("Annots")):
            if isinstance(annotation, Ref) and isinstance(revision.resolve(annotation), dict):
                parts.annotations[annotation.num] = index
    form = revision.dictionary(revision.catalog().get("AcroForm"))
    todo: list[tuple[Value, str, str, int]] = [
        (node, "", "", 0) for node in revision.array(form.get("Fields"))
    ]
    while todo:
        node, prefix, kind, depth = todo.pop()
        found = revision.resolve(node)
        if not isinstance(found, dict):
            continue
        if isinstance(node, Ref):
            if node.num in parts.fields:
                continue
            if depth > 32:
                raise UnreadablePdf("the form is nested too deeply", "表单嵌套过深")
        _enter(revision, parts, node, found, (prefix, kind, depth), todo)
    return parts


def _enter(
    revision: Revision,
    parts: Parts,
    node: Value,
    found: Dictionary,
    inherited: tuple[str, str, int],
    todo: list[tuple[Value, str, str, int]],
) -> None:
    prefix, kind, depth = inherited
    own = text(revision.resolve(found.get("T")))
    name = f"{prefix}.{own}" if prefix and own else prefix or own
    kind = str(revision.resolve(found.get("FT")) or kind)
    kids = revision.array(found.get("Kids"))
    if isinstance(node, Ref):
        parts.fields[node.num] = name
    inner = any("T" in revision.dictionary(kid) for kid in kids)
    if not inner:
        parts.kinds[name] = kind
        for widget in kids or [node]:
            if isinstance(widget, Ref) and isinstance(revision.resolve(widget), dict):
                parts.widgets[widget.num] = name
    else:
        todo.extend((kid, name, kind, depth + 1) for kid in kids)
