"""Signature fields of a document 签名域 (ISO 32000-2 §12.7.5.5): what is there, and what a new seal may do.

Rules, each refusing with its reason: one certification at most and before any other signature; under a
certification new seals only into the empty fields it left; nothing once a signature locked all fields. How
the earlier signatures fare is not checked here; that is `seal.verify`.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from pyhanko.pdf_utils import generic
from pyhanko.pdf_utils.generic import pdf_name

from seal.errors import PdfRefused
from seal.pdf_source import PdfPage, PdfSource, unreadable
from seal.pdf_update import Update, copy_of

_MOST_FIELDS = 20_000
_DEEPEST_FIELD = 32


@dataclass(frozen=True, slots=True)
class SignatureField:
    """One signature field: `ref` is None for a field that stands inside another object."""

    name: str
    ref: generic.IndirectObject | None
    object: generic.DictionaryObject

    @property
    def is_signed(self) -> bool:
        return "/V" in self.object and not isinstance(self.object["/V"], generic.NullObject)


@dataclass(frozen=True, slots=True)
class Form:
    """The signature fields of a document and what its certification permits (None: not certified)."""

    fields: tuple[SignatureField, ...]
    names: frozenset[str]
    permission: int | None

    def fresh_name(self, stem: str = "Seal") -> str:
        """Seal1, Seal2 … the first that is free."""
        count = len(self.fields) + 1
        while f"{stem}{count}" in self.names:
            count += 1
        return f"{stem}{count}"

    def empty_field(self, name: str) -> SignatureField:
        """The empty field of this name. Raises PdfRefused."""
        for each in self.fields:
            if each.name == name and not each.is_signed and each.ref is not None and "/Rect" in each.object:
                return each
        raise PdfRefused(
            "The document has no empty seal field of this name.", "文档中没有该名称的空白签章域。"
        )


def read_form(source: PdfSource, *, with_permission: bool = True) -> Form:
    """Find the signature fields. Raises UnreadablePdf.

    with_permission: False where the certification does not matter; reading it reads the whole signature.
    """
    with unreadable():
        form = source.root["/AcroForm"] if "/AcroForm" in source.root else generic.DictionaryObject()
        raw = _raw(form.raw_get("/Fields")) if "/Fields" in form else []
        found: list[SignatureField] = []
        names: set[str] = set()
        for name, node, signature in _walk(raw):
            names.add(name)
            if signature:
                held = node.get_object()
                found.append(
                    SignatureField(name, node if isinstance(node, generic.IndirectObject) else None, held)
                )
        return Form(tuple(found), frozenset(names), _permission(source.root) if with_permission else None)


def check_allowed(form: Form, *, certify: bool, field: str | None, paints: bool = False) -> None:
    """Refuse what would break an earlier signature. Raises PdfRefused with the reason.

    paints: the seal also paints into pages, which only the first one may.
    """
    signed = [each for each in form.fields if each.is_signed]
    if paints and (signed or form.permission is not None):
        raise PdfRefused(
            "The document is signed already; a seal across pages has to come with the first signature.",
            "文档已有签名或签章，骑缝章只能随第一个签章加盖。",
        )
    if certify and (signed or form.permission is not None):
        raise PdfRefused(
            "The document is signed already; a certification has to come first.",
            "文档已有签名或签章，认证签章必须是第一个。",
        )
    if form.permission == 1:
        raise PdfRefused(
            "The document is certified and allows no change at all.", "文档已作认证签名，不允许任何更改。"
        )
    if form.permission is not None and field is None:
        raise PdfRefused(
            "The document is certified: a further seal may only go into an empty field left for it.",
            "文档已作认证签名，只能在签发方预留的空白签章域中加盖印章。",
        )
    with unreadable():
        locked = any(_locks_all(each.object) for each in signed)
    if field is not None:
        form.empty_field(field)
    if locked:
        raise PdfRefused(
            "An earlier signature locks the document against further ones.",
            "已有签名锁定了文档，不能再加盖印章。",
        )


def add_fields(source: PdfSource, update: Update, numbers: list[int]) -> generic.DictionaryObject:
    """Hook fields into the form; answer the catalog to be written (changed only when it must be)."""
    root = copy_of(source.root)
    refs = [generic.IndirectObject(number, 0, source.reader) for number in numbers]
    held = source.root.raw_get("/AcroForm") if "/AcroForm" in source.root else None
    old = source.root["/AcroForm"] if held is not None else generic.DictionaryObject()
    form = copy_of(old)
    fields = old.raw_get("/Fields") if "/Fields" in old else generic.ArrayObject()
    listed = generic.ArrayObject([*_raw(fields), *refs])
    if isinstance(fields, generic.IndirectObject):
        update.replace(fields, listed)
    else:
        form[pdf_name("/Fields")] = listed
    # SignaturesExist and AppendOnly: save only by appending.
    form[pdf_name("/SigFlags")] = generic.NumberObject(3)
    if isinstance(held, generic.IndirectObject):
        update.replace(held, form)
    else:
        root[pdf_name("/AcroForm")] = form
    return root


def add_annotations(source: PdfSource, update: Update, page: PdfPage, numbers: list[int]) -> None:
    """Hook widgets into the annotations of a page."""
    refs = [generic.IndirectObject(number, 0, source.reader) for number in numbers]
    held = page.object.raw_get("/Annots") if "/Annots" in page.object else generic.ArrayObject()
    listed = generic.ArrayObject([*_raw(held), *refs])
    if isinstance(held, generic.IndirectObject):
        update.replace(held, listed)
        return
    changed = copy_of(update.newest(page.ref, page.object))
    changed[pdf_name("/Annots")] = listed
    update.replace(page.ref, changed)


def _raw(array: generic.PdfObject) -> list[generic.PdfObject]:
    held = array.get_object() if isinstance(array, generic.IndirectObject) else array
    if not isinstance(held, generic.ArrayObject):
        return []
    return [held.raw_get(index) for index in range(len(held))]


def _walk(
    nodes: list[generic.PdfObject], prefix: str = "", kind: object = None, depth: int = 0
) -> Iterator[tuple[str, generic.PdfObject, bool]]:
    if depth > _DEEPEST_FIELD or len(nodes) > _MOST_FIELDS:
        raise PdfRefused("The form of this document is too complex.", "文档中的表单过于复杂。")
    for node in nodes:
        held = node.get_object()
        if not isinstance(held, generic.DictionaryObject):
            continue
        own = held["/FT"] if "/FT" in held else kind
        name = f"{prefix}{'.' if prefix and '/T' in held else ''}{held['/T'] if '/T' in held else ''}"
        children = [child for child in _raw(held.raw_get("/Kids"))] if "/Kids" in held else []
        named = [child for child in children if "/T" in child.get_object()]
        yield name, node, own == "/Sig" and not named
        yield from _walk(named, name, own, depth + 1)


def _permission(root: generic.DictionaryObject) -> int | None:
    if "/Perms" not in root or "/DocMDP" not in root["/Perms"]:
        return None
    signature = root["/Perms"]["/DocMDP"]
    for reference in signature["/Reference"] if "/Reference" in signature else ():
        if reference.get_object().get("/TransformMethod") == "/DocMDP":
            parameters = reference.get_object().get("/TransformParams", {})
            return int(parameters.get("/P", 2))
    return 2


def _locks_all(field: generic.DictionaryObject) -> bool:
    return "/Lock" in field and field["/Lock"].get("/Action") == "/All"
