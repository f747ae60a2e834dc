"""Our verdicts on signed PDFs beside pyHanko's.

`python -m benchmarks.pdf_scores [FOLDER] [--write docs/pdf-verification.md]`. FOLDER holds PDFs and
`expected.json` ({"file", "clean"}): clean true = every signature intact and only permitted changes after
it, false = never that, null = any reasoned answer. Default: ../shared/vectors/pdf.
"""

import argparse
import asyncio
import io
import json
import logging
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.diff_analysis import ModificationLevel
from pyhanko.sign.validation import async_validate_pdf_signature, async_validate_pdf_timestamp
from pyhanko_certvalidator import ValidationContext

from keys.report import Changes, Cryptography
from seal.verification.reading import read_evidence

VECTORS = Path(__file__).resolve().parents[2] / "shared" / "vectors" / "pdf"
BEGIN, END = "<!-- scores: begin -->", "<!-- scores: end -->"
_CLEAN = {Changes.NONE, Changes.EXTENSION, Changes.PERMITTED}


def ours(data: bytes) -> bool:
    """Clean by our own layers."""
    evidence = read_evidence(data)
    return bool(evidence.signatures) and all(
        s.cryptography is Cryptography.INTACT and s.changes in _CLEAN for s in evidence.signatures
    )


def pyhanko(data: bytes) -> bool:
    """Clean by pyHanko alone: intact, valid, and no more than form filling afterwards."""
    reader = PdfFileReader(io.BytesIO(data), strict=False)
    context = ValidationContext(trust_roots=[], allow_fetching=False)
    found = False
    for embedded in reader.embedded_signatures:
        found = True
        is_timestamp = embedded.sig_object.get("/Type") == "/DocTimeStamp"
        check = async_validate_pdf_timestamp if is_timestamp else async_validate_pdf_signature
        status: Any = asyncio.run(check(embedded, context))
        level = status.modification_level
        if not (status.intact and status.valid) or level is None or level > ModificationLevel.FORM_FILLING:
            return False
    return found


@dataclass
class Score:
    """What one verifier made of the files."""

    name: str
    intact_clean: int = 0
    manipulated_clean: int = 0
    exceptions: int = 0
    seconds: float = 0.0
    wrong: list[str] = field(default_factory=list)


def score(name: str, verify: Callable[[bytes], bool], cases: list[dict[str, Any]], folder: Path) -> Score:
    """Ask one verifier about every file."""
    made = Score(name)
    for case in cases:
        data = (folder / case["file"]).read_bytes()
        start = time.perf_counter()
        try:
            clean = verify(data)
        except Exception:  # noqa: BLE001 - counting them is the point
            made.exceptions += 1
            clean = False
        made.seconds += time.perf_counter() - start
        made.intact_clean += clean and case["clean"] is True
        made.manipulated_clean += clean and case["clean"] is False
        if case["clean"] is not None and clean is not case["clean"]:
            made.wrong.append(case["file"])
    return made


def table(scores: list[Score], cases: list[dict[str, Any]]) -> str:
    """The scores as Markdown."""
    intact = sum(case["clean"] is True for case in cases)
    manipulated = sum(case["clean"] is False for case in cases)
    lines = [
        f"| {len(cases)} files | intact ones clean | manipulated ones clean | exceptions | time for all |",
        "|---|---|---|---|---|",
    ]
    for each in scores:
        lines.append(
            f"| {each.name} | {each.intact_clean} of {intact} | {each.manipulated_clean} of {manipulated}"
            f" | {each.exceptions} | {each.seconds:.1f} s |"
        )
    return "\n".join(lines)


def main() -> None:
    """Score both, print, and write where asked."""
    parser = argparse.ArgumentParser(description="our verdicts on signed PDFs beside pyHanko's")
    parser.add_argument("folder", nargs="?", type=Path, default=VECTORS)
    parser.add_argument("--write", type=Path, help="the Markdown file whose table is replaced")
    chosen = parser.parse_args()
    logging.disable(logging.CRITICAL)
    cases = json.loads((chosen.folder / "expected.json").read_text("utf-8"))
    scores = [
        score("xinzheng", ours, cases, chosen.folder),
        score("pyHanko alone", pyhanko, cases, chosen.folder),
    ]
    made = table(scores, cases)
    print(made)
    for each in scores:
        print(f"{each.name} differs on: {', '.join(each.wrong) or 'none'}")
    if chosen.write:
        text = chosen.write.read_text("utf-8")
        head, tail = text[: text.index(BEGIN) + len(BEGIN)], text[text.index(END) :]
        chosen.write.write_text(f"{head}\n{made}\n{tail}", "utf-8")


if __name__ == "__main__":
    main()
