"""A real root instead of the demonstration one: two machines, two folders, transcripts between them."""

from pathlib import Path

import pytest

from tests.journeys.conftest import Xinzheng
from tests.nodes import EXAMPLES, URL


@pytest.fixture
def ceremony(xinzheng: Xinzheng, tmp_path: Path) -> Path:
    (tmp_path / "secret").write_text("a long passphrase for the safe\n")
    said = xinzheng(
        "ca", "root", "--root", tmp_path / "offline", "--name", "国家根证书",
        "--organization", "国家信任中心",
        "--crl-url", f"{URL}/pki/crl/root.crl", "--certificate-url", f"{URL}/pki/certificates/root.cer",
        "--witness", "甲", "--passphrase-file", tmp_path / "secret",
    )  # fmt: skip
    assert said.code == 0, said
    assert "根证书仪式" in said.out
    assert "甲" in said.out
    return tmp_path / "offline"


def signed(
    xinzheng: Xinzheng, ceremony: Path, live: Path, name: str = "浙江省", region: str = "330000"
) -> dict[str, Path]:
    asked = xinzheng("ca", "request", "--data", live, "--out", live / "requests", "--json").json()
    made = {}
    for role, request in asked["requests"].items():
        made[role] = live / f"{role}.pem"
        said = xinzheng(
            "ca", "sign", "--root", ceremony, "--request", request, "--role", role, "--name", name,
            "--region", region, "--out", made[role], "--passphrase-file", ceremony.parent / "secret",
        )  # fmt: skip
        assert said.code == 0, said
        assert "证书" in said.out
    return made


def joining(ceremony: Path, live: Path, made: dict[str, Path]) -> tuple[object, ...]:
    return (
        "ca", "join", "--data", live,
        "--root-certificate", ceremony / "root.pem", "--node-ca", made["node-ca"],
        "--trust-list", made["trust-list"], "--root-crl", sorted(ceremony.glob("*.crl"))[-1],
    )  # fmt: skip


def test_a_joined_node_issues_under_the_real_root_and_old_licenses_follow(
    xinzheng: Xinzheng, ceremony: Path, live: Path
) -> None:
    issue = ("license", "issue", "--data", live, EXAMPLES / "business-license.json", "--out")
    assert xinzheng(*issue, live / "before.pdf").code == 0
    demonstration = (live / "anchor.pem").read_bytes()
    (live / "old-anchor.pem").write_bytes(demonstration)
    assert xinzheng(*joining(ceremony, live, signed(xinzheng, ceremony, live))).code == 0
    assert (live / "anchor.pem").read_bytes() == (ceremony / "root.pem").read_bytes()
    assert xinzheng(*issue, live / "after.pdf").code == 0
    for face in ("before.pdf", "after.pdf"):
        said = xinzheng("verify", live / face, "--data", live)
        assert said.code == 0, said.out
    xinzheng("trust", "bundle", "--data", live, "--out", live / "t.zip")
    by_the_old = ("--bundle", live / "t.zip", "--anchor", live / "old-anchor.pem")
    assert xinzheng("verify", live / "after.pdf", *by_the_old).code == 2
    assert xinzheng("check", "--data", live).code == 0


def test_certificates_of_another_name_or_key_are_refused_and_change_nothing(
    xinzheng: Xinzheng, ceremony: Path, live: Path
) -> None:
    before = (live / "anchor.pem").read_bytes()
    made = signed(xinzheng, ceremony, live, name="江苏省", region="320000")
    refused = xinzheng(*joining(ceremony, live, made))
    assert refused.code == 65
    assert "名称" in refused.err
    swapped = {"node-ca": made["trust-list"], "trust-list": made["node-ca"]}
    assert xinzheng(*joining(ceremony, live, swapped)).code == 65
    assert (live / "anchor.pem").read_bytes() == before
    assert xinzheng("check", "--data", live).code == 0


def test_a_newer_root_crl_is_taken_in_once(xinzheng: Xinzheng, ceremony: Path, live: Path) -> None:
    assert xinzheng(*joining(ceremony, live, signed(xinzheng, ceremony, live))).code == 0
    published = xinzheng("ca", "crl", "--root", ceremony, "--passphrase-file", ceremony.parent / "secret")
    assert published.code == 0
    newest = sorted(ceremony.glob("*.crl"))[-1]
    assert "已导入" in xinzheng("ca", "import-crl", "--data", live, newest).out
    assert "已是最新" in xinzheng("ca", "import-crl", "--data", live, newest).out


def test_a_wrong_passphrase_opens_no_root(xinzheng: Xinzheng, ceremony: Path, tmp_path: Path) -> None:
    (tmp_path / "wrong").write_text("another long passphrase\n")
    said = xinzheng("ca", "crl", "--root", ceremony, "--passphrase-file", tmp_path / "wrong")
    assert said.code == 65
