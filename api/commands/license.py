"""`xinzheng license …`: issue, change and show licenses."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from api.commands.console import answer, field, say
from api.commands.opened import reading_node, writing_node
from api.commands.options import Actor, AsJson, Data, InFile, Reason

if TYPE_CHECKING:
    from api.licensing import Faces
    from licenses.lifecycle import Ground, Operation

app = typer.Typer(
    help="电子证照 licenses: issue, suspend, restore, revoke, supersede, show", no_args_is_help=True
)
Out = Annotated[Path, typer.Option("--out", help="证照文件 where the sealed PDF goes", dir_okay=False)]
Credential = Annotated[
    Path | None, typer.Option("--credential", help="可验证凭证 where the SD-JWT VC goes", dir_okay=False)
]
Key = Annotated[
    str | None, typer.Option("--idempotency-key", help="幂等键 the same key gives the same license")
]
Name = Annotated[
    str, typer.Argument(metavar="LICENSE", help="证照标识或编号 identifier or id", show_default=False)
]
GROUNDS = ("注销", "撤销", "吊销")


@app.command()
def issue(
    data: Data,
    record: InFile,
    out: Out,
    credential: Credential = None,
    idempotency_key: Key = None,
    by: Actor = "cli",
    reason: Reason = "",
    as_json: AsJson = False,
) -> None:
    """签发证照。Issue a license from a record (JSON)."""
    from api.licensing import issue as issue_license
    from api.licensing import read_record
    from licenses.order import IssueOrder

    with writing_node(data, quiet=as_json) as node:
        order = IssueOrder(read_record(node, record.read_bytes()), by, reason, idempotency_key)
        _hand_out(issue_license(node, order), out, credential, as_json=as_json)


@app.command()
def supersede(
    data: Data,
    name: Name,
    record: InFile,
    out: Out,
    credential: Credential = None,
    renew: Annotated[bool, typer.Option("--renew", help="延续（否则为变更） renewal, not a change")] = False,
    idempotency_key: Key = None,
    by: Actor = "cli",
    reason: Reason = "",
    as_json: AsJson = False,
) -> None:
    """变更或延续：签发新版本并取代旧版本。Issue a new version; the old one becomes superseded."""
    from api.licensing import find, read_record
    from api.licensing import issue as issue_license
    from licenses.lifecycle import Operation
    from licenses.order import IssueOrder

    with writing_node(data, quiet=as_json) as node:
        with node.database.reading() as session:
            old = find(session, name)
        order = IssueOrder(
            read_record(node, record.read_bytes()),
            by,
            reason,
            idempotency_key,
            Operation.RENEW if renew else Operation.CHANGE,
            old.id,
        )
        _hand_out(issue_license(node, order), out, credential, as_json=as_json)


@app.command()
def suspend(data: Data, name: Name, reason: Reason, by: Actor = "cli", as_json: AsJson = False) -> None:
    """暂扣。Suspend a license for a while."""
    from licenses.lifecycle import Operation

    _change(data, name, Operation.SUSPEND, None, reason, by, as_json=as_json)


@app.command()
def restore(data: Data, name: Name, reason: Reason, by: Actor = "cli", as_json: AsJson = False) -> None:
    """暂扣发还。Give a suspended license back."""
    from licenses.lifecycle import Operation

    _change(data, name, Operation.RESTORE, None, reason, by, as_json=as_json)


@app.command()
def revoke(
    data: Data,
    name: Name,
    reason: Reason,
    ground: Annotated[str, typer.Option("--ground", help="情形 注销|撤销|吊销")] = "注销",
    by: Actor = "cli",
    as_json: AsJson = False,
) -> None:
    """注销、撤销或吊销。End a license for good, on one of three legal grounds."""
    from licenses.lifecycle import Ground, Operation

    if ground not in GROUNDS:
        raise typer.BadParameter(f"{ground}: {' | '.join(GROUNDS)}", param_hint="--ground")
    _change(data, name, Operation.END, Ground(ground), reason, by, as_json=as_json)


@app.command()
def show(data: Data, name: Name, as_json: AsJson = False) -> None:
    """查看证照（个人信息已脱敏）。Show a license; personal data is masked."""
    from api.licensing import describe, find

    with reading_node(data) as node, node.database.reading() as session:
        found = describe(node, session, find(session, name))
    if as_json:
        answer(found)
        return
    field("证照标识", "identifier", found["identifier"])
    field("状态", "state", f"{found['state_name']['zh']} {found['state_name']['en']}")
    field("持证主体", "holder", f"{found['holder']['name']} {found['holder']['code']}")
    field("有效期", "validity", f"{found['valid_from']} – {found['valid_until'] or '长期 open-ended'}")
    for line in found["history"]:
        field("记录", "history", f"{line['done_at']} {line['operation']} {line['before']}→{line['after']}")


def _hand_out(faces: "Faces", out: Path, credential: Path | None, *, as_json: bool) -> None:
    """Write the faces only now, after the license is on disk."""
    out.write_bytes(faces.document)
    if credential is not None:
        credential.write_text(faces.credential + "\n", encoding="ascii")
    if as_json:
        answer(
            {
                "id": str(faces.license_id),
                "identifier": faces.identifier,
                "document": str(out),
                "credential": str(credential) if credential else None,
                "repeated": faces.repeated,
            }
        )
        return
    say("该申请此前已办结，以下为同一证照" if faces.repeated else "证照已签发",
        "issued before: the same license" if faces.repeated else "issued")  # fmt: skip
    field("证照标识", "identifier", faces.identifier)
    field("证照文件", "document", out)
    if credential is not None:
        field("可验证凭证", "credential", credential)


def _change(
    data: Path,
    name: str,
    operation: "Operation",
    ground: "Ground | None",
    reason: str,
    by: str,
    *,
    as_json: bool,
) -> None:
    from api.licensing import change, describe, find
    from licenses.lifecycle import STATE_NAMES

    with writing_node(data, quiet=as_json) as node:
        with node.database.reading() as session:
            entry = find(session, name)
        made = change(node, entry.id, operation, note=reason, requested_by=by, ground=ground)
        if as_json:
            with node.database.reading() as session:
                answer(describe(node, session, find(session, str(entry.id))))
            return
        zh, en = STATE_NAMES[made.after]
        say(f"证照状态已变更为“{zh}”", f"the license is now {en}")
