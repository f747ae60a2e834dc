"""Content that acts or hides (ISO 32000-2 §12.6, §13; T23): reported beside the verdict, whoever signed
it."""

from collections.abc import Iterator
from dataclasses import dataclass

from seal.verification.compare import reachable_pages
from seal.verification.document import Revision
from seal.verification.errors import UnreadablePdf
from seal.verification.objects import Dictionary, Value

_ACTIVE_ACTIONS = frozenset(
    {"JavaScript", "Launch", "ImportData", "SubmitForm", "Rendition", "RichMediaExecute"}
)
_RICH_MEDIA = frozenset({"RichMedia", "Movie", "Sound", "Screen", "3D"})
_MOST = 50


@dataclass(frozen=True, slots=True)
class ActiveContent:
    """One thing that acts or hides: `sort` is `JavaScript`, `OpenAction`, `Launch`, `rich media`, `hidden
    layer` …"""

    sort: str
    where: str


def find_active_content(revision: Revision) -> tuple[ActiveContent, ...]:
    """What acts or hides in one revision. Parts that cannot be read are passed over: the difference reports
    those."""
    found: list[ActiveContent] = []
    try:
        for item in _walk(revision):
            found.append(item)
            if len(found) >= _MOST:
                break
    except UnreadablePdf:
        pass
    return tuple(dict.fromkeys(found))


def _walk(revision: Revision) -> Iterator[ActiveContent]:
    root = revision.catalog()
    yield from _action(revision, root.get("OpenAction"), "OpenAction")
    yield from _additional(revision, root.get("AA"), "Root")
    if "JavaScript" in revision.dictionary(root.get("Names")):
        yield ActiveContent("JavaScript", "Names")
    layers = revision.dictionary(root.get("OCProperties"))
    if revision.array(revision.dictionary(layers.get("D")).get("OFF")):
        yield ActiveContent("hidden layer", "OCProperties")
    if "XFA" in revision.dictionary(root.get("AcroForm")):
        yield ActiveContent("XFA form", "AcroForm")
    for index, (_, page) in enumerate(reachable_pages(revision)):
        yield from _additional(revision, page.get("AA"), f"page {index + 1}")
        for annotation in revision.array(page.get("Annots")):
            yield from _annotation(revision, revision.dictionary(annotation), f"page {index + 1}")


def _annotation(revision: Revision, annotation: Dictionary, where: str) -> Iterator[ActiveContent]:
    if annotation.get("Subtype") in _RICH_MEDIA:
        yield ActiveContent("rich media", where)
    yield from _action(revision, annotation.get("A"), where)
    yield from _additional(revision, annotation.get("AA"), where)


def _additional(revision: Revision, actions: Value, where: str) -> Iterator[ActiveContent]:
    for action in revision.dictionary(actions).values():
        yield from _action(revision, action, where)


def _action(revision: Revision, action: Value, where: str) -> Iterator[ActiveContent]:
    for _ in range(8):
        found = revision.resolve(action)
        if not isinstance(found, dict):
            return
        kind = revision.resolve(found.get("S"))
        if kind in _ACTIVE_ACTIONS:
            yield ActiveContent(str(kind), where)
        action = found.get("Next")
