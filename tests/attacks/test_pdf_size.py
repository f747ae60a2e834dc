"""Large files are read where they lie: memory grows with the pages that are touched, never with copies."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from seal.bounded import BoundedReader, Bounds
from tests.unit.seal.plain_pdf import build_pdf, page_objects, stream
from tests.unit.seal.sealed import make_sealed

MEGABYTES = 48
READ = """
import mmap, re, sys
sys.path.insert(0, sys.argv[2])
from seal.bounded_child import warm_up
from seal.verification.reading import read_evidence
def memory():
    return int(re.search(r"VmHWM:\\s+(\\d+)", open("/proc/self/status").read())[1]) // 1024
warm_up()
before = memory()
with open(sys.argv[1], "rb") as file:
    evidence = read_evidence(mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ))
assert evidence.signatures[0].cryptography == "intact", evidence
print(memory() - before)
"""


@pytest.fixture(scope="module")
def large(tmp_path_factory: pytest.TempPathFactory) -> Path:
    objects = page_objects()
    objects[6] = stream(os.urandom(1 << 20) * MEGABYTES, b" /Type /EmbeddedFile")
    path = tmp_path_factory.mktemp("large") / "large.pdf"
    path.write_bytes(make_sealed(tmp_path_factory.mktemp("world")).seal(build_pdf(objects)))
    return path


def test_a_large_file_is_mapped_and_never_copied(large: Path) -> None:
    root = str(Path(__file__).parents[2])
    command = [sys.executable, "-c", READ, str(large), root]
    done = subprocess.run(command, capture_output=True, text=True, check=True, timeout=60)
    assert int(done.stdout) < 1.5 * MEGABYTES


def test_a_file_is_verified_without_coming_into_this_process(large: Path) -> None:
    with BoundedReader(Bounds(memory_bytes=1024 * 1024 * 1024)) as reader:
        evidence = reader.read_file(large)
    assert evidence.size == large.stat().st_size
    assert [signature.cryptography for signature in evidence.signatures] == ["intact"]


def test_an_empty_file_is_no_pdf(tmp_path: Path) -> None:
    (tmp_path / "empty.pdf").write_bytes(b"")
    with BoundedReader() as reader:
        assert reader.read_file(tmp_path / "empty.pdf").problem
