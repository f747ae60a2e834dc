"""Folders on the command line: an archive kept verifiable, a batch that goes on after an interruption."""

from pathlib import Path

import pytest

from tests.journeys.conftest import Xinzheng
from tests.journeys.test_seal_uses import key, new_seal
from tests.unit.seal.papers import Paper, Sheet, encrypted
from tests.unit.seal.plain_pdf import plain_pdf


@pytest.fixture
def folder(live: Path) -> Path:
    made = live / "in"
    (made / "deeper").mkdir(parents=True)
    for name in ("a.pdf", "b.pdf", "deeper/c.pdf"):
        (made / name).write_bytes(plain_pdf())
    return made


def batch(xinzheng: Xinzheng, live: Path, folder: Path, *more: object) -> tuple[int, dict[str, str]]:
    number = xinzheng("seal", "list", "--data", live, "--json").json()["seals"][0]["number"]
    place = ("--seal", number, "--at", "60,60", "--out", live / "out", "--json", *more)
    said = xinzheng("seal", "batch", folder, "--data", live, *place)
    return said.code, {Path(one["document"]).name: one["state"] for one in said.json()["documents"]}


def test_a_folder_is_sealed_and_a_second_run_does_nothing_twice(
    xinzheng: Xinzheng, live: Path, folder: Path
) -> None:
    code, states = batch(xinzheng, live, folder)
    assert (code, states) == (0, {"a.pdf": "sealed", "b.pdf": "sealed", "c.pdf": "sealed"})
    sealed = (live / "out" / "deeper" / "c.pdf").read_bytes()
    assert sealed.startswith(plain_pdf())
    (live / "out" / "b.pdf").unlink()  # as a run leaves it that died before b
    assert batch(xinzheng, live, folder)[1] == {"a.pdf": "skipped", "b.pdf": "sealed", "c.pdf": "skipped"}
    assert (live / "out" / "deeper" / "c.pdf").read_bytes() == sealed


def test_one_bad_file_does_not_stop_the_others(xinzheng: Xinzheng, live: Path, folder: Path) -> None:
    (folder / "a.pdf").write_bytes(encrypted())
    code, states = batch(xinzheng, live, folder)
    assert (code, states) == (65, {"a.pdf": "failed", "b.pdf": "sealed", "c.pdf": "sealed"})
    assert not list((live / "out").rglob("*.part"))


def test_the_output_never_lies_among_the_sources(xinzheng: Xinzheng, live: Path, folder: Path) -> None:
    out = ("--seal", "x", "--at", "60,60", "--out", folder / "sealed")
    assert xinzheng("seal", "batch", folder, "--data", live, *out).code == 64


def test_a_guarded_seal_takes_each_document_of_a_batch_with_its_own_approval(
    xinzheng: Xinzheng, live: Path, folder: Path
) -> None:
    number = new_seal(xinzheng, live, "--needs-approval")
    (folder / "b.pdf").write_bytes(plain_pdf() + b"\n")
    approvals = live / "approvals"
    (approvals / "deeper").mkdir(parents=True)
    use = ("--seal", number, "--by", "op-1", "--purpose", "notice")
    for name, source in (("a.pdf", "a.pdf"), ("b.pdf", "a.pdf")):  # b has only what was approved for a
        asked = live / "ask.json"
        xinzheng("seal", "ask-use", folder / source, "--data", live, *use, "--out", asked)
        by = ("--by", "op-2", "--key", key(live, "op-2"), "--out", approvals / f"{name}.json")
        assert xinzheng("seal", "approve-use", asked, *by).code == 0
    place = ("--at", "60,60", "--out", live / "out", "--approvals", approvals, "--json")
    said = xinzheng("seal", "batch", folder, "--data", live, *use, *place)
    states = {Path(one["document"]).name: one["state"] for one in said.json()["documents"]}
    assert (said.code, states) == (65, {"a.pdf": "sealed", "b.pdf": "failed", "c.pdf": "failed"})


def test_a_batch_seals_across_the_pages_too(xinzheng: Xinzheng, live: Path, folder: Path) -> None:
    (folder / "a.pdf").write_bytes(Paper(sheets=(Sheet(), Sheet())).to_bytes())
    code, states = batch(xinzheng, live, folder, "--riding")
    assert (code, states["a.pdf"], states["b.pdf"]) == (65, "sealed", "failed")  # one page has no seam
    report = xinzheng("verify", live / "out" / "a.pdf", "--data", live, "--json").json()
    assert [one["outcome"] for one in report["checks"] if "riding" in one["id"]] == ["pass"]


def upkeep(xinzheng: Xinzheng, live: Path, folder: Path, *more: object) -> dict[str, dict[str, str]]:
    said = xinzheng("seal", "upkeep", folder, "--data", live, "--json", *more)
    return {Path(one["document"]).name: one for one in said.json()["documents"]}


def test_the_scan_names_what_stops_being_verifiable_and_touches_nothing(
    xinzheng: Xinzheng, live: Path, folder: Path
) -> None:
    batch(xinzheng, live, folder)
    out = live / "out"
    before = (out / "a.pdf").read_bytes()
    (out / "plain.pdf").write_bytes(plain_pdf())
    (out / "junk.pdf").write_bytes(b"junk" * 50)
    soon = upkeep(xinzheng, live, out, "--within-days", "1")
    assert {name: one["state"] for name, one in soon.items()} == {
        "a.pdf": "kept",
        "b.pdf": "kept",
        "c.pdf": "kept",
        "plain.pdf": "kept",
        "junk.pdf": "failed",
    }
    assert soon["plain.pdf"]["ending"] == "unsigned"
    far = upkeep(xinzheng, live, out, "--within-days", "36500")
    assert {far[name]["state"] for name in ("a.pdf", "b.pdf", "c.pdf")} == {"due"}
    assert (out / "a.pdf").read_bytes() == before
