"""A file as octets: in memory when small, mapped when large, so that 300 MB need no 300 MB of memory."""

import io
import mmap
from collections.abc import Iterator
from contextlib import contextmanager
from hashlib import sha256
from pathlib import Path
from typing import IO, Any

Octets = bytes | mmap.mmap
"""Both are sliced, searched and measured alike; a slice is always bytes."""

_PIECE = 1 << 20


@contextmanager
def mapped(path: Path) -> Iterator[Octets]:
    """The file, read only. An empty file cannot be mapped and is empty bytes."""
    with path.open("rb") as file:
        if path.stat().st_size == 0:
            yield b""
            return
        with mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as data:
            yield data


def pieces_of(data: Octets) -> Iterator[bytes]:
    """The whole in pieces; pages of a mapped file are given back once read."""
    if isinstance(data, bytes):
        yield data
        return
    for start in range(0, len(data), _PIECE):
        yield data[start : start + _PIECE]
        data.madvise(mmap.MADV_DONTNEED, start, min(_PIECE, len(data) - start))


def digest_of(data: Octets) -> bytes:
    """SHA-256, 32 octets."""
    digest = sha256()
    for piece in pieces_of(data):
        digest.update(piece)
    return digest.digest()


def stream_of(data: Octets) -> IO[Any]:
    """A stream to read from; a mapped file is not copied."""
    return io.BytesIO(data) if isinstance(data, bytes) else io.BufferedReader(_MappedReader(data), 1 << 16)


class _MappedReader(io.RawIOBase):
    """A mapped file as a raw stream with a position of its own."""

    def __init__(self, data: mmap.mmap) -> None:
        self._data, self._at = data, 0

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        base = {io.SEEK_SET: 0, io.SEEK_CUR: self._at, io.SEEK_END: len(self._data)}[whence]
        if base + offset < 0:
            raise ValueError("before the beginning of the file")
        self._at = base + offset
        return self._at

    def tell(self) -> int:
        return self._at

    def readinto(self, buffer: Any) -> int:
        piece = self._data[self._at : self._at + len(buffer)]
        buffer[: len(piece)] = piece
        self._at += len(piece)
        return len(piece)
