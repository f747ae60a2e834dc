"""Every command that the README and the guides show is run, in order, as a reader would paste it."""

import os
import re
import socket
import stat
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
BLOCK = re.compile(r"^```sh\n(.*?)^```", re.MULTILINE | re.DOTALL)
GUIDES = sorted(
    str(path.relative_to(ROOT))
    for path in [ROOT / "README.md", *(ROOT / "docs").glob("*.md")]
    if BLOCK.search(path.read_text(encoding="utf-8"))
)


@pytest.mark.parametrize("guide", GUIDES)
def test_the_commands_shown_work_as_they_stand(guide: str, tmp_path: Path) -> None:
    (tmp_path / "examples").symlink_to(ROOT / "examples")
    script = tmp_path / "guide.sh"
    script.write_text(_script(guide), encoding="utf-8")
    done = subprocess.run(
        ["bash", "-euo", "pipefail", str(script)],
        cwd=tmp_path,
        env=_environment(tmp_path),
        capture_output=True,
        text=True,
        timeout=240,
        check=False,
    )
    assert done.returncode == 0, f"{done.stdout[-2000:]}\n{done.stderr[-4000:]}"


def _script(guide: str) -> str:
    """The guide's blocks, one after the other; a served node goes on in the background until the end."""
    blocks = "".join(BLOCK.findall((ROOT / guide).read_text(encoding="utf-8")))
    lines = [_in_background(line) if _serves(line) else line for line in blocks.splitlines()]
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    text = "\n".join(["trap 'kill $(jobs -p) 2>/dev/null || true' EXIT", *lines, ""])
    return text.replace("8800", str(port))


def _serves(line: str) -> bool:
    return line.startswith(("xinzheng serve", "xinzheng demo"))


def _in_background(line: str) -> str:
    command = line.split("#")[0].strip()
    wait = "for _ in $(seq 200); do curl -sf http://127.0.0.1:8800/healthz && break; sleep 0.1; done"
    return f"{command} &\n{wait}\ncurl -sf http://127.0.0.1:8800/healthz"


def _environment(folder: Path) -> dict[str, str]:
    tools = folder / "tools"
    tools.mkdir()
    for name, command in (("xinzheng", "-m api"), ("python3", "")):
        tool = tools / name
        tool.write_text(f'#!/bin/sh\nexec "{sys.executable}" {command} "$@"\n', encoding="utf-8")
        tool.chmod(tool.stat().st_mode | stat.S_IXUSR)
    return {
        **os.environ,
        "PATH": f"{tools}:{os.environ['PATH']}",
        "PYTHONPATH": str(ROOT),
        "XINZHENG_STATE_FOLDER": str(folder / "state"),
    }
