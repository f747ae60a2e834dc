"""One artifact on the command line (`xinzheng verify`): read it safely, verify it, keep what the report rests
on.

A PDF is read in a bounded child, from its file: a large one is never in this process as a whole.
"""

import sys
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from api.errors import WrongUsage
from keys.report import Report
from licenses.snapshot import TrustSnapshot
from licenses.verification.lookup import Lookup
from licenses.verify import verify
from seal.bounded import BoundedReader
from seal.verification.limits import Limits
from seal.verify import PdfFindings, verify_evidence

LARGEST = 64 * 1024 * 1024
"""Of what is read into this process: everything that is no PDF, and what comes from standard input."""
_HEAD = 1024
_PDF = "application/pdf"


@dataclass(frozen=True, slots=True)
class Given:
    """What is to be verified. `path` is set for a PDF in a file; `content` is then only its beginning."""

    content: bytes
    path: Path | None = None

    def whole(self) -> bytes:
        """All octets. Raises WrongUsage when they are more than are read into this process."""
        return self.content if self.path is None else _limited(_read(self.path, LARGEST + 1))


@dataclass(frozen=True, slots=True)
class Examined:
    """A report and, for a PDF, what it was made from."""

    report: Report
    findings: PdfFindings | None


def take(file: Path) -> Given:
    """The artifact in a file, or from standard input for `-`. Raises WrongUsage."""
    if str(file) == "-":
        return Given(_limited(sys.stdin.buffer.read(LARGEST + 1)))
    head = _read(file, _HEAD)
    return Given(head, file) if b"%PDF-" in head else Given(_limited(_read(file, LARGEST + 1)))


def examine(
    given: Given,
    snapshot: TrustSnapshot,
    *,
    now: datetime,
    at: datetime | None = None,
    lookup: Lookup | None = None,
) -> Examined:
    """Verify one artifact. Raises WrongUsage when its file vanished meanwhile."""
    kept: list[PdfFindings] = []

    def verify_pdf(pdf: bytes, **trusted: Any) -> PdfFindings:
        with BoundedReader(limits=Limits()) as reader:
            evidence = reader.read(pdf) if given.path is None else reader.read_file(given.path)
        kept.append(verify_evidence(evidence, **trusted))
        return kept[0]

    media_type = None if given.path is None else _PDF
    try:
        report = verify(
            given.content,
            snapshot,
            now=now,
            at=at,
            lookup=lookup,
            media_type=media_type,
            pdf_verifier=verify_pdf,
        )
    except OSError as error:
        raise _unreadable(error) from error
    return Examined(report, kept[0] if kept else None)


def write_report(path: Path, findings: PdfFindings | None, *, now: datetime) -> None:
    """The XML report of a PDF. Raises WrongUsage when there is nothing to report or the file cannot be
    written."""
    from seal.verification.etsi_report import etsi_report

    if findings is None:
        raise WrongUsage("--report is for PDF files", "--report 仅用于 PDF 文件")
    try:
        path.write_bytes(etsi_report(findings, now=now))
    except OSError as error:
        raise WrongUsage(f"The report cannot be written: {error.strerror}", "无法写入核验报告") from error


def _read(file: Path, most: int) -> bytes:
    try:
        with file.open("rb") as opened:
            return opened.read(most)
    except OSError as error:
        raise _unreadable(error) from error


def _limited(content: bytes) -> bytes:
    if len(content) > LARGEST:
        raise WrongUsage("What is not a PDF file may have 64 MiB", "除 PDF 文件外，大小不得超过 64 MiB")
    return content


def _unreadable(error: OSError) -> WrongUsage:
    return WrongUsage(f"The file cannot be read: {error.strerror}", "无法读取文件")
