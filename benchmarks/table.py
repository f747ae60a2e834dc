"""The table of docs/benchmarks.md: replaced between two markers, so that the prose around it stays."""

from collections.abc import Iterable
from pathlib import Path

from benchmarks.measure import Row

BEGIN, END = "<!-- table: begin -->", "<!-- table: end -->"
HEAD = "| work | peer | peer /s | ours /s | ratio | bar | met |\n|---|---|---:|---:|---:|---|---|"


def markdown(rows: Iterable[Row]) -> str:
    """The rows as a Markdown table."""
    lines = [HEAD]
    for row in rows:
        peer = f"{row.peer_rate:,.0f}" if row.peer_rate else "–"
        ratio = f"{row.ratio:.2f}×" if row.ratio else "–"
        work = f"{row.work} ({row.note})" if row.note else row.work
        met = "yes" if row.met else "**no**"
        lines.append(f"| {work} | {row.peer} | {peer} | {row.our_rate:,.0f} | {ratio} | {row.bar} | {met} |")
    return "\n".join(lines)


def write(path: Path, rows: Iterable[Row]) -> None:
    """Replace what stands between the markers of `path`."""
    text = path.read_text(encoding="utf-8")
    before, rest = text.split(BEGIN, 1)
    after = rest.split(END, 1)[1]
    path.write_text(f"{before}{BEGIN}\n{markdown(rows)}\n{END}{after}", encoding="utf-8")
