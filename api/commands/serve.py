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
    """What must be right before workers start: node.toml, the schema, the key-encryption key, login keys.

    Imports little on purpose: the workers import the rest anyway, and at the same time.
    """
    from api.config import read_config
    from api.db import open_database
    from api.identity import equip
    from api.schema import upgrade
    from api.short_lived import short_lived_of
    from api.unsealing import database_password, open_kek
    from keys.clock import utc_now
    from keys.keyring import Keyring

    config = read_config(data)
    kek = open_kek(data)
    database = open_database(config.database_url(data), password=database_password())
    try:
        upgrade(database)
        with database.writing() as session:
            keyring = Keyring(kek)
            keyring.load(session)
            equip(session, keyring, kek, utc_now())
            session.commit()
        short_lived_of(database).close()
    finally:
        database.close()
    if config.url.startswith("http://") and not dev:
        say("注意：本节点网址为 http，仅供本机演示", "note: this node's URL is http, for this machine only")


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
