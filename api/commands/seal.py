"""`xinzheng seal …`: request, approve, put in force, withdraw and apply seals."""

from dataclasses import replace
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any
from uuid import UUID

import typer

from api.commands.console import answer, field, say
from api.commands.mandate import app as mandate_app
from api.commands.opened import reading_node, writing_node
from api.commands.options import AsJson, Data, InFile, Reason
from api.commands.places import Anchored, At, Page, place_of
from api.commands.seal_files import COMMANDS as FOLDER_COMMANDS
from api.commands.seal_use import COMMANDS, ApprovalFile, read_approval
from api.errors import WrongUsage

if TYPE_CHECKING:
    from seal.lifecycle import Operation
    from seal.models import SealRow

app = typer.Typer(
    help="电子印章 seals: request, approve, list, suspend, resume, cancel, apply", no_args_is_help=True
)
app.add_typer(mandate_app, name="mandate")
for _name, _command in (COMMANDS | FOLDER_COMMANDS).items():
    app.command(_name)(_command)
By = Annotated[str, typer.Option("--by", help="操作员编号 operator's code")]
Number = Annotated[str, typer.Argument(metavar="SEAL", help="印章编号 number or id", show_default=False)]


@app.command()
def request(
    data: Data,
    department: Annotated[str, typer.Option("--department", help="统一社会信用代码 the organ's credit code")],
    by: By,
    name: Annotated[str | None, typer.Option("--name", help="印文 text (else the department's name)")] = None,
    rank: Annotated[str, typer.Option("--rank", help="单位级别 rank of the organ")] = "department_or_unit",
    diameter: Annotated[str, typer.Option("--diameter", help="直径 mm")] = "42",
    emblem: Annotated[str, typer.Option("--emblem", help="star | state_emblem")] = "star",
    needs_approval: Annotated[bool, typer.Option("--needs-approval", help="用印须审批 approve uses")] = False,
    replaces: Annotated[str | None, typer.Option("--replaces", help="变更前印章 cancelled seal")] = None,
    reason: Reason = "",
    as_json: AsJson = False,
) -> None:  # fmt: skip
    """申请印章。Ask for a seal; a second operator must approve it within 24 hours."""
    from api.sealing import application_for, request_seal
    from licenses.store.departments import department as department_of
    from seal.rank import Emblem
    from seal.store import read_seal

    try:
        size, centre = Decimal(diameter), Emblem(emblem)
    except (InvalidOperation, ValueError) as error:
        raise WrongUsage(
            "--diameter is a number, --emblem star or state_emblem", "--diameter 或 --emblem 有误"
        ) from error
    with writing_node(data, quiet=as_json) as node:
        if name is None:
            with node.database.reading() as session:
                name = department_of(session, department).name
        wanted = application_for(
            node, department, name=name, rank=rank, diameter_mm=size, emblem=centre, reason=reason
        )
        wanted = replace(wanted, needs_approval=needs_approval)
        if replaces is not None:
            with node.database.reading() as session:
                wanted = replace(wanted, replaces=read_seal(session, replaces).id)
        made = request_seal(node, wanted, by=by)
    if as_json:
        answer({"request": str(made.request_id), "state": made.state.value, "name": name})
        return
    say("印章申请已提交，待另一名操作员批准", "requested; another operator has to approve")
    say(f"  xinzheng seal approve --data {data} {made.request_id} --by OPERATOR --key KEY.pem")


@app.command()
def approve(
    data: Data,
    request_id: Annotated[UUID, typer.Argument(metavar="REQUEST", show_default=False)],
    by: By,
    key: Annotated[Path, typer.Option("--key", help="操作员私钥 own key, PEM", exists=True, dir_okay=False)],
    as_json: AsJson = False,
) -> None:  # fmt: skip
    """批准并制作印章。Approve with the second operator's key; the seal is made and put in force."""
    from api.demonstration.operators import read_operator_key
    from api.sealing import approve as record_approval
    from api.sealing import make_approved, sign_approval
    from seal.lifecycle import RequestState
    from seal.request import read_request

    with writing_node(data, quiet=as_json) as node:
        with node.database.reading() as session:
            wanted = read_request(session, request_id)
        if wanted.state is not RequestState.APPROVED:  # approved, and then the making was interrupted
            signature = sign_approval(wanted, read_operator_key(key))
            record_approval(node, request_id, by=by, signature=signature)
        (made,) = make_approved(node, [request_id])
    if as_json:
        answer(_facts(made))
        return
    say("印章已制作并启用", "the seal is made and in force")
    field("印章编号", "number", made.number)


@app.command("list")
def list_seals(data: Data, as_json: AsJson = False) -> None:
    """列出印章及待批申请。List seals and open requests."""
    from seal.lifecycle import RequestState
    from seal.request import list_requests
    from seal.store import list_seals as read_seals
    from seal.store import successor_of

    with reading_node(data) as node, node.database.reading() as session:
        seals = [_facts(row) for row in read_seals(session)]
        for one in seals:
            follower = successor_of(session, UUID(one["id"])) if one["state"] == "cancelled" else None
            one["successor"] = follower.number if follower is not None else None
        waiting = [
            {"request": str(one.request_id), "name": one.application.name, "requested_by": one.requested_by}
            for one in list_requests(session, state=RequestState.APPLIED)
        ]
    if as_json:
        answer({"seals": seals, "requests": waiting})
        return
    for seal in seals:
        field(seal["number"], seal["state"], f"{seal['name']} {seal['owner_code']}")
    for one in waiting:
        field("待批准", "waiting", f"{one['name']} {one['request']}")


@app.command()
def suspend(data: Data, number: Number, by: By, reason: Reason, as_json: AsJson = False) -> None:
    """停用。Suspend a seal and put its certificate on hold."""
    from seal.lifecycle import Operation

    _change(data, number, Operation.SUSPEND, by, reason, as_json=as_json)


@app.command()
def resume(data: Data, number: Number, by: By, reason: Reason, as_json: AsJson = False) -> None:
    """恢复启用。Put a suspended seal back in force."""
    from seal.lifecycle import Operation

    _change(data, number, Operation.RESUME, by, reason, as_json=as_json)


@app.command()
def cancel(data: Data, number: Number, by: By, reason: Reason, as_json: AsJson = False) -> None:
    """注销。Cancel a seal for good and revoke its certificate."""
    from seal.lifecycle import Operation

    _change(data, number, Operation.CANCEL, by, reason, as_json=as_json)


@app.command("apply")
def apply_to(
    data: Data,
    source: InFile,
    out: Annotated[Path, typer.Argument(metavar="OUT", dir_okay=False, show_default=False)],
    seal: Annotated[str, typer.Option("--seal", help="印章编号 the seal's number or id")],
    page: Page = None,
    at: At = None,
    anchor: Anchored = None,
    by: By = "cli",
    purpose: Annotated[str, typer.Option("--purpose", help="用印事由 what for")] = "用印",
    on_behalf_of: Annotated[str, typer.Option("--for", help="用印单位 on whose behalf")] = "",
    approval: ApprovalFile = None,
    riding: Annotated[bool, typer.Option("--riding", help="加盖骑缝章 across all pages")] = False,
    archive: Annotated[bool, typer.Option("--archive", help="加盖归档时间戳 B-LTA")] = False,
    as_json: AsJson = False,
) -> None:  # fmt: skip
    """用印。Seal a PDF at a place, or at a text it contains."""
    from api.using import FileUse, seal_file

    place = place_of(page, at, anchor)
    use = FileUse(place, by, purpose, on_behalf_of, read_approval(approval), archive, riding)
    with writing_node(data, quiet=as_json) as node:
        seal_file(node, source, out, seal, use)
    if as_json:
        answer({"document": str(out), "seal": seal})
        return
    say("已加盖电子印章", "sealed")
    field("文件", "file", out)


def _change(data: Path, number: str, operation: "Operation", by: str, reason: str, *, as_json: bool) -> None:
    from api.sealing import change_seal

    with writing_node(data, quiet=as_json) as node:
        state = change_seal(node, number, operation, by=by, reason=reason)
    if as_json:
        answer({"seal": number, "state": state.value})
        return
    say(f"印章 {number} 状态：{state.value}", "state changed")


def _facts(row: "SealRow") -> dict[str, Any]:
    return {
        "id": str(row.id),
        "number": row.number,
        "state": row.state,
        "name": row.name,
        "owner_code": row.owner_code,
        "valid_until": row.valid_until.isoformat(),
    }
