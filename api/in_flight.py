"""Who is signing right now on this machine: a shared file lock for an act, an exclusive one to clean up.

The kernel lets go of the lock when a process dies, however it dies. So the one who gets the exclusive lock
knows that every open intent of this machine belongs to nobody any more.
"""

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

_MODE = 0o600


@contextmanager
def in_flight(path: Path) -> Iterator[None]:
    """Hold the shared lock. Waits while somebody cleans up."""
    with _opened(path) as descriptor:
        fcntl.flock(descriptor, fcntl.LOCK_SH)
        yield


@contextmanager
def nobody_in_flight(path: Path) -> Iterator[bool]:
    """Try for the exclusive lock; yields whether it was had. Never waits."""
    with _opened(path) as descriptor:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            yield False
            return
        yield True


@contextmanager
def _opened(path: Path) -> Iterator[int]:
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, _MODE)
    try:
        yield descriptor
    finally:
        os.close(descriptor)
