"""The command line as a user meets it: real clock, exit codes, what is printed."""

import json
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from api.cli import run
from keys.clock import utc_now
from tests.databases import Databases
from tests.nodes import NodeTemplate


@dataclass(frozen=True, slots=True)
class Said:
    """What a command answered."""

    code: int
    out: str
    err: str

    def json(self) -> Any:
        return json.loads(self.out)


Xinzheng = Callable[..., Said]


@pytest.fixture
def xinzheng(capsys: pytest.CaptureFixture[str]) -> Xinzheng:
    """Run one command in this process."""

    def call(*arguments: object) -> Said:
        capsys.readouterr()
        code = run([str(one) for one in arguments])
        captured = capsys.readouterr()
        return Said(code, captured.out, captured.err)

    return call


@pytest.fixture(scope="session")
def live_template(databases: Databases, tmp_path_factory: pytest.TempPathFactory) -> NodeTemplate:
    """A node founded just now, by the machine's own clock."""
    return NodeTemplate(tmp_path_factory.mktemp("live-template"), databases, utc_now())


@pytest.fixture
def live(live_template: NodeTemplate, tmp_path: Path) -> Path:
    """The folder of a node of this test alone; commands open it by the machine's clock."""
    return live_template.copy(tmp_path)


@pytest.fixture(autouse=True)
def own_state(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What the command line remembers between calls lies in the test's folder."""
    from api.settings import settings

    monkeypatch.setenv("XINZHENG_STATE_FOLDER", str(tmp_path / "state"))
    settings.cache_clear()
