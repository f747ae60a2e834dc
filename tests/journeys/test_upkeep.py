"""An operator keeps a node: checks it, audits its log, backs it up and gets it back."""

import sqlite3
from pathlib import Path

import pytest

from api.config import read_config
from keys.clock import utc_now
from tests.databases import SqliteDatabases
from tests.journeys.conftest import Xinzheng
from tests.nodes import EXAMPLES, NodeTemplate

ISSUE = ("license", "issue", EXAMPLES / "business-license.json", "--out")


@pytest.fixture(scope="module")
def embedded_template(tmp_path_factory: pytest.TempPathFactory) -> NodeTemplate:
    folder = tmp_path_factory.mktemp("embedded")
    return NodeTemplate(folder, SqliteDatabases(folder), utc_now())


@pytest.fixture
def embedded(embedded_template: NodeTemplate, tmp_path: Path) -> Path:
    """A node in SQLite, whichever database the suite runs on."""
    return embedded_template.copy(tmp_path)


def test_a_new_node_is_sound(xinzheng: Xinzheng, live: Path) -> None:
    said = xinzheng("check", "--data", live, "--json")
    assert said.code == 0
    assert said.json()["sound"] is True
    assert xinzheng("log", "audit", "--data", live).code == 0


def test_a_checkpoint_kept_elsewhere_shows_a_log_that_was_cut(xinzheng: Xinzheng, live: Path) -> None:
    xinzheng(*ISSUE, live / "a.pdf", "--data", live)
    (live / "kept").write_text(xinzheng("log", "checkpoint", "--data", live).out)
    audit = ("log", "audit", "--data", live, "--remembered", live / "kept")
    assert xinzheng(*audit).code == 0


def test_keys_are_listed_and_never_shown(xinzheng: Xinzheng, live: Path) -> None:
    said = xinzheng("keys", "list", "--data", live, "--json")
    assert {"log", "node-ca", "status-signer"} <= {one["label"] for one in said.json()["keys"]}
    assert "PRIVATE" not in said.out


def test_a_backup_restores_the_node_with_its_key_and_not_without(
    xinzheng: Xinzheng, embedded: Path, tmp_path: Path
) -> None:
    xinzheng(*ISSUE, embedded / "a.pdf", "--data", embedded)
    backup = tmp_path / "b.tar"
    assert xinzheng("backup", "--data", embedded, "--out", backup).code == 0
    assert (embedded / "kek").read_bytes().strip() not in backup.read_bytes()
    assert xinzheng("backup", "--data", embedded, "--out", backup).code == 73

    wrong = tmp_path / "wrong"
    wrong.write_text("A" * 43 + "\n")
    said = xinzheng("restore", backup, "--data", tmp_path / "no", "--kek", wrong)
    assert said.code == 69
    restored = tmp_path / "again"
    said = xinzheng("restore", backup, "--data", restored, "--kek", embedded / "kek")
    assert said.code == 0, said
    assert xinzheng("check", "--data", restored).code == 0
    assert xinzheng("verify", embedded / "a.pdf", "--data", restored).code == 0
    assert xinzheng(*ISSUE, restored / "b.pdf", "--data", restored).code == 0
    assert xinzheng("restore", backup, "--data", restored, "--kek", embedded / "kek").code == 73


def test_a_postgresql_node_is_sent_to_its_own_tools(xinzheng: Xinzheng, live: Path) -> None:
    said = xinzheng("backup", "--data", live, "--out", live / "b.tar")
    if read_config(live).database.startswith("sqlite"):
        assert said.code == 0
    else:
        assert said.code == 65
        assert "pg_dump" in said.err


@pytest.mark.parametrize("content", [b"", b"not a tar", b"\x00" * 10240])
def test_what_is_no_backup_is_refused_in_words(
    xinzheng: Xinzheng, embedded: Path, tmp_path: Path, content: bytes
) -> None:
    (tmp_path / "b.tar").write_bytes(content)
    said = xinzheng("restore", tmp_path / "b.tar", "--data", tmp_path / "n", "--kek", embedded / "kek")
    assert said.code == 70
    assert "备份" in said.err


def test_a_leaf_changed_by_hand_is_found_and_the_log_signs_no_more(
    xinzheng: Xinzheng, embedded: Path
) -> None:
    with sqlite3.connect(embedded / "node.db") as connection:
        connection.execute("UPDATE log_leaf SET entry = x'00' WHERE idx = (SELECT max(idx) FROM log_leaf)")
    assert xinzheng("log", "audit", "--data", embedded).code == 1
    assert xinzheng("check", "--data", embedded).code == 1
    said = xinzheng(*ISSUE, embedded / "a.pdf", "--data", embedded)
    assert said.code == 69
    assert not (embedded / "a.pdf").exists()
