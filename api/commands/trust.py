"""`xinzheng trust …`: what this node tells others, to be carried away."""

from pathlib import Path
from typing import Annotated

import typer

from api.commands.console import answer, field, say
from api.commands.opened import writing_node
from api.commands.options import AsJson, Data

app = typer.Typer(help="信任 trust: bundle", no_args_is_help=True)


@app.callback()
def trust() -> None:
    """信任材料。What verifiers elsewhere need."""


@app.command()
def bundle(
    data: Data,
    out: Annotated[Path, typer.Option("--out", help="离线验证包 where the ZIP goes", dir_okay=False)],
    as_json: AsJson = False,
) -> None:
    """导出离线验证包。Write a trust bundle: with it and the anchor, licenses are verified offline."""
    from api.bundling import make_bundle

    with writing_node(data, quiet=as_json) as node:
        made = make_bundle(node)
        out.write_bytes(made.content)
    facts = {"out": str(out), "version": made.version, "expires_at": made.expires_at.isoformat()}
    if as_json:
        answer(facts)
        return
    say("离线验证包已导出", "trust bundle written")
    field("文件", "file", out)
    field("有效至", "good until", facts["expires_at"])
    say(f"  xinzheng verify FILE --bundle {out} --anchor {data / 'anchor.pem'}")
