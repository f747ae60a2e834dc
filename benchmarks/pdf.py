"""Verifying signed PDFs beside pyHanko: a small seal, 25 signatures, a file of 300 MB."""

import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import typst

from benchmarks import pdf_scores, peers
from benchmarks.measure import Row, against
from ca.paths import X509Snapshot
from keys.clock import utc_now
from seal.apply import seal_pdf
from seal.bounded import BoundedReader
from seal.place import Place
from seal.verify import verify_evidence, verify_pdf

PAGE = b'#set page(paper: "a4")\n#lorem(120)'
SIGNATURES = 25
LARGE_MB = 300
MOST_MB = 512
_PICTURE = b"#set page(width: 40mm, height: 40mm, margin: 0mm)\n#circle(radius: 19mm, stroke: red)"
_READ = (
    "import sys, mmap, re; sys.path.insert(0, sys.argv[2]);"
    "from seal.verification.reading import read_evidence;"
    "f = open(sys.argv[1], 'rb'); d = mmap.mmap(f.fileno(), 0, access=mmap.ACCESS_READ);"
    "e = read_evidence(d); assert not e.problem and e.signatures[0].cryptography == 'intact', e.problem;"
    "print(int(re.search(r'VmHWM:\\s+(\\d+)', open('/proc/self/status').read())[1]) // 1024)"
)


def rows() -> Iterator[Row]:
    """Every line of the verifier."""
    key = peers.LocalSigner()
    small = sealed(typst.compile(PAGE), key, 1)
    yield _small(small, key)
    yield _many(sealed(typst.compile(PAGE), key, SIGNATURES), key)
    yield _large(key)


def sealed(pdf: bytes, key: peers.LocalSigner, times: int) -> bytes:
    """The document with so many visible approval signatures."""
    picture = typst.compile(_PICTURE)
    for index in range(times):
        pdf = seal_pdf(
            pdf,
            signer=key,
            certificate=key.certificate,
            chain=(),
            seal_record_der=b"",
            appearance_pdf=picture,
            place=Place(page=1, x_mm=25 + 40 * (index % 5), y_mm=30 + 45 * (index // 5)),
            timestamper=None,
            now=utc_now(),
            certify=False,
        )
    return pdf


def _trusting(key: peers.LocalSigner) -> X509Snapshot:
    return X509Snapshot((key.certificate,), (), (), utc_now())


def _small(pdf: bytes, key: peers.LocalSigner) -> Row:
    trusted = _trusting(key)

    def ours() -> None:
        found = verify_pdf(pdf, x509=trusted, logs={}, now=utc_now())
        assert found.signatures[0].cryptography == "intact"

    return against(
        "verify a sealed PDF (library, all four layers)",
        "pyHanko, object difference only",
        ours,
        lambda: pdf_scores.pyhanko(pdf),
        bar=1,
    )


def _many(pdf: bytes, key: peers.LocalSigner) -> Row:
    trusted, spent = _trusting(key), []
    with BoundedReader() as reader:
        reader.read(b"%PDF-")
        for _ in range(3):
            start = time.perf_counter()
            found = verify_evidence(reader.read(pdf), x509=trusted, logs={}, now=utc_now())
            spent.append(time.perf_counter() - start)
            assert len(found.signatures) == SIGNATURES
    start = time.perf_counter()
    pdf_scores.pyhanko(pdf)
    peer = time.perf_counter() - start
    ours = min(spent)
    work = f"verify a PDF with {SIGNATURES} signatures, in a bounded child"
    return Row(work, "pyHanko", 1 / peer, 1 / ours, "< 1 s", ours < 1, f"{ours:.2f} s beside {peer:.2f} s")


def _large(key: peers.LocalSigner) -> Row:
    """Seconds and memory of a process that reads one large file, as the bounded child does."""
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "large.pdf"
        file.write_bytes(sealed(large_pdf(LARGE_MB), key, 1))
        start = time.perf_counter()
        root = str(Path(__file__).resolve().parents[1])
        done = subprocess.run(
            [sys.executable, "-c", _READ, str(file), root], capture_output=True, text=True, check=True
        )
        spent = time.perf_counter() - start
    memory = int(done.stdout)
    return Row(
        f"verify a PDF of {LARGE_MB} MB", "–", None, 1 / spent, f"≤ {MOST_MB} MB", memory <= MOST_MB,
        f"{memory} MB of memory, {spent:.1f} s with the start of the process",
    )  # fmt: skip


def large_pdf(megabytes: int) -> bytes:
    """One page and one stream of so many megabytes that nothing unpacks."""
    head = b"%PDF-1.7\n"
    objects = [
        b"<</Type /Catalog /Pages 2 0 R>>",
        b"<</Type /Pages /Kids [3 0 R] /Count 1>>",
        b"<</Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Resources <<>>>>",
    ]
    size = megabytes << 20
    out, offsets = bytearray(head), []
    for number, body in enumerate(objects, 1):
        offsets.append(len(out))
        out += b"%d 0 obj\n%b\nendobj\n" % (number, body)
    offsets.append(len(out))
    out += b"4 0 obj\n<</Type /EmbeddedFile /Length %d>>\nstream\n" % size
    out += bytes(range(1, 256)) * (size // 255) + b"\x01" * (size % 255) + b"\nendstream\nendobj\n"
    start = len(out)
    out += b"xref\n0 5\n0000000000 65535 f \n" + b"".join(b"%010d 00000 n \n" % at for at in offsets)
    out += b"trailer\n<</Size 5 /Root 1 0 R>>\nstartxref\n%d\n%%%%EOF\n" % start
    return bytes(out)
