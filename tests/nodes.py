"""Nodes for tests: founded once a session, copied for every test, with a clock the test turns by hand."""

import json
import shutil
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

from api.config import make_config, read_config, write_config
from api.founding import found, root_folder_of
from api.node import Node
from tests.databases import Databases, SqliteDatabases

EXAMPLES = Path(__file__).resolve().parent.parent / "examples" / "records"
URL = "https://zj.example"


class HandClock:
    """A clock that stands still until it is turned."""

    def __init__(self, now: datetime) -> None:
        self.now = now

    def __call__(self) -> datetime:
        return self.now

    def advance(self, step: timedelta) -> None:
        self.now += step


class NodeTemplate:
    """A founded node nobody has open."""

    def __init__(self, folder: Path, databases: Databases, now: datetime) -> None:
        self._databases = databases
        self._folder = folder / "node"
        database = None if isinstance(databases, SqliteDatabases) else databases.empty_url(folder)
        config = make_config(name="浙江省", region="330000", url=URL, database=database)
        found(self._folder, config, clock=HandClock(now))

    def copy(self, folder: Path) -> Path:
        """A node of one's own in `folder`, its demonstration root beside it."""
        target = folder / "node"
        shutil.copytree(self._folder, target)
        shutil.copytree(root_folder_of(self._folder), root_folder_of(target))
        config = read_config(self._folder)
        if not config.database.startswith("sqlite"):
            write_config(target, replace(config, database=self._databases.copy_url(config.database, folder)))
        return target


def example(name: str) -> bytes:
    """A record of examples/records."""
    return (EXAMPLES / f"{name}.json").read_bytes()


def example_with(name: str, **changed: object) -> bytes:
    """An example with some of its members changed."""
    return json.dumps({**json.loads(example(name)), **changed}, ensure_ascii=False).encode()


def open_node(folder: Path, clock: HandClock) -> Node:
    """Open a copied node under the test's clock."""
    return Node.open(folder, clock=clock)
