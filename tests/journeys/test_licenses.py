"""A department issues a license; a clerk who never heard of it verifies it here, offline, and by asking."""

from pathlib import Path

import pytest

from api.founding import root_folder_of
from tests.journeys.conftest import Said, Xinzheng
from tests.nodes import EXAMPLES, example_with

RECORD = EXAMPLES / "business-license.json"


def issued(xinzheng: Xinzheng, live: Path, *more: object) -> Said:
    said = xinzheng(
        "license", "issue", "--data", live, RECORD, "--out", live / "a.pdf", "--credential", live / "a.sdjwt",
        "--json", *more,
    )  # fmt: skip
    assert said.code == 0, said
    return said


@pytest.mark.parametrize("record", sorted(EXAMPLES.glob("*.json")), ids=lambda path: path.stem)
def test_a_new_node_may_issue_every_record_under_examples(
    xinzheng: Xinzheng, live: Path, record: Path
) -> None:
    said = xinzheng("license", "issue", "--data", live, record, "--out", live / "a.pdf")
    assert said.code == 0, said
    assert xinzheng("verify", live / "a.pdf", "--data", live).code == 0


def test_both_faces_are_valid_here_and_offline_with_bundle_and_anchor(xinzheng: Xinzheng, live: Path) -> None:
    issued(xinzheng, live)
    assert xinzheng("trust", "bundle", "--data", live, "--out", live / "t.zip").code == 0
    offline = ("--bundle", live / "t.zip", "--anchor", live / "anchor.pem")
    for face in ("a.pdf", "a.sdjwt"):
        assert xinzheng("verify", live / face, "--data", live).code == 0
        assert xinzheng("verify", live / face, *offline).code == 0


def test_a_bundle_never_vouches_for_itself(xinzheng: Xinzheng, live: Path) -> None:
    issued(xinzheng, live)
    xinzheng("trust", "bundle", "--data", live, "--out", live / "t.zip")
    assert xinzheng("verify", live / "a.pdf", "--bundle", live / "t.zip").code == 2
    assert xinzheng("verify", live / "a.pdf").code == 2


def test_verify_in_json_has_the_members_the_interface_promises(xinzheng: Xinzheng, live: Path) -> None:
    issued(xinzheng, live)
    report = xinzheng("verify", live / "a.pdf", "--data", live, "--json").json()
    assert set(report) == {"verdict", "kind", "as_of", "checks", "signatures", "license"}
    assert (report["verdict"], report["kind"]) == ("valid", "pdf")
    assert set(report["checks"][0]) == {"id", "outcome", "detail", "detail_zh"}
    assert set(report["signatures"][0]) == {
        "field", "signer", "cryptography", "changes", "trust", "signed_at", "time_source", "level",
    }  # fmt: skip


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (("suspend", "--reason", "调查"), "暂扣"),
        (("revoke", "--reason", "违法", "--ground", "吊销"), "吊销"),
        (("revoke", "--reason", "歇业"), "注销"),
    ],
)
def test_a_license_that_is_suspended_or_ended_is_invalid_at_once(
    xinzheng: Xinzheng, live: Path, change: tuple[str, ...], words: str
) -> None:
    name = issued(xinzheng, live).json()["identifier"]
    verb, *options = change
    said = xinzheng("license", verb, "--data", live, name, *options)
    assert said.code == 0
    assert words in said.out
    assert xinzheng("verify", live / "a.sdjwt", "--data", live).code == 1
    assert xinzheng("verify", live / "a.pdf", "--data", live).code == 1


def test_a_restored_license_is_valid_again_and_an_ended_one_cannot_be(xinzheng: Xinzheng, live: Path) -> None:
    name = issued(xinzheng, live).json()["identifier"]
    xinzheng("license", "suspend", "--data", live, name, "--reason", "r")
    assert xinzheng("license", "restore", "--data", live, name, "--reason", "r").code == 0
    assert xinzheng("verify", live / "a.pdf", "--data", live).code == 0
    xinzheng("license", "revoke", "--data", live, name, "--reason", "r")
    refused = xinzheng("license", "restore", "--data", live, name, "--reason", "r")
    assert refused.code == 65
    assert "注销" in refused.err


def test_a_superseded_license_names_its_successor(xinzheng: Xinzheng, live: Path) -> None:
    name = issued(xinzheng, live).json()["identifier"]
    said = xinzheng("license", "supersede", "--data", live, name, RECORD, "--out", live / "b.pdf", "--json")
    successor = said.json()["identifier"]
    old = xinzheng("verify", live / "a.pdf", "--data", live)
    assert old.code == 1
    assert successor in old.out
    assert xinzheng("verify", live / "b.pdf", "--data", live).code == 0
    shown = xinzheng("license", "show", "--data", live, name, "--json").json()
    assert (shown["state"], shown["successor"]) == ("99", successor)


def test_the_same_idempotency_key_gives_the_same_license_and_another_body_is_refused(
    xinzheng: Xinzheng, live: Path, tmp_path: Path
) -> None:
    first = issued(xinzheng, live, "--idempotency-key", "K").json()
    document = (live / "a.pdf").read_bytes()
    again = issued(xinzheng, live, "--idempotency-key", "K").json()
    assert again["repeated"]
    assert again["identifier"] == first["identifier"]
    assert (live / "a.pdf").read_bytes() == document
    other = tmp_path / "other.json"
    other.write_bytes(example_with("business-license", valid_from="2026-02-02"))
    refused = xinzheng(
        "license", "issue", "--data", live, other, "--out", live / "c.pdf", "--idempotency-key", "K"
    )
    assert refused.code == 73
    assert not (live / "c.pdf").exists()


@pytest.mark.parametrize(
    ("changed", "zh"),
    [
        ({"issuer": "11330000XYXY00021R"}, "无权"),
        ({"issuer": "11330000XYXY00013X"}, "代码"),
        ({"valid_until": "2025-01-01"}, "早于"),
        ({"license_type": "dog-license"}, "没有这个证照类型"),
        (
            {"holder": {"name": "某公司", "code_type": "001", "code": "91330402XYXY0003XA"}},
            "统一社会信用代码",
        ),
        ({"claims": {}}, "缺少"),
    ],
)
def test_a_bad_record_is_refused_in_words_a_clerk_understands(
    xinzheng: Xinzheng, live: Path, changed: dict[str, object], zh: str
) -> None:
    record = live / "bad.json"
    record.write_bytes(example_with("business-license", **changed))
    said = xinzheng("license", "issue", "--data", live, record, "--out", live / "c.pdf")
    assert said.code in (65, 77)
    assert zh in said.err
    assert "Error:" in said.err
    assert not (live / "c.pdf").exists()
    assert xinzheng("check", "--data", live).code == 0


def test_show_masks_a_person_and_never_prints_the_number(xinzheng: Xinzheng, live: Path) -> None:
    said = xinzheng(
        "license", "issue", "--data", live, EXAMPLES / "real-estate-ownership.json", "--out", live / "a.pdf",
        "--json",
    )  # fmt: skip
    shown = xinzheng("license", "show", "--data", live, said.json()["identifier"])
    assert "330502198809179969" not in shown.out
    assert "*" in shown.out


def test_the_demonstration_key_and_the_kek_lie_where_a_backup_does_not_reach(live: Path) -> None:
    assert (live / "kek").stat().st_mode & 0o777 == 0o400
    assert not list(live.rglob("*root*key*"))
    keys = root_folder_of(live) / "operators"
    assert all(path.stat().st_mode & 0o777 == 0o400 for path in keys.iterdir())
