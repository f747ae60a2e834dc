"""`xinzheng log …`: the log of everything that was signed."""

from pathlib import Path
from typing import Annotated

import typer

from api.commands.console import answer, field, say, stop
from api.commands.opened import reading_node
from api.commands.options import AsJson, Data

app = typer.Typer(help="签名日志 log: checkpoint, audit", no_args_is_help=True)


@app.command()
def checkpoint(data: Data) -> None:
    """打印最新检查点。Print the newest signed checkpoint; keep it elsewhere."""
    with reading_node(data) as node, node.database.reading() as session:
        typer.echo(node.log.checkpoint(session), nl=False)


@app.command()
def audit(
    data: Data,
    remembered: Annotated[
        Path | None,
        typer.Option(
            "--remembered", help="另存的检查点 a checkpoint kept elsewhere", exists=True, dir_okay=False
        ),
    ] = None,
    as_json: AsJson = False,
) -> None:
    """重新计算整个日志并核对。Recompute the whole log; exit 1 when anything disagrees."""
    from keys.log.audit import audit as audit_log

    note = remembered.read_text(encoding="utf-8") if remembered else None
    with reading_node(data) as node, node.database.reading() as session:
        found = audit_log(session, node.log.verifier, remembered=note)
    problems = [
        {"what": one.what, "where": one.where, "detail": one.detail, "detail_zh": one.detail_zh}
        for one in found.problems
    ]
    if as_json:
        answer({"size": found.size, "root": found.root.hex(), "sound": found.sound, "problems": problems})
    else:
        field("条目", "entries", found.size)
        field("根", "root", found.root.hex())
        for one in problems:
            say(f"  ✗ {one['what']} {one['where']}: {one['detail_zh']}", one["detail"])
        say("日志完整" if found.sound else "日志有问题", "sound" if found.sound else "NOT sound")
    stop(0 if found.sound else 1)
