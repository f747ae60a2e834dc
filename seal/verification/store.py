"""Validation data a document carries: the DSS dictionary (ISO 32000-2 §12.8.4.3, ETSI EN 319 142-1 §5.4)."""

import contextlib

from seal.verification.document import Revision
from seal.verification.errors import UnreadablePdf
from seal.verification.evidence import ValidationData
from seal.verification.objects import Dictionary, Stream

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


def _streams(revision: Revision, store: Dictionary, key: str) -> tuple[bytes, ...]:
    found: list[bytes] = []
    for item in revision.array(store.get(key))[:_MOST]:
        with contextlib.suppress(UnreadablePdf):
            stream = revision.resolve(item)
            if isinstance(stream, Stream):
                found.append(revision.decoded(stream))
    return tuple(dict.fromkeys(found))
