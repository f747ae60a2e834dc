"""Object difference (layer 1): what changed between two revisions, found by walking both documents from the
top.

A list of allowances: whatever no rule below explains is compared strictly, and a difference there is
`CONTENT`. So a part of PDF that nobody here thought of cannot be changed unnoticed. The rules for the form
are in `form_difference`.
"""

from collections.abc import Callable

from seal.verification.annotations import compare_annotations
from seal.verification.changes import Change, Kind
from seal.verification.compare import Comparison, reachable_pages
from seal.verification.document import Revision
from seal.verification.errors import UnreadablePdf
from seal.verification.form_difference import compare_form
from seal.verification.objects import Dictionary, Ref, Value
from seal.verification.parts import Parts, collect_parts

_FREE_TRAILER_KEYS = frozenset(
    {
        "AuthCode",  # ISO/TS 32004: renewed with every update of an encrypted file, which is never clean
        "Size",
        "Prev",
        "XRefStm",
        "ID",
        "Info",
        "Root",
        "Type",
        "W",
        "Index",
        "Length",
        "Filter",
        "DecodeParms",
        "DL",
    }
    | {"DocChecksum", "AdditionalStreams"}
)
_METADATA_KEYS = frozenset({"Metadata", "Extensions", "Version", "LastModified", "PieceInfo"})
_PRODUCER_KEYS = frozenset({"ITXT"})
"""Version stamps that one widespread producer writes into the page tree."""
_DSS_KEYS = frozenset({"Type", "Certs", "OCSPs", "CRLs", "VRI"})
_VRI_KEYS = frozenset({"Type", "Cert", "OCSP", "CRL", "TU", "TS"})


def difference(old: Revision, new: Revision) -> tuple[Change, ...]:
    """All changes from `old` to `new`. Never raises: what could not be compared is an `UNREADABLE` change."""
    changes: list[Change] = []
    try:
        if old.trailer.get("Encrypt") is not None or new.trailer.get("Encrypt") is not None:
            # Every string is enciphered; what a change says to a reader with the password cannot be told.
            changes.append(Change(Kind.UNREADABLE, "an encrypted file"))
        before, after = collect_parts(old), collect_parts(new)
        numbers = before.numbers & after.numbers
        pages = frozenset(before.pages) & frozenset(after.pages) | _catalog_number(old, new)
        comparison = Comparison(old, new, pages, numbers)
        _compare_trailers(comparison, changes)
        _compare_catalogs(comparison, changes)
        _compare_pages(comparison, before, after, changes)
        # Last, so that it is known which appearances other parts of the document use too.
        compare_form(comparison, before, after, changes)
    except UnreadablePdf as error:
        changes.append(Change(Kind.UNREADABLE, error.detail))
    return tuple(changes)


def _catalog_number(old: Revision, new: Revision) -> frozenset[int]:
    """A certification signature refers to the whole catalog (/Data), which is compared in its own right."""
    a, b = old.trailer.get("Root"), new.trailer.get("Root")
    return frozenset({a.num}) if isinstance(a, Ref) and a == b else frozenset()


def _compare_trailers(comparison: Comparison, changes: list[Change]) -> None:
    old, new = comparison.old.trailer, comparison.new.trailer
    for key in sorted((old.keys() | new.keys()) - _FREE_TRAILER_KEYS):
        _strictly(comparison, old.get(key), new.get(key), f"trailer/{key}", changes)
    if comparison.difference(old.get("Info"), new.get("Info"), "Info") is not None:
        changes.append(Change(Kind.METADATA, "Info"))


def _strictly(comparison: Comparison, a: Value, b: Value, path: str, changes: list[Change]) -> None:
    where = comparison.difference(a, b, path, path.rsplit("/", 1)[-1])
    if where is not None:
        changes.append(Change(Kind.CONTENT, where))


def _compare_catalogs(comparison: Comparison, changes: list[Change]) -> None:
    old, new = comparison.old.catalog(), comparison.new.catalog()
    rules: dict[str, Callable[[], None]] = {
        "AcroForm": lambda: None,  # compared last
        "DSS": lambda: _compare_validation_data(comparison, old.get("DSS"), new.get("DSS"), changes),
        "Pages": lambda: None,  # page by page, below
        "Perms": lambda: _compare_permissions(comparison, old.get("Perms"), new.get("Perms"), changes),
        "StructTreeRoot": lambda: _compare_structure(comparison, old, new, changes),
    }
    for key in sorted(old.keys() | new.keys()):
        if key in rules:
            rules[key]()
        elif key in _METADATA_KEYS:
            if comparison.difference(old.get(key), new.get(key), key) is not None:
                changes.append(Change(Kind.METADATA, str(key)))
        else:
            _strictly(comparison, old.get(key), new.get(key), f"Root/{key}", changes)


def _compare_validation_data(comparison: Comparison, old: Value, new: Value, changes: list[Change]) -> None:
    """DSS may come, grow and lose entries, but it may hold nothing but validation data."""
    if comparison.difference(old, new, "DSS") is None:
        return
    store = comparison.new.resolve(new)
    if store is not None and not _is_validation_data(comparison.new, store):
        changes.append(Change(Kind.CONTENT, "Root/DSS"))
        return
    changes.append(Change(Kind.VALIDATION_DATA, "DSS"))


def _is_validation_data(revision: Revision, store: Value) -> bool:
    if not isinstance(store, dict) or not store.keys() <= _DSS_KEYS:
        return False
    lists = [revision.resolve(store.get(key)) for key in ("Certs", "OCSPs", "CRLs")]
    for entry in revision.dictionary(store.get("VRI")).values():
        found = revision.dictionary(entry) if isinstance(entry, Ref | dict) else {}
        if not found.keys() <= _VRI_KEYS:
            return False
        lists += [revision.resolve(found.get(key)) for key in ("Cert", "OCSP", "CRL")]
    return all(found is None or isinstance(found, list) for found in lists)


def _compare_permissions(comparison: Comparison, old: Value, new: Value, changes: list[Change]) -> None:
    """/Perms may gain a usage rights entry that a reader ignores; certification must have been there
    (§12.8.6)."""
    a, b = comparison.old.dictionary(old), comparison.new.dictionary(new)
    for key in sorted(a.keys() | b.keys()):
        if comparison.difference(a.get(key), b.get(key), f"Root/Perms/{key}") is None:
            continue
        kind = Kind.METADATA if key in ("UR", "UR3") else Kind.CONTENT
        if key == "DocMDP" and a.get(key) is None:
            kind = Kind.FORM_DEFAULTS  # a later signer certified the document: permitted where signing is
        changes.append(Change(kind, f"Perms/{key}"))


def _compare_structure(
    comparison: Comparison, old: Dictionary, new: Dictionary, changes: list[Change]
) -> None:
    """The structure tree is what a screen reader tells. Signing software extends it by the new field."""
    try:
        if (
            comparison.difference(old.get("StructTreeRoot"), new.get("StructTreeRoot"), "StructTreeRoot")
            is None
        ):
            return
    except UnreadablePdf:
        changes.append(Change(Kind.UNREADABLE, "StructTreeRoot"))
        return
    changes.append(Change(Kind.STRUCTURE, "StructTreeRoot"))


def _compare_pages(comparison: Comparison, before: Parts, after: Parts, changes: list[Change]) -> None:
    olds, news = list(reachable_pages(comparison.old)), list(reachable_pages(comparison.new))
    if len(olds) != len(news):
        changes.append(Change(Kind.CONTENT, f"Pages: {len(olds)} → {len(news)}"))
        return
    _compare_tree(comparison, changes)
    for index, ((_, old), (_, new)) in enumerate(zip(olds, news, strict=True)):
        for key in sorted((old.keys() | new.keys()) - {"Parent", "Annots"}):
            if comparison.difference(old.get(key), new.get(key), f"Page[{index}]/{key}", key) is None:
                continue
            kind = Kind.METADATA if key in _METADATA_KEYS else Kind.CONTENT
            if key in ("StructParents", "Tabs"):
                kind = Kind.STRUCTURE
            changes.append(Change(kind, f"Page[{index}]/{key}", index))
        compare_annotations(comparison, index, old, new, before, after, changes)


def _compare_tree(comparison: Comparison, changes: list[Change]) -> None:
    """The nodes above the pages, whose attributes the pages inherit."""
    todo: list[tuple[Value, Value]] = [
        (comparison.old.catalog().get("Pages"), comparison.new.catalog().get("Pages"))
    ]
    for _ in range(10_000):
        if not todo:
            return
        a, b = todo.pop()
        old, new = comparison.old.dictionary(a), comparison.new.dictionary(b)
        if old.get("Type") == "Page" or "Kids" not in old:
            continue
        for key in sorted((old.keys() | new.keys()) - {"Parent", "Kids", "Count", *_PRODUCER_KEYS}):
            _strictly(comparison, old.get(key), new.get(key), f"Pages/{key}", changes)
        ours, theirs = comparison.old.array(old.get("Kids")), comparison.new.array(new.get("Kids"))
        if len(ours) != len(theirs):
            changes.append(Change(Kind.CONTENT, "Pages/Kids"))
            continue
        todo.extend(zip(ours, theirs, strict=True))
    raise UnreadablePdf("the page tree is too large to compare", "页面树过大，无法比对")
