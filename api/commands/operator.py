"""`xinzheng operator …`: who may ask for and approve what needs two people."""

from typing import Annotated

import typer

from api.commands.console import answer, field, say
from api.commands.opened import reading_node, writing_node
from api.commands.options import AsJson, Data

app = typer.Typer(help="操作员 operators: add, list, retire", no_args_is_help=True)
Code = Annotated[str, typer.Option("--code", help="操作员编号 short identifier, e.g. op-3")]


@app.command()
def add(
    data: Data,
    code: Code,
    name: Annotated[str, typer.Option("--name", help="名称 name or post")],
    key: Annotated[typer.FileBinaryRead, typer.Option("--key", help="公钥 PEM 文件 P-256 public key, PEM")],
    as_json: AsJson = False,
) -> None:
    """登记操作员及其公钥。Register an operator's public key."""
    from api import store
    from keys.algorithms import read_public_key

    public_key = read_public_key(key.read(16 * 1024))
    with writing_node(data, quiet=as_json) as node, node.database.writing() as session:
        store.add_operator(session, code=code, name=name, public_key=public_key, now=node.clock())
        session.commit()
    if as_json:
        answer({"code": code, "name": name, "state": "active"})
        return
    say(f"已登记操作员 {code}", "operator registered")


@app.command("list")
def list_operators(data: Data, as_json: AsJson = False) -> None:
    """列出操作员。List operators."""
    from api import store

    with reading_node(data) as node, node.database.reading() as session:
        rows = [{"code": row.code, "name": row.name, "state": row.state} for row in store.operators(session)]
    if as_json:
        answer(rows)
        return
    for row in rows:
        field(row["code"], row["state"], row["name"])


@app.command()
def retire(data: Data, code: Code, as_json: AsJson = False) -> None:
    """停用操作员。Retire an operator; what they did stays valid."""
    from api import store

    with writing_node(data, quiet=as_json) as node, node.database.writing() as session:
        store.retire_operator(session, code, node.clock())
        session.commit()
    if as_json:
        answer({"code": code, "state": "retired"})
        return
    say(f"操作员 {code} 已停用", "operator retired")
