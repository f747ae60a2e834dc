"""A file of 300 MB is sealed and archived on the disk, in a process that may have 512 MB."""

import subprocess
import sys
from pathlib import Path

import pytest

from tests.unit.seal import papers

LIMIT = 512 * 1024 * 1024
WORK = """
import sys, resource
from pathlib import Path
limit = int(sys.argv[3])
resource.setrlimit(resource.RLIMIT_DATA, (limit, limit))
from tests.unit.seal.local import MIDDLE, NOW, local_seal
from seal import cms
from seal.layout import Layout
from seal.package import SealPackage
from seal.octets import mapped
from seal.archive import archive_pdf
from seal.dss import NO_PROOFS
from seal.pdf_source import open_pdf
from seal.remote import finish_file, prepare_file
from seal.ticket import Answer
source, out = Path(sys.argv[1]), Path(sys.argv[2])
seal = local_seal()
package = SealPackage("3300007K3M9Q2D", "x", seal.record, (seal.certificate,), seal.picture.pdf)
use = {"purpose": "p", "used_by": "u", "on_behalf_of": ""}
ticket = prepare_file(source, out, package, Layout(MIDDLE, False), now=NOW, **use)
attributes = cms.signed_attributes(package.template(), ticket.terms.signed_ranges, cms.Evidence(seal.record))
finish_file(out, ticket, Answer(attributes, seal.signer.sign(attributes)), package)
with mapped(out) as data:
    update = archive_pdf(open_pdf(data), NO_PROOFS, lambda digest: b"\\x30" + bytes(2000), now=NOW)
with out.open("ab") as file:
    file.write(update)
# Of this process alone: ru_maxrss would count what its parent held when it forked. What is mapped from a file
# can be dropped at any time; what counts is the rest.
status = dict(line.split(":", 1) for line in Path("/proc/self/status").read_text().splitlines())
print(*(int(status[name].split()[0]) * 1024 for name in ("RssAnon", "VmHWM")))
"""


@pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="memory is measured the Linux way")
def test_three_hundred_megabytes_are_sealed_and_archived_within_512(tmp_path: Path) -> None:
    source, out = tmp_path / "large.pdf", tmp_path / "sealed.pdf"
    source.write_bytes(papers.large(300 * 1024 * 1024))
    size = source.stat().st_size
    done = subprocess.run(
        [sys.executable, "-c", WORK, str(source), str(out), str(LIMIT)],
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    own, peak = (int(value) for value in done.stdout.split())
    assert own < 200 * 1024 * 1024
    assert peak < LIMIT
    assert out.stat().st_size > size
    with out.open("rb") as sealed, source.open("rb") as original:
        while piece := original.read(1 << 24):
            assert sealed.read(len(piece)) == piece
