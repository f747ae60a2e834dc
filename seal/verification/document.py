"""A PDF file and its revisions: the object graph as a reader sees it at the end of each signed range."""

import re
from collections.abc import Iterator

from seal.verification.errors import UnreadablePdf
from seal.verification.filters import unpack
from seal.verification.lexer import read_value
from seal.verification.limits import Budget
from seal.verification.objects import Dictionary, Ref, Stream, Value, number
from seal.verification.rebuild import rebuild_entries
from seal.verification.syntax import IndirectObject, read_object
from seal.verification.xref import Entry, Section, read_section, startxref_before

_INTEGERS = re.compile(rb"\d{1,12}")


class Document:
    """The octets, the sections read so far and the objects parsed so far. Shared by all revisions of one
    file."""

    def __init__(self, data: bytes, budget: Budget) -> None:
        self.data = data
        self.budget = budget
        self._sections: dict[int, Section] = {}
        self._objects: dict[int, IndirectObject] = {}
        self._revisions: dict[int, Revision] = {}
        self._containers: dict[int, list[tuple[int, Value]]] = {}

    def section(self, start: int) -> Section:
        """The cross-reference section at `start`, read once."""
        if start not in self._sections:
            self._sections[start] = read_section(self.data, start, self.budget)
        return self._sections[start]

    def revision(self, end: int) -> "Revision":
        """The document as it was when it ended at `end`. Raises UnreadablePdf."""
        _, start = startxref_before(self.data, end)
        return Revision(self, end, tuple(self._chain(start, end)))

    def best(self, end: int) -> "Revision":
        """As `revision`; when the tables lead to no page tree, as a forgiving reader would see it
        (`repaired`).

        Raises UnreadablePdf when that does not lead anywhere either.
        """
        if end not in self._revisions:
            try:
                made = self.revision(end)
                if not made.dictionary(made.catalog().get("Pages")):
                    raise UnreadablePdf("the tables lead to no page", "对象表无法定位页面")
            except UnreadablePdf:
                made = self.rebuilt(end)
                made.repaired = True
            self._revisions[end] = made
        return self._revisions[end]

    def without_hidden(self, end: int) -> "Revision":
        """As a reader sees it that does not know the hidden streams of hybrid files (§7.5.8.4)."""
        _, start = startxref_before(self.data, end)
        chain = [section for section in self._chain(start, end)]
        hidden = {number(section.trailer.get("XRefStm")) for section in chain if not section.is_stream}
        return Revision(self, end, tuple(section for section in chain if section.start not in hidden))

    def rebuilt(self, end: int) -> "Revision":
        """The document as a reader sees it that ignores the tables and takes the last object of each
        number."""
        entries, trailer = rebuild_entries(self.data, end)
        return Revision(self, end, (Section(0, end, entries, trailer, is_stream=False),))

    def _chain(self, start: int, end: int) -> Iterator[Section]:
        seen: set[int] = set()
        todo = [start]
        while todo:
            at = todo.pop(0)
            if at in seen:
                raise UnreadablePdf("the object tables point at each other in a circle", "对象表循环引用")
            if at >= end or len(seen) > self.budget.limits.revisions:
                raise UnreadablePdf("the object tables do not lead to a beginning", "对象表链条异常")
            seen.add(at)
            section = self.section(at)
            yield section
            # A hybrid file's stream counts before the table's own /Prev (ISO 32000-2 §7.5.8.4).
            hybrid, previous = number(section.trailer.get("XRefStm")), number(section.trailer.get("Prev"))
            todo = [
                at for at in (None if section.is_stream else hybrid,) if at is not None and at not in seen
            ] + todo
            if previous is not None and (previous > 0 or not _is_complete(section)) and previous not in todo:
                todo.append(previous)

    def object_at(self, offset: int, revision: "Revision") -> IndirectObject:
        """The indirect object at a file offset, parsed once."""
        found = self._objects.get(offset)
        if found is None:
            found = read_object(self.data, offset, lambda length: number(revision.resolve(length)))
            self._objects[offset] = found
        return found

    def try_object_at(self, offset: int, revision: "Revision") -> IndirectObject | None:
        """As `object_at`, None when nothing readable stands there."""
        try:
            return self.object_at(offset, revision)
        except UnreadablePdf:
            return None

    def contained(self, offset: int, stream: Stream) -> list[tuple[int, Value]]:
        """The (number, value) pairs of the object stream at `offset` (ISO 32000-2 §7.5.7), unpacked once."""
        if offset not in self._containers:
            self._containers[offset] = _unpack_container(stream, self.budget)
        return self._containers[offset]


def _is_complete(section: Section) -> bool:
    """Whether a section can be a file's first: some producers write `/Prev 0` into it."""
    size = number(section.trailer.get("Size")) or 0
    return len(section.entries) >= size - 1


def _unpack_container(stream: Stream, budget: Budget) -> list[tuple[int, Value]]:
    count, first = number(stream.head.get("N")), number(stream.head.get("First"))
    if stream.head.get("Type") != "ObjStm" or count is None or first is None or count < 0 or first < 0:
        raise UnreadablePdf("an object stream is damaged", "对象流已损坏")
    budget.take_objects(count)
    body = unpack(stream.head, stream.raw, budget)
    table = [int(item) for item in _INTEGERS.findall(body[:first])]
    if len(table) < 2 * count:
        raise UnreadablePdf("an object stream is damaged", "对象流已损坏")
    return [
        (num, read_value(body, first + offset)[0])
        for num, offset in zip(table[: 2 * count : 2], table[1 : 2 * count : 2], strict=True)
    ]


class Revision:
    """One state of the document. Objects are looked up newest section first."""

    def __init__(self, document: Document, end: int, sections: tuple[Section, ...]) -> None:
        self.document = document
        self.end = end
        self.repaired = False
        self.sections = sections
        self.trailer: Dictionary = sections[0].trailer
        entries: dict[int, Entry] = {}
        for section in reversed(sections):
            if "XRefStm" in section.trailer and not section.is_stream:
                # The table of a hybrid file calls the objects of its hidden stream free (§7.5.8.4).
                entries.update(
                    {num: e for num, e in section.entries.items() if not e.free or num not in entries}
                )
            else:
                entries.update(section.entries)
        self.entries = entries

    def locate(self, num: int) -> tuple[int, ...]:
        """What identifies the stored form of object `num`: equal in two revisions means the object did not
        change."""
        entry = self.entries.get(num)
        if entry is None or entry.free:
            return ()
        if entry.offset >= 0:
            return (entry.offset,)
        container = self.entries.get(entry.container)
        return (container.offset if container else -1, entry.position)

    def get(self, num: int) -> Value:
        """The value of object `num`; a free or unknown object is null. Raises UnreadablePdf."""
        entry = self.entries.get(num)
        if entry is None or entry.free:
            return None
        if entry.offset >= 0:
            found = self.document.object_at(entry.offset, self)
            if found.ref.num != num:
                raise UnreadablePdf(
                    f"the object table names another object for number {num}",
                    f"对象表中 {num} 号对象与实际不符",
                )
            return found.value
        return self._from_container(num, entry)

    def _from_container(self, num: int, entry: Entry) -> Value:
        holder = self.entries.get(entry.container)
        if holder is None or holder.offset < 0:
            raise UnreadablePdf("an object stream is missing", "缺少对象流")
        stream = self.document.object_at(holder.offset, self).value
        if not isinstance(stream, Stream):
            raise UnreadablePdf("an object stream is missing", "缺少对象流")
        inside = self.document.contained(holder.offset, stream)
        if entry.position < len(inside) and inside[entry.position][0] == num:
            return inside[entry.position][1]
        raise UnreadablePdf(
            "an object is not in the object stream that should hold it", "对象流中缺少所需对象"
        )

    def resolve(self, value: Value) -> Value:
        """Follow references until a direct value. Raises UnreadablePdf for a circle."""
        for _ in range(32):
            if not isinstance(value, Ref):
                return value
            value = self.get(value.num)
        raise UnreadablePdf("references point at each other in a circle", "引用循环")

    def dictionary(self, value: Value) -> Dictionary:
        """The value as a dictionary (of a stream: its head); anything else is an empty one."""
        found = self.resolve(value)
        if isinstance(found, Stream):
            return found.head
        return found if isinstance(found, dict) else {}

    def array(self, value: Value) -> list[Value]:
        """The value as an array; anything else is an empty one."""
        found = self.resolve(value)
        return found if isinstance(found, list) else []

    def catalog(self) -> Dictionary:
        """The document catalog. Raises UnreadablePdf when there is none."""
        root = self.dictionary(self.trailer.get("Root"))
        if not root:
            raise UnreadablePdf("the document has no catalog", "文档缺少目录对象")
        return root

    def decoded(self, stream: Stream) -> bytes:
        """The unpacked octets of a stream whose filters may be given by reference."""
        head = {key: self.resolve(stream.head.get(key)) for key in ("Filter", "DecodeParms")}
        head = {
            key: [self.resolve(v) for v in val] if isinstance(val, list) else val for key, val in head.items()
        }
        return unpack(head, stream.raw, self.document.budget)
