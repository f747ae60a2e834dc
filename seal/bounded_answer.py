"""Open what a bounded child answered: our own frozen values and nothing else (see `seal.bounded`).

A pickle can make its reader call anything it can name, so the names are counted here.
"""

import io
import pickle
from typing import Any

from seal.verification.evidence import PdfEvidence

_EVIDENCE = "seal.verification."
_PLAIN = frozenset(
    {
        ("datetime", "datetime"),
        ("datetime", "timedelta"),
        ("datetime", "timezone"),
        ("keys.report", "Changes"),
        ("keys.report", "Cryptography"),
        (_EVIDENCE + "active", "ActiveContent"),
        (_EVIDENCE + "changes", "Change"),
        (_EVIDENCE + "changes", "Kind"),
        (_EVIDENCE + "cms", "CmsFacts"),
        (_EVIDENCE + "evidence", "PdfEvidence"),
        (_EVIDENCE + "evidence", "SignatureEvidence"),
        (_EVIDENCE + "evidence", "Stored"),
        (_EVIDENCE + "evidence", "ValidationData"),
        (_EVIDENCE + "pictures", "PagePicture"),
        (_EVIDENCE + "riding", "RidingFacts"),
        (_EVIDENCE + "timestamp", "TimestampFacts"),
    }
)
"""The only types an answer may name."""


class _PlainValues(pickle.Unpickler):
    """Refuses everything but our own frozen values."""

    def find_class(self, module: str, name: str) -> Any:
        if (module, name) in _PLAIN:
            return super().find_class(module, name)
        raise pickle.UnpicklingError("a child answered something that is not evidence")


def open_answer(raw: bytes) -> PdfEvidence | None:
    """The evidence in an answer; None when it is empty, cut short or names anything else."""
    if not raw:
        return None
    try:
        answer = _PlainValues(io.BytesIO(raw)).load()
    except (pickle.UnpicklingError, ValueError, TypeError, EOFError, AttributeError, IndexError, KeyError):
        return None
    return answer if isinstance(answer, PdfEvidence) else None
