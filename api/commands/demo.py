"""`xinzheng demo`: a node with made-up licenses, in one command."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from api.commands.console import answer, console, field, say
from api.commands.options import AsJson

if TYPE_CHECKING:
    from api.demonstration.tour import Papers

LEAST = 6
DEFAULT_FOLDER = Path("var/demo")


def demo(
    data: Annotated[Path, typer.Option("--data", help="节点目录 folder", file_okay=False)] = DEFAULT_FOLDER,
    licenses: Annotated[int, typer.Option("--licenses", min=LEAST, max=5000, help="证照数 how many")] = 60,
    host: Annotated[str, typer.Option("--host", help="监听地址 address")] = "127.0.0.1",
    port: Annotated[int, typer.Option("--port", min=1, max=65535, help="端口 port")] = 8800,
    serve: Annotated[bool, typer.Option("--serve/--no-serve", help="完成后启动服务 serve afterwards")] = True,
    as_json: AsJson = False,
) -> None:
    """演示：建立节点、签发一批虚构证照并启动服务。A node, made-up licenses, and a server to look at."""
    from api.config import FILE, read_config

    url = f"http://127.0.0.1:{port}"
    if (data / FILE).exists():
        url = read_config(data).url
        say(f"使用已有演示节点 {data}", "this demonstration node is here already")
    else:
        papers = _make(data, url, licenses, quiet=as_json)
        if as_json:
            answer(
                {
                    "data": str(data),
                    "url": url,
                    "licenses": licenses,
                    "public_url": papers.public_url,
                    "papers": [str(path) for path, _zh, _en in papers.files],
                }
            )
        else:
            _say_what_to_try(data, url, papers)
    if serve:
        from api.commands.serve import prepare, run

        prepare(data, dev=True)
        say(f"服务已启动：{url}", "serving; Ctrl+C 停止 to stop")
        run(data, host=host, port=port, workers=1, dev=False)


def _make(data: Path, url: str, count: int, *, quiet: bool) -> "Papers":
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

    from api.demonstration.tour import demonstration_node, issue_made_up, lay_out_papers
    from api.node import Node

    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    with Progress(*columns, console=console(), disable=quiet) as bar:
        founding = bar.add_task("建立节点 founding the node", total=1)
        demonstration_node(data, url)
        bar.update(founding, advance=1)
        issuing = bar.add_task("签发证照 issuing licenses", total=count)
        node = Node.open(data)
        try:
            faces = issue_made_up(node, count, lambda step: bar.update(issuing, advance=step))
            return lay_out_papers(node, faces, data.with_name(data.name + "-papers"))
        finally:
            node.close()


def _say_what_to_try(data: Path, url: str, papers: "Papers") -> None:
    say("")
    say("演示节点已就绪", "the demonstration node is ready")
    field("首页", "home", f"{url}/")
    field("核验", "verify", f"{url}/verify")
    field("证照公开页（二维码）", "a license's public page", papers.public_url)
    say("可在核验页试用的文件", "files to try on the verify page:")
    for path, zh, en in papers.files:
        say(f"  {path}", f"→ {zh} {en}")
    first = papers.files[0][0]
    say("命令行", "on the command line:")
    say(f"  xinzheng verify {first} --data {data}")
    say(f"  xinzheng trust bundle --data {data} --out trust.zip")
    say(f"  xinzheng verify {first} --bundle trust.zip --anchor {data}/anchor.pem")
