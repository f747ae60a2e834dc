"""Opening the node a command works on, and closing it whatever happens."""

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from api.commands.console import say

if TYPE_CHECKING:
    from api.node import Node


@contextmanager
def reading_node(folder: Path) -> Iterator["Node"]:
    """The node, for a command that only reads."""
    from api.node import Node

    node = Node.open(folder)
    try:
        yield node
    finally:
        node.close()


@contextmanager
def writing_node(folder: Path, *, quiet: bool = False) -> Iterator["Node"]:
    """The node, for a command that writes: what an earlier crash left behind is put right first."""
    from api.recover import recover

    logging.getLogger("xinzheng").setLevel(logging.ERROR)
    with reading_node(folder) as node:
        done = recover(node)
        if not quiet and (done.finished or done.given_up):
            say(
                f"已处理上次中断的操作：完成 {len(done.finished)} 项，放弃 {len(done.given_up)} 项",
                f"put right after a crash: {len(done.finished)} finished, {len(done.given_up)} given up",
            )
        yield node
