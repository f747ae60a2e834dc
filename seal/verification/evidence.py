"""What a file shows about itself: plain frozen values without trust. Made in the bounded child, judged by the
parent.

Everything here is built of str, bytes, int, datetime, enums and tuples, so that it passes between processes.
"""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from keys.report import Changes, Cryptography
from seal.verification.active import ActiveContent
from seal.verification.changes import Change
from seal.verification.cms import CmsFacts
from seal.verification.pictures import PagePicture
from seal.verification.riding import RidingFacts
from seal.verification.timestamp import TimestampFacts


class Layer(StrEnum):
    """The layers that look for later changes, in the order they are asked. Tests leave one out to show what
    it does."""

    GATE = "byte_range_gate"
    OBJECTS = "object_difference"
    TAIL = "tail_accounting"
    RENDERING = "render_difference"


LAYERS: tuple[Layer, ...] = (Layer.GATE, Layer.OBJECTS, Layer.TAIL, Layer.RENDERING)


@dataclass(frozen=True, slots=True)
class SignatureEvidence:
    """One signature or document time-stamp, as the file shows it."""

    field: str
    is_timestamp: bool
    """A document time-stamp (§12.8.5) rather than somebody's signature."""
    subfilter: str
    reachable: bool
    """Whether a form field leads to it."""
    gate: str
    """Why the ByteRange gate refused it; empty when it passed."""
    gate_zh: str
    signed_end: int
    """Offset where the signed range ends; 0 when it names none."""
    covers_file: bool
    cryptography: Cryptography
    reason: str
    reason_zh: str
    cms: CmsFacts | None
    timestamps: tuple[TimestampFacts, ...]
    """Tokens over the signature value; for a document time-stamp its own token."""
    changes: Changes
    decisive: Change | None
    """The change that decided the class."""
    all_changes: tuple[Change, ...]
    certified: int | None
    """DocMDP P of this signature, None for an approval."""
    claimed_time: datetime | None
    """/M of the signature dictionary: the signing software's claim."""
    stated_reason: str
    location: str
    visible: bool
    base_digests: tuple[bytes, ...] = ()
    """SHA-256 of the file before this signature's update, one for each place where the update may begin; only
    for a signature that carries a use record."""
    byte_range: tuple[int, ...] = ()
    """The two signed ranges (offset, length, offset, length); empty when it names none."""
    riding: RidingFacts | None = None
    """Its seal across pages, put together from the pages as they are shown now."""


@dataclass(frozen=True, slots=True)
class Stored:
    """One item of validation data. A document time-stamp proves it only when it covers `offset`."""

    der: bytes
    offset: int
    """Where it stands in the file."""


@dataclass(frozen=True, slots=True)
class ValidationData:
    """Certificates and revocation data that the file carries in its DSS, DER."""

    certificates: tuple[Stored, ...] = ()
    crls: tuple[Stored, ...] = ()
    ocsps: tuple[Stored, ...] = ()


@dataclass(frozen=True, slots=True)
class PdfEvidence:
    """One file. `problem` is why it could not be read as a PDF; then there is nothing else."""

    size: int
    signatures: tuple[SignatureEvidence, ...] = ()
    problem: str = ""
    problem_zh: str = ""
    encrypted: bool = False
    repaired: bool = False
    """The object tables were unusable; the document was read the way a forgiving reader would."""
    validation: ValidationData = ValidationData()
    active: tuple[ActiveContent, ...] = ()
    attachments: tuple[tuple[str, bytes], ...] = ()
    """Of the revision that the earliest intact signature covers."""
    text: str = ""
    """Of that same revision."""
    stray_objects: int = 0
    pictures: tuple[PagePicture, ...] = ()
    """Of the first signature whose document was changed: its pages before and after, where they look
    different."""
