"""Files embedded in a signed document (ISO 32000-2 §7.11.4): only those of the revision that was signed."""

from seal.verification.document import Revision
from seal.verification.errors import UnreadablePdf
from seal.verification.objects import Stream, Value, text

_MOST_FILES = 32
_LARGEST = 8 * 1024 * 1024


def read_attachments(revision: Revision) -> tuple[tuple[str, bytes], ...]:
    """(name, content) of the embedded files, by the name tree and by /AF. Unreadable or oversized ones are
    left out."""
    found: dict[str, bytes] = {}
    try:
        root = revision.catalog()
        tree = revision.dictionary(root.get("Names")).get("EmbeddedFiles")
        for specification in [*_leaves(revision, tree), *revision.array(root.get("AF"))]:
            _take(revision, specification, found)
    except UnreadablePdf:
        pass
    return tuple(found.items())


def _leaves(revision: Revision, tree: Value) -> list[Value]:
    leaves: list[Value] = []
    todo, steps = [tree], 0
    while todo and steps < 200:
        steps += 1
        node = revision.dictionary(todo.pop())
        leaves += revision.array(node.get("Names"))[1::2]
        todo.extend(reversed(revision.array(node.get("Kids"))))
    return leaves[:_MOST_FILES]


def _take(revision: Revision, specification: Value, found: dict[str, bytes]) -> None:
    try:
        file = revision.dictionary(specification)
        name = text(revision.resolve(file.get("UF"))) or text(revision.resolve(file.get("F")))
        embedded = revision.dictionary(file.get("EF"))
        stream = revision.resolve(embedded.get("UF") or embedded.get("F"))
        if name and name not in found and isinstance(stream, Stream) and len(stream) <= _LARGEST:
            content = revision.decoded(stream)
            if len(content) <= _LARGEST and len(found) < _MOST_FILES:
                found[name] = content
    except UnreadablePdf:
        return
