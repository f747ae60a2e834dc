"""What the command answers for a license in every state of its life, and the words machines may count on."""

import json
from pathlib import Path

import pytest

from tests.journeys.conftest import Xinzheng
from tests.nodes import EXAMPLES, example_with

RECORD = EXAMPLES / "business-license.json"
AXES = {
    "cryptography": {"intact", "broken", "unknown"},
    "changes": {"none", "extension", "permitted", "forbidden", "unknown"},
    "trust": {"trusted", "untrusted", "unknown"},
}


@pytest.fixture
def name(xinzheng: Xinzheng, live: Path) -> str:
    """The identifier of a license whose faces lie in the node's folder as a.pdf and a.sdjwt."""
    faces = ("--out", live / "a.pdf", "--credential", live / "a.sdjwt")
    said = xinzheng("license", "issue", "--data", live, RECORD, *faces, "--json")
    return str(said.json()["identifier"])


@pytest.mark.parametrize("kind", ["pdf", "sd-jwt-vc", "number"])
def test_verify_in_json_holds_only_words_the_interface_names(
    xinzheng: Xinzheng, live: Path, name: str, kind: str
) -> None:
    (live / "number").write_text(name, encoding="utf-8")
    file = {"pdf": "a.pdf", "sd-jwt-vc": "a.sdjwt", "number": "number"}[kind]
    report = xinzheng("verify", live / file, "--data", live, "--json").json()
    assert (report["verdict"], report["kind"]) == ("valid", kind)
    assert report["license"]["identifier"] == name
    for check in report["checks"]:
        assert set(check) == {"id", "outcome", "detail", "detail_zh"}
        assert check["outcome"] in {"pass", "not_applicable"}
        assert check["detail"]
        assert check["detail_zh"]
    assert bool(report["signatures"]) == (kind == "pdf")
    for one in report["signatures"]:
        assert all(one[axis] in words for axis, words in AXES.items())
        assert one["time_source"] == "timestamp"


def test_an_expired_license_is_invalid_and_says_so_in_both_languages(xinzheng: Xinzheng, live: Path) -> None:
    record = live / "old.json"
    record.write_bytes(example_with("business-license", valid_from="2024-01-05", valid_until="2026-01-05"))
    faces = ("--out", live / "a.pdf", "--credential", live / "a.sdjwt")
    assert xinzheng("license", "issue", "--data", live, record, *faces).code == 0
    for face in ("a.pdf", "a.sdjwt"):
        said = xinzheng("verify", live / face, "--data", live)
        assert said.code == 1
        assert "证照已超过有效期" in said.out
        assert "has expired" in said.out


def test_a_wrong_check_character_in_a_number_is_told_apart_from_an_unknown_number(
    xinzheng: Xinzheng, live: Path, name: str
) -> None:
    outcomes = set()
    for character in "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ".replace(name[-1], ""):
        (live / "number").write_text(name[:-1] + character, encoding="utf-8")
        said = xinzheng("verify", live / "number", "--data", live, "--json")
        assert said.code == 1
        outcomes.add(next((c["id"], c["outcome"]) for c in said.json()["checks"] if c["outcome"] == "fail"))
    assert ("identifier", "fail") in outcomes
    assert outcomes <= {("identifier", "fail"), ("record", "fail")}


def test_an_older_bundle_is_refused_once_a_newer_one_was_used(
    xinzheng: Xinzheng, live: Path, name: str
) -> None:
    anchor = ("--anchor", live / "anchor.pem")
    assert xinzheng("trust", "bundle", "--data", live, "--out", live / "old.zip").code == 0
    assert xinzheng("license", "suspend", "--data", live, name, "--reason", "r").code == 0
    assert xinzheng("trust", "bundle", "--data", live, "--out", live / "new.zip").code == 0
    assert xinzheng("verify", live / "a.pdf", "--bundle", live / "old.zip", *anchor).code == 0
    assert xinzheng("verify", live / "a.pdf", "--bundle", live / "new.zip", *anchor).code == 1
    rolled_back = xinzheng("verify", live / "a.pdf", "--bundle", live / "old.zip", *anchor)
    assert rolled_back.code not in (0, 1, 2)
    assert "更旧" in rolled_back.err
    assert "older" in rolled_back.err


def test_one_key_for_licenses_of_two_departments_is_two_requests(xinzheng: Xinzheng, live: Path) -> None:
    """An idempotency key belongs to the department that chose it: departments do not know each other's."""
    said = [
        xinzheng(
            "license", "issue", "--data", live, EXAMPLES / f"{kind}.json", "--out", live / f"{kind}.pdf",
            "--idempotency-key", "K", "--json",
        ).json()
        for kind in ("business-license", "construction-qualification")
    ]  # fmt: skip
    assert [one["repeated"] for one in said] == [False, False]
    assert said[0]["identifier"] != said[1]["identifier"]


def test_the_printed_code_of_a_document_is_looked_up_by_the_command(
    xinzheng: Xinzheng, tmp_path: Path
) -> None:
    said = xinzheng("demo", "--data", tmp_path / "demo", "--licenses", 6, "--no-serve")
    address = next(word for word in said.out.split() if "/l/" in word)
    answers = {}
    for label, text in {
        "right": address,
        "forged": address[:-2] + ("B" if address[-2] == "A" else "A") + address[-1],
        "strange": "http://x.example/l/a",
    }.items():
        (tmp_path / label).write_text(text, encoding="utf-8")
        found = xinzheng("verify", tmp_path / label, "--data", tmp_path / "demo", "--json")
        answers[label] = (found.code, json.loads(found.out)["kind"])
    assert answers == {"right": (0, "qr"), "forged": (1, "qr"), "strange": (2, "qr")}
