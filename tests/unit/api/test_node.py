"""A founded node: what lies where, what is refused, what it can do at once."""

import stat
from datetime import datetime
from pathlib import Path

import pytest

from api.config import NodeConfig, make_config
from api.errors import NodeDamaged, NodeExists, NodeMissing
from api.founding import found, root_folder_of
from api.licensing import issue, read_record
from api.node import Node
from api.settings import settings
from keys.custody import Kek
from keys.errors import KekUnavailable
from keys.report import Verdict
from licenses.order import IssueOrder
from licenses.verify import verify
from tests.conftest import NOW
from tests.nodes import HandClock, example


@pytest.mark.parametrize("name", ["business-license", "real-estate-ownership", "construction-qualification"])
def test_a_new_node_issues_every_example_and_verifies_both_faces(node: Node, name: str) -> None:
    faces = issue(node, IssueOrder(read_record(node, example(name)), "op-1"))
    for artifact in (faces.credential.encode(), faces.document):
        report = verify(artifact, node.snapshot(), now=node.clock(), lookup=node.lookup)
        assert [check for check in report.checks if check.outcome == "fail"] == []
        assert report.verdict is Verdict.VALID


def config_of(url: str = "https://zj.example") -> NodeConfig:
    return make_config(name="浙江省", region="330000", url=url, database=None)


def test_init_leaves_what_the_design_says_and_nothing_secret_inside_but_the_kek(
    tmp_path: Path, clock: HandClock
) -> None:
    made = found(tmp_path / "n", config_of(), clock=clock)
    assert {path.name for path in made.folder.iterdir()} >= {"node.toml", "node.db", "kek", "anchor.pem"}
    assert stat.S_IMODE((made.folder / "kek").stat().st_mode) == 0o400
    assert stat.S_IMODE(made.folder.stat().st_mode) == 0o700
    assert made.root_folder == root_folder_of(made.folder)
    assert not made.root_folder.is_relative_to(made.folder)
    for key in made.operator_keys:
        assert stat.S_IMODE(key.stat().st_mode) == 0o400
    inside = b"".join(path.read_bytes() for path in made.folder.iterdir() if path.is_file())
    assert b"PRIVATE KEY" not in inside


def test_a_founding_that_dies_leaves_no_node_under_the_name(tmp_path: Path) -> None:
    calls = 0

    def dying_clock() -> datetime:
        nonlocal calls
        calls += 1
        if calls > 5:
            raise KeyboardInterrupt
        return NOW

    with pytest.raises(KeyboardInterrupt):
        found(tmp_path / "n", config_of(), clock=dying_clock)
    with pytest.raises(NodeMissing):
        Node.open(tmp_path / "n")


@pytest.mark.parametrize("beside", ["n", "n-root", "n.new"])
def test_founding_never_touches_what_is_there(tmp_path: Path, clock: HandClock, beside: str) -> None:
    (tmp_path / beside).mkdir()
    (tmp_path / beside / "precious").write_text("x")
    with pytest.raises(NodeExists):
        found(tmp_path / "n", config_of(), clock=clock)
    assert [str(path.relative_to(tmp_path)) for path in tmp_path.rglob("*") if path.is_file()] == [
        f"{beside}/precious"
    ]


def test_a_node_does_not_open_without_its_kek(node_folder: Path, clock: HandClock) -> None:
    (node_folder / "kek").rename(node_folder / "elsewhere")
    with pytest.raises(KekUnavailable):
        Node.open(node_folder, clock=clock)


def test_a_node_does_not_open_with_another_kek(node_folder: Path, clock: HandClock) -> None:
    (node_folder / "kek").unlink()
    Kek.create_file(node_folder / "kek")
    with pytest.raises(KekUnavailable):
        Node.open(node_folder, clock=clock)


def test_a_kek_others_may_read_is_refused(node_folder: Path, clock: HandClock) -> None:
    (node_folder / "kek").chmod(0o440)
    with pytest.raises(KekUnavailable):
        Node.open(node_folder, clock=clock)


def test_a_node_under_a_passphrase_opens_with_it_only(
    tmp_path: Path, clock: HandClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    def environment(passphrase: str | None) -> None:
        settings.cache_clear()
        if passphrase is None:
            monkeypatch.delenv("XINZHENG_PASSPHRASE", raising=False)
        else:
            monkeypatch.setenv("XINZHENG_PASSPHRASE", passphrase)

    environment("a passphrase for this node")
    made = found(tmp_path / "n", config_of(), clock=clock, passphrase="a passphrase for this node")
    assert not (made.folder / "kek").exists()
    Node.open(made.folder, clock=clock).close()
    for wrong in (None, "another passphrase, wrong"):
        environment(wrong)
        with pytest.raises(KekUnavailable):
            Node.open(made.folder, clock=clock)
    settings.cache_clear()


def test_a_missing_anchor_is_said_in_words(node: Node) -> None:
    (node.folder / "anchor.pem").unlink()
    with pytest.raises(NodeDamaged, match=r"anchor\.pem"):
        node.snapshot()


def test_a_ministry_has_no_region_in_its_names(tmp_path: Path, clock: HandClock) -> None:
    config = make_config(name="某部", region="000000", url="https://mot.example", database=None)
    node = Node.open(found(tmp_path / "n", config, clock=clock).folder, clock=clock)
    faces = issue(node, IssueOrder(read_record(node, example("business-license")), "op-1"))
    assert verify(faces.document, node.snapshot(), now=clock()).verdict is Verdict.VALID
    node.close()
