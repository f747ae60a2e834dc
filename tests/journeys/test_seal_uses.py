"""Uses of a seal on the command line: approved by a second operator, or of a document that stays away."""

from pathlib import Path

import pytest

from api.founding import root_folder_of
from tests.journeys.conftest import Xinzheng
from tests.unit.seal.papers import encrypted
from tests.unit.seal.plain_pdf import plain_pdf

DEPARTMENT = "11330000XYXY00013Y"
RECORD = Path(__file__).resolve().parents[2] / "examples" / "records" / "business-license.json"


@pytest.fixture
def paper(live: Path) -> Path:
    path = live / "paper.pdf"
    path.write_bytes(plain_pdf())
    return path


def key(live: Path, code: str) -> Path:
    return root_folder_of(live) / "operators" / f"{code}.pem"


def new_seal(xinzheng: Xinzheng, live: Path, *more: object) -> str:
    asked = xinzheng(
        "seal", "request", "--data", live, "--department", DEPARTMENT, "--by", "op-1", "--json", *more
    )
    assert asked.code == 0, asked
    by = ("--by", "op-2", "--key", key(live, "op-2"), "--json")
    return str(xinzheng("seal", "approve", "--data", live, asked.json()["request"], *by).json()["number"])


def first_seal(xinzheng: Xinzheng, live: Path) -> str:
    seals = xinzheng("seal", "list", "--data", live, "--json").json()["seals"]
    return next(str(one["number"]) for one in seals if one["owner_code"] == DEPARTMENT)


def test_a_guarded_seal_is_used_on_the_approved_file_only(
    xinzheng: Xinzheng, live: Path, paper: Path
) -> None:
    number = new_seal(xinzheng, live, "--needs-approval")
    other, asked, approval, out = (live / name for name in ("b.pdf", "ask.json", "yes.json", "out.pdf"))
    other.write_bytes(plain_pdf() + b"\n")
    use = ("--seal", number, "--by", "op-1", "--purpose", "notice")
    apply = ("seal", "apply", "--data", live)
    place = ("--at", "60,60")
    assert xinzheng(*apply, paper, out, *use, *place).code == 77
    assert xinzheng("seal", "ask-use", paper, "--data", live, *use, "--out", asked).code == 0
    by = ("--by", "op-2", "--key", key(live, "op-2"), "--out", approval)
    assert xinzheng("seal", "approve-use", asked, *by).code == 0
    assert xinzheng(*apply, other, out, *use, *place, "--approval", approval).code == 77
    assert not out.exists()
    assert xinzheng(*apply, paper, out, *use, *place, "--approval", approval).code == 0
    assert out.read_bytes().startswith(paper.read_bytes())
    assert xinzheng(*apply, paper, live / "again.pdf", *use, *place, "--approval", approval).code != 0


def test_a_document_is_sealed_where_it_is(xinzheng: Xinzheng, live: Path, paper: Path) -> None:
    number = first_seal(xinzheng, live)
    package, ticket, signed, out = (live / name for name in ("seal.json", "t.json", "a.json", "out.pdf"))
    assert xinzheng("seal", "package", number, "--data", live, "--out", package).code == 0
    local = ("--package", package, "--ticket", ticket)
    said = xinzheng("seal", "prepare", paper, out, *local, "--by", "op-1", "--at", "60,60")
    assert said.code == 0, said
    assert xinzheng("seal", "sign-ticket", ticket, "--data", live, "--out", signed).code == 0
    assert xinzheng("seal", "finish", out, *local, "--answer", signed).code == 0
    assert xinzheng("seal", "finish", out, *local, "--answer", signed).code != 0
    report = xinzheng("verify", out, "--data", live, "--json").json()
    assert [one["trust"] for one in report["signatures"]] == ["trusted"]


def test_a_document_sealed_elsewhere_is_archived_afterwards(
    xinzheng: Xinzheng, live: Path, paper: Path
) -> None:
    number = first_seal(xinzheng, live)
    package, ticket, signed, out = (live / name for name in ("seal.json", "t.json", "a.json", "out.pdf"))
    xinzheng("seal", "package", number, "--data", live, "--out", package)
    local = ("--package", package, "--ticket", ticket)
    xinzheng("seal", "prepare", paper, out, *local, "--by", "op-1", "--at", "60,60")
    xinzheng("seal", "sign-ticket", ticket, "--data", live, "--out", signed)
    assert "seal archive" in xinzheng("seal", "finish", out, *local, "--answer", signed).out
    said = xinzheng("seal", "archive", out, "--data", live, "--json")
    assert said.code == 0, said
    report = xinzheng("verify", out, "--data", live, "--json").json()
    assert [one["level"] for one in report["signatures"]] == ["PAdES-B-LTA", "DocTimeStamp"]
    assert not list(live.glob("*.part"))


def test_what_cannot_be_archived_is_left_as_it_was(xinzheng: Xinzheng, live: Path) -> None:
    file = live / "secret.pdf"
    file.write_bytes(encrypted())
    assert xinzheng("seal", "archive", file, "--data", live).code == 65
    assert file.read_bytes()[:5] == b"%PDF-"
    assert not list(live.glob("*.part"))


def test_a_sealed_file_may_be_archived_at_once(xinzheng: Xinzheng, live: Path, paper: Path) -> None:
    number, out = first_seal(xinzheng, live), live / "out.pdf"
    said = xinzheng(
        "seal", "apply", "--data", live, paper, out, "--seal", number, "--at", "60,60", "--archive"
    )
    assert said.code == 0, said
    report = xinzheng("verify", out, "--data", live, "--json").json()
    assert [one["level"] for one in report["signatures"]] == ["PAdES-B-LTA", "DocTimeStamp"]


def test_without_a_mandate_no_license_leaves(xinzheng: Xinzheng, live: Path) -> None:
    number = new_seal(xinzheng, live)
    issue = ("license", "issue", "--data", live, RECORD, "--out", live / "license.pdf")
    said = xinzheng(*issue)
    assert said.code == 77
    assert "用印授权" in said.err
    wanted = ("--seal", number, "--type", "business-license", "--by", "op-1", "--per-hour", "1", "--json")
    mandate = xinzheng("seal", "mandate", "request", "--data", live, *wanted).json()["mandate"]
    assert xinzheng(*issue).code == 77
    approve = ("seal", "mandate", "approve", "--data", live, mandate)
    assert xinzheng(*approve, "--by", "op-1", "--key", key(live, "op-1")).code == 77
    assert xinzheng(*approve, "--by", "op-2", "--key", key(live, "op-2")).code == 0
    assert xinzheng(*issue).code == 0
    assert xinzheng(*issue).code == 69  # one an hour
    assert xinzheng("seal", "mandate", "revoke", "--data", live, mandate, "--by", "op-1").code == 0
    assert xinzheng(*issue).code == 77
    found = xinzheng("seal", "mandate", "list", "--data", live, "--json").json()["mandates"]
    assert [one["state"] for one in found if one["mandate"] == mandate] == ["revoked"]


def test_a_changed_seal_is_cancelled_first_and_names_its_successor(xinzheng: Xinzheng, live: Path) -> None:
    old = first_seal(xinzheng, live)
    request = ("seal", "request", "--data", live, "--department", DEPARTMENT, "--by", "op-1", "--json")
    assert xinzheng(*request, "--replaces", old).code == 73
    assert xinzheng("seal", "cancel", "--data", live, old, "--by", "op-1", "--reason", "更名").code == 0
    new = new_seal(xinzheng, live, "--replaces", old)
    seals = {one["number"]: one for one in xinzheng("seal", "list", "--data", live, "--json").json()["seals"]}
    assert (seals[old]["state"], seals[old]["successor"]) == ("cancelled", new)
    assert (seals[new]["state"], seals[new]["successor"]) == ("active", None)
