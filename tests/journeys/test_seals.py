"""Two operators make a seal; it is put on a document; its states are seen by verifiers."""

from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from api.demonstration.operators import create_operator_key
from api.founding import root_folder_of
from tests.journeys.conftest import Xinzheng
from tests.unit.seal.plain_pdf import plain_pdf

DEPARTMENT = "11330000XYXY00013Y"


@pytest.fixture
def paper(live: Path) -> Path:
    path = live / "paper.pdf"
    path.write_bytes(plain_pdf())
    return path


def key(live: Path, code: str) -> Path:
    return root_folder_of(live) / "operators" / f"{code}.pem"


def requested(xinzheng: Xinzheng, live: Path, *more: object) -> str:
    said = xinzheng(
        "seal", "request", "--data", live, "--department", DEPARTMENT, "--by", "op-1", "--json", *more
    )
    assert said.code == 0, said
    return str(said.json()["request"])


def test_a_seal_needs_a_second_operators_key(xinzheng: Xinzheng, live: Path, paper: Path) -> None:
    request = requested(xinzheng, live, "--name", "浙江省市场监督管理局")
    approve = ("seal", "approve", "--data", live, request, "--json")
    assert xinzheng(*approve, "--by", "op-1", "--key", key(live, "op-1")).code == 77
    assert xinzheng(*approve, "--by", "op-2", "--key", key(live, "op-1")).code == 77
    said = xinzheng(*approve, "--by", "op-2", "--key", key(live, "op-2"))
    assert said.code == 0, said
    number = said.json()["number"]
    assert xinzheng(*approve, "--by", "op-2", "--key", key(live, "op-2")).code == 73
    out = live / "sealed.pdf"
    applied = ("seal", "apply", "--data", live, paper, out, "--seal", number)
    assert xinzheng(*applied, "--at", "60,60").code == 0
    assert out.read_bytes().startswith(paper.read_bytes())
    report = xinzheng("verify", out, "--data", live, "--json").json()
    assert [one["cryptography"] for one in report["signatures"]] == ["intact"]
    assert [one["trust"] for one in report["signatures"]] == ["trusted"]


def test_a_seal_goes_to_the_text_it_belongs_to(xinzheng: Xinzheng, live: Path, paper: Path) -> None:
    number = xinzheng("seal", "list", "--data", live, "--json").json()["seals"][0]["number"]
    applied = ("seal", "apply", "--data", live, paper, live / "o.pdf", "--seal", number)
    assert xinzheng(*applied, "--anchor", "100 yuan").code == 0
    said = xinzheng(*applied, "--anchor", "not there")
    assert said.code in (65, 66)
    assert "Error:" in said.err


def test_a_suspended_seal_is_refused_a_resumed_one_works_a_cancelled_one_never_again(
    xinzheng: Xinzheng, live: Path, paper: Path
) -> None:
    number = xinzheng("seal", "list", "--data", live, "--json").json()["seals"][0]["number"]
    applied = ("seal", "apply", "--data", live, paper, live / "o.pdf", "--seal", number, "--at", "60,60")

    def change(verb: str) -> int:
        return xinzheng("seal", verb, "--data", live, number, "--by", "op-1", "--reason", "r").code

    assert change("suspend") == 0
    assert xinzheng(*applied).code == 65
    assert change("resume") == 0
    assert xinzheng(*applied).code == 0
    assert xinzheng("verify", live / "o.pdf", "--data", live).code != 1
    assert change("cancel") == 0
    assert xinzheng(*applied).code == 65
    assert change("resume") == 73
    assert xinzheng("check", "--data", live).code == 0


def test_a_seal_that_does_not_fit_the_rank_is_refused(xinzheng: Xinzheng, live: Path) -> None:
    said = xinzheng(
        "seal", "request", "--data", live, "--department", DEPARTMENT, "--by", "op-1", "--diameter", "60"
    )
    assert said.code == 65
    assert "45 mm" in said.err


def test_a_stranger_asks_for_nothing(xinzheng: Xinzheng, live: Path) -> None:
    said = xinzheng("seal", "request", "--data", live, "--department", DEPARTMENT, "--by", "nobody")
    assert said.code == 66


def test_an_operator_added_by_public_key_may_approve_and_a_retired_one_may_not(
    xinzheng: Xinzheng, live: Path, tmp_path: Path
) -> None:
    public: ec.EllipticCurvePublicKey = create_operator_key(tmp_path / "op-3.pem")
    pem = tmp_path / "op-3.pub.pem"
    pem.write_bytes(public.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo))
    add = ("operator", "add", "--data", live, "--code", "op-3", "--name", "丙", "--key", pem)
    assert xinzheng(*add).code == 0
    assert xinzheng(*add).code == 73
    codes = [one["code"] for one in xinzheng("operator", "list", "--data", live, "--json").json()]
    assert codes == ["op-1", "op-2", "op-3"]
    approve = ("--by", "op-3", "--key", tmp_path / "op-3.pem")
    first = requested(xinzheng, live)
    assert xinzheng("seal", "approve", "--data", live, first, *approve).code == 0
    second = requested(xinzheng, live)
    assert xinzheng("operator", "retire", "--data", live, "--code", "op-3").code == 0
    assert xinzheng("seal", "approve", "--data", live, second, *approve).code == 66
