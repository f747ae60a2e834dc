"""`xinzheng keys …`: which keys this node has. Never the keys themselves."""

import typer

from api.commands.console import answer, field
from api.commands.opened import reading_node
from api.commands.options import AsJson, Data

app = typer.Typer(help="密钥 keys: list", no_args_is_help=True)


@app.callback()
def keys() -> None:
    """密钥管理。Signing keys, by name and state."""


@app.command("list")
def list_keys(data: Data, as_json: AsJson = False) -> None:
    """列出密钥、用途与状态。List keys, what they are for and their state."""
    with reading_node(data) as node:
        rows = [
            {
                "kid": held.kid,
                "label": held.label,
                "algorithm": held.algorithm.value,
                "uses": sorted(held.uses),
                "state": held.state.value,
            }
            for held in node.keyring.handles()
        ]
        damaged = node.keyring.damaged
    if as_json:
        answer({"keys": rows, "damaged": list(damaged)})
        return
    for row in rows:
        field(str(row["label"]), str(row["state"]), f"{row['algorithm']} {row['kid']}")
    for kid in damaged:
        field("损坏", "damaged", kid)
