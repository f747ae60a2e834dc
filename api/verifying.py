"""One artifact to one report, for the JSON interface and for the page alike.

A credential is verified inside the event loop: it takes a fraction of a millisecond and touches no database.
A PDF and anything that must be looked up go through a gate into a thread; a PDF is read in a bounded child
process (`seal.bounded`), so that whatever a file does to its reader, this worker stays.
"""

from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import Any

from api.limits import ARTIFACT_OCTETS, Gate, too_large
from api.observe import Metrics
from api.surface import Surface
from keys.report import ArtifactKind, Report
from licenses.verification.kinds import kind_of
from licenses.verify import verify
from seal.bounded import BoundedReader
from seal.verification.etsi_report import etsi_report
from seal.verify import PdfFindings, verify_evidence

INLINE_OCTETS = 64 * 1024
DOCUMENTS_AT_ONCE = 2
DOCUMENTS_WAITING = 16
LOOKUPS_AT_ONCE = 4
LOOKUPS_WAITING = 200


@dataclass(frozen=True, slots=True)
class Examined:
    """A report and, for a PDF, what it was made from: changed pages, evidence for other reports."""

    report: Report
    findings: PdfFindings | None = None


@dataclass(frozen=True, slots=True)
class Verifier:
    """Verifies for one app. The gates live in the event loop of one worker."""

    node: Surface
    metrics: Metrics
    documents: Gate
    lookups: Gate
    reader: BoundedReader

    @classmethod
    def of(cls, node: Surface, metrics: Metrics) -> "Verifier":
        return cls(
            node,
            metrics,
            Gate(running=DOCUMENTS_AT_ONCE, waiting=DOCUMENTS_WAITING),
            Gate(running=LOOKUPS_AT_ONCE, waiting=LOOKUPS_WAITING),
            BoundedReader(),
        )

    def machine_report(self, findings: PdfFindings) -> bytes:
        """The same verification as XML after ETSI TS 119 102-2."""
        return etsi_report(findings, now=self.node.clock())

    def warm(self) -> None:
        """Have the reader's process import what it needs, so that the first visitor does not wait for it."""
        self.reader.read(b"%PDF-")

    def close(self) -> None:
        """End the reader's process."""
        self.reader.close()

    async def report(self, artifact: bytes, *, media_type: str | None, at: datetime | None = None) -> Report:
        """Verify. Raises BodyTooLarge, QueueFull; a bad artifact is a report, not an error."""
        return (await self.examine(artifact, media_type=media_type, at=at)).report

    async def examine(
        self, artifact: bytes, *, media_type: str | None, at: datetime | None = None
    ) -> Examined:
        """As `report`, with what a PDF's report was made from."""
        if len(artifact) > ARTIFACT_OCTETS:
            raise too_large(ARTIFACT_OCTETS)
        node = self.node
        kind = kind_of(artifact, media_type)
        kept: list[PdfFindings] = []

        def verify_pdf(pdf: bytes, **trusted: Any) -> PdfFindings:
            """`seal.verify.verify_pdf` with the reading done in a child."""
            kept.append(verify_evidence(self.reader.read(pdf), **trusted))
            return kept[-1]

        work = partial(
            verify,
            artifact,
            node.snapshot(),
            now=node.clock(),
            at=at,
            lookup=node.lookup,
            media_type=media_type,
            pdf_verifier=verify_pdf,
        )
        if kind is ArtifactKind.PDF:
            report = await self.documents.in_thread(work)
        elif kind is ArtifactKind.SD_JWT_VC and len(artifact) <= INLINE_OCTETS:
            report = work()
        else:
            report = await self.lookups.in_thread(work)
        self.metrics.count_verdict(report)
        return Examined(report, kept[0] if kept else None)
