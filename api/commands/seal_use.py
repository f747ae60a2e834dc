"""`xinzheng seal …`, the uses: ask for and approve one use; seal a document that never leaves its department.

The files these commands hand on (approval, package, ticket, answer) are JSON and hold no secret.
"""

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from api.commands.console import answer, field, say
from api.commands.opened import reading_node, writing_node
from api.commands.options import AsJson, Data, InFile
from api.commands.places import Anchored, At, Page, place_of

if TYPE_CHECKING:
    from seal.use_approval import UseApproval

By = Annotated[str, typer.Option("--by", help="操作员编号 operator's code")]
Purpose = Annotated[str, typer.Option("--purpose", help="用印事由 what for")]
For = Annotated[str, typer.Option("--for", help="用印单位 on whose behalf")]
Seal = Annotated[str, typer.Option("--seal", help="印章编号 the seal's number")]
Out = Annotated[Path, typer.Option("--out", help="输出文件 file to write", dir_okay=False)]
TicketFile = Annotated[Path, typer.Option("--ticket", help="用印凭据 ticket", dir_okay=False)]
PackageFile = Annotated[
    Path, typer.Option("--package", help="印章公开数据 package", exists=True, dir_okay=False)
]
ApprovalFile = Annotated[Path | None, typer.Option("--approval", help="用印审批 approval", exists=True)]
_LARGEST = 8 * 1024 * 1024


def read_approval(path: Path | None) -> "UseApproval | None":
    """The approval in a file, if there is one."""
    from seal.use_approval import UseApproval

    return None if path is None else UseApproval.from_json(_bytes(path))


def ask_use(
    data: Data,
    source: InFile,
    seal: Seal,
    by: By,
    out: Out,
    purpose: Purpose = "用印",
    on_behalf_of: For = "",
) -> None:
    """申请用印审批。Ask a second operator to approve the use of a seal on this very file, or this ticket."""
    from api.using import ask_ticket
    from api.using import ask_use as asking
    from seal.ticket import Ticket

    with reading_node(data) as node:
        if source.suffix == ".json":
            asked = ask_ticket(node, Ticket.from_json(_bytes(source)))
        else:
            asked = asking(node, source, seal, by=by, purpose=purpose, on_behalf_of=on_behalf_of)
    out.write_bytes(asked.to_json())
    say("已生成审批请求，请另一名操作员批准", "written; another operator has to approve it")
    say(f"  xinzheng seal approve-use {out} --by OPERATOR --key KEY.pem --out APPROVAL.json")


def approve_use(
    request: InFile,
    by: By,
    key: Annotated[Path, typer.Option("--key", help="操作员私钥 own key, PEM", exists=True, dir_okay=False)],
    out: Out,
) -> None:
    """批准用印。Approve one use with the second operator's key; needs no node."""
    from api.demonstration.operators import read_operator_key
    from api.using import sign_use
    from seal.use_approval import UseApproval

    asked = UseApproval.from_json(_bytes(request))
    field("印章", "seal", asked.terms.seal_number)
    field("事由", "purpose", asked.terms.purpose)
    field("文件摘要", "document SHA-256", asked.terms.document_digest.hex())
    out.write_bytes(sign_use(asked, by, read_operator_key(key)).to_json())
    say("用印已批准", "approved")


def package(
    data: Data, seal: Annotated[str, typer.Argument(metavar="SEAL", show_default=False)], out: Out
) -> None:
    """导出印章公开数据。Write a seal's public side, for a department that prepares documents itself."""
    from api.using import package_of

    with reading_node(data) as node:
        out.write_bytes(package_of(node, seal).to_json())
    say("印章公开数据已导出（不含密钥）", "written; it holds no key")


def prepare(
    source: InFile,
    out: Annotated[Path, typer.Argument(metavar="OUT", dir_okay=False, show_default=False)],
    package: PackageFile,
    ticket: TicketFile,
    by: By,
    page: Page = None,
    at: At = None,
    anchor: Anchored = None,
    purpose: Purpose = "用印",
    on_behalf_of: For = "",
) -> None:
    """本地准备文件。Prepare a document where it is; needs no node. Only the ticket travels."""
    from keys.clock import utc_now
    from seal.layout import Layout
    from seal.package import SealPackage
    from seal.remote import prepare_file

    made = prepare_file(
        source,
        out,
        SealPackage.from_json(_bytes(package)),
        Layout(place_of(page, at, anchor), certify=False),
        purpose=purpose,
        used_by=by,
        on_behalf_of=on_behalf_of,
        now=utc_now(),
    )
    ticket.write_bytes(made.to_json())
    say("文件已准备，请将凭据送交印章所在节点", "prepared; hand the ticket to the node that keeps the seal")


def sign_ticket(
    data: Data, ticket: InFile, out: Out, approval: ApprovalFile = None, as_json: AsJson = False
) -> None:
    """节点签署凭据。Sign for a document this node never sees, after approval and log."""
    from api.using import sign_ticket as signing
    from seal.ticket import Ticket

    with writing_node(data, quiet=as_json) as node:
        signed = signing(node, Ticket.from_json(_bytes(ticket)), approval=read_approval(approval))
    out.write_bytes(signed.to_json())
    if as_json:
        answer({"answer": str(out)})
        return
    say("凭据已签署", "signed")


def finish(
    out: Annotated[Path, typer.Argument(metavar="OUT", exists=True, dir_okay=False, show_default=False)],
    package: PackageFile,
    ticket: TicketFile,
    signed: Annotated[Path, typer.Option("--answer", help="节点答复 the node's answer", exists=True)],
) -> None:
    """本地完成用印。Put the node's answer into the prepared document; needs no node."""
    from seal.package import SealPackage
    from seal.remote import finish_file
    from seal.ticket import Answer, Ticket

    finish_file(
        out,
        Ticket.from_json(_bytes(ticket)),
        Answer.from_json(_bytes(signed)),
        SealPackage.from_json(_bytes(package)),
    )
    say("已加盖电子印章", "sealed")
    say("如需长期保存，请由节点加盖归档时间戳", "to keep it for long, let a node archive it")
    say(f"  xinzheng seal archive --data DATA {out}")


def _bytes(path: Path) -> bytes:
    with path.open("rb") as file:
        return file.read(_LARGEST)


COMMANDS: dict[str, Callable[..., None]] = {
    "ask-use": ask_use,
    "approve-use": approve_use,
    "package": package,
    "prepare": prepare,
    "sign-ticket": sign_ticket,
    "finish": finish,
}
