"""Read files from strangers in a process of their own (T24): whatever a file does to its reader, the service
stays.

    service ──── one forked reader, warm ──┬── child for document 1: limits set, reads, answers, ends
     (parent)     (imports done once)      └── child for document 2 …

A child has limits on memory, processor time and wall time, no environment and no open files but its document
and its answer. Its answer is data only: the parent unpickles nothing but the value types listed here, so that
a child that was taken over cannot make the parent do anything. Blocking; an async server calls `read` in a
thread.
"""

import contextlib
import os
import pickle
import select
import socket
import subprocess
import sys
import threading
import time
from dataclasses import dataclass
from pathlib import Path

from seal.bounded_answer import open_answer
from seal.verification.evidence import PdfEvidence
from seal.verification.limits import Limits

_ROOT = str(Path(__file__).resolve().parent.parent)
_START = (
    "import sys; sys.path.insert(0, sys.argv[1]); "
    "from seal.bounded_child import serve; serve(int(sys.argv[2]))"
)
_PIECE = 1 << 20
_GRACE = 2.0
"""Seconds beyond the child's own wall time before the parent stops waiting."""


@dataclass(frozen=True, slots=True)
class Bounds:
    """What one child may use. `memory_bytes` is address space beyond twice the size of the file."""

    memory_bytes: int = 1024 * 1024 * 1024
    processor_seconds: int = 20
    wall_seconds: float = 30.0
    answer_bytes: int = 64 * 1024 * 1024
    children: int = 4
    """Documents read at the same time; further callers wait."""


class BoundedReader:
    """Reads PDF files in bounded children. Thread-safe; `close` it, or use it as a context manager."""

    def __init__(self, bounds: Bounds | None = None, limits: Limits | None = None) -> None:
        self._bounds = bounds or Bounds()
        self._limits = limits or Limits()
        self._lock = threading.Lock()
        self._places = threading.BoundedSemaphore(self._bounds.children)
        self._process: subprocess.Popen[bytes] | None = None
        self._socket: socket.socket | None = None

    def read(self, data: bytes) -> PdfEvidence:
        """The evidence of one file. Never raises for a bad file: one that exhausts its child has that as
        `problem`."""
        document = _as_file(data) if len(data) <= self._limits.file_bytes else -1
        try:
            return self._read(document, len(data))
        finally:
            if document >= 0:
                os.close(document)

    def read_file(self, path: Path) -> PdfEvidence:
        """As `read`, without a copy of the file in this process. Raises OSError when it cannot be opened."""
        with path.open("rb") as file:
            return self._read(file.fileno(), os.fstat(file.fileno()).st_size)

    def close(self) -> None:
        """End the warm reader. Children that still read end by their own limits."""
        with self._lock:
            self._stop()

    def __enter__(self) -> "BoundedReader":
        return self

    def __exit__(self, *exception: object) -> None:
        self.close()

    def _read(self, document: int, size: int) -> PdfEvidence:
        if size > self._limits.file_bytes:
            return _gave_up(size, "this file is larger than what is read", "文件大小超出读取上限")
        with self._places:
            answer = self._ask(document, size)
        if answer is None:
            return _gave_up(
                size,
                "reading this file took more time or memory than is allowed",
                "读取该文件所需的时间或内存超出限制",
            )
        return answer

    def _ask(self, document: int, size: int) -> PdfEvidence | None:
        ours, theirs = os.pipe()
        try:
            self._send(size, document, theirs)
            os.close(theirs)
            theirs = -1
            raw = _receive(ours, self._bounds.wall_seconds + _GRACE, self._bounds.answer_bytes)
        except OSError:
            return None
        finally:
            for descriptor in (ours, theirs):
                if descriptor >= 0:
                    os.close(descriptor)
        return open_answer(raw)

    def _send(self, size: int, document: int, answer: int) -> None:
        job = pickle.dumps((size, self._bounds_for(size), self._limits))
        with self._lock:
            for attempt in (1, 2):
                try:
                    socket.send_fds(self._connected(), [job], [document, answer])
                    return
                except OSError:
                    # The warm reader is gone, perhaps killed for memory: start another one, once.
                    self._stop()
                    if attempt == 2:
                        raise

    def _bounds_for(self, size: int) -> tuple[int, int, float]:
        bounds = self._bounds
        return bounds.memory_bytes + 2 * size, bounds.processor_seconds, bounds.wall_seconds

    def _connected(self) -> socket.socket:
        if self._socket is None:
            ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
            with theirs:
                self._process = subprocess.Popen(  # noqa: S603 - our own interpreter and our own module
                    [sys.executable, "-I", "-c", _START, _ROOT, str(theirs.fileno())],
                    pass_fds=[theirs.fileno()],
                    stdin=subprocess.DEVNULL,
                    stdout=subprocess.DEVNULL,
                    stderr=subprocess.DEVNULL,
                    env={"LANG": "C.UTF-8"},
                    cwd="/",
                )
            self._socket = ours
        return self._socket

    def _stop(self) -> None:
        if self._socket is not None:
            self._socket.close()
        if self._process is not None:
            with contextlib.suppress(subprocess.TimeoutExpired):
                self._process.wait(timeout=_GRACE)
            if self._process.poll() is None:
                self._process.kill()
                self._process.wait()
        self._socket = self._process = None


def _gave_up(size: int, reason: str, reason_zh: str) -> PdfEvidence:
    return PdfEvidence(size, problem=reason, problem_zh=reason_zh)


def _as_file(data: bytes) -> int:
    """The document as a descriptor without a name."""
    descriptor = os.memfd_create("document", os.MFD_CLOEXEC)
    view = memoryview(data)
    while view:
        view = view[os.write(descriptor, view[:_PIECE]) :]
    return descriptor


def _receive(descriptor: int, seconds: float, most: int) -> bytes:
    """Everything the child writes until it closes its end; empty when it is late or writes too much."""
    deadline = time.monotonic() + seconds
    parts: list[bytes] = []
    size = 0
    while (left := deadline - time.monotonic()) > 0:
        if not select.select([descriptor], [], [], left)[0]:
            break
        part = os.read(descriptor, _PIECE)
        if not part:
            return b"".join(parts)
        parts.append(part)
        size += len(part)
        if size > most:
            break
    return b""
