"""Is a seal across pages whole (骑缝章核验)? Its slices are cut out of the pages as they are shown now, put
together and held against the picture in the seal's record (`seal.reassembly`).

A page that was exchanged, shifted or taken out leaves a gap, whatever else was done to hide that.
"""

from dataclasses import dataclass

import pypdfium2
from asn1crypto import core

from keys.errors import XinzhengError
from keys.report import Check, Outcome
from seal.oids import RIDING_SEAL
from seal.pdf_source import open_pdf
from seal.reassembly import missing_slices
from seal.record import SealRecord
from seal.riding import Riding
from seal.verification.cms import CmsFacts
from seal.verification.seal_checks import read_signed_evidence

_MOST_NAMED = 8


@dataclass(frozen=True, slots=True)
class RidingFacts:
    """What the pages show of a seal across them."""

    pages: int
    """How many pages carry a slice."""
    missing: tuple[int, ...] = ()
    """Pages, counted from 1, that do not show theirs."""
    problem: str = ""
    problem_zh: str = ""
    """Why it could not be put together."""


def read_riding(data: bytes, cms: CmsFacts | None) -> RidingFacts | None:
    """Put the slices of one signature together; None when it has none. Never raises."""
    attribute = cms.attribute(RIDING_SEAL) if cms is not None else None
    if attribute is None:
        return None
    record = read_signed_evidence(cms).record
    try:
        riding = Riding.from_json(core.OctetString.load(attribute).native)
        return _put_together(data, riding, record)
    except XinzhengError as error:
        return RidingFacts(0, problem=error.detail, problem_zh=error.detail_zh)
    except (ValueError, TypeError, IndexError, OverflowError, MemoryError, pypdfium2.PdfiumError):
        return RidingFacts(
            0,
            problem="The seal across the pages cannot be put together.",
            problem_zh="骑缝章无法拼合。",
        )


def _put_together(data: bytes, riding: Riding, record: SealRecord | None) -> RidingFacts:
    if record is None:
        return RidingFacts(
            len(riding.slices),
            problem="There is no seal record to compare the seal across the pages with.",
            problem_zh="缺少印章数据，骑缝章无从比对。",
        )
    missing = missing_slices(open_pdf(data), riding, record.picture.data)
    return RidingFacts(len(riding.slices), tuple(sorted(set(missing))))


def check_riding(facts: RidingFacts | None) -> Check | None:
    """The answer to `seal.riding`; None for a signature without a seal across pages."""
    if facts is None:
        return None
    if facts.problem:
        return Check("seal.riding", Outcome.UNKNOWN, facts.problem, facts.problem_zh)
    if facts.missing:
        named = ", ".join(map(str, facts.missing[:_MOST_NAMED]))
        return Check(
            "seal.riding",
            Outcome.FAIL,
            f"The seal across the pages has gaps: page {named} does not show its part.",
            f"骑缝章不完整：第 {named.replace(', ', '、')} 页未显示应有部分。",
        )
    return Check(
        "seal.riding",
        Outcome.PASS,
        f"The seal across {facts.pages} pages is whole.",
        f"骑缝章完整，覆盖 {facts.pages} 页。",
    )
