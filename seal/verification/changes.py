"""What can happen to a document after it was signed, in words of the document and not of its bytes."""

from dataclasses import dataclass
from enum import StrEnum


class Kind(StrEnum):
    """The sort of one change. What a sort means for a signature is decided in `permissions`."""

    VALIDATION_DATA = "validation_data"
    """DSS: certificates, CRLs, OCSP answers (ISO 32000-2 §12.8.4.3)."""
    TIMESTAMP = "timestamp"
    """A document time-stamp in a field of its own."""
    METADATA = "metadata"
    """Info dictionary, XMP, extensions, version."""
    SIGNATURE = "signature"
    """A signature was put into a field that was there."""
    SIGNATURE_FIELD = "signature_field"
    """A new signature field without anything to see, signed or empty."""
    VISIBLE_SIGNATURE_FIELD = "visible_signature_field"
    """A new signature field that shows something on a page."""
    FORM_FILL = "form_fill"
    """The value of a field that was there."""
    FORM_DEFAULTS = "form_defaults"
    """Resources and flags of the form that fields without an appearance use."""
    APPEARANCE = "appearance"
    """A field looks different although its value did not change (shadow attack)."""
    FORM_FIELD = "form_field"
    """A field was added, taken away or redefined."""
    ANNOTATION = "annotation"
    """A markup annotation that cannot hide or imitate content."""
    OVERLAY = "overlay"
    """An annotation that can hide or imitate content (EAA), or one that was changed or removed."""
    STRUCTURE = "structure"
    """The tagged structure was extended."""
    CONTENT = "content"
    """Anything else: pages, their content, actions, attachments, names, layers."""
    UNREADABLE = "unreadable"
    """A part could not be compared."""
    STRAY = "stray"
    """Octets after the signed end that no table accounts for."""
    RENDERING = "rendering"
    """A page looks different where nothing was allowed to change."""


@dataclass(frozen=True, slots=True)
class Change:
    """One thing that was changed. `where` is a field name or a path in the document; `page` counts from 0."""

    kind: Kind
    where: str
    page: int = -1
    box: tuple[float, float, float, float] | None = None
    """The rectangle in which this change may show, in points of its page."""
