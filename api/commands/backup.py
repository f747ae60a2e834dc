"""`xinzheng backup` and `xinzheng restore`."""

from pathlib import Path
from typing import Annotated

import typer

from api.commands.console import say
from api.commands.opened import reading_node
from api.commands.options import Data


def backup(
    data: Data,
    out: Annotated[Path, typer.Option("--out", help="备份文件 where the backup goes", dir_okay=False)],
) -> None:
    """备份（不含密钥加密密钥）。Back up a running node; the key-encryption key is never in it."""
    from api.backups import back_up

    with reading_node(data) as node:
        back_up(node, out)
    say(f"备份已写入 {out}；请另行妥善保管 {data / 'kek'}", "backed up; keep the key file elsewhere")


def restore(
    file: Annotated[Path, typer.Argument(metavar="BACKUP", exists=True, dir_okay=False, show_default=False)],
    data: Annotated[
        Path, typer.Option("--data", help="节点目录（须为空） folder, empty or new", file_okay=False)
    ],
    kek: Annotated[
        Path, typer.Option("--kek", help="密钥文件 the node's key file", exists=True, dir_okay=False)
    ],
) -> None:
    """由备份恢复节点。Restore a node from a backup and its key file."""
    from api.backups import restore as restore_node

    restore_node(file, data, kek)
    say(f"节点已恢复到 {data}，请运行 xinzheng check", "restored; run xinzheng check")
