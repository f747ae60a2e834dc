"""Find the signatures: through the form (ISO 32000-2 §12.7), and those the form does not lead to.

A signature that no field shows may be a left-over, or one that somebody unhooked. It is reported, never
skipped: a file whose signatures were made to disappear must not look like a file that never had any.
"""

import re
from collections.abc import Iterator, Sized
from dataclasses import dataclass

from seal.verification.document import Document, Revision
from seal.verification.errors import UnreadablePdf
from seal.verification.objects import Dictionary, LongHex, Name, Ref, Value, text
from seal.verification.syntax import read_object

_BYTE_RANGE = re.compile(rb"/ByteRange[\x00\t\n\x0c\r ]*\[")
_HEADER = re.compile(rb"(?<![0-9])\d{1,10}[\x00\t\n\x0c\r ]+\d{1,5}[\x00\t\n\x0c\r ]+obj(?![a-zA-Z])")
_REACH = 200_000


@dataclass(frozen=True, slots=True)
class FoundSignature:
    """A signature dictionary (ISO 32000-2 §12.8.1) and where it was found."""

    field: str
    """Full name of the form field, or empty for a signature that no field leads to."""
    dictionary: Dictionary
    offset: int
    """Offset of its indirect object, -1 for a direct one."""
    field_dictionary: Dictionary
    reachable: bool
    widgets: tuple[Ref, ...] = ()


@dataclass(frozen=True, slots=True)
class FormField:
    """A terminal field with its inherited type and full name."""

    name: str
    kind: str
    dictionary: Dictionary
    ref: Ref | None
    widgets: tuple[Value, ...]


def form_fields(revision: Revision) -> Iterator[FormField]:
    """Every terminal field of the form, names joined by dots. Raises UnreadablePdf."""
    form = revision.dictionary(revision.catalog().get("AcroForm"))
    todo = [(node, "", "", 0) for node in reversed(revision.array(form.get("Fields")))]
    seen: set[int] = set()
    while todo:
        node, prefix, kind, depth = todo.pop()
        if isinstance(node, Ref):
            if node.num in seen or depth > 32:
                continue
            seen.add(node.num)
        field = revision.dictionary(node)
        own = text(revision.resolve(field.get("T")))
        name = f"{prefix}.{own}" if prefix and own else prefix or own
        kind = str(revision.resolve(field.get("FT")) or kind)
        kids = revision.array(field.get("Kids"))
        inner = [kid for kid in kids if "T" in revision.dictionary(kid)]
        if inner:
            todo.extend((kid, name, kind, depth + 1) for kid in reversed(inner))
        else:
            yield FormField(
                name, kind, field, node if isinstance(node, Ref) else None, tuple(kids) or (node,)
            )


def find_signatures(document: Document, revision: Revision | None) -> list[FoundSignature]:
    """All signatures of the file, each once. Raises UnreadablePdf when there are too many."""
    found: dict[object, FoundSignature] = {}
    if revision is not None:
        try:
            for field in form_fields(revision):
                if field.kind == "Sig" and (signature := _signed(revision, field)) is not None:
                    found.setdefault(_identity(signature), signature)
        except UnreadablePdf:
            pass  # what the form does not give, the scan below does
    for orphan in _unreached(document, revision):
        found.setdefault(_identity(orphan), orphan)
        _check_count(found, document)
    _check_count(found, document)
    return list(found.values())


def _check_count(found: Sized, document: Document) -> None:
    """A signature that is not judged must not stay unsaid: too many end the reading."""
    if len(found) > document.budget.limits.signatures:
        raise UnreadablePdf("this file holds more signatures than are read", "文件中的签名数量超出读取上限")


def _identity(signature: FoundSignature) -> object:
    """What makes two findings one signature: the place of its value, else of its object, else its field."""
    contents = signature.dictionary.get("Contents")
    if isinstance(contents, LongHex):
        return contents.start
    return signature.offset if signature.offset >= 0 else ("direct", signature.field)


def _signed(revision: Revision, field: FormField) -> FoundSignature | None:
    value = field.dictionary.get("V")
    signature = revision.resolve(value)
    if not isinstance(signature, dict):
        return None
    offset = -1
    if isinstance(value, Ref):
        offset = next(iter(revision.locate(value.num)), -1) if len(revision.locate(value.num)) == 1 else -1
    widgets = tuple(widget for widget in field.widgets if isinstance(widget, Ref))
    return FoundSignature(field.name, signature, offset, field.dictionary, True, widgets)


def _unreached(document: Document, revision: Revision | None) -> Iterator[FoundSignature]:
    """Signature dictionaries in the octets that no field leads to, but a table of this file names or
    named."""
    named, known = _named_offsets(revision), set[int]()
    for hit in _BYTE_RANGE.finditer(document.data):
        offset = _object_around(document.data, hit.start())
        if offset is None or offset in known:
            continue
        known.add(offset)
        try:
            value = read_object(document.data, offset).value
        except UnreadablePdf:
            continue
        if not isinstance(value, dict) or "ByteRange" not in value:
            continue
        if offset in named or covers_a_beginning(document.data, value):
            yield FoundSignature("", value, offset, {}, False)


def _named_offsets(revision: Revision | None) -> set[int]:
    if revision is None:
        return set()
    return {entry.offset for section in revision.sections for entry in section.entries.values()}


def _object_around(data: bytes, position: int) -> int | None:
    """Offset of the last `n g obj` before `position`; a signature's contents may lie between the two."""
    start = max(0, position - _REACH)
    last = None
    window = data.rfind(b" obj", start, position)
    if window >= 0:
        for match in _HEADER.finditer(data, max(0, window - 24), position):
            last = match.start()
    return last


def covers_a_beginning(data: bytes, signature: Dictionary) -> bool:
    """Whether the signed ranges run from the first octet and leave out nothing but this signature's own
    value."""
    ranges, contents = signature.get("ByteRange"), signature.get("Contents")
    if not isinstance(ranges, list) or len(ranges) != 4 or not isinstance(contents, LongHex):
        return False
    return ranges[:1] == [0] and ranges[1] == contents.start and ranges[2] == contents.end


def is_document_timestamp(signature: Dictionary) -> bool:
    """Whether this is a document time-stamp (ISO 32000-2 §12.8.5) and not somebody's signature."""
    return signature.get("Type") == "DocTimeStamp" or signature.get("SubFilter") == Name("ETSI.RFC3161")
