"""`xinzheng init`: a node from nothing."""

from pathlib import Path
from typing import Annotated

import typer

from api.commands.console import answer, field, say
from api.commands.options import AsJson


def init(
    data: Annotated[
        Path, typer.Option("--data", help="节点目录（须为空） folder, empty or new", file_okay=False)
    ],
    name: Annotated[str, typer.Option("--name", help="地区或部委名称 region or ministry, e.g. 浙江省")],
    region: Annotated[
        str, typer.Option("--region", help="行政区划代码 GB/T 2260, e.g. 330000; 000000: ministry")
    ],
    url: Annotated[str, typer.Option("--url", help="对外网址 where others reach it, https://…")],
    database: Annotated[
        str | None, typer.Option("--database", help="PostgreSQL 地址 URL (else SQLite)")
    ] = None,
    passphrase: Annotated[
        bool, typer.Option("--passphrase", help="以口令保护密钥 protect keys by a passphrase, not by a file")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """新建节点。Make a node: keys, demonstration root, operators, departments with seals."""
    from api.config import make_config
    from api.founding import found

    config = make_config(name=name, region=region, url=url, database=database)
    secret = _passphrase() if passphrase else None
    made = found(data, config, passphrase=secret, tell=(lambda _zh, _en: None) if as_json else _tell)
    if as_json:
        answer(
            {
                "data": str(made.folder),
                "anchor": str(made.anchor),
                "root": str(made.root_folder),
                "operator_keys": [str(path) for path in made.operator_keys],
            }
        )
        return
    say(f"节点已建立：{config.name}", "the node is founded")
    field("节点目录", "folder", made.folder)
    field("信任锚", "anchor", made.anchor)
    field("演示根及操作员密钥", "demonstration root and operators' keys", made.root_folder)
    say("下一步", "next:")
    say(f"  xinzheng serve --data {made.folder}")
    say(f"  xinzheng license issue --data {made.folder} RECORD.json --out OUT.pdf")


def _tell(zh: str, en: str) -> None:
    say(f"· {zh}", en)


def _passphrase() -> str:
    """The passphrase from the environment, else asked for twice."""
    from api.settings import settings

    given = settings().passphrase
    if given is not None:
        return given.get_secret_value()
    return str(typer.prompt("口令 passphrase", hide_input=True, confirmation_prompt=True))
