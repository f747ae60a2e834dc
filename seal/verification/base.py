"""The document before a signature's own update: what a use record (用印记录) commits to by digest.

A seal leaves the original as a prefix and appends one update. Where the original ended is not written down:
it is before the update's first object, less any line end that belongs to the update. The few possible places
are tried.
"""

import contextlib
import hashlib
import itertools

from seal.oids import USE_RECORD
from seal.verification.byterange import SignedRange
from seal.verification.cms import CmsFacts
from seal.verification.document import Document
from seal.verification.errors import UnreadablePdf

_MOST_PLACES = 16
_SPACE = b"\x00\t\n\x0c\r "


def base_digests(document: Document, signed: SignedRange | None, cms: CmsFacts | None) -> tuple[bytes, ...]:
    """SHA-256 for each place where the update that holds this signature may begin."""
    if signed is None or cms is None or cms.attribute(USE_RECORD) is None:
        return ()
    with contextlib.suppress(UnreadablePdf):
        start = _first_object(document, signed.end)
        return _digests_before(document.data, start) if start else ()
    return ()


def _first_object(document: Document, end: int) -> int:
    """Offset of the first octet that the update ending at `end` is sure to own."""
    sections = document.revision(end).sections
    newest, older = sections[0], max((section.end for section in sections[1:]), default=0)
    own = [entry.offset for entry in newest.entries.values() if older <= entry.offset < end]
    return min([*own, newest.start]) if older else 0


def _digests_before(data: bytes, start: int) -> tuple[bytes, ...]:
    places = [start]
    while len(places) < _MOST_PLACES and data[places[-1] - 1 : places[-1]] in _SPACE and places[-1] > 1:
        places.append(places[-1] - 1)
    places.reverse()
    engine = hashlib.sha256(memoryview(data)[: places[0]])
    digests = [engine.digest()]
    for before, after in itertools.pairwise(places):
        engine.update(data[before:after])
        digests.append(engine.digest())
    return tuple(digests)
