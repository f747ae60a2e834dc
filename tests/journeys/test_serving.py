"""`serve` and `demo` as processes: they come up quickly, answer, share the work, and leave when asked."""

import json
import os
import re
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
import pytest

from tests.journeys.conftest import Xinzheng
from tests.nodes import EXAMPLES

ROOT = Path(__file__).resolve().parents[2]
PATIENCE_S = 60


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextmanager
def running(*arguments: object, port: int) -> Iterator[subprocess.Popen[str]]:
    """A `xinzheng` process that answers at `port`."""
    process = subprocess.Popen(
        [sys.executable, "-m", "api", *(str(one) for one in arguments)],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        env={**os.environ, "PYTHONUNBUFFERED": "1"},
    )
    try:
        deadline = time.monotonic() + PATIENCE_S
        while time.monotonic() < deadline and process.poll() is None:
            try:
                if httpx.get(f"http://127.0.0.1:{port}/readyz").status_code == 200:
                    break
            except httpx.TransportError:
                time.sleep(0.05)
        else:
            pytest.fail(f"it did not come up: {process.communicate()[0]}")
        yield process
    finally:
        process.send_signal(signal.SIGTERM)
        process.communicate(timeout=PATIENCE_S)


@pytest.mark.parametrize("workers", [1, 2])
def test_a_served_node_verifies_for_others_and_sees_a_revocation_within_seconds(
    xinzheng: Xinzheng, live: Path, workers: int
) -> None:
    issue = ("license", "issue", "--data", live, EXAMPLES / "business-license.json")
    name = xinzheng(*issue, "--out", live / "a.pdf", "--json").json()["identifier"]
    port = free_port()
    url = f"http://127.0.0.1:{port}"
    with running("serve", "--data", live, "--port", port, "--workers", workers, port=port) as process:
        assert xinzheng("verify", live / "a.pdf", "--url", url).code == 0
        assert xinzheng("license", "revoke", "--data", live, name, "--reason", "r").code == 0
        deadline = time.monotonic() + 10
        while xinzheng("verify", live / "a.pdf", "--url", url).code != 1:
            assert time.monotonic() < deadline
            time.sleep(0.1)
        report = xinzheng("verify", live / "a.pdf", "--url", url, "--json").json()
        assert report["verdict"] == "invalid"
        process.send_signal(signal.SIGTERM)
        process.wait(timeout=PATIENCE_S)


def test_a_node_nobody_serves_is_unreachable_not_invalid(xinzheng: Xinzheng) -> None:
    said = xinzheng("verify", EXAMPLES / "business-license.json", "--url", f"http://127.0.0.1:{free_port()}")
    assert said.code == 69


def test_demo_makes_a_node_and_says_what_to_try(xinzheng: Xinzheng, tmp_path: Path) -> None:
    said = xinzheng("demo", "--data", tmp_path / "demo", "--licenses", 6, "--no-serve")
    assert said.code == 0
    assert "6/6" in said.out
    assert re.search(r"http://127\.0\.0\.1:8800/l/[A-Za-z0-9_-]{22}\b", said.out)
    assert "/verify" in said.out
    expected = {
        "营业执照.pdf": 0,
        "营业执照.sdjwt": 0,
        "已篡改.pdf": 1,
        "已暂扣.pdf": 1,
        "已吊销.pdf": 1,
        "旧版本.pdf": 1,
    }
    papers = tmp_path / "demo-papers"
    for name, code in expected.items():
        assert xinzheng("verify", papers / name, "--data", tmp_path / "demo").code == code, name
    assert xinzheng("check", "--data", tmp_path / "demo").code == 0


def test_demo_in_one_command_serves_and_is_there_again_the_second_time(tmp_path: Path) -> None:
    port = free_port()
    again = ("demo", "--data", tmp_path / "demo", "--licenses", 6, "--port", port)
    for _ in range(2):
        with running(*again, port=port):
            home = httpx.get(f"http://127.0.0.1:{port}/", headers={"accept": "text/html"})
            assert home.status_code == 200
            assert "浙江省" in home.text


def test_the_module_is_the_command() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "api", "check", "--data", "/does/not/exist", "--json"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 66
    assert json.loads(done.stdout)["error"] == "node_missing"
