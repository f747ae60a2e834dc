"""Validation data inside a document 长期验证数据: the DSS (ISO 32000-2 §12.8.4.3, EN 319 142-1 §5.4).

Certificates and revocation lists, each as a stream of its own; no VRI, which readers do not need and which
makes an honest later update look like a change. What is there already stays and is not written twice. The
data comes from the caller's own store; nothing is fetched.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from hashlib import sha256
from zlib import compress

from pyhanko.pdf_utils import generic
from pyhanko.pdf_utils.generic import pdf_name

from seal.pdf_source import PdfSource, unreadable
from seal.pdf_update import Update, copy_of

_MOST_ENTRIES = 400
_WORTH_COMPRESSING = 4096


@dataclass(frozen=True, slots=True)
class Proofs:
    """What a verifier needs years later, DER: every chain without its anchor, every list of revocations."""

    certificates: tuple[bytes, ...] = ()
    crls: tuple[bytes, ...] = ()

    def __bool__(self) -> bool:
        return bool(self.certificates or self.crls)


NO_PROOFS = Proofs()


def read_proofs(source: PdfSource) -> Proofs:
    """What the document carries. Raises UnreadablePdf."""
    with unreadable():
        held = source.root["/DSS"] if "/DSS" in source.root else generic.DictionaryObject()
        return Proofs(
            tuple(each.get_object().data for each in _references(held, "/Certs")),
            tuple(each.get_object().data for each in _references(held, "/CRLs")),
        )


def put_proofs(source: PdfSource, update: Update, root: generic.DictionaryObject, proofs: Proofs) -> None:
    """Write the DSS, joined to what is there, and hook it into `root`, the catalog to be written."""
    with unreadable():
        held = source.root.raw_get("/DSS") if "/DSS" in source.root else None
        store = copy_of(held.get_object()) if held is not None else generic.DictionaryObject()
        store[pdf_name("/Type")] = pdf_name("/DSS")
        for key, items in (("/Certs", proofs.certificates), ("/CRLs", proofs.crls)):
            joined = _joined(source, update, _references(store, key), items)
            if joined:
                store[pdf_name(key)] = generic.ArrayObject(joined)
        if isinstance(held, generic.IndirectObject):
            update.replace(held, store)
            return
        number = update.reserve()
        own = generic.IndirectObject(number, 0, source.reader)
        update.replace(own, store)
        root[pdf_name("/DSS")] = own


def _joined(
    source: PdfSource, update: Update, there: list[generic.IndirectObject], items: Iterable[bytes]
) -> list[generic.IndirectObject]:
    known = {sha256(each.get_object().data).digest() for each in there}
    refs = list(there)
    for item in items:
        digest = sha256(item).digest()
        if digest not in known:
            known.add(digest)
            number = update.reserve()
            update.put(number, _stream(item))
            refs.append(generic.IndirectObject(number, 0, source.reader))
    return refs


def _references(store: generic.DictionaryObject, key: str) -> list[generic.IndirectObject]:
    held = store[key] if key in store else generic.ArrayObject()
    found = [held.raw_get(index) for index in range(min(len(held), _MOST_ENTRIES))]
    return [each for each in found if isinstance(each, generic.IndirectObject)]


def _stream(data: bytes) -> bytes:
    if len(data) < _WORTH_COMPRESSING:
        return b"<</Length %d>>\nstream\n%b\nendstream" % (len(data), data)
    packed = compress(data)
    return b"<</Filter /FlateDecode /Length %d>>\nstream\n%b\nendstream" % (len(packed), packed)
