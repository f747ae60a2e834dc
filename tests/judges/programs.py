"""Independent judges that are programs of the system: run them, or skip saying which one is missing."""

import shutil
import subprocess
from collections.abc import Sequence
from pathlib import Path

import pytest


def program(name: str) -> str:
    """The path of a program; skips the test when it is not installed."""
    found = shutil.which(name)
    if found is None:
        pytest.skip(f"{name} is not installed")
    return found


def run(name: str, *arguments: str | Path, seconds: float = 120) -> str:
    """What the program prints, both streams; fails the test when it does not end well."""
    result = attempt(name, *arguments, seconds=seconds)
    said = result.stdout + result.stderr
    assert result.returncode == 0, said
    return said


def attempt(name: str, *arguments: str | Path, seconds: float = 120) -> subprocess.CompletedProcess[str]:
    """Run the program and answer how it ended."""
    command: Sequence[str] = [program(name), *map(str, arguments)]
    return subprocess.run(command, capture_output=True, text=True, timeout=seconds, check=False)
