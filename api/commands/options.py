"""The options that many commands share, named once."""

from pathlib import Path
from typing import Annotated

import typer

Data = Annotated[
    Path,
    typer.Option(
        "--data",
        help="节点目录 folder of the node",
        file_okay=False,
    ),
]
AsJson = Annotated[bool, typer.Option("--json", help="输出 JSON answer in JSON")]
InFile = Annotated[Path, typer.Argument(exists=True, dir_okay=False, readable=True, show_default=False)]
Actor = Annotated[str, typer.Option("--by", help="经办操作员 operator who asks")]
Reason = Annotated[str, typer.Option("--reason", help="事由 reason")]
