"""`python -m benchmarks [--write docs/benchmarks.md]`."""

import argparse
from pathlib import Path

from benchmarks import paper, pdf, service
from benchmarks.table import markdown, write
from benchmarks.workplace import working_node


def main() -> None:
    """Measure everything, print the table, write it where asked."""
    parser = argparse.ArgumentParser(description="speed beside the peers")
    parser.add_argument("--write", type=Path, help="the Markdown file whose table is replaced")
    chosen = parser.parse_args()
    with working_node() as node:
        rows = [*paper.rows(node), *pdf.rows(), *service.rows(node)]
    print(markdown(rows))
    if chosen.write:
        write(chosen.write, rows)


main()
