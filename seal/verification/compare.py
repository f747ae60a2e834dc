"""Whether two parts of two revisions are the same, all the way down (the strict half of the object
difference).

Objects stored at the same place in both revisions are equal by themselves, but what they refer to may have
been replaced, so the walk goes on through their references.
"""

from collections.abc import Iterator
from typing import Any

from seal.verification.document import Revision
from seal.verification.errors import UnreadablePdf
from seal.verification.objects import Ref, Stream, Value

_BACK_KEYS = frozenset(
    {"P", "Pg", "Parent", "Popup", "IRT", "Obj", "Dest", "D", "Kids", "Annots", "Fields", "T", "Data"}
)
"""Keys through which the graph leads back to pages, fields and annotations, which are compared in their own
right.

Any other key does not count: an object that is a field *and* a page's resources is compared as resources
too."""


class Comparison:
    """Compares an older revision with a newer one of the same document. Each pair of objects is visited
    once."""

    def __init__(self, old: Revision, new: Revision, pages: frozenset[int], parts: frozenset[int]) -> None:
        """`pages` and `parts`: numbers of the pages, and of the fields and annotations, that other rules
        compare."""
        self.old = old
        self.new = new
        self._pages = pages
        self._parts_of_pages = parts
        self._equal: set[tuple[int, int]] = set()
        self._left = old.document.budget.limits.compared_objects

    def difference(self, before: Value, after: Value, path: str, key: str = "") -> str | None:
        """Path of the first difference between two values, None when there is none. Raises UnreadablePdf."""
        todo: list[tuple[Value, Value, str, str]] = [(before, after, path, key)]
        visited: set[tuple[int, int]] = set()
        while todo:
            a, b, where, via = todo.pop()
            if isinstance(a, Ref) and isinstance(b, Ref):
                pair = (a.num, b.num)
                if pair in self._equal or pair in visited:
                    continue
                if a.num == b.num and self._has_its_own_rule(a.num, via):
                    continue
                visited.add(pair)
                self._left -= 1
                if self._left < 0:
                    raise UnreadablePdf("there is too much to compare", "需要比对的对象过多")
            unchanged = isinstance(a, Ref) and a == b and self.same_place(a.num)
            left = self.old.resolve(a)
            right = left if unchanged else self.new.resolve(b)
            parts = self._parts(left, right, where)
            if parts is None:
                return where
            todo.extend(parts)
        self._equal |= visited  # only now: what led to a difference must not count as equal the next time
        return None

    def seen_equal(self) -> frozenset[int]:
        """Numbers of the objects that were compared so far and are the same."""
        return frozenset(a for a, b in self._equal if a == b)

    def _has_its_own_rule(self, num: int, via: str) -> bool:
        if num in self._pages:
            return via in _BACK_KEYS or via.startswith("[")
        return num in self._parts_of_pages and via.removeprefix("[") in _BACK_KEYS

    def same_place(self, num: int) -> bool:
        """Whether object `num` is stored at the same place in both revisions."""
        return self.old.locate(num) == self.new.locate(num)

    def _parts(self, a: Value, b: Value, where: str) -> list[tuple[Value, Value, str, str]] | None:
        """Pairs that must be equal for `a` and `b` to be equal; None when they already differ."""
        if isinstance(a, Stream):
            if not isinstance(b, Stream) or (a is not b and (len(a) != len(b) or a.raw != b.raw)):
                return None
            return self._entries(a.head, b.head, where, skip="Length")
        if isinstance(a, dict):
            return self._entries(a, b, where) if isinstance(b, dict) else None
        if isinstance(a, list):
            if not isinstance(b, list) or len(a) != len(b):
                return None
            key = "[" + where.rsplit("/", 1)[-1]
            return [(x, y, where, key) for x, y in zip(a, b, strict=True) if _leads_on(x, y)]
        same = (
            a == b
            and isinstance(a, bool) == isinstance(b, bool)
            and isinstance(a, bytes) == isinstance(b, bytes)
        )
        return [] if same else None

    def _entries(
        self, a: dict[str, Any], b: dict[str, Any], where: str, skip: str = ""
    ) -> list[tuple[Value, Value, str, str]] | None:
        pairs = [(x, b.get(key), f"{where}/{key}", key) for key, x in a.items() if key != skip]
        pairs += [(None, y, f"{where}/{key}", key) for key, y in b.items() if key not in a and key != skip]
        return [pair for pair in pairs if _leads_on(pair[0], pair[1])]


def _leads_on(x: Value, y: Value) -> bool:
    """False for the pairs that are equal and lead nowhere: most numbers, names and strings."""
    return isinstance(x, Ref | list | dict) or isinstance(y, Ref | list | dict) or x is not y


def reachable_pages(revision: Revision) -> Iterator[tuple[Ref | None, dict[str, Any]]]:
    """The pages in reading order with their references (ISO 32000-2 §7.7.3). Raises UnreadablePdf for a
    circle."""
    root = revision.catalog().get("Pages")
    todo: list[tuple[Value, int]] = [(root, 0)]
    seen: set[int] = set()
    count = 0
    while todo:
        node, depth = todo.pop()
        if isinstance(node, Ref):
            if node.num in seen or depth > 64:
                raise UnreadablePdf("the page tree runs in a circle", "页面树循环引用")
            seen.add(node.num)
        found = revision.dictionary(node)
        if "Kids" in found and found.get("Type") != "Page":
            todo.extend((kid, depth + 1) for kid in reversed(revision.array(found["Kids"])))
            continue
        count += 1
        if count > revision.document.budget.limits.pages:
            raise UnreadablePdf("the document has too many pages to compare", "页数过多，无法逐页比对")
        yield node if isinstance(node, Ref) else None, found
