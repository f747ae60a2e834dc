"""Validation data a document carries: the DSS dictionary (ISO 32000-2 §12.8.4.3, ETSI EN 319 142-1 §5.4)."""

import contextlib

from seal.verification.document import Revision
from seal.verification.errors import UnreadablePdf
from seal.verification.evidence import Stored, ValidationData
from seal.verification.objects import Dictionary, Ref, Stream

_MOST = 400


def read_validation_data(revision: Revision | None) -> ValidationData:
    """Certificates, CRLs and OCSP answers of the DSS; unreadable ones are left out."""
    if revision is None:
        return ValidationData()
    with contextlib.suppress(UnreadablePdf):
        store = revision.dictionary(revision.catalog().get("DSS"))
        return ValidationData(
            _streams(revision, store, "Certs"),
            _streams(revision, store, "CRLs"),
            _streams(revision, store, "OCSPs"),
        )
    return ValidationData()


def _streams(revision: Revision, store: Dictionary, key: str) -> tuple[Stored, ...]:
    found: dict[bytes, Stored] = {}
    for item in revision.array(store.get(key))[:_MOST]:
        with contextlib.suppress(UnreadablePdf):
            stream = revision.resolve(item)
            if isinstance(item, Ref) and isinstance(stream, Stream):
                der = revision.decoded(stream)
                found.setdefault(der, Stored(der, max(revision.locate(item.num)[:1], default=0)))
    return tuple(found.values())
