"""`xinzheng seal mandate …`: what two operators permit a seal to be used for without asking each time."""

from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any
from uuid import UUID

import typer

from api.commands.console import answer, field, say
from api.commands.opened import reading_node, writing_node
from api.commands.options import AsJson, Data, Reason

if TYPE_CHECKING:
    from seal.mandate import Mandate

app = typer.Typer(help="用印授权 mandates: request, approve, list, revoke", no_args_is_help=True)
By = Annotated[str, typer.Option("--by", help="操作员编号 operator's code")]
MandateId = Annotated[UUID, typer.Argument(metavar="MANDATE", show_default=False)]


@app.command()
def request(
    data: Data,
    seal: Annotated[str, typer.Option("--seal", help="印章编号 the seal's number")],
    kinds: Annotated[list[str], typer.Option("--type", help="证照类型（可多次） license type, repeatable")],
    by: By,
    per_hour: Annotated[int, typer.Option("--per-hour", help="每小时次数上限 uses an hour", min=1)] = 1000,
    days: Annotated[int, typer.Option("--days", help="有效天数 days it lasts", min=1, max=366)] = 365,
    reason: Reason = "",
    as_json: AsJson = False,
) -> None:  # fmt: skip
    """申请用印授权。Ask for a mandate; a second operator must approve it within 24 hours."""
    from api.mandating import request_mandate

    with writing_node(data, quiet=as_json) as node:
        lifetime = timedelta(days=days)
        made = request_mandate(
            node, seal, kinds=kinds, per_hour=per_hour, lifetime=lifetime, reason=reason, by=by
        )
    if as_json:
        answer(_facts(made))
        return
    say("用印授权已申请，待另一名操作员批准", "requested; another operator has to approve")
    say(f"  xinzheng seal mandate approve --data {data} {made.terms.mandate_id} --by OPERATOR --key KEY.pem")


@app.command()
def approve(
    data: Data,
    mandate_id: MandateId,
    by: By,
    key: Annotated[Path, typer.Option("--key", help="操作员私钥 own key, PEM", exists=True, dir_okay=False)],
    as_json: AsJson = False,
) -> None:  # fmt: skip
    """批准用印授权。Approve a mandate with the second operator's key."""
    from api.demonstration.operators import read_operator_key
    from api.mandating import approve_mandate, read_mandate, sign_mandate

    with writing_node(data, quiet=as_json) as node:
        signature = sign_mandate(read_mandate(node, mandate_id), read_operator_key(key))
        made = approve_mandate(node, mandate_id, by=by, signature=signature)
    if as_json:
        answer(_facts(made))
        return
    say("用印授权已生效", "the mandate is in force")


@app.command("list")
def list_mandates(data: Data, as_json: AsJson = False) -> None:
    """列出用印授权。List mandates."""
    from seal.mandate_store import list_mandates as read_mandates

    with reading_node(data) as node, node.database.reading() as session:
        found = [_facts(one) for one in read_mandates(session)]
    if as_json:
        answer({"mandates": found})
        return
    for one in found:
        field(one["mandate"], one["state"], f"{one['seal']} {', '.join(one['types'])} {one['per_hour']}/h")


@app.command()
def revoke(data: Data, mandate_id: MandateId, by: By, as_json: AsJson = False) -> None:
    """撤销用印授权。End a mandate at once; one operator is enough."""
    from api.mandating import revoke_mandate

    with writing_node(data, quiet=as_json) as node:
        revoke_mandate(node, mandate_id, by=by)
    if as_json:
        answer({"mandate": str(mandate_id), "state": "revoked"})
        return
    say("用印授权已撤销", "the mandate is revoked")


def _facts(mandate: "Mandate") -> dict[str, Any]:
    terms = mandate.terms
    state = "approved" if mandate.approved_by else "requested"
    return {
        "mandate": str(terms.mandate_id),
        "state": "revoked" if mandate.revoked_at else state,
        "seal": terms.seal_number,
        "types": sorted(terms.kinds),
        "per_hour": terms.per_hour,
        "expires_at": terms.expires_at.isoformat(),
        "requested_by": terms.requested_by,
        "approved_by": mandate.approved_by,
    }
