"""`xinzheng serve`: migrations and recovery first, then the workers."""

from pathlib import Path
from typing import Annotated

import typer

from api.commands.console import say
from api.commands.options import Data

GRACE_S = 15
KEEP_ALIVE_S = 15
BACKLOG = 2048


def serve(
    data: Data,
    host: Annotated[str, typer.Option("--host", help="监听地址 address to listen on")] = "127.0.0.1",
    port: Annotated[int, typer.Option("--port", min=0, max=65535, help="端口 port")] = 8800,
    workers: Annotated[int, typer.Option("--workers", min=1, max=64, help="进程数 worker processes")] = 1,
    dev: Annotated[
        bool,
        typer.Option("--dev", help="开发模式：允许 http 网址，详细日志 development: http URL, more logging"),
    ] = False,
) -> None:
    """启动服务。Serve over HTTP; put TLS in front of it."""
    prepare(data, dev=dev)
    say(f"服务地址 http://{host}:{port}", "(Ctrl+C 停止 to stop)")
    run(data, host=host, port=port, workers=workers, dev=dev)


def prepare(data: Path, *, dev: bool) -> None:
    """What must be done once, before workers start: migrate, put right what a crash left, publish what is
    due.
    """
    from api.housekeeping import publish_due
    from api.node import Node
    from api.recover import recover

    node = Node.open(data, migrate=True)
    try:
        if node.config.url.startswith("http://") and not dev:
            say(
                "注意：本节点网址为 http，仅供本机演示",
                "note: this node's URL is http, for this machine only",
            )
        done = recover(node)
        if done.stuck:
            say(
                f"有 {len(done.stuck)} 项中断的操作暂不能完成，请运行 xinzheng check",
                f"{len(done.stuck)} interrupted acts could not be finished: run xinzheng check",
            )
        publish_due(node)
    finally:
        node.close()


def run(data: Path, *, host: str, port: int, workers: int, dev: bool) -> None:
    """Run uvicorn until it is told to stop; requests that have begun get `GRACE_S` seconds."""
    import uvicorn

    from api.settings import hand_down

    hand_down(data.resolve())
    uvicorn.run(
        "api.serving:app",
        factory=True,
        host=host,
        port=port,
        workers=workers,
        log_level="info" if dev else "warning",
        access_log=False,
        server_header=False,
        timeout_graceful_shutdown=GRACE_S,
        timeout_keep_alive=KEEP_ALIVE_S,
        backlog=BACKLOG,
    )
