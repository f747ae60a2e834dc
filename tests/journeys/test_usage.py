"""How the command line refuses: 64 for wrong usage, a sysexits code in both languages for everything else."""

import json
from pathlib import Path

import pytest

from tests.journeys.conftest import Xinzheng
from tests.nodes import EXAMPLES

RECORD = EXAMPLES / "business-license.json"


@pytest.mark.parametrize(
    "arguments",
    [
        ("nonsense",),
        ("verify",),
        ("verify", "/does/not/exist"),
        ("verify", RECORD, "--at", "yesterday"),
        ("verify", RECORD, "--at", "2026-11-22T09:00:00"),
        ("verify", RECORD, "--url", "ftp://a"),
        ("verify", RECORD, "--url", "https://a", "--anchor", RECORD),
        ("verify", RECORD, "--bundle", "/does/not/exist"),
        ("verify", RECORD, "--what"),
        ("license", "issue", "--data", "."),
        ("license", "revoke", "--data", ".", "x", "--reason", "r", "--ground", "暂扣"),
        ("serve", "--data", ".", "--port", "70000"),
        ("init", "--data", "x", "--name", "浙江省", "--region", "330000", "--url", "http://zj.example"),
        ("init", "--data", "x", "--name", "浙江省", "--region", "99", "--url", "https://zj.example"),
        ("seal", "apply", "--data", ".", RECORD, "o.pdf", "--seal", "x"),
        ("seal", "apply", "--data", ".", RECORD, "o.pdf", "--seal", "x", "--at", "middle"),
    ],
    ids=lambda arguments: " ".join(str(one) for one in arguments)[:60],
)
def test_wrong_usage_exits_64(
    xinzheng: Xinzheng, arguments: tuple[object, ...], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    said = xinzheng(*arguments)
    assert said.code == 64, said
    assert said.err
    assert list(tmp_path.iterdir()) == []


def test_a_folder_without_a_node_is_said_in_both_languages(xinzheng: Xinzheng, tmp_path: Path) -> None:
    said = xinzheng("check", "--data", tmp_path)
    assert said.code == 66
    assert "没有节点" in said.err
    assert "no node" in said.err


def test_an_error_in_json_has_its_code_and_both_languages(xinzheng: Xinzheng, tmp_path: Path) -> None:
    said = xinzheng("check", "--data", tmp_path, "--json")
    error = json.loads(said.out)
    assert error["error"] == "node_missing"
    assert error["detail"]
    assert error["detail_zh"]


def test_help_is_in_both_languages_and_names_every_command(xinzheng: Xinzheng) -> None:
    said = xinzheng("--help")
    assert said.code == 0
    for command in ("init", "serve", "demo", "license", "seal", "operator", "verify", "trust", "check"):
        assert command in said.out
    assert "信证" in said.out


def test_init_never_touches_a_folder_that_holds_something(xinzheng: Xinzheng, tmp_path: Path) -> None:
    target = tmp_path / "n"
    target.mkdir()
    (target / "precious").write_text("x")
    said = xinzheng(
        "init", "--data", target, "--name", "浙江省", "--region", "330000", "--url", "https://zj.example"
    )
    assert said.code == 73
    assert [path.name for path in tmp_path.iterdir() if path.name != "state"] == ["n"]
    assert (target / "precious").read_text() == "x"
