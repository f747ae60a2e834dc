"""The one family of errors. Nothing in it knows HTTP: `api/problems.py` holds the only mapping to the edge.

A package subclasses `XinzhengError` once per *decision its caller can take*, in its own `errors.py`.
Verification does not raise: it answers with a `keys.report.Report`.
"""

from enum import Enum
from typing import ClassVar


class Kind(Enum):
    """What went wrong, in the words the edge needs to choose an answer."""

    MALFORMED = "malformed"
    TOO_LARGE = "too_large"
    UNAUTHENTICATED = "unauthenticated"
    FORBIDDEN = "forbidden"
    NOT_FOUND = "not_found"
    CONFLICT = "conflict"
    REFUSED = "refused"
    """Well formed, but a rule of the field says no (a bad check digit, a type the issuer may not issue)."""
    UNTRUSTED = "untrusted"
    UNAVAILABLE = "unavailable"
    INTERNAL = "internal"


class XinzhengError(Exception):
    """Base of every error raised on purpose.

    `detail` and `detail_zh` may be shown to the caller and say what happened and what to do; `log_only` never
    leaves the log. None of the three may hold personal data.
    """

    code: ClassVar[str] = "internal"
    """Stable machine name, unique in the project, snake_case."""
    kind: ClassVar[Kind] = Kind.INTERNAL
    title: ClassVar[str] = "Something went wrong on our side"
    title_zh: ClassVar[str] = "系统内部出现问题"

    def __init__(self, detail: str = "", detail_zh: str = "", *, log_only: str | None = None) -> None:
        self.detail = detail or self.title
        self.detail_zh = detail_zh or self.title_zh
        self.log_only = log_only
        super().__init__(self.detail)
