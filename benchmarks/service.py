"""The served node: verifications over HTTP, time until the first answer, memory of a worker.

`wrk` drives loopback only, for a few seconds; without it the line is left out.
"""

import re
import shutil
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx

from api.node import Node
from benchmarks.measure import Row
from benchmarks.workplace import one_license

SECONDS = 8
CONNECTIONS = 16
VERIFIES_BAR, START_BAR_S, MEMORY_BAR_MB = 2500, 2.0, 150


@dataclass(frozen=True, slots=True)
class Served:
    """A node's worker on loopback."""

    url: str
    process: subprocess.Popen[bytes]
    started_s: float

    def memory_mb(self) -> tuple[float, float]:
        """Resident memory of the worker, and of the process that reads PDFs for it, MiB."""
        children = subprocess.run(
            ["pgrep", "-P", str(self.process.pid)], capture_output=True, text=True, check=False
        )
        return _resident(str(self.process.pid)), sum(_resident(pid) for pid in children.stdout.split())


def _resident(pid: str) -> float:
    """Resident set size; a library that two processes share counts in both."""
    status = Path("/proc", pid, "status").read_text(encoding="ascii", errors="replace")
    found = re.search(r"^VmRSS:\s+(\d+) kB", status, re.MULTILINE)
    return int(found.group(1)) / 1024 if found else 0.0


@contextmanager
def served(node: Node) -> Iterator[Served]:
    """`xinzheng serve` with one worker, until the block ends."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    url, began = f"http://127.0.0.1:{port}", time.perf_counter()
    command = [sys.executable, "-m", "api", "serve", "--data", str(node.folder), "--port", str(port), "--dev"]
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        while True:
            try:
                httpx.get(f"{url}/healthz").raise_for_status()
                break
            except httpx.TransportError:
                time.sleep(0.01)
        yield Served(url, process, time.perf_counter() - began)
    finally:
        process.terminate()
        process.wait(timeout=20)


def rows(node: Node) -> Iterator[Row]:
    """The lines of the service side."""
    credential = one_license(node).credential
    with served(node) as running:
        started = running.started_s
        yield Row(
            "start until the first answer, starts a second",
            "–",
            None,
            1 / started,
            f"< {START_BAR_S:g} s",
            started < START_BAR_S,
            f"{started:.2f} s",
        )
        if shutil.which("wrk"):
            rate = _wrk(f"{running.url}/v1/verify", credential)
            yield Row(
                "verify a license over HTTP, one worker",
                "–",
                None,
                rate,
                f"≥ {VERIFIES_BAR:,}/s",
                rate >= VERIFIES_BAR,
            )
        memory, reader = running.memory_mb()
        yield Row(
            "memory of a worker after that, MiB",
            "–",
            None,
            memory,
            f"≤ {MEMORY_BAR_MB}",
            memory <= MEMORY_BAR_MB,
            f"its PDF reader, a process of its own: {reader:.0f}",
        )


def _wrk(url: str, body: str) -> float:
    with tempfile.NamedTemporaryFile("w", suffix=".lua", delete=False) as script:
        script.write('wrk.method = "POST"\nwrk.headers["Content-Type"] = "application/dc+sd-jwt"\n')
        script.write(f'wrk.body = "{body}"\n')
    command = ["wrk", "-t1", f"-c{CONNECTIONS}", f"-d{SECONDS}s", "-s", script.name, url]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    Path(script.name).unlink()
    assert "Non-2xx" not in done.stdout, done.stdout
    found = re.search(r"Requests/sec:\s+([\d.]+)", done.stdout)
    assert found is not None, done.stdout
    return float(found.group(1))
